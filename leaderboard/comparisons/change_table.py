"""The table of `compare`: changes by group, and which of them are paired by question.

Knows rows of changes; no run and no baseline.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from benchmark.records import Score
from benchmark.runs.against_baseline import UNPAIRED
from leaderboard.tables.summary import NOT_SCORED

WIDTH = 100
MARK = "*"  # after a change that is not paired
TOO_FEW = "too few"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One group's figures; ``before`` or ``now`` is NaN if that run has no score of the group."""

    group: str
    before: float
    now: float
    change: Score
    better_up: bool | None

    @property
    def paired(self) -> bool:
        """Whether the change is over the same questions, not between two figures."""
        return not self.change.method.startswith(UNPAIRED)

    @property
    def verdict(self) -> str:
        """Better or worse if the interval excludes zero, else empty."""
        low, high = self.change.low, self.change.high
        if self.better_up is None or not (low > 0 or high < 0):
            return ""
        return "better" if (low > 0) is self.better_up else "worse"


def change_table(rows: Sequence[Row], metric: str) -> Table:
    """One row a group; the caption holds only what applies to these rows."""
    table = Table(
        title=Text(f"Change of {metric}", style="bold"),
        title_justify="left",
        caption=Text("\n" + " ".join(_sentences(rows, metric))),
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("group")
    for head in ("n", "before", "now", "change"):
        table.add_column(head, justify="right")
    table.add_column("")
    for row in rows:
        table.add_row(
            Text(row.group),
            str(row.change.n),
            _number(row.before),
            _number(row.now),
            _change_text(row),
            row.verdict,
        )
    return table


def _sentences(rows: Sequence[Row], metric: str) -> Iterator[str]:
    paired = any(row.paired for row in rows)
    unpaired = any(not row.paired for row in rows)
    yield f"before, now: {metric} of each run."
    yield "change: now less before, with its interval of 95 %."
    if paired:
        unmarked = f" of changes without {MARK}" if unpaired else ""
        yield f"n{unmarked}: the questions that both scored; the change is over these."
    if unpaired:
        yield (
            f"{MARK}: not paired by question but taken from the two figures and their intervals, "
            "which is too wide if anything; n is the smaller of the two runs'."
        )
    yield "better, worse: the interval excludes zero."
    if len(rows) > 1 and paired:
        yield (
            "Many groups are tested: where nothing changed, about one paired change in forty is "
            "called better by chance, and one in forty worse."
        )
    if len(rows) > 1 and unpaired:
        yield f"Of changes with {MARK}, mostly fewer are."


def _change_text(row: Row) -> str:
    """The change with its interval, or why it has none."""
    change, mark = row.change, "" if row.paired else f" {MARK}"
    if math.isnan(change.value):
        return NOT_SCORED
    if not math.isnan(change.low):
        return f"{change.value:+z.3f} [{change.low:+z.3f}, {change.high:+z.3f}]{mark}"
    why = TOO_FEW if TOO_FEW in change.method else "no interval"
    return f"{change.value:+z.3f} ({why}){mark}"


def _number(value: float) -> str:
    return NOT_SCORED if math.isnan(value) else f"{value:z.3f}"
