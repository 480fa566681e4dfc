"""The results of a study on the terminal and as Markdown.

Knows results; computes nothing. Both show the same tables: every figure with its interval, or why
there is none, and below each table how to read it.
"""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table as RichTable
from rich.text import Text

from leaderboard.report.escaping import markdown
from leaderboard.report.table import Table
from leaderboard.report.writing import markdown_table
from leaderboard.study.results import Results
from leaderboard.study.tables import tables
from leaderboard.tables.table_parts import NARROWEST
from leaderboard.tables.tables import render

WIDTH = 100
BESIDE = 3  # columns with intervals that fit on a line; with more, intervals go below the figures


def heading(found: Results) -> list[str]:
    """What was rated and by whom, in a few sentences."""
    key = found.key
    models = ", ".join(model.label for model in key.models)
    cells = len({story.cell for story in key.stories.values()})
    lines = [
        f"Study {key.study}: {len(key.stories)} stories in {cells} cells (nationality by concept), "
        f"proxy {key.proxy}, of {models}.",
        f"{len(found.raters)} raters, {len(key.dimensions.every)} dimensions from "
        f"{key.dimensions.low} (worst) to {key.dimensions.high} (best).",
        f"Rule: {found.rule}. Dropped: {', '.join(found.dropped) or 'nobody'}.",
    ]
    return [*lines, *(f"Note: {note}." for note in found.notes)]


def terminal(found: Results, width: int = WIDTH) -> str:
    """Heading and tables as text."""
    shown = [render(_rich(table), width) for table in tables(found)]
    return "\n".join([*heading(found), "", *shown])


def markdown_page(found: Results) -> str:
    """The same as a Markdown page."""
    parts = ["# What people say of the stories", *map(markdown, heading(found))]
    for table in tables(found):
        parts += [f"## {markdown(table.title)}", markdown_table(table).rstrip("\n")]
        parts.append(markdown(table.caption))
    return "\n\n".join(parts) + "\n"


def _rich(table: Table) -> RichTable:
    """A table for the terminal; with many columns, intervals go below their figures."""
    shown = RichTable(
        title=Text(table.title, style="bold"),
        title_justify="left",
        caption=Text(f"\n{table.caption}"),
        caption_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        min_width=NARROWEST,
    )
    rows = [row for group in table.groups for row in group]
    wide = sum(any("[" in row[at].text for row in rows) for at in range(len(table.head)))
    for at, head in enumerate(table.head):
        shown.add_column(
            Text(head), justify="left" if at < table.labels else "right", vertical="top"
        )
    for row in rows:
        cells = [cell.text.replace(" [", "\n[") if wide > BESIDE else cell.text for cell in row]
        shown.add_row(*(Text(cell) for cell in cells))
    return shown
