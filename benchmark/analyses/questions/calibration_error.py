"""Does the model know when it knows? Calibration error and Brier score, by group and overall.

Knows the question table; no picture. Only questions with a confidence count: a generated answer
has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import IntArray, ItemTable
from benchmark.analyses.questions.question_cells import mean_scores
from benchmark.analyses.questions.question_table import CORRECT, OF_GROUP, question_table
from benchmark.analyses.reporting import scored
from benchmark.metrics.calibration import LEAST_IN_BIN, brier_parts, expected_calibration_error
from benchmark.records import Analysis, Evidence, Score

CONFIDENCE, BRIER = "confidence", "brier"
GROUPS: tuple[tuple[str, ...], ...] = (
    *((), ("proxy",), ("topic",), ("country",)),
    *((group,) for group in OF_GROUP),
)
LEAST = 5 * LEAST_IN_BIN  # below, there are too few bins to see a curve
PARTS = {
    "brier_top": "brier",
    **{f"brier_{name}": name for name in ("reliability", "resolution", "uncertainty", "within")},
}


def calibration_error(evidence: Evidence) -> list[Score]:
    """``ece``: how far confidence and accuracy lie apart, corrected for the number of questions.

    ``ece_plain`` without the correction, ``ece_perfect`` what the plain one would be by noise
    alone. ``brier``: mean of the suite's own score over all options. ``brier_top`` and its parts
    ``brier_reliability``, ``brier_resolution``, ``brier_uncertainty``, ``brier_within`` are of "the
    answer given is right" alone. ``confidence``: mean; less ``accuracy`` it is overconfidence. None
    where no answer has a confidence; written answers never have one.
    """
    table = question_table(evidence.records)
    known = np.isfinite(table.values[CORRECT]) & np.isfinite(table.values[CONFIDENCE])
    if not known.any():
        return []
    return [score for by in GROUPS for score in _family(table, by, np.flatnonzero(known))]


CALIBRATION_ERROR = Analysis(
    compute=calibration_error,
    provides=(CONFIDENCE, BRIER, "ece", "ece_plain", "ece_perfect", *PARTS),
    needs=(CORRECT,),
)


def _family(table: ItemTable, by: Sequence[str], known: IntArray) -> Iterator[Score]:
    grouping = table.group(by)
    yield from mean_scores(table, grouping, CONFIDENCE, CONFIDENCE)
    if np.isfinite(table.values[BRIER]).any():
        yield from mean_scores(table, grouping, BRIER, BRIER)
    scope = grouping.codes[known]
    order = np.argsort(scope, kind="stable")
    ends = np.searchsorted(scope[order], np.arange(len(grouping.scopes) + 1))
    for place, size in enumerate(grouping.sizes.tolist()):
        rows = known[order[ends[place] : ends[place + 1]]]
        yield from _of_scope(table, rows, grouping.scopes[place], size)


def _of_scope(
    table: ItemTable, rows: IntArray, scope: Mapping[str, str], size: int
) -> Iterator[Score]:
    def score(metric: str, value: float, method: str) -> Score:
        return scored(metric, value, scope, len(rows), method, n_missing=size - len(rows))

    if len(rows) < LEAST:
        yield score("ece", float("nan"), f"too few ({len(rows)} < {LEAST} questions)")
        return
    sure, right = table.values[CONFIDENCE][rows], table.values[CORRECT][rows]
    found = expected_calibration_error(sure, right, table.clusters.codes[rows])
    how = f"{found.bins} bins of equal mass"
    ece = score("ece", found.value, f"{how}, less noise; delta method, 95 %")
    pictures = int(np.unique(table.clusters.codes[rows]).size)
    yield replace(ece, low=found.low, high=found.high, n_clusters=pictures)
    yield score("ece_plain", found.plain, how)
    yield score("ece_perfect", found.perfect, f"{how}, if every confidence were right")
    parts = brier_parts(sure, right)
    for metric, name in PARTS.items():
        yield score(metric, getattr(parts, name), how)
