"""The model under test: answers a case by answering its whole unit once; knows no report.

Holds the store and at most one loaded model per identity, both opened when first needed.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.engine.interview import Interview
from benchmark.engine.sampled import answering, sampled_by
from benchmark.engine.sampled_choices import Ask, asking
from benchmark.engine.store import ResponseStore
from benchmark.engine.unit import run_unit
from benchmark.jsonio import Json
from benchmark.models import registry
from benchmark.models.described import described
from benchmark.plugin import repeatability
from benchmark.plugin.session import RunSession
from benchmark.plugin.stopping import RunStopped, Stop, reason
from benchmark.plugin.suite_session import SuiteSession
from benchmark.records import Case, CaseRecord, Model, ModelIdentity


class ModelUnderTest:
    """What the session-scoped ``model`` fixture hands to the cases."""

    def __init__(self, session: RunSession) -> None:
        self._session = session
        self._store: ResponseStore | None = None
        self._models: dict[ModelIdentity, Model] = {}
        self._outcomes: dict[str, CaseRecord | Exception] = {}
        self._stop: Stop | None = None

    def measure(self, case: Case) -> CaseRecord:
        """The record of a case.

        Raises
        ------
        CultureError
            The case cannot be measured; its unit's other cases are not affected.
        RunStopped
            No case can be measured: the model, its server or the store failed.
        """
        if self._stop is not None:
            raise RunStopped(self._stop)
        if case.case_id not in self._outcomes:
            self._answer_unit(case)
        outcome = self._outcomes.pop(case.case_id)
        if isinstance(outcome, CaseRecord):
            return outcome
        raise outcome

    def may_leave_out(self, case: Case) -> bool:
        """Whether a missing answer is to be expected.

        A rule may have no data, and a model that writes may decline; the option mass shows it.
        """
        identity = self._session.suites[case.suite].identity
        return identity.reads_subject or sampled_by(identity) is not None

    def counts(self) -> tuple[int, int]:
        """Distinct requests computed and read from the store so far."""
        interviews = [interview for _, interview in self._interviews()]
        return sum(one.n_computed for one in interviews), sum(one.n_stored for one in interviews)

    def ask_again(self) -> None:
        """Ask a sample of what was computed again, in other batches; the store keeps the result."""
        if self._store is None or not self._session.provider.computes:
            return
        for suite, interview in self._interviews():
            if interview.n_computed:
                repeatability.measure(interview, suite, self._store)

    def descriptions(self) -> dict[str, Mapping[str, Json]]:
        """How the loaded models ran, by suite."""
        return {
            suite.name: described(self._models[interview.identity])
            for suite, interview in self._interviews()
            if interview.identity in self._models
        }

    def close(self) -> None:
        """Release the store."""
        if self._store is not None:
            self._store.close()

    def ask(self, suite: SuiteSession) -> Ask:
        """What answers a suite's scripts: the interview, choices asked as the identity says."""
        way, seed = sampled_by(suite.identity), self._session.settings.seed
        return asking(lambda requests: self.interview(suite).replies(requests), way, seed=seed)

    def interview(self, suite: SuiteSession) -> Interview:
        """The interview of a suite's model; nothing is loaded yet."""
        if suite.interview is None:
            if self._store is None:
                self._store = ResponseStore(self._session.settings.store)
            identity = answering(suite.identity)
            size = self._session.settings.batch_size or registry.default_batch_size(identity)
            suite.interview = Interview(
                identity=identity,
                store=self._store,
                load=lambda: self._model(suite),
                batch_size=size,
                embedder=self._session.provider.embedder(suite),
                key_schema=suite.answerers.key_schema,
            )
        return suite.interview

    def _answer_unit(self, case: Case) -> None:
        suite = self._session.suites[case.suite]
        ask = self.ask(suite)  # an unprepared suite fails alone
        members = suite.units[case.unit]
        scripts = {member.case_id: suite.suite.interview(member) for member in members}
        try:
            self._outcomes = {**run_unit(scripts, ask)}
        except Exception as error:
            self._stop = reason(error, model=self._session.settings.model)
            raise RunStopped(self._stop) from error

    def _interviews(self) -> list[tuple[SuiteSession, Interview]]:
        suites = self._session.suites.values()
        return [(suite, suite.interview) for suite in suites if suite.interview is not None]

    def _model(self, suite: SuiteSession) -> Model:
        identity = answering(suite.identity)
        if identity not in self._models:
            self._models[identity] = self._session.provider.open_model(suite)
        return self._models[identity]
