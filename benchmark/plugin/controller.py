"""The controller: prepares the run, receives reports, writes files, decides the exit code.

Registered in the main process only, and only if suites are measured. Knows pytest's session and
`SuiteRun`; measures nothing itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.analyses import chosen
from benchmark.engine.store import ResponseStore
from benchmark.errors import BoardProblem, CultureError
from benchmark.gates import Gate, Verdict, check_gates, load_gates
from benchmark.models import registry
from benchmark.models.described import merged
from benchmark.models.weights import machine
from benchmark.models.weights.placement import BALANCED
from benchmark.plugin import budgets, devices, exchange, gating, repeatability, stopping, terminal
from benchmark.plugin.collection import case_id_in
from benchmark.plugin.reports import reason_of, record_on, text_on
from benchmark.plugin.session import SESSION, RunSession
from benchmark.plugin.suite_run import SuiteRun
from benchmark.plugin.suite_session import SuiteSession
from benchmark.runs.against_baseline import Baseline
from benchmark.runs.conclude import measured
from benchmark.runs.provenance import now, provenance
from benchmark.runs.rows import Failure
from benchmark.suite.protocol import SUITE_FILE
from leaderboard.board import board
from leaderboard.board.baseline import load_baselines

INTERRUPTED = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)


class Controller:
    """The hooks of the main process, in the order in which pytest calls them."""

    def __init__(self, config: pytest.Config, folders: Sequence[Path]) -> None:
        self.config = config
        self.folders = folders
        self.session: RunSession = config.stash[SESSION]
        self.gates: tuple[Gate, ...] = ()
        self.baselines: tuple[Baseline, ...] = ()
        self.verdicts: tuple[Verdict, ...] = ()
        self.problems: list[str] = []
        self.stops: list[stopping.Stop] = []
        self.started = now()
        self.workers = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Check all that can be wrong before the first case and before xdist's workers start."""
        try:
            # First, because a mistyped name would otherwise send `auto` data to the Hub.
            self.session.provider.check()
            suites = [part for folder in self.folders for part in self.session.at(folder)]
            self.session.name_filter.check(self.folders)
            if suites and not self.config.option.collectonly:
                self._prepare(suites)
        except CultureError as error:
            raise pytest.UsageError(str(error)) from error

    def pytest_report_header(self) -> list[str]:
        """Which model, data, device and store are in use."""
        lines = terminal.header(self.session) + self.session.name_filter.left_out()
        return lines + budgets.header(self.config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keep units whole on a worker, whatever ``--dist`` says (except ``each``).

        Without a suite the tests are somebody else's, and ``--dist`` decides.
        """
        units = {c.case_id: c.unit for s in self.session.suites.values() for c in s.selection.cases}
        if not units or config.getoption("dist") == "each":
            return None
        from benchmark.plugin.scheduler import UnitScheduling

        return UnitScheduling(config, log, units)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, specs: list[Any]) -> None:
        """One GPU a worker, where the model runs on GPUs."""
        kinds = {suite.identity.device_kind for suite in self.session.prepared}
        if self.config.option.collectonly or kinds <= {"", "cpu", "mps"}:
            return
        try:
            gpus = devices.visible_gpus(machine.gpu_count(), os.environ)
            devices.assign(specs, gpus, several=self.session.settings.device == BALANCED)
        except CultureError as error:
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send a worker the model's identity and the finished cases."""
        self.workers += 1
        exchange.send_to_worker(self.session, node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add a worker's answer counts."""
        exchange.add_worker_output(self.config, node)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: object
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        """A case that stops the run has a category of its own."""
        return stopping.status(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Journal a measured case; note a failed one, or that the run stops."""
        record, stop = record_on(report, self.config), stopping.stop_on(report)
        if stop is not None:
            self.stops.append(stop)
        elif report.failed or report.skipped:
            self._note_failure(report)
        elif record is not None:
            runs = self.session.runs
            run = runs.get(_suite_in(report)) or runs[record.case.suite]
            run.add(record, text_on(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write run and board and judge the gates, which can only turn exit code 0 into 1."""
        runs = self.session.runs
        if not runs:
            return
        nothing_to_do = exchange.dropped(self.config) or all(
            run.is_empty_shard for run in runs.values()
        )
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and nothing_to_do:
            session.exitstatus = exitstatus = pytest.ExitCode.OK
        self._close_all(interrupted=exitstatus in INTERRUPTED or bool(self.stops))
        self._report_gates()
        if self.stops or (exitstatus == pytest.ExitCode.OK and not self._all_passed()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED  # xdist says 2 if workers stop

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tables, gates and where the files are."""
        if runs := self.session.runs:
            outcome = terminal.Outcome(
                runs=runs,
                verdicts=self.verdicts,
                problems=self.problems,
                stops=self.stops,
                settings=self.session.settings,
                counts=exchange.counts_of(self.config),
            )
            terminal.summary(terminalreporter, outcome)

    def _prepare(self, suites: Sequence[SuiteSession]) -> None:
        settings = self.session.settings
        for folder in (settings.runs, settings.leaderboard.parent):
            _check_writable(folder)
        ResponseStore(settings.store).close()
        if settings.leaderboard.exists():
            board.read_board(settings.leaderboard)
        self.gates = tuple(gate for path in settings.gates for gate in load_gates(path))
        self.baselines = load_baselines(settings.baselines)
        self._check_gates(suites)
        for suite in suites:
            suite.prepared = self.session.provider.identify(suite)
            if not self.config.option.estimate:  # there is no run to continue, write or judge
                suite.begin()
        self.session.check_used()

    def _check_gates(self, suites: Sequence[SuiteSession]) -> None:
        """Refuse a gate that the run could not decide, before it begins."""
        about = [
            measured(
                one.suite.meta.name,
                chosen(one.suite.meta.analyses, one.analyses, source=SUITE_FILE),
                one.selection.cases,
                own=one.analyses,
            )
            for one in suites
        ]
        check_gates(self.gates, about, {baseline.suite for baseline in self.baselines})

    def _note_failure(self, report: pytest.TestReport) -> None:
        suite = self.session.suites.get(_suite_in(report))
        if suite is not None and suite.run is not None:
            case_id = suite.in_file(case_id_in(report.nodeid))
            suite.run.fail(Failure(case_id=case_id, reason=reason_of(report)))

    def _close_all(self, *, interrupted: bool) -> None:
        for name, run in self.session.runs.items():
            if not run.was_run:
                self.verdicts += gating.unscored_verdicts(
                    self.gates, run.run.suite, "no case was run"
                )
                continue
            judged = len(self.verdicts)
            try:
                self._close(self.session.suites[name], run, interrupted=interrupted)
            except CultureError as error:
                self.problems.append(str(error))
                if len(self.verdicts) == judged:
                    self.verdicts += gating.unscored_verdicts(self.gates, run.run.suite, str(error))

    def _close(self, suite: SuiteSession, run: SuiteRun, *, interrupted: bool) -> None:
        settings = self.session.settings
        self.verdicts += run.close(
            gates=self.gates,
            baselines=self.baselines,
            provenance=self._provenance(suite),
            determinism=self.session.provider.determinism(suite)
            or repeatability.determinism_of(settings.store, suite.identity),
            interrupted=interrupted,
        )
        if run.finished is not None:
            board.update(settings.leaderboard, run.finished, run_file=run.path)

    def _report_gates(self) -> None:
        """Write the verdicts to JUnit and Markdown; a shard waiting for others has none."""
        if not self.verdicts:
            return
        settings = self.session.settings
        gating.to_junit(self.config, self.verdicts)
        try:
            gating.write_markdown(
                settings.gate_report, self.verdicts, model=settings.model, problems=self.problems
            )
        except CultureError as error:
            self.problems.append(str(error))

    def _provenance(self, suite: SuiteSession) -> Mapping[str, Any]:
        settings = self.session.settings
        computed, stored = exchange.counts_of(self.config)
        about = provenance(
            started=self.started,
            arguments=[str(arg) for arg in self.config.invocation_params.args],
            code=Path(benchmark.__file__).parent,
            threads=settings.threads,
            batch_size=settings.batch_size or registry.default_batch_size(suite.identity),
            workers=self.workers,
            computed=computed,
            stored=stored,
            key_schema=suite.answerers.key_schema,
            model=merged(exchange.descriptions_of(self.config, suite.name)),
        )
        return {**about, **self.session.provider.provenance}

    def _all_passed(self) -> bool:
        runs = self.session.runs.values()
        unmeasured = any(run.failures for run in runs)  # a skipped case, say
        return not (self.problems or unmeasured) and all(verdict.holds for verdict in self.verdicts)


def _suite_in(report: pytest.TestReport) -> str:
    """The suite, over one set or all, that a report's case belongs to; empty without a case."""
    return case_id_in(report.nodeid).split("/")[0]


def _check_writable(folder: Path) -> None:
    """Raise before the first case, not after the last, if the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BoardProblem(
            f"folder {folder} cannot be written to ({error.strerror}); pass another --runs or "
            "--leaderboard"
        ) from error
