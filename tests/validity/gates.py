"""Rows of docs/validity.md: verdicts and changes.

Knows gates, comparisons and replays; not how tables are made.
"""

from __future__ import annotations

from tests.validity.figure import Figure

GATES: tuple[Figure, ...] = (
    Figure(
        names=("change of a mean",),
        estimates="change over the same questions, paired by stem",
        pending=True,
    ),
    Figure(
        names=("change of two figures",),
        estimates="change between two figures that cannot be paired",
        pending=True,
    ),
    Figure(
        names=("gate min", "gate max"),
        estimates="whether a figure is above, or below, a threshold",
        pending=True,
    ),
    Figure(
        names=("gate non-inferiority",),
        estimates="whether a figure fell by less than the margin",
        pending=True,
    ),
    Figure(names=("gate no regression",), estimates="whether a figure did not fall", pending=True),
    Figure(
        names=("gate gap",), estimates="whether groups differ by less than a bound", pending=True
    ),
    Figure(
        names=("gate worst",),
        estimates="whether the worst group is above a threshold",
        pending=True,
    ),
    Figure(
        names=("replay difference",),
        estimates="largest difference of a score from the one that is stored",
    ),
)
