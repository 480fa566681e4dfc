"""What every table for a terminal has: its frame, a run's title, a model's cell.

Knows runs and rows of a board; no metric.
"""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from benchmark.engine.sampled import sampled_by
from benchmark.runs.run import Run
from benchmark.vocabulary import A_RULE, RANDOM_WEIGHTS
from leaderboard.board.board import BoardRow
from leaderboard.board.migrating import SELF_REPORTED

LEAST_LABEL = 11
NARROWEST = 72  # a narrow table would squeeze its caption
ELSEWHERE = "\n  answers something\n  else: not ranked"  # two lines, as the cell is narrow
KINDS = {
    A_RULE: "reference: a rule, not a model",
    RANDOM_WEIGHTS: "random weights: it tests the harness, its answers mean nothing",
}


def blank(title: Text) -> Table:
    """A table without columns yet."""
    return Table(
        title=title,
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=0,
        min_width=NARROWEST,
    )


def run_title(run: Run, row: BoardRow) -> Text:
    """Suite, model and configuration, and whatever keeps the run from being a model's full one."""
    lines = [f"{run.suite} {run.suite_version}: {run.model.name}", f"config {run.config_digest}"]
    if row["kind"]:
        lines.append(KINDS[row["kind"]])
    if (way := sampled_by(run.model)) is not None:
        lines.append(way.words)
    if not run.complete:
        lines.append(f"PARTIAL: {', '.join(run.partial_because) or 'not all cases measured'}")
    lines.append(f"{len(run.rows)} of {run.n_selected} cases measured, {len(run.failed)} failed")
    return Text("\n".join([lines[0], " · ".join(lines[1:])]), style="bold")


def model_cell(row: BoardRow) -> Text:
    """The model, what it is, and how far the row was checked."""
    about = [
        row["kind"],
        "" if row.complete else "PARTIAL",
        row["config_digest"],
        row.trust if row.trust != SELF_REPORTED else "",
    ]
    cell = Text("\n  ".join([row["model"], *filter(None, about)]))
    return cell.append(ELSEWHERE, style="red") if row.answers_otherwise else cell
