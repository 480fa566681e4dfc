"""What the terminal shows: header lines before the run, tables and verdicts after it.

Knows runs, boards and tables; changes nothing. Rich tables are rendered to text, because a
replaced terminal reporter breaks under xdist (DESIGN §7, trap 7).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmark.engine import noise_document as determinism
from benchmark.engine.sampled import sampled_by
from benchmark.errors import BoardProblem
from benchmark.gates import Verdict
from benchmark.models.described import COUNTS
from benchmark.plugin import gating, stopping
from benchmark.plugin.picture_line import picture_line
from benchmark.plugin.session import RunSession
from benchmark.plugin.stopping import Stop
from benchmark.plugin.suite_run import SuiteRun
from benchmark.plugin.suite_session import SuiteSession
from benchmark.records import ModelIdentity
from benchmark.runs.run import Run
from benchmark.settings import Settings
from benchmark.suite.several_sets import set_of
from leaderboard.board import board
from leaderboard.comparisons.transfer import METRIC, letter, transfer_table, transfers
from leaderboard.tables import tables
from leaderboard.tables.findings import findings

WIDEST = 140
SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A session at its end; ``counts`` are answers computed and read from the store."""

    runs: Mapping[str, SuiteRun]
    verdicts: Sequence[Verdict]
    problems: Sequence[str]
    stops: Sequence[Stop]
    settings: Settings
    counts: tuple[int, int]


def header(session: RunSession) -> list[str]:
    """Model, data and store of each suite."""
    lines = []
    for suite in session.suites.values():
        meta, selection = suite.suite.meta, suite.selection
        lines.append(
            f"{suite.name} {meta.version}: {len(selection.cases)} cases"
            + (f", {len(selection.excluded)} cells cannot exist" if selection.excluded else "")
        )
        lines += [f"  {line}" for line in suite.suite.header()]
        if suite.prepared is not None:
            lines += _answerers(suite, computes=session.provider.computes)
        if suite.settings.shard is not None:
            lines.append(f"  {suite.settings.shard}: {len(suite.mine)} of these cases, whole units")
        if suite.run is not None and suite.run.n_resumed:
            lines.append(f"  continuing an interrupted run: {suite.run.n_resumed} cases are done")
    if session.runs:
        lines.append(f"  store {session.settings.store}")
    return lines


def _answerers(suite: SuiteSession, *, computes: bool) -> list[str]:
    identity = suite.identity
    about = (identity.backend, identity.device_kind, identity.dtype, _asked(identity))
    costly = picture_line(suite.suite, suite.settings, identity) if computes else ""
    return [
        f"  model {identity.name} = {identity.model_id} @ {identity.revision[:19]}, "
        + ", ".join(part for part in about if part),
        *([costly] if costly else []),
        *(_encoder(one) for one in suite.answerers.encoders.values()),
    ]


def _asked(identity: ModelIdentity) -> str:
    """How choices are asked for: after shared prefixes, each in full, or by written answers."""
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


def summary(reporter: Any, outcome: Outcome) -> None:
    """Print the result tables, what is missing and why, the gates, and where the files are."""
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    for name, run in outcome.runs.items():
        reporter.section(f"{name}: {run.suite.meta.title}", sep="=")
        if run.was_run:
            _run(reporter, run, width)
        else:
            reporter.write_line("no case was run; nothing was written", yellow=True)
        _exclusions(reporter, run)
    for suite, lines in _between_sets(outcome.runs, width):
        reporter.section(f"{suite}: transfer between sets", sep="=")
        for line in lines:
            reporter.write_line(line)
    _board(reporter, outcome, width)
    if outcome.verdicts or outcome.problems:
        reporter.section("gates and problems", sep="-")
        for verdict in outcome.verdicts:
            reporter.write_line(verdict.sentence, green=verdict.holds, red=not verdict.holds)
        for problem in outcome.problems:
            reporter.write_line(problem, red=True)
    gating.count_failed(reporter, outcome.verdicts)
    stopping.print_stops(reporter, outcome.stops)


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
    sentences = [
        f"{own.shard}: {len(own.rows)} of {own.n_selected} cases measured, {len(own.failed)} failed"
    ]
    if run.is_empty_shard:
        sentences = [f"{own.shard} is empty: there are fewer units than shards"]
    if own.n_absent:
        sentences.append(f"{own.shard} is unfinished: the same command continues it")
    elif run.merged is not None:
        sentences.append(f"all {own.shard.of} shards are there and were merged")
    elif waiting := ", ".join(map(str, run.waiting_for())):
        sentences.append(f"waiting for {waiting}: the shard that ends last merges them")
    if run.settings.gates and run.merged is None:
        sentences.append("gates wait for the other shards")
    return sentences


def _exclusions(reporter: Any, run: SuiteRun) -> None:
    """Print the most frequent reasons; the run file has every cell's."""
    reasons = Counter(entry.reason for entry in run.run.excluded).most_common()
    for reason, count in reasons[:SHOWN]:
        reporter.write_line(f"cannot exist: {count} {'cell' if count == 1 else 'cells'}, {reason}")
    rest = sum(count for _, count in reasons[SHOWN:])
    if rest:
        reporter.write_line(f"cannot exist: {rest} more cells; the run file has each reason")


def _between_sets(runs: Mapping[str, SuiteRun], width: int) -> Iterator[tuple[str, list[str]]]:
    """The name of each suite with runs over several sets, and the lines about them."""
    suites = dict.fromkeys(run.suite.meta.name for name, run in runs.items() if set_of(name))
    for suite in suites:
        mine = {
            set_of(name): run
            for name, run in runs.items()
            if run.suite.meta.name == suite and run.was_run and run.finished is not None
        }
        if len(mine) > 1:
            yield suite, _transfers(mine, width)


def _transfers(runs: Mapping[str, SuiteRun], width: int) -> list[str]:
    """Whether countries with low scores on one set have low scores on the others."""
    finished = {letter(k): run.finished for k, run in enumerate(runs.values()) if run.finished}
    lines = [", ".join(f"{name}: {of}" for name, of in zip(finished, runs, strict=True))]
    found, problems = [], []
    for a, b in combinations(finished, 2):
        pair: dict[str, Run] = {a: finished[a], b: finished[b]}
        try:
            found += transfers(pair)
        except BoardProblem as problem:
            problems.append(f"no correlation: {problem}")
    if found:
        lines.append(tables.render(transfer_table(found, METRIC), width).rstrip())
        files = " ".join(str(run.path) for run in runs.values())
        lines.append(f"again: python -m leaderboard transfer {files}")
    return [*lines, *problems]


def _board(reporter: Any, outcome: Outcome, width: int) -> None:
    settings = outcome.settings
    reporter.section("leaderboard", sep="=")
    shown: set[str] = set()
    for name, run in outcome.runs.items():
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
    computed, stored = outcome.counts
    reporter.write_line(f"leaderboard: {settings.leaderboard}")
    reporter.write_line(f"answers:     {computed} computed, {stored} read from {settings.store}")


def _odd_answers(reporter: Any, run: SuiteRun) -> None:
    """Print the model's counts of unusual answers."""
    model: Any = run.run.provenance.get("model") or {}
    for name, count in model.get(COUNTS, {}).items():
        if count:
            label = name if " " in name else name.replace("_", " ")
            reporter.write_line(f"{label}: {count}", yellow=True)


def _rows(reporter: Any, path: Path, run: SuiteRun, width: int) -> None:
    """Print the board's rows of the run's suite, or why there are none."""
    try:
        document = board.read_board(path)
    except BoardProblem as problem:
        reporter.write_line(str(problem), red=True)
        return
    meta = run.suite.meta
    for table in tables.board_tables(document, meta.name, layout=meta.layout):
        table.caption = None  # the run's own table has just explained the columns
        reporter.write_line(tables.render(table, width).rstrip() + "\n")
