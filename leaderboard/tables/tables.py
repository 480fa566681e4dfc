"""Tables for people: one run, one suite of a board; rich Tables from records.

Knows nothing of files or terminals: `render` gives text of a stated width, without colour unless
asked. A similarity never stands without its floors, nor a number without its n.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.suite.protocol import shipped_layout
from benchmark.vocabulary import Reading
from leaderboard.board.board import Board, BoardRow, is_sampled, row_of_run
from leaderboard.tables.plain_tables import declared_table, generic_table, summary_table
from leaderboard.tables.summary import NOT_SCORED, ends
from leaderboard.tables.table_parts import LEAST_LABEL, blank, model_cell, run_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmark.records import Score
    from benchmark.runs.run import Run
    from benchmark.suite.layout import Layout

__all__ = ["NOT_SCORED", "board_tables", "render", "run_table"]

MAIN = "js_similarity"
BLOCKS: tuple[tuple[Reading, str], ...] = (
    ("substantive", "substantive options"),
    ("printed", "all options as printed"),
)
PROXY_ORDER = (
    *("country", "food", "sports", "objects", "brands", "geography", "tradition", "pop-culture"),
    *("income-low", "income-high", "none", "blank", "other-country"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One metric as a column; ``interval`` puts low…high on a second line."""

    head: str
    metric: str
    decimals: int = 3
    interval: bool = False


RUN_COLUMNS = (
    Column(head="simi-\nlarity", metric=MAIN, interval=True),
    Column(head="uni-\nform", metric="floor_uniform"),
    Column(head="world\nmean", metric="floor_world_average"),
    Column(head="best\nblind", metric="floor_best_blind"),
    Column(head="ceil-\ning", metric="ceiling"),
    Column(head="skill", metric="skill_world_average", decimals=2, interval=True),
)
BOARD_COLUMNS = (
    *RUN_COLUMNS[:4],
    Column(head="skill", metric="skill_world_average", decimals=2),
)
MASS = Column(head="option\nmass", metric="option_mass")
CAPTION = (
    "\nsimilarity: 1 - Jensen-Shannon distance between the model's and the people's answers, mean "
    "over questions (1 = alike); below it the interval low…high, or why there is none. Floors, "
    "reached without any model: uniform = all options equally likely; world mean = average of all "
    "other countries; best blind = the best single answer for every country. {ceiling}"
    "skill: share of the way from world mean (0) to ceiling (1), over questions that some other "
    "country was asked too. n: answers scored; missing: "
    "nobody was asked in that country, or the model gave no usable answer. option mass: "
    "probability the model gave to the offered options at all. Substantive options leave out "
    f"“don't know” and the like. {NOT_SCORED}: not scored."
)
CEILING = "Ceiling: a fresh sample of respondents. "
OF_DRAWS = (
    "Sampled: shares are those of a few written answers, which makes similarities lower; floors "
    "and ceiling are told by as many draws. "
)


def run_table(run: Run, *, layout: Layout | None = None) -> Table:
    """One run: by proxy where it has similarities, else the lines of its suite's layout.

    ``layout`` is that of the shipped suite of its name unless given; without lines in it, every
    score over everything.
    """
    row = row_of_run(run, file="")
    table = blank(run_title(run, row))
    if not _has_main(row.scores):
        shown = layout or shipped_layout(run.suite)
        return (
            summary_table(table, run, shown) if shown.lines else generic_table(table, [("", row)])
        )
    _columns(table, "proxy", RUN_COLUMNS)
    proxies = {score.scope["proxy"] for score in row.scores if score.scope}
    for reading, heading in BLOCKS:
        _heading(table, heading)
        for proxy in sorted(proxies, key=_proxy_order):
            scores = [score for score in row.scores if score.scope.get("proxy") == proxy]
            _add(table, Text(proxy), scores, reading, RUN_COLUMNS)
        _add(table, Text("overall", style="bold"), _overall(row.scores), reading, RUN_COLUMNS)
    table.caption = Text(CAPTION.format(ceiling=CEILING + _of_draws(row)))
    return table


def board_tables(board: Board, suite: str, *, layout: Layout | None = None) -> list[Table]:
    """One suite of a board: overall figures, a table for each set of rows that were asked the same.

    Only those may be compared. The last table explains the columns. ``layout`` as in `run_table`.
    """
    rows = [row for row in board.rows if row["suite"] == suite]
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row["comparable"])]
    shown = layout or shipped_layout(suite)
    return [_group_table(group, shown, last=group is groups[-1]) for group in groups]


def _group_table(rows: Sequence[BoardRow], layout: Layout, *, last: bool) -> Table:
    noun = "run" if len(rows) == 1 else "runs"
    title = f"Leaderboard of {rows[0]['suite']}, {len(rows)} {noun} on: {rows[0]['measured_on']}"
    table = blank(Text(title, style="bold"))
    if not any(_has_main(row.scores) for row in rows):
        if layout.columns:
            return declared_table(table, rows, layout, last=last)
        return generic_table(table, [(row["model"], row) for row in rows])
    _columns(table, "model", BOARD_COLUMNS)
    for reading, heading in BLOCKS:
        _heading(table, heading)
        for row in rows:
            _add(table, model_cell(row), _overall(row.scores), reading, BOARD_COLUMNS)
    table.caption = Text(CAPTION.format(ceiling=_of_draws(rows[0]))) if last else None
    return table


def _of_draws(row: BoardRow) -> str:
    return OF_DRAWS if is_sampled(row) else ""


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


# --- parts ---------------------------------------------------------------------------------


def _columns(table: Table, label: str, columns: Sequence[Column]) -> None:
    table.add_column(label, vertical="top", overflow="fold", min_width=LEAST_LABEL)
    for head in [*(column.head for column in columns), "n", "miss-\ning", MASS.head]:
        table.add_column(head, justify="right", no_wrap=True, vertical="top")


def _heading(table: Table, text: str) -> None:
    table.add_section()
    table.add_row(Text(text, style="italic"))


def _add(
    table: Table, label: Text, scores: Sequence[Score], reading: Reading, columns: Sequence[Column]
) -> None:
    main = _find(scores, MAIN, reading)
    counts = [str(main.n), str(main.n_missing)] if main else [NOT_SCORED, NOT_SCORED]
    cells = [_cell(_find(scores, column.metric, reading), column) for column in columns]
    mass = _cell(_find(scores, MASS.metric, reading), MASS)
    table.add_row(label, *cells, *counts, mass)


def _cell(score: Score | None, column: Column) -> str:
    if score is None or math.isnan(score.value):
        return NOT_SCORED
    value = _fixed(score.value, column.decimals)
    return f"{value}\n{ends(score, column.decimals)}" if column.interval else value


def _fixed(value: float, decimals: int) -> str:
    return f"{round(value, decimals) + 0.0:.{decimals}f}"  # + 0.0: no minus before a zero


def _find(scores: Iterable[Score], metric: str, reading: Reading) -> Score | None:
    found = {score.reading: score for score in scores if score.metric == metric}
    return found.get(reading, found.get(""))


def _overall(scores: Iterable[Score]) -> list[Score]:
    return [score for score in scores if not score.scope]


def _has_main(scores: Iterable[Score]) -> bool:
    return any(score.metric == MAIN for score in _overall(scores))


def _proxy_order(proxy: str) -> tuple[int, str]:
    known = PROXY_ORDER.index(proxy) if proxy in PROXY_ORDER else len(PROXY_ORDER)
    return known, proxy
