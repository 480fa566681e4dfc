"""Does the model know when it knows? Calibration error and Brier score, by group and overall.

Knows the question table; no picture. Only questions with a confidence count: a generated answer
has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.analyses.item_table import IntArray, ItemTable
from benchmark.analyses.questions.question_cells import mean_scores
from benchmark.analyses.questions.question_table import CORRECT, OF_GROUP, question_table
from benchmark.metrics.calibration import (
    LEAST_IN_BIN,
    brier_parts,
    expected_calibration_error,
)
from benchmark.records import AnswerReader, CaseRecord, Score

CONFIDENCE, BRIER = "confidence", "brier"
GROUPS: tuple[tuple[str, ...], ...] = (
    *((), ("proxy",), ("topic",), ("country",)),
    *((group,) for group in OF_GROUP),
)
LEAST = 5 * LEAST_IN_BIN  # below, there are too few bins to see a curve
PARTS: Mapping[str, bool | None] = {
    "brier": False,
    "reliability": False,
    "resolution": True,
    "uncertainty": None,
    "within": None,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """``ece``: how far confidence and accuracy lie apart, corrected for the number of questions.

    ``ece_plain`` without the correction, ``ece_perfect`` what the plain one would be by noise
    alone. ``brier``: mean of the suite's own score over all options. ``brier_top`` and its parts
    ``brier_reliability``, ``brier_resolution``, ``brier_uncertainty``, ``brier_within`` are of "the
    answer given is right" alone. ``confidence``: mean; less ``accuracy`` it is overconfidence.
    """

    name: str = "calibration_error"

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({CORRECT, CONFIDENCE})

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,  # noqa: ARG002 - the items carry all that is needed
        *,
        rng: np.random.Generator,  # noqa: ARG002 - nothing is drawn
    ) -> Sequence[Score]:
        """The scores of every scope; none where no answer has a confidence."""
        table = question_table(records)
        known = np.isfinite(table.values[CORRECT]) & np.isfinite(table.values[CONFIDENCE])
        if not known.any():
            return []
        return [score for by in GROUPS for score in _family(table, by, np.flatnonzero(known))]


def _family(table: ItemTable, by: Sequence[str], known: IntArray) -> Iterator[Score]:
    grouping = table.group(by)
    yield from mean_scores(table, grouping, CONFIDENCE, CONFIDENCE, None)
    if np.isfinite(table.values[BRIER]).any():
        yield from mean_scores(table, grouping, BRIER, BRIER, False)
    scope = grouping.codes[known]
    order = np.argsort(scope, kind="stable")
    ends = np.searchsorted(scope[order], np.arange(len(grouping.scopes) + 1))
    for place, size in enumerate(grouping.sizes.tolist()):
        rows = known[order[ends[place] : ends[place + 1]]]
        yield from _of_scope(table, rows, grouping.scopes[place], size)


def _of_scope(
    table: ItemTable, rows: IntArray, scope: Mapping[str, str], size: int
) -> Iterator[Score]:
    nothing = Score(metric="ece", value=float("nan"), scope=scope, n=len(rows))
    empty = replace(nothing, n_missing=size - len(rows), higher_is_better=False)
    if len(rows) < LEAST:
        yield replace(empty, method=f"too few ({len(rows)} < {LEAST} questions)")
        return
    sure, right = table.values[CONFIDENCE][rows], table.values[CORRECT][rows]
    found = expected_calibration_error(sure, right, table.clusters.codes[rows])
    how = f"{found.bins} bins of equal mass"
    yield replace(
        empty,
        value=found.value,
        low=found.low,
        high=found.high,
        method=f"{how}, less noise; delta method, 95 %",
    )
    yield replace(empty, metric="ece_plain", value=found.plain, method=how)
    perfect = replace(empty, metric="ece_perfect", value=found.perfect, higher_is_better=None)
    yield replace(perfect, method=f"{how}, if every confidence were right")
    parts = brier_parts(sure, right)
    for name, better in PARTS.items():
        metric, value = "brier_top" if name == "brier" else f"brier_{name}", getattr(parts, name)
        yield replace(empty, metric=metric, value=value, method=how, higher_is_better=better)
