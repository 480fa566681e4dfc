"""One suite in one session: its cases, what answers them, its run, its interview.

Controller and workers build their own from the same options, so only the identities of the
answerers and the finished case ids are sent between them. Knows no report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.engine.interview import Interview
from benchmark.engine.sampled import sampled_by
from benchmark.engine.sampled_choices import expanded
from benchmark.errors import UsageProblem
from benchmark.plugin.suite_run import SuiteRun, empty_run
from benchmark.records import Analysis, Case, ModelIdentity, Request, Selection
from benchmark.settings import Settings
from benchmark.suite.protocol import Suite
from benchmark.suite.several_sets import renamed


@dataclass(frozen=True, kw_only=True, slots=True)
class Answerers:
    """What answers a suite: the model, the encoders by name, and their answers' key schema."""

    identity: ModelIdentity
    encoders: Mapping[str, ModelIdentity]
    key_schema: int


@dataclass(kw_only=True)
class SuiteSession:
    """A suite with its selection, analyses and metrics; ``mine`` holds the cases of the shard.

    ``name`` is the suite's, or with several sets that of the suite over one set; its case ids begin
    with it. ``units`` maps a scheduling unit to its chosen cases, and ``resumed`` holds the ids of
    finished ones. ``prepared`` says who answers, once the controller knows; ``run`` is the
    controller's, and ``interview`` that of the process that asks.
    """

    name: str
    settings: Settings
    suite: Suite
    selection: Selection
    analyses: Mapping[str, Analysis]
    mine: tuple[Case, ...]
    units: dict[str, list[Case]] = field(default_factory=dict)
    resumed: frozenset[str] = frozenset()
    prepared: Answerers | None = None
    run: SuiteRun | None = None
    interview: Interview | None = None

    @property
    def answerers(self) -> Answerers:
        """What answers; nothing for a suite that the controller did not find."""
        if self.prepared is None:
            raise UsageProblem(
                f"suite {self.name!r} was not found before collection: it is more than two folders "
                "below pytest's arguments; name its folder on the command line"
            )
        return self.prepared

    @property
    def identity(self) -> ModelIdentity:
        """The model that is measured, and how it is asked."""
        return self.answerers.identity

    def begin(self) -> None:
        """Begin its run, or continue an interrupted one."""
        run = empty_run(
            self.suite,
            self.identity,
            self.settings,
            self.answerers.encoders,
            n_selected=len(self.mine),
            excluded=self.selection.excluded,
        )
        self.run = SuiteRun(self.suite, run, self.settings, own_analyses=self.analyses)
        self.resumed = frozenset(map(self.in_session, self.run.records))

    def expand(self, requests: Sequence[Request]) -> list[Request]:
        """What the model is asked for a script's requests."""
        return expanded(requests, sampled_by(self.identity), seed=self.settings.seed)

    def in_session(self, case_id: str) -> str:
        """A case's id in this session, from its id in the run file."""
        return renamed(case_id, self.suite.meta.name, self.name)

    def in_file(self, case_id: str) -> str:
        """A case's id in the run file, from its id in this session."""
        return renamed(case_id, self.name, self.suite.meta.name)
