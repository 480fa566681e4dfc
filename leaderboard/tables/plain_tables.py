"""Tables without columns of a suite's own: a run in its layout's lines, or every score as it is.

Knows layouts, scores and rows of a board; no suite. A suite without a layout is shown as it is,
metric by metric.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from benchmark.records import Score
from benchmark.runs.run import Run
from benchmark.suite.layout import Layout
from leaderboard.board.board import BoardRow, row_of_run
from leaderboard.tables.summary import NOT_SCORED, ends, lines_of, number
from leaderboard.tables.table_parts import LEAST_LABEL, blank, model_cell, run_title

LABEL = 15  # columns that the label of a line takes, if it can
CAPTION = f"\ninterval: low…high. n, missing: answers scored and not. {NOT_SCORED}: not scored."
ALL = "\nEvery score: python -m leaderboard scores RUN.json"


def summary_table(table: Table, run: Run, layout: Layout) -> Table:
    """One run in the lines of its suite's layout."""
    table.show_header = False
    table.add_column("", min_width=LABEL, overflow="fold", vertical="top")
    table.add_column("", overflow="fold")
    for said in lines_of(run.scores, layout, run.headline):
        beside = f" · {said.beside}" if said.value and said.beside else said.beside
        table.add_row(Text(f"{said.label} "), Text.assemble((said.value, "bold"), beside))
    table.caption = Text(
        f"[low…high]: 95 % interval; (too few): for an interval. {NOT_SCORED}: not scored.{ALL}"
    )
    return table


def generic_table(table: Table, rows: Sequence[tuple[str, BoardRow]]) -> Table:
    """Overall scores as they are, for suites that measure something else."""
    found = [(label, row, [s for s in row.scores if not s.scope]) for label, row in rows]
    named = any(label for label, _ in rows)
    _plain_columns(table, ["model"] if named else [])
    for _, row, scores in found:
        table.add_section()
        for place, score in enumerate(scores):
            first = model_cell(row) if place == 0 else Text()
            table.add_row(*([first] if named else []), *_plain_cells(score))
    table.caption = Text(CAPTION)
    return table


def scores_table(run: Run, *, metric: str = "", by: Sequence[str] = ()) -> Table:
    """The scores of a run whose scope has exactly the keys of ``by``, of one metric or of all."""
    table = blank(run_title(run, row_of_run(run, file="")))
    _plain_columns(table, by)
    for score in run.scores:
        if set(score.scope) == set(by) and metric in ("", score.metric, score.name):
            members = [Text(score.scope[key]) for key in by]
            table.add_row(*members, *_plain_cells(score))
    table.caption = Text(CAPTION)
    return table


def _plain_columns(table: Table, labels: Sequence[str]) -> None:
    for label in (*labels, "metric"):
        table.add_column(label, overflow="fold", min_width=LEAST_LABEL)
    for head in ("value", "interval", "n", "missing"):
        table.add_column(head, justify="right", no_wrap=True)


def _plain_cells(score: Score) -> tuple[Text | str, ...]:
    value = NOT_SCORED if math.isnan(score.value) else number(score.value, 3)
    counts = str(score.n), str(score.n_missing)
    return Text(score.name), value, ends(score, 3), *counts
