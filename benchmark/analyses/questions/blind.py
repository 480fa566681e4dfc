"""What the picture adds: the same questions asked without it, and how many need none.

Knows the question table with its controls; no picture. Accuracy and its control are compared
question by question, with the picture as the sampling unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import Grouping, ItemTable
from benchmark.analyses.questions.question_cells import (
    Means,
    clustered,
    mean_scores,
    paired_variance,
    picture_icc,
    share_scores,
    shares,
)
from benchmark.analyses.questions.question_table import (
    BLIND,
    CHANCE,
    CORRECT,
    OF_GROUP,
    P_RIGHT,
    SOLVED,
    blind_variants,
    question_table,
)
from benchmark.analyses.reporting import scored
from benchmark.records import Analysis, Evidence, Score

GROUPS: tuple[tuple[str, ...], ...] = (
    *((), ("proxy",), ("topic",), ("country",)),
    *((group,) for group in OF_GROUP),
)
BY_VARIANT: tuple[tuple[str, ...], ...] = ((), ("proxy",))
GAIN, GAIN_P = "accuracy_gain", "p_right_gain"


def blind(evidence: Evidence) -> list[Score]:
    """``blind_accuracy``: of the questions without (``none``) or with a grey picture (``blank``).

    Over all controls of a question, and by ``variant``. ``image_gain_accuracy`` and ``image_gain``:
    accuracy and probability of the right option with the picture less without, over questions that
    have both. ``answerable_blind``: share of questions right in every control;
    ``answerable_blind_chance``: what guessing the same way in all of them would reach;
    ``questions_answerable_blind``: their number. None where no control was asked.
    """
    table = _with_gains(question_table(evidence.records))
    if np.isnan(table.values[BLIND]).all():
        return []
    found = [score for by in GROUPS for score in _family(table, table.group(by))]
    for variant in blind_variants(table):
        for by in BY_VARIANT:
            found += _variant(table, by, variant)
    return found


WITHOUT_PICTURE = Analysis(
    compute=blind,
    provides=(
        *("blind_accuracy", "image_gain_accuracy", "image_gain"),
        *("answerable_blind", "answerable_blind_chance", "questions_answerable_blind"),
    ),
    needs=(CORRECT,),
)


def _with_gains(table: ItemTable) -> ItemTable:
    """Differences by question, and the controls of questions with a picture's answer only."""
    values = dict(table.values)
    values[GAIN] = values[CORRECT] - values[BLIND]
    values[GAIN_P] = values[P_RIGHT] - values["blind_p_right"]
    unasked = np.isnan(values[SOLVED])
    values[CHANCE] = np.where(unasked, np.nan, values[CHANCE])
    return replace(table, values=values)


def _family(table: ItemTable, grouping: Grouping) -> Iterator[Score]:
    cells = shares(table, grouping, BLIND, icc=picture_icc(table, BLIND))
    yield from share_scores(cells, "blind_accuracy")
    yield from _gains(table, grouping, GAIN, "image_gain_accuracy")
    if not np.isnan(table.values[GAIN_P]).all():
        yield from _gains(table, grouping, GAIN_P, "image_gain")
    solved = shares(table, grouping, SOLVED, icc=picture_icc(table, SOLVED))
    answerable = list(share_scores(solved, "answerable_blind"))
    yield from answerable
    yield from mean_scores(table, grouping, CHANCE, "answerable_blind_chance")
    for score in answerable:
        number = round(score.value * score.n) if score.n else math.nan
        yield scored(
            *("questions_answerable_blind", number, score.scope, score.n, "count"),
            n_missing=score.n_missing,
        )


def _variant(table: ItemTable, by: Sequence[str], variant: str) -> Iterator[Score]:
    column = f"{BLIND}/{variant}"
    cells = shares(table, table.group(by), column, icc=picture_icc(table, column))
    for score in share_scores(cells, "blind_accuracy"):
        yield replace(score, scope={**score.scope, "variant": variant})


def _gains(table: ItemTable, grouping: Grouping, column: str, metric: str) -> Iterator[Score]:
    of = clustered(table, grouping, column)
    variance = paired_variance(table, grouping, column, of) if column == GAIN else of.variance
    low, high = of.ends(variance)
    for place, scope in enumerate(grouping.scopes):
        yield scored(
            *(metric, float(of.mean[place]), scope, int(of.n[place]), _method(of, place)),
            n_missing=int(of.missing[place]),
            n_clusters=int(of.clusters[place]),
            ends=(float(low[place]), float(high[place])),
        )


def _method(of: Means, place: int) -> str:
    if of.n[place] == 0:
        return "not asked with and without picture"
    if few := of.too_few(place):
        return few
    if not of.variance[place] > 0:
        return "no interval: nothing varies"
    return "paired by question, pictures as units, Student's t for skewed units, 95 %"
