"""The controller: prepares the run, hears every report, writes the files, decides the exit code.

Registered in the main process only and only where suites are asked for. Knows pytest's session
and `SuiteRun`; measures nothing itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.engine.sampled import NAME, sampled_by
from benchmark.engine.store import ResponseStore
from benchmark.errors import BoardProblem, CultureError, UsageProblem
from benchmark.gates import Gate, Verdict, load_gates
from benchmark.models import registry
from benchmark.models.described import merged
from benchmark.models.weights import machine
from benchmark.models.weights.placement import BALANCED
from benchmark.plugin import (
    beside,
    budgets,
    devices,
    gating,
    repeatability,
    stopping,
    terminal,
    traffic,
)
from benchmark.plugin.collection import case_id_in
from benchmark.plugin.reports import reason_of, record_on, text_on
from benchmark.plugin.state import STATE, RunState, SuiteState
from benchmark.plugin.suite_run import SuiteRun
from benchmark.records import ModelIdentity
from benchmark.runs.provenance import now, provenance
from benchmark.runs.rows import Failure
from benchmark.suite.protocol import asks_choices
from leaderboard.board import board
from leaderboard.board.baseline import Baseline, load_baselines
from leaderboard.replay import replays

INTERRUPTED = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)


class Controller:
    """The hooks of the main process, in the order in which pytest calls them."""

    def __init__(self, config: pytest.Config, folders: Sequence[Path]) -> None:
        self.config = config
        self.folders = folders
        self.state: RunState = config.stash[STATE]
        self.runs: dict[str, SuiteRun] = {}
        self.gates: tuple[Gate, ...] = ()
        self.baselines: tuple[Baseline, ...] = ()
        self.verdicts: tuple[Verdict, ...] = ()
        self.problems: list[str] = []
        self.stops: list[stopping.Stop] = []
        self.started = now()
        self.workers = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Check everything that can be wrong before the first case, and before xdist's workers."""
        settings = self.state.settings
        try:
            # First, because a mistyped name would otherwise send `auto` data to the Hub.
            if settings.replay is None:
                registry.resolve(settings.model, revision=settings.revision)
            suites = [part for folder in self.folders for part in self.state.at(folder)]
            self.state.selecting.check(self.folders)
            if suites and not self.config.option.collectonly:
                self._prepare(suites)
        except CultureError as error:
            raise pytest.UsageError(str(error)) from error

    def pytest_report_header(self) -> list[str]:
        """Which model, data, device and store are in use."""
        lines = terminal.header(self.state, self.runs) + self.state.selecting.left_out()
        return lines + budgets.header(self.config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keep units whole on a worker, whatever ``--dist`` says (but ``each``).

        Without a suite the tests are somebody else's, and ``--dist`` decides.
        """
        units = {c.case_id: c.unit for s in self.state.suites.values() for c in s.selection.cases}
        if not units or config.getoption("dist") == "each":
            return None
        from benchmark.plugin.scheduler import UnitScheduling

        return UnitScheduling(config, log, units)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, specs: list[Any]) -> None:
        """One GPU a worker, where the model runs on GPUs."""
        kinds = {identity.device_kind for identity in self.state.identities.values()}
        if self.config.option.collectonly or kinds <= {"", "cpu", "mps"}:
            return
        try:
            gpus = devices.visible_gpus(machine.gpu_count(), os.environ)
            devices.assign(specs, gpus, several=self.state.settings.device == BALANCED)
        except CultureError as error:
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker the model's identity and the finished cases."""
        self.workers += 1
        traffic.send_down(self.state, node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take a worker's answer counts."""
        traffic.take_up(self.config, node)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: object
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        """A case with which the run ends is counted by itself."""
        return stopping.status(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Journal a measured case; note a failed one, or that the run ends."""
        record, stop = record_on(report, self.config), stopping.stop_on(report)
        if stop is not None:
            self.stops.append(stop)
        elif report.failed or report.skipped:
            self._note_failure(report)
        elif record is not None:
            run = self.runs.get(_suite_in(report)) or self.runs[record.case.suite]
            run.add(record, text_on(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write run and board, judge the gates; they only ever turn 0 into 1."""
        if self.config.option.collectonly or not self.runs:
            return
        nothing_to_do = traffic.dropped(self.config) or all(
            run.is_empty_shard for run in self.runs.values()
        )
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and nothing_to_do:
            session.exitstatus = exitstatus = pytest.ExitCode.OK
        self._close_all(interrupted=exitstatus in INTERRUPTED or bool(self.stops))
        self._tell_gates()
        if self.stops or (exitstatus == pytest.ExitCode.OK and not self._all_well()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED  # where workers stop xdist says 2

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tables, gates and where the files are."""
        if self.runs and not self.config.option.collectonly:
            terminal.summary(terminalreporter, self)

    def _prepare(self, suites: Sequence[SuiteState]) -> None:
        settings = self.state.settings
        for folder in (settings.runs, settings.leaderboard.parent):
            _check_writable(folder)
        ResponseStore(settings.store).close()
        if settings.leaderboard.exists():
            board.read_board(settings.leaderboard)
        self.gates = tuple(gate for path in settings.gates for gate in load_gates(path))
        self.baselines = load_baselines(settings.baselines)
        self.verdicts = gating.of_other_suites(self.gates, {s.suite.meta.name for s in suites})
        for suite in suites:
            name = suite.name
            self.state.identities[name] = self._identity(suite)
            self.state.encoders[name] = beside.identities(settings, suite.suite, name)
            if self.config.option.estimate:
                continue  # without a run there is nothing to continue, to write or to judge
            self.runs[name] = SuiteRun(
                suite, self.state.identities[name], settings, self.state.encoders[name]
            )
            suite.resumed = frozenset(map(suite.in_session, self.runs[name].records))
        beside.check_wanted(settings, self.state.encoders)
        if settings.sampled and not any(map(sampled_by, self.state.identities.values())):
            raise UsageProblem(
                f"--scoring {NAME} has no meaning for {', '.join(self.state.identities)}, where no "
                "label is chosen; leave it out"
            )

    def _identity(self, suite: SuiteState) -> ModelIdentity:
        """Whose answers a suite measures, and how it asks for them."""
        settings = self.state.settings
        if settings.replay is not None:
            return replays.identity_for(settings.replay, suite=suite.suite.meta.name)
        found = registry.identify(
            registry.resolve(settings.model, revision=settings.revision),
            registry.options_of(settings),
            survey=suite.suite.survey,
        )
        sampled = settings.sampled if asks_choices(suite.suite) else None
        return found if sampled is None else sampled.of(found)

    def _note_failure(self, report: pytest.TestReport) -> None:
        name = _suite_in(report)
        if name in self.runs:
            case_id = self.state.named(name).in_file(case_id_in(report.nodeid))
            self.runs[name].fail(Failure(case_id=case_id, reason=reason_of(report)))

    def _close_all(self, *, interrupted: bool) -> None:
        counts = self.config.stash.get(traffic.COUNTS, [0, 0])
        for name, run in self.runs.items():
            if not run.was_run:
                self.verdicts += gating.of_nothing(self.gates, run.run.suite, "no case was run")
                continue
            judged = len(self.verdicts)
            try:
                self.verdicts += run.close(
                    gates=self.gates,
                    baselines=self.baselines,
                    provenance=self._provenance(name, run, counts),
                    determinism=repeatability.finding(self.state.settings.store, run.run.model),
                    interrupted=interrupted,
                )
                if run.finished is not None:
                    board.update(self.state.settings.leaderboard, run.finished, run_file=run.path)
            except CultureError as error:
                self.problems.append(str(error))
                if len(self.verdicts) == judged:
                    self.verdicts += gating.of_nothing(self.gates, run.run.suite, str(error))

    def _tell_gates(self) -> None:
        """The verdicts to JUnit and Markdown; a shard that waits for others has none to tell."""
        if not self.verdicts:
            return
        settings = self.state.settings
        gating.to_junit(self.config, self.verdicts)
        try:
            gating.write_markdown(
                settings.gate_report, self.verdicts, model=settings.model, problems=self.problems
            )
        except CultureError as error:
            self.problems.append(str(error))

    def _provenance(self, name: str, run: SuiteRun, counts: list[int]) -> Mapping[str, Any]:
        settings = self.state.settings
        about = provenance(
            started=self.started,
            arguments=[str(arg) for arg in self.config.invocation_params.args],
            code=Path(benchmark.__file__).parent,
            threads=settings.threads,
            batch_size=settings.batch_size or registry.default_batch_size(run.run.model),
            workers=self.workers,
            computed=counts[0],
            stored=counts[1],
            key_schema=replays.key_schema(settings.replay, suite=run.run.suite),
            model=merged(self.config.stash.get(traffic.DESCRIBED, {}).get(name, [])),
        )
        return {**about, **replays.said(settings.replay)}

    def _all_well(self) -> bool:
        unmeasured = any(run.failures for run in self.runs.values())  # a skipped case, say
        return not (self.problems or unmeasured) and all(verdict.holds for verdict in self.verdicts)


def _suite_in(report: pytest.TestReport) -> str:
    """The suite, or the part of one, that a report's case belongs to; empty for no case."""
    return case_id_in(report.nodeid).split("/")[0]


def _check_writable(folder: Path) -> None:
    """Say before the first case, not after the last, that nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BoardProblem(
            f"nothing can be written in {folder} ({error.strerror}); pass another --runs or "
            "--leaderboard"
        ) from error
