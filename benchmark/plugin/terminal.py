"""What a person reads: header lines before the run, tables and verdicts after it.

Knows runs, boards and tables; changes nothing. Rich tables are rendered to text, because a
replaced terminal reporter breaks under xdist (DESIGN §7, trap 7).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.engine import noise_floor as determinism
from benchmark.engine.sampled import sampled_by
from benchmark.errors import BoardProblem
from benchmark.models.described import COUNTS
from benchmark.plugin import between_sets, gating, stopping, traffic
from benchmark.plugin.picture_line import picture_line
from benchmark.plugin.state import RunState
from benchmark.plugin.suite_run import SuiteRun
from benchmark.records import ModelIdentity
from leaderboard.board import board
from leaderboard.tables import tables
from leaderboard.tables.findings import findings

if TYPE_CHECKING:
    from benchmark.plugin.controller import Controller

WIDEST = 140
SHOWN = 5


def header(state: RunState, runs: Mapping[str, SuiteRun]) -> list[str]:
    """Model, data and store of each suite."""
    lines = []
    for name, suite in state.suites.items():
        meta, selection = suite.suite.meta, suite.selection
        lines.append(
            f"{name} {meta.version}: {len(selection.cases)} cases"
            + (f", {len(selection.excluded)} cells cannot exist" if selection.excluded else "")
        )
        lines += [f"  {line}" for line in suite.suite.header()]
        identity = state.identities.get(name)
        if identity is not None:
            lines.append(
                f"  model {identity.name} = {identity.model_id} @ {identity.revision[:19]}, "
                + ", ".join(
                    part
                    for part in (
                        identity.backend,
                        identity.device_kind,
                        identity.dtype,
                        _asked(identity),
                    )
                    if part
                )
            )
            costly = picture_line(suite.suite, state.settings, identity)
            lines += [costly] if costly else []
        lines += [_encoder(one) for one in state.encoders.get(name, {}).values()]
        if state.settings.shard is not None:
            lines.append(f"  {state.settings.shard}: {len(suite.mine)} of these cases, whole units")
        if name in runs and runs[name].n_resumed:
            lines.append(f"  continuing an interrupted run: {runs[name].n_resumed} cases are done")
    if runs:
        lines.append(f"  store {state.settings.store}")
    return lines


def _asked(identity: ModelIdentity) -> str:
    """How choices are asked for: behind shared prefixes, each in full, or by written answers."""
    if (way := sampled_by(identity)) is not None:
        return way.words
    return f"{identity.scoring.split()[0]} prompts" if identity.scoring else ""


def _encoder(identity: ModelIdentity) -> str:
    about = (identity.revision[:19], identity.device_kind, identity.dtype)
    kind = "; random weights: its vectors test the harness and mean nothing"
    return (
        f"  encoder {identity.name} @ {', '.join(about)}"
        f"{kind if '(random weights)' in identity.model_id else ''}"
    )


def summary(reporter: Any, controller: Controller) -> None:
    """The result tables, what is missing and why, the gates, and where everything lies."""
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    for name, run in controller.runs.items():
        reporter.section(f"{name}: {run.suite.meta.title}", sep="=")
        if run.was_run:
            _run(reporter, run, width)
        else:
            reporter.write_line("no case was run; nothing was written", yellow=True)
        _exclusions(reporter, run)
    for suite, lines in between_sets.sections(controller.runs, width):
        reporter.section(f"{suite}: transfer between sets", sep="=")
        for line in lines:
            reporter.write_line(line)
    _board(reporter, controller, width)
    if controller.verdicts or controller.problems:
        reporter.section("gates and problems", sep="-")
        for verdict in controller.verdicts:
            reporter.write_line(verdict.sentence, green=verdict.holds, red=not verdict.holds)
        for problem in controller.problems:
            reporter.write_line(problem, red=True)
    gating.count_failed(reporter, controller.verdicts)
    stopping.tell(reporter, controller.stops)


def _run(reporter: Any, run: SuiteRun, width: int) -> None:
    for sentence in _shard(run):
        reporter.write_line(sentence)
    layout = run.suite.meta.layout
    if run.finished is not None:
        table = tables.run_table(run.finished, layout=layout)
        reporter.write_line(tables.render(table, width).rstrip())
    for line in findings(run.run.scores, layout):
        reporter.write_line(line)
    for failure in run.run.failed[:5]:
        reporter.write_line(f"failed: {failure.reason}", red=True)
    if run.finished is not None and run.finished.partial_because:
        reporter.write_line(f"partial run: {'; '.join(run.finished.partial_because)}", yellow=True)


def _shard(run: SuiteRun) -> list[str]:
    """How far a shard has come, and what it waits for."""
    own = run.run
    if own.shard is None:
        return []
    said = [
        f"{own.shard}: {len(own.rows)} of {own.n_selected} cases measured, {len(own.failed)} failed"
    ]
    if run.is_empty_shard:
        said = [f"{own.shard} is empty: there are fewer units than shards"]
    if own.n_absent:
        said.append(f"{own.shard} is unfinished: the same command goes on with it")
    elif run.merged is not None:
        said.append(f"all {own.shard.of} shards are there and were merged")
    elif waiting := ", ".join(map(str, run.waiting_for())):
        said.append(f"waiting for {waiting}: the shard that ends last merges them")
    if run.settings.gates and run.merged is None:
        said.append("gates wait for the other shards")
    return said


def _exclusions(reporter: Any, run: SuiteRun) -> None:
    """The most frequent reasons; each cell with its own is in the run file."""
    reasons = Counter(entry.reason for entry in run.run.excluded).most_common()
    for reason, count in reasons[:SHOWN]:
        reporter.write_line(f"cannot exist: {count} {'cell' if count == 1 else 'cells'}, {reason}")
    rest = sum(count for _, count in reasons[SHOWN:])
    if rest:
        reporter.write_line(f"cannot exist: {rest} more cells; the run file has each reason")


def _board(reporter: Any, controller: Controller, width: int) -> None:
    settings = controller.state.settings
    reporter.section("leaderboard", sep="=")
    shown: set[str] = set()
    for name, run in controller.runs.items():
        suite = run.suite.meta.name
        if run.was_run:
            if run.finished is not None and suite not in shown:
                _rows(reporter, settings.leaderboard, run, width)
                shown.add(suite)
            if name != suite:
                reporter.write_line(name)
            reporter.write_line(f"determinism: {determinism.sentence(run.run.determinism)}")
            reporter.write_line(f"run file:    {run.path if run.path.exists() else 'not written'}")
            _odd_answers(reporter, run)
    computed, stored = controller.config.stash.get(traffic.COUNTS, [0, 0])
    reporter.write_line(f"leaderboard: {settings.leaderboard}")
    reporter.write_line(f"answers:     {computed} computed, {stored} read from {settings.store}")


def _odd_answers(reporter: Any, run: SuiteRun) -> None:
    """What the model counted of answers that are not as they should be."""
    model: Any = run.run.provenance.get("model") or {}
    for name, count in model.get(COUNTS, {}).items():
        if count:
            said = name if " " in name else name.replace("_", " ")
            reporter.write_line(f"{said}: {count}", yellow=True)


def _rows(reporter: Any, path: Path, run: SuiteRun, width: int) -> None:
    """The board's rows of the run's suite, or why there are none to show."""
    try:
        document = board.read_board(path)
    except BoardProblem as problem:
        reporter.write_line(str(problem), red=True)
        return
    meta = run.suite.meta
    for table in tables.board_tables(document, meta.name, layout=meta.layout):
        table.caption = None  # the run's own table has just explained the columns
        reporter.write_line(tables.render(table, width).rstrip() + "\n")
