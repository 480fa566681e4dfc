"""Tables in the columns that a suite's layout declares: rows of a board, or a run by proxy.

Knows layouts, scores and rows of a board; no suite and no metric.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from rich.table import Table
from rich.text import Text

from benchmark.suite.layout import Block, Column, Layout
from benchmark.vocabulary import PROXIES, Reading
from leaderboard.board.board import BoardRow, is_sampled
from leaderboard.board.standing import OPTION_MASS, answers_otherwise
from leaderboard.tables.summary import NOT_SCORED, Scored, cell, explained, little
from leaderboard.tables.table_parts import LEAST_LABEL, model_cell

RUN, BOARD, SAMPLED = "run", "board", "sampled"


def has_first(row: BoardRow, layout: Layout) -> bool:
    """Whether the first column has a score over everything; without one the table would be bare."""
    main = layout.columns[0].metric if layout.columns else None
    return any(score.metric == main and not score.scope for score in row.scores)


def run_columns(table: Table, row: BoardRow, layout: Layout) -> Table:
    """A run: a block for each reading, and in it a row for each member and one for everything."""
    columns = [column for column in layout.columns if column.only != BOARD]
    _heads(table, layout.blocks[0].by, columns)
    for block in layout.blocks:
        _heading(table, block)
        found = Scored(row.scores, reading=cast("Reading", block.reading))
        for label, scope in _members(row, block.by):
            if answers_otherwise(mass := found.get(OPTION_MASS, scope)) and mass is not None:
                label.append(f"\nmass {little(mass.value)}", style="red")
            table.add_row(label, *(cell(found, column, scope) for column in columns))
    table.caption = Text(_caption(row, layout, columns, RUN))
    return table


def board_columns(table: Table, rows: Sequence[BoardRow], layout: Layout, *, last: bool) -> Table:
    """Rows of a board, once or in a block for each reading; the ``last`` table has the caption."""
    columns = [column for column in layout.columns if column.only != RUN]
    if not any(column.count for column in columns):
        columns += _counts(rows)
    _heads(table, "model", columns)
    for block in layout.blocks or (None,):
        if block is not None:
            _heading(table, block)
        for row in rows:
            found = _scored(row, block)
            table.add_row(model_cell(row), *(cell(found, column) for column in columns))
    table.caption = Text(_caption(rows[0], layout, columns, BOARD)) if last else None
    return table


def _scored(row: BoardRow, block: Block | None) -> Scored:
    if block is None:
        return Scored(row.scores, row["headline"])
    return Scored(row.scores, reading=cast("Reading", block.reading))


def _counts(rows: Sequence[BoardRow]) -> Iterator[Column]:
    """How many answers the headline is of, and where any row lacks some how many are missing."""
    yield Column(head="n", metric="", count="n")
    main = [Scored(row.scores, row["headline"]).get(row["headline"]) for row in rows]
    if any(score is not None and score.n_missing for score in main):
        yield Column(head="missing", metric="", count="missing")


def _heads(table: Table, label: str, columns: Sequence[Column]) -> None:
    table.add_column(label, vertical="top", overflow="fold", min_width=LEAST_LABEL)
    for column in columns:
        table.add_column(column.head, justify="right", no_wrap=True, vertical="top")


def _heading(table: Table, block: Block) -> None:
    table.add_section()
    table.add_row(Text(block.label, style="italic"))


def _members(row: BoardRow, by: str) -> Iterator[tuple[Text, Mapping[str, str]]]:
    found = {score.scope[by] for score in row.scores if by in score.scope}
    known = [proxy for proxy in PROXIES if proxy in found]
    for member in (*known, *sorted(found - set(known))):
        yield Text(member), {by: member}
    yield Text("overall", style="bold"), {}


def _caption(row: BoardRow, layout: Layout, columns: Sequence[Column], where: str) -> str:
    """The layout's notes, or its columns' own; and what the signs mean."""
    here = ("", where, *([SAMPLED] if is_sampled(row) else []))
    notes = [note.text for note in layout.notes if note.only in here]
    if not notes:
        missing = any(column.count == "missing" for column in columns)
        counts = "n, missing: answers scored and not." if missing else "n: answers scored."
        notes = [*explained(columns), counts]
    return "\n" + " ".join((*notes, f"{NOT_SCORED}: not scored."))
