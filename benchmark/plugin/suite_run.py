"""One suite's run on the controller: its journal, its records, and the run file they become.

Knows journal, analyses, gates and run files; nothing of pytest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmark import __version__
from benchmark.analyses import ANALYSES
from benchmark.determinism import Determinism
from benchmark.engine.keys import identity_document
from benchmark.engine.store import StoredAnswers
from benchmark.errors import DataProblem, unknown
from benchmark.gates import Gate, Verdict, judge
from benchmark.journal import Header, Journal, open_journal, read
from benchmark.jsonio import Json, digest
from benchmark.records import Analysis, CaseRecord, ModelIdentity, Score, Selection
from benchmark.rows import Failure
from benchmark.settings import Settings
from benchmark.suite import Suite
from leaderboard.runs import Run, config_digest, run_path, write_run


class SuiteRun:
    """Collects what the cases of one suite measured, and closes the books at the end."""

    def __init__(
        self, *, suite: Suite, selection: Selection, identity: ModelIdentity, settings: Settings
    ) -> None:
        self.suite = suite
        self.settings = settings
        self.failures: dict[str, Failure] = {}
        self._encoded: dict[str, str] = {}
        self.records: dict[str, CaseRecord] = {}
        self._analyses = _analyses(suite)
        self.run = _blank(suite, selection, identity, settings)
        complete = run_path(settings.runs, replace(self.run, complete=True))
        self._journal_path = complete.with_suffix(".journal.jsonl")
        self._header = Header(
            config_digest=self.run.config_digest,
            # A case measured under another --limit is another measurement.
            record_digest=digest([self.run.config, settings.limit, suite.stamp()])[:12],
        )
        self._journal: Journal | None = None
        self.records.update(read(self._journal_path, self._header.record_digest))
        self.n_resumed = len(self.records)

    @property
    def path(self) -> Path:
        """Where the run file lies, once it is written."""
        return run_path(self.settings.runs, self.run)

    @property
    def was_run(self) -> bool:
        """Whether any case was measured, failed, or carried over."""
        return bool(self.records or self.failures)

    def add(self, record: CaseRecord, text: str) -> None:
        """Keep a measured case, on disk before anything else; ``text`` is its encoded row."""
        if self._journal is None:
            self._journal = open_journal(self._journal_path, self._header)
        self._journal.append_encoded(text)
        self._encoded[record.case.case_id] = text
        self.records[record.case.case_id] = record

    def fail(self, failure: Failure) -> None:
        """Keep the reason why a case was not measured."""
        self.failures[failure.case_id] = failure

    def close(
        self,
        *,
        gates: Sequence[Gate],
        provenance: Mapping[str, Json],
        determinism: Determinism,
        interrupted: bool,
    ) -> tuple[Verdict, ...]:
        """Analyse, judge and write the run file; the journal stays while something can be added."""
        records = [self.records[case_id] for case_id in sorted(self.records)]
        scores = self._analyse(records)
        partial = self._partial_because()
        mine = [gate for gate in gates if gate.suite == self.suite.meta.name]
        verdicts = tuple(judge(gate, scores, incomplete=partial) for gate in mine)
        self.run = replace(
            self.run,
            complete=not partial,
            partial_because=partial,
            failed=tuple(self.failures[case_id] for case_id in sorted(self.failures)),
            rows=tuple(records),
            scores=tuple(scores),
            gates=tuple(
                {"status": str.__str__(v.status), "sentence": v.sentence} for v in verdicts
            ),
            provenance=provenance,
            determinism=determinism,
        )
        write_run(self.settings.runs, self.run, encoded=self._encoded)
        if self._journal is not None:
            self._journal.close()
        if self._is_settled(interrupted=interrupted):
            self._journal_path.unlink(missing_ok=True)
        return verdicts

    def _is_settled(self, *, interrupted: bool) -> bool:
        """Whether no later run of the same command could go on from this one's journal.

        A selection that ended as it should is settled, unless it stands on an earlier journal:
        then that run's other cases are still to come.
        """
        if self.failures:
            return False
        return self._absent == 0 or not (interrupted or self.n_resumed)

    @property
    def _absent(self) -> int:
        return self.run.n_selected - len(self.records) - len(self.failures)

    def _analyse(self, records: Sequence[CaseRecord]) -> list[Score]:
        stored = StoredAnswers(self.settings.store)
        try:
            # One thread: a BLAS that splits its sums differently rounds differently, and on a
            # busy machine it is many times slower.
            with threadpool_limits(limits=1):
                return [
                    score
                    for name, analysis in self._analyses.items()
                    for score in analysis(records, stored, rng=self._rng(name))
                ]
        finally:
            stored.close()

    def _rng(self, analysis: str) -> np.random.Generator:
        text = f"{self.settings.seed}/{self.suite.meta.name}/{analysis}"
        return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))

    def _partial_because(self) -> tuple[str, ...]:
        reasons = []
        if self.settings.limit is not None:
            reasons.append(f"--limit {self.settings.limit}")
        if self.failures:
            reasons.append(f"{len(self.failures)} cases failed")
        if self._absent > 0:
            reasons.append(f"{self._absent} of {self.run.n_selected} cases were not run")
        return tuple(reasons)


def _analyses(suite: Suite) -> dict[str, Analysis]:
    """What suite.toml asks for, in its order: shared analyses and the suite's own."""
    known = {**ANALYSES, **suite.analyses}
    for name in suite.meta.analyses:
        if name not in known:
            raise DataProblem(unknown("analysis", name, known, source="suite.toml"))
    return {name: known[name] for name in suite.meta.analyses}


def _blank(suite: Suite, selection: Selection, identity: ModelIdentity, settings: Settings) -> Run:
    """The run before anything is measured."""
    config: dict[str, Json] = {
        "suite": suite.meta.name,
        "suite_version": suite.meta.version,
        "harness": __version__,
        "seed": settings.seed,
        "model": {
            k: v
            for k, v in identity_document(identity).items()
            if k not in ("model_id", "revision")
        },
        **suite.config(),
    }
    return Run(
        suite=suite.meta.name,
        suite_version=suite.meta.version,
        headline=suite.meta.headline,
        model=identity,
        config=config,
        config_digest=config_digest(config),
        complete=False,
        partial_because=("not run",),
        n_selected=len(selection.cases),
        excluded=selection.excluded,
        failed=(),
        rows=(),
        scores=(),
        gates=(),
        provenance={},
    )
