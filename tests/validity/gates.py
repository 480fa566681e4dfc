"""Rows of docs/validity.md: verdicts and changes.

Knows gates, comparisons and replays; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure
from tests.validity.gates_simulated import (
    changed,
    fails_gap,
    fails_worst,
    passes_min,
    passes_non_inferiority,
    unpaired,
)

GATES: tuple[Figure, ...] = (
    Figure(
        names=("change of a mean",),
        estimates="change over the same questions, paired by stem",
        intervals=changed,
    ),
    Figure(
        names=("change of two figures",),
        estimates="change between two figures that cannot be paired",
        intervals=unpaired,
    ),
    Figure(
        names=("gate min", "gate max"),
        estimates="whether a figure is above, or below, a threshold",
        wrong=passes_min,
        note="wrong: passes exactly on the threshold; half of what two-sided intervals miss, and "
        "under skew nearly all of it",
    ),
    Figure(
        names=("gate non-inferiority", "gate no regression"),
        estimates="whether a figure fell by less than the margin, or not at all",
        wrong=passes_non_inferiority,
        at_most=0.035,
        note="wrong: passes with a change of exactly minus the margin",
        repetitions=4_000,
    ),
    Figure(
        names=("gate gap",),
        estimates="whether groups differ by less than a bound",
        wrong=fails_gap,
        note="wrong: fails ten equal groups for a gap above 0",
        repetitions=400,
        sample=20,
    ),
    Figure(
        names=("gate worst",),
        estimates="whether the worst group is above a threshold",
        wrong=fails_worst,
        note="wrong: fails one of ten groups exactly on the threshold",
        repetitions=1_000,
    ),
    Figure(
        names=("replay difference",),
        estimates="largest difference of a score from the one that is stored",
    ),
)
