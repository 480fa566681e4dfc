"""The model under test: answers a case by answering its whole unit once; knows no report.

Holds the store and at most one loaded model per identity; both are opened on first need.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.engine.interview import Embedder, Interview
from benchmark.engine.sampled import answering, sampled_by
from benchmark.engine.sampled_choices import Ask, asking
from benchmark.engine.store import ResponseStore
from benchmark.engine.unit import run_unit
from benchmark.errors import UsageProblem
from benchmark.jsonio import Json
from benchmark.models import registry
from benchmark.models.described import described
from benchmark.models.endpoint.spending import Spending
from benchmark.plugin import beside, repeatability
from benchmark.plugin.session import RunState, SuiteState
from benchmark.plugin.stopping import RunStopped, Stop, reason
from benchmark.records import Case, CaseRecord, Model, ModelIdentity
from leaderboard.replay import replays


class ModelUnderTest:
    """What the session-scoped ``model`` fixture hands to the cases."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._store: ResponseStore | None = None
        self._models: dict[ModelIdentity, Model] = {}
        self._interviews: dict[str, Interview] = {}
        self._unit = ""
        self._outcomes: dict[str, CaseRecord | Exception] = {}
        self._stop: Stop | None = None
        self._spending = Spending(
            max_requests=state.settings.max_requests, max_tokens=state.settings.max_tokens
        )

    def measure(self, case: Case) -> CaseRecord:
        """The record of a case.

        Raises
        ------
        CultureError
            The case cannot be measured; its unit's other cases are not affected.
        RunStopped
            No case can: what failed is the model, its server or the store.
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
        """Whether an answer that does not exist is to be expected.

        A rule may have no data, and who writes may decline: that is measured, and told by the
        option mass.
        """
        identity = self._state.identities[case.suite]
        return identity.reads_subject or sampled_by(identity) is not None

    def counts(self) -> tuple[int, int]:
        """Distinct requests computed and read from the store so far."""
        interviews = self._interviews.values()
        return sum(i.n_computed for i in interviews), sum(i.n_stored for i in interviews)

    def ask_again(self) -> None:
        """Ask a sample of what was computed in other batches; the store keeps what came of it."""
        if self._state.settings.replay is not None:
            return  # who only reads gives the same answer twice
        for name, interview in self._interviews.items():
            if self._store is not None and interview.n_computed:
                repeatability.measure(interview, self._state.named(name), self._store)

    def descriptions(self) -> dict[str, Mapping[str, Json]]:
        """What the loaded models say of how they ran, by suite."""
        return {
            name: described(self._models[interview.identity])
            for name, interview in self._interviews.items()
            if interview.identity in self._models
        }

    def close(self) -> None:
        """Release the store."""
        if self._store is not None:
            self._store.close()

    def _answer_unit(self, case: Case) -> None:
        suite = self._state.named(case.suite)
        self._identity(suite.name)  # a suite that was not prepared fails by itself
        members = suite.units[case.unit]
        scripts = {member.case_id: suite.suite.interview(member) for member in members}
        try:
            self._outcomes = {**run_unit(scripts, self.ask(suite))}
        except Exception as error:
            self._stop = reason(error, asked=self._state.settings.model)
            raise RunStopped(self._stop) from error

    def ask(self, suite: SuiteState) -> Ask:
        """Whoever answers a suite's scripts: the interview, choices asked as the identity says."""
        way = sampled_by(self._identity(suite.name))
        return asking(self.interview(suite).replies, way, seed=self._state.settings.seed)

    def interview(self, suite: SuiteState) -> Interview:
        """The interview of a suite's model; nothing is loaded yet."""
        name = suite.name
        if name not in self._interviews:
            if self._store is None:
                self._store = ResponseStore(self._state.settings.store)
            identity = answering(self._identity(name))
            self._interviews[name] = Interview(
                identity=identity,
                store=self._store,
                load=lambda: self._model(identity, suite),
                batch_size=self._state.settings.batch_size or registry.default_batch_size(identity),
                embedder=self._embedder(name, identity),
                key_schema=replays.key_schema(
                    self._state.settings.replay, suite=suite.suite.meta.name
                ),
            )
        return self._interviews[name]

    def _embedder(self, name: str, identity: ModelIdentity) -> Embedder | None:
        settings, encoders = self._state.settings, self._state.encoders.get(name, {})
        if encoders and settings.replay is not None:
            suite = self._state.named(name).suite.meta.name
            return replays.model_of(settings.replay, identity, encoders, suite=suite)
        return beside.embedder(settings, encoders)

    def _identity(self, name: str) -> ModelIdentity:
        if name not in self._state.identities:
            raise UsageProblem(
                f"suite {name!r} was not prepared, because it lies more than two folders below "
                "what pytest was given; name its folder on the command line"
            )
        return self._state.identities[name]

    def _model(self, identity: ModelIdentity, suite: SuiteState) -> Model:
        if identity not in self._models:
            settings = self._state.settings
            self._models[identity] = (
                registry.open_model(
                    settings, identity, survey=suite.suite.survey, spending=self._spending
                )
                if settings.replay is None
                else replays.model_of(settings.replay, identity, suite=suite.suite.meta.name)
            )
        return self._models[identity]
