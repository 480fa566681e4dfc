"""One suite's run on the controller: its journal, its records, and the run file they become.

Knows journal, analyses, gates and run files; not pytest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmark import __version__
from benchmark.analyses import check_headline, chosen
from benchmark.engine.keys import identity_document
from benchmark.engine.noise_floor import Determinism
from benchmark.engine.sampled import OF_CONFIG, sampled_by
from benchmark.engine.shards import Shard, of_all_shards
from benchmark.engine.store import StoredAnswers
from benchmark.gates import Gate, Verdict
from benchmark.jsonio import Json, digest
from benchmark.records import Analysis, CaseRecord, Excluded, ModelIdentity
from benchmark.runs.against_baseline import Baseline
from benchmark.runs.conclude import conclude
from benchmark.runs.journal import Header, Journal, open_journal, read
from benchmark.runs.merging import merge_if_last, missing
from benchmark.runs.rows import Failure
from benchmark.runs.run import (
    Run,
    config_digest,
    encoders_document,
    journal_path,
    run_path,
    write_run,
)
from benchmark.settings import Settings
from benchmark.suite.protocol import SUITE_FILE, Suite


class SuiteRun:
    """Collects what the cases of one suite measured, and writes the run file at the end.

    ``run`` is `empty_run` at first; ``own_analyses`` and ``metrics`` are the suite's own.
    """

    def __init__(
        self,
        suite: Suite,
        run: Run,
        settings: Settings,
        *,
        own_analyses: Mapping[str, Analysis],
    ) -> None:
        self.suite = suite
        self.run = run
        self.settings = settings
        self.failures: dict[str, Failure] = {}
        self._encoded: dict[str, str] = {}
        self.records: dict[str, CaseRecord] = {}
        self._analyses = chosen(suite.meta.analyses, own_analyses, source=SUITE_FILE)
        check_headline(suite.meta.headline, self._analyses, suite=suite.meta.name)
        self.merged: Run | None = None
        self._journal_path = journal_path(settings.runs, self.run)
        self._header = Header(
            config_digest=self.run.config_digest,
            # Another --limit makes a case another measurement.
            record_digest=digest([self.run.config, settings.limit, suite.stamp()])[:12],
        )
        self._journal: Journal | None = None
        self.records.update(read(self._journal_path, self._header.record_digest))
        self.n_resumed = len(self.records)

    @property
    def path(self) -> Path:
        """Where the run file lies, once written; the merged run's if there is one."""
        return run_path(self.settings.runs, self.merged or self.run)

    @property
    def finished(self) -> Run | None:
        """The run that a board may hold: this one, or the one merged from its shards."""
        return self.run if self.run.shard is None else self.merged

    @property
    def was_run(self) -> bool:
        """Whether any case was measured, failed, or carried over; an empty shard is done."""
        return bool(self.records or self.failures or self.is_empty_shard)

    @property
    def is_empty_shard(self) -> bool:
        """Whether there are more shards than units, and this one has none."""
        return self.run.shard is not None and self.run.n_selected == 0

    def add(self, record: CaseRecord, text: str) -> None:
        """Keep a measured case, on disk before anything else; ``text`` is its encoded row."""
        if self._journal is None:
            self._journal = open_journal(self._journal_path, self._header)
        self._journal.append(text)
        self._encoded[record.case.case_id] = text
        self.records[record.case.case_id] = record

    def fail(self, failure: Failure) -> None:
        """Keep the reason why a case was not measured.

        A case that failed after it was measured (its worker died before the test ended) counts only
        as failed, in the journal too: it is measured again when the run is resumed.
        """
        if self.records.pop(failure.case_id, None) is not None and self._journal is not None:
            self._journal.append_failure(failure)
        self.failures[failure.case_id] = failure

    def close(
        self,
        *,
        gates: Sequence[Gate],
        baselines: Sequence[Baseline],
        provenance: Mapping[str, Json],
        determinism: Determinism,
        interrupted: bool,
    ) -> tuple[Verdict, ...]:
        """Analyse, judge, write the run file; the journal stays if a later run can continue it.

        A shard is written as it is; the last one to end merges all of them.
        """
        self.run = replace(
            self.run,
            failed=tuple(self.failures[case_id] for case_id in sorted(self.failures)),
            rows=tuple(self.records[case_id] for case_id in sorted(self.records)),
            provenance=provenance,
            determinism=determinism,
        )
        stored = StoredAnswers(*of_all_shards(self.settings.store, self.settings.shard))
        try:
            self.run, verdicts = conclude(
                self.run,
                analyses=self._analyses,
                answers=stored,
                gates=gates,
                baselines=baselines,
            )
            write_run(self.settings.runs, self.run, encoded=self._encoded)
            self._close_journal(interrupted=interrupted)
            if self.run.shard is not None:
                return self._merge(gates, baselines, stored)
        finally:
            stored.close()
        return verdicts

    def waiting_for(self) -> tuple[Shard, ...]:
        """The shards still missing before a shard's run can be merged; empty once it was."""
        return missing(self.settings.runs, self.run)

    def _merge(
        self, gates: Sequence[Gate], baselines: Sequence[Baseline], stored: StoredAnswers
    ) -> tuple[Verdict, ...]:
        done = merge_if_last(
            self.settings.runs,
            self.run,
            analyses=self._analyses,
            answers=stored,
            gates=gates,
            baselines=baselines,
        )
        if done is None:
            return ()
        self.merged = done.run
        return done.verdicts

    def _close_journal(self, *, interrupted: bool) -> None:
        if self._journal is not None:
            self._journal.close()
        if self._is_final(interrupted=interrupted):
            self._journal_path.unlink(missing_ok=True)

    def _is_final(self, *, interrupted: bool) -> bool:
        """Whether no later run of the same command could continue this one's journal.

        A selection that ended normally needs no journal, unless it continued an earlier one: then
        that run's other cases are still to come.
        """
        if self.failures:
            return False
        return self.run.n_absent == 0 or not (interrupted or self.n_resumed)


def empty_run(
    suite: Suite,
    identity: ModelIdentity,
    settings: Settings,
    encoders: Mapping[str, ModelIdentity],
    *,
    n_selected: int,
    excluded: tuple[Excluded, ...],
) -> Run:
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
        **encoders_document(encoders),
        **({OF_CONFIG: sampled.document()} if (sampled := sampled_by(identity)) else {}),
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
        n_selected=n_selected,
        excluded=excluded,
        failed=(),
        rows=(),
        scores=(),
        gates=(),
        provenance={},
        limit=settings.limit,
        shard=settings.shard,
    )
