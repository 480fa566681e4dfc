"""Tables for people: one run, one suite of a board; rich Tables from records.

Knows nothing of files or terminals: `render` gives text of a stated width, without colour unless
asked. The suite's layout says which figures are shown; no number stands without its n.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.runs.run import Run
from benchmark.suite.layout import Layout
from benchmark.suite.protocol import shipped_layout
from leaderboard.board.board import Board, BoardRow, row_of_run
from leaderboard.tables.column_tables import board_columns, has_first, run_columns
from leaderboard.tables.plain_tables import generic_table, summary_table
from leaderboard.tables.table_parts import blank, run_title


def run_table(run: Run, *, layout: Layout | None = None) -> Table:
    """One run: in its suite's columns where the layout has blocks, else in its lines.

    ``layout`` is that of the shipped suite of its name unless given; without either, and where
    the first column has no score, every score over everything.
    """
    row = row_of_run(run, file="")
    table = blank(run_title(run, row))
    shown = layout or shipped_layout(run.suite)
    if shown.blocks and has_first(row, shown):
        return run_columns(table, row, shown)
    return summary_table(table, run, shown) if shown.lines else generic_table(table, [("", row)])


def board_tables(board: Board, suite: str, *, layout: Layout | None = None) -> list[Table]:
    """One suite of a board: overall figures, a table for each set of rows that were asked the same.

    Only those may be compared. The last table explains the columns. ``layout`` as in `run_table`.
    """
    rows = [row for row in board.rows if row["suite"] == suite]
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row.asked)]
    shown = layout or shipped_layout(suite)
    several = len({row["suite_version"] for row in rows}) > 1
    return [
        _group_table(group, shown, last=group is groups[-1], version=several) for group in groups
    ]


def _group_table(
    rows: Sequence[BoardRow], layout: Layout, *, last: bool, version: bool = False
) -> Table:
    noun = "run" if len(rows) == 1 else "runs"
    suite = f"{rows[0]['suite']} {rows[0]['suite_version'] if version else ''}".rstrip()
    title = f"Leaderboard of {suite}, {len(rows)} {noun} on: {rows[0]['measured_on']}"
    table = blank(Text(title, style="bold"))
    bare = layout.blocks and not any(has_first(row, layout) for row in rows)
    if layout.columns and not bare:
        return board_columns(table, rows, layout, last=last)
    return generic_table(table, [(row["model"], row) for row in rows])


def render(table: Table, width: int, *, colour: bool = False) -> str:
    """The table as text ``width`` columns wide, or wider where a number would be cut off."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, _narrowest(table)),
        color_system="standard" if colour else None,
        force_terminal=colour,
        legacy_windows=False,
        _environ={},  # the caller says what is wanted; FORCE_COLOR and COLUMNS do not
    )
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _narrowest(table: Table) -> int:
    """Columns that the numbers need; labels fold down to their least width."""
    gaps = len(table.columns) - 1
    return gaps + sum(
        max(
            cell_len(line)
            for cell in (column.header, *column.cells)
            for line in str(cell).split("\n")
        )
        if column.no_wrap
        else column.min_width or 0
        for column in table.columns
    )
