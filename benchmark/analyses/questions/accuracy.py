"""How many questions are answered right, by country and group, with honest intervals.

Knows the question table; no picture. Unscored questions are counted as missing, never as wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import Grouping, ItemTable
from benchmark.analyses.questions.question_cells import (
    Shares,
    mean_scores,
    picture_icc,
    share_scores,
    shares,
)
from benchmark.analyses.questions.question_table import (
    CHANCE,
    CORRECT,
    OF_GROUP,
    P_RIGHT,
    question_table,
)
from benchmark.analyses.reporting import scored
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.shrinkage import shrunken
from benchmark.records import Analysis, Evidence, Score

MAIN: tuple[tuple[str, ...], ...] = (
    *((), ("country",), ("topic",), ("proxy",)),
    *((group,) for group in OF_GROUP),
)
CROSSED: tuple[tuple[str, ...], ...] = (
    *(("country", "topic"), ("country", "proxy"), ("topic", "proxy")),
    *((group, "proxy") for group in OF_GROUP),
    *((group, "topic") for group in OF_GROUP),
)
SHRUNKEN = frozenset({("country",), ("country", "topic"), ("country", "proxy")})
MEANS = (P_RIGHT, "option_mass", "order_sensitivity")


def accuracy(evidence: Evidence) -> list[Score]:
    """``accuracy``: right answers over scored questions, in [0, 1].

    Beside it ``floor_chance`` (mean of one over the number of options), ``skill_chance`` ((accuracy
    - chance) / (1 - chance): 0 is guessing, 1 all right, below 0 worse than guessing),
    ``accuracy_shrunk`` (cells of countries drawn towards the mean of all by empirical Bayes),
    ``accuracy_unscored_wrong`` (right answers over *all* questions: one without a readable answer
    counts as wrong, so that answering only where it is sure gains a model nothing), ``unscored``
    (share of such questions, where there are any) and the means ``p_right``, ``option_mass`` and
    ``order_sensitivity`` where the suite records them. For every scope that has a question.
    """
    table = question_table(evidence.records)
    if not table.control.size:
        return []
    icc = picture_icc(table, CORRECT)
    found: list[Score] = []
    for by in (*MAIN, *CROSSED):
        grouping = table.group(by)
        cells = shares(table, grouping, CORRECT, icc=icc)
        found += share_scores(cells, "accuracy")
        if by in SHRUNKEN:
            found += _shrunk(cells)
        if by in MAIN:
            found += _extras(table, grouping, cells, icc)
    return found


ACCURACY = Analysis(
    compute=accuracy,
    provides=(
        *("accuracy", "floor_chance", "skill_chance", "accuracy_shrunk"),
        *("unscored", "accuracy_unscored_wrong", *MEANS),
    ),
    needs=(CORRECT,),
    without_interval=MEANS,
)


def _extras(table: ItemTable, grouping: Grouping, cells: Shares, icc: float) -> Iterator[Score]:
    chance = list(mean_scores(_scored(table), grouping, CHANCE, "floor_chance"))
    yield from chance
    for score, floor in zip(share_scores(cells, "skill_chance"), chance, strict=True):
        yield _skill(score, floor.value)
    yield from _unscored(table, grouping, icc)
    for name in MEANS:
        if not np.isnan(table.values[name]).all():
            yield from mean_scores(table, grouping, name, name)


def _scored(table: ItemTable) -> ItemTable:
    """Chance where the question was scored: accuracy and its floor are over the same questions."""
    unscored = np.isnan(table.values[CORRECT])
    chance: FloatArray = np.where(unscored, np.nan, table.values[CHANCE])
    return replace(table, values={**table.values, CHANCE: chance})


def _skill(score: Score, chance: float) -> Score:
    """Accuracy and its interval on the scale from chance to all right."""
    width = 1 - chance
    value, low, high = (
        (end - chance) / width if width > 0 else math.nan
        for end in (score.value, score.low, score.high)
    )
    return replace(score, value=value, low=low, high=high)


def _unscored(table: ItemTable, grouping: Grouping, icc: float) -> Iterator[Score]:
    correct = table.values[CORRECT]
    columns = {"unscored": np.isnan(correct).astype(np.float64), "wrong": np.nan_to_num(correct)}
    wide = replace(table, values=columns)
    if np.isnan(correct).any():
        missing = shares(wide, grouping, "unscored", icc=picture_icc(wide, "unscored"))
        yield from share_scores(missing, "unscored")
    yield from share_scores(shares(wide, grouping, "wrong", icc=icc), "accuracy_unscored_wrong")


def _shrunk(cells: Shares) -> Iterator[Score]:
    """The scored cells of one family, drawn towards their mean."""
    known = np.flatnonzero(cells.of.n > 0)
    if not known.size:
        return
    found = shrunken(cells.of.mean[known], cells.effective[known])
    towards = f"towards {found.mean:.3f} (correlation of cells {found.icc:.4f})"
    method = f"empirical Bayes, 95 %, {towards}"
    for place, value, low, high in zip(
        known.tolist(),
        *(column.tolist() for column in (found.value, found.low, found.high)),
        strict=True,
    ):
        yield scored(
            *("accuracy_shrunk", value, cells.scopes[place], int(cells.of.n[place]), method),
            n_missing=int(cells.of.missing[place]),
            n_clusters=int(cells.of.clusters[place]),
            ends=(low, high),
        )
