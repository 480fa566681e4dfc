"""Parts of a study's tables: rows, intervals, and why an interval is missing.

Knows results; computes nothing and does not know the order of tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.records import Score
from leaderboard.report.table import NOT_SCORED, Entry, Table, entry, p_text
from leaderboard.study.dimensions import OVERALL
from leaderboard.study.means import HARDLY_RATED, HELD_FIXED, TOO_FEW
from leaderboard.study.results import HARDLY_VARIES, Results

PAPER = "*"


def table(
    name: str, title: str, head: tuple[str, ...], rows: Sequence[tuple[Entry, ...]], caption: str
) -> Table:
    """A table whose first column names its rows."""
    return Table(
        name=name,
        title=title,
        caption=caption,
        head=head,
        labels=1,
        groups=(tuple(rows),),
        notes=(),
        records=(),
    )


def dimensions(found: Results) -> list[tuple[str, str]]:
    """Name and title of each dimension, and last those of the mean of all."""
    every = found.key.dimensions.every
    named = [(one.name, f"{one.title} {PAPER}" if one.paper else one.title) for one in every]
    return [*named, (OVERALL, OVERALL)]


def and_raters(found: Results, factor: str) -> str:
    """Words on whether intervals by model or country are also over other raters."""
    fixed = {
        HELD_FIXED in score.method
        for score in found.scores
        if score.metric == "mean_rating" and factor in score.scope and not math.isnan(score.low)
    }
    if fixed == {True, False}:
        return " and, where six or more raters rated, other raters"
    return " and other raters" if fixed == {False} else ", the same raters (fewer than six)"


def interval(score: Score | None, *, signed: bool = False, without: str = "") -> Entry:
    """A figure and the ends of its interval, or why it has none."""
    if score is None:
        return Entry(text=NOT_SCORED)
    value = entry(score.value, 2, signed=signed).text
    if math.isnan(score.value):
        return Entry(text=value)
    if math.isnan(score.low):
        return Entry(text=f"{value} [{without or _why(score)}]")
    low, high = (entry(end, 2, signed=signed).text for end in (score.low, score.high))
    return Entry(text=f"{value} [{low}…{high}]")


def _why(score: Score) -> str:
    """Why a figure has no interval, according to its method."""
    return next((why for why in (HARDLY_VARIES, HARDLY_RATED) if why in score.method), TOO_FEW)


def p_entry(value: float) -> Entry:
    """A p-value."""
    return Entry(text=NOT_SCORED if math.isnan(value) else p_text(value))
