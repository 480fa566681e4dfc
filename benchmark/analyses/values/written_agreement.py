"""How far what a model writes agrees with the probabilities that it is scored by, by scope.

Knows the item values of questions that were also answered in writing; no text and no prompt.
Shares of questions have Wilson intervals with stems as units, kappa and distances the others'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import Grouping, ItemTable, item_table
from benchmark.analyses.reporting import (
    NO_ENDS,
    Family,
    NamedFigure,
    report,
    scored,
    too_few,
)
from benchmark.analyses.stem_intervals import Figure
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.letters_against_shares import kappa_of_means
from benchmark.metrics.proportions import share_of_units
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import (
    SCORED_OPTION,
    WRITTEN_AGREEMENT,
    WRITTEN_EXPECTED_TV,
    WRITTEN_KAPPA,
    WRITTEN_OPTION,
    WRITTEN_TV,
    WRITTEN_UNREADABLE,
)

SHARES = (WRITTEN_AGREEMENT, WRITTEN_UNREADABLE)
RECORDED = (*SHARES, WRITTEN_TV, WRITTEN_EXPECTED_TV, SCORED_OPTION, WRITTEN_OPTION)
GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))
SAME = "same"  # a column: 1 where both name the same option


def written_agreement(evidence: Evidence) -> list[Score]:
    """Agreement, kappa, distances and what could not be read; none where nothing was written.

    ``written_agreement`` is the share of questions, among those whose greedy text names an option,
    where it is the most probable one; ``written_kappa`` is Cohen's, over places as shown, which
    takes off what a preference for a place would reach. ``written_tv`` is the total variation
    between the probabilities and how often drawn texts name each option; ``written_tv_expected``
    is what as many draws from the probabilities themselves would show. ``written_unreadable`` is
    the share of greedy texts that name no option.
    """
    table = item_table(evidence.records, (), analysis="written_agreement", optional=RECORDED)
    asked = np.isfinite(table.values[WRITTEN_UNREADABLE])
    if not asked.any():
        return []
    found = [
        score
        for by in GROUPS
        for metric in SHARES
        for score in _shares(metric, table, table.group(by), asked)
    ]
    wide, kappa = _with_kappa(table)
    plain = Figure(columns=(WRITTEN_EXPECTED_TV,))
    distance = Figure(columns=(WRITTEN_TV,), interval=True)
    wanted = (
        NamedFigure.of(WRITTEN_KAPPA, kappa, undefined="both always name one place"),
        NamedFigure.of(WRITTEN_TV, distance),
        NamedFigure.of(WRITTEN_EXPECTED_TV, plain),
    )
    families = [Family(by=by, wanted=wanted) for by in GROUPS]
    others = report(wide, families)
    # Of the questions that were not to be written, nothing is missing.
    return [*found, *(replace(score, n_missing=0) for score in others)]


def _shares(metric: str, table: ItemTable, grouping: Grouping, asked: BoolArray) -> Iterator[Score]:
    column, stems = table.values[metric], table.clusters.codes
    for code, scope in enumerate(grouping.scopes):
        inside = asked & (grouping.codes == code)
        known = inside & np.isfinite(column)
        if not inside.any():
            continue
        won = np.bincount(stems[known], column[known])
        share = share_of_units(won, np.bincount(stems[known]))
        few = share.n_units < MIN_STEMS
        yield scored(
            metric,
            share.value,
            scope,
            int(known.sum()),
            too_few(share.n_units) if few else "Wilson, stems as units",
            n_missing=int(inside.sum() - known.sum()),
            n_clusters=share.n_units,
            ends=NO_ENDS if few else (share.low, share.high),
        )


def _with_kappa(table: ItemTable) -> tuple[ItemTable, Figure]:
    """The table with a column for each rater and place, and kappa as a figure of their means."""
    first, second = table.values[SCORED_OPTION], table.values[WRITTEN_OPTION]
    both = np.isfinite(first) & np.isfinite(second)
    places = np.unique(np.concatenate([first[both], second[both]])).tolist()
    columns = {SAME: _marked(first == second, both)}
    for place in places:
        columns[f"{SCORED_OPTION}_{place}"] = _marked(first == place, both)
        columns[f"{WRITTEN_OPTION}_{place}"] = _marked(second == place, both)
    names = tuple(columns)

    def kappa(same: FloatArray, *marks: FloatArray) -> FloatArray:
        if not marks:
            return np.full(np.shape(same), np.nan)
        return kappa_of_means(same, np.stack(marks[::2]), np.stack(marks[1::2]))

    wide = replace(table, values={**table.values, **columns})
    return wide, Figure(columns=names, of_means=kappa, interval=True)


def _marked(is_so: BoolArray, known: BoolArray) -> FloatArray:
    return np.where(known, is_so.astype(np.float64), np.nan)


WRITTEN = Analysis(
    compute=written_agreement,
    provides=(*SHARES, WRITTEN_KAPPA, WRITTEN_TV, WRITTEN_EXPECTED_TV),
)
