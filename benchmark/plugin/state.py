"""What one pytest process knows of the run: settings, suites, cases; no report, no model.

The controller and every worker build their own from the same options, so nothing but the
model's identity and the finished case ids travels between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from benchmark.engine.sampled import sampled_by
from benchmark.engine.sampled_choices import expanded
from benchmark.engine.shards import cases_of
from benchmark.errors import CultureError, DataProblem, UnknownName, UsageProblem
from benchmark.records import Analysis, Case, ModelIdentity, Request, Selection
from benchmark.settings import Settings
from benchmark.shared_options import PROXIES, TOPICS
from benchmark.suite.protocol import Suite, load_suite, own_analyses, settings_of_each_set
from benchmark.suite.several_sets import Part, asked_twice, exchanged, part_name
from benchmark.suite_options import options_read, own_given

SELECTING = (TOPICS.name, PROXIES.name)


@dataclass
class SuiteState:
    """A suite with its selection and its own analyses; ``mine`` are the cases of the shard.

    ``name`` is the suite's, or where it is asked about several sets, that of the part; the ids of
    its cases begin with it. ``units`` maps a scheduling unit to its chosen cases, and ``resumed``
    holds the ids of those that are finished.
    """

    name: str
    suite: Suite
    selection: Selection
    analyses: Mapping[str, Analysis]
    mine: tuple[Case, ...]
    units: dict[str, list[Case]] = field(default_factory=dict)
    resumed: frozenset[str] = frozenset()

    def in_session(self, case_id: str) -> str:
        """A case's id as this session has it, from its id in the run file."""
        return exchanged(case_id, self.suite.meta.name, self.name)

    def in_file(self, case_id: str) -> str:
        """A case's id in the run file, from that which this session has."""
        return exchanged(case_id, self.name, self.suite.meta.name)


@dataclass
class RunState:
    """Settings and the suites met so far, by name; ``identities`` by the same.

    ``encoders`` are those of the suites that ask any, by suite name and then by their own.
    ``given`` has the texts of suites' options by their names. Each of ``several`` suites selects by
    those names that it knows.
    """

    settings: Settings
    given: Mapping[str, object] = field(default_factory=dict)
    several: bool = False
    suites: dict[str, SuiteState] = field(default_factory=dict)
    identities: dict[str, ModelIdentity] = field(default_factory=dict)
    encoders: dict[str, dict[str, ModelIdentity]] = field(default_factory=dict)
    _folders: dict[Path, tuple[SuiteState, ...]] = field(default_factory=dict)
    _unknown: dict[Path, list[UnknownName]] = field(default_factory=dict)

    def at(self, folder: Path) -> tuple[SuiteState, ...]:
        """The suite of a folder, once for each set, loaded and selected on first use.

        Raises
        ------
        pytest.UsageError
            The settings do not fit the suite or its data.
        """
        if folder not in self._folders:
            try:
                found = self._parts(folder)
            except CultureError as error:
                raise pytest.UsageError(str(error)) from error
            self._folders[folder] = found
            self.suites |= {one.name: one for one in found}
        return self._folders[folder]

    def asked(self, suite: SuiteState, requests: Sequence[Request]) -> list[Request]:
        """What the model is asked for these requests of a suite's script."""
        way = sampled_by(self.identities[suite.name])
        return expanded(requests, way, seed=self.settings.seed)

    def named(self, name: str) -> SuiteState:
        """The suite, or the part of one, that a case's id begins with."""
        return self.suites[name]

    def check_unknown(self) -> None:
        """Raise where a name was given that none of the suites knows that select by such names."""
        problems = [problem for found in self._unknown.values() for problem in found]
        for problem in problems:
            alike = [one for one in problems if one.about == problem.about]
            asked = [folder for folder in self._folders if _reads(folder, problem.option)]
            if len(alike) == len(asked):
                raise next((one for one in alike if "did you mean" in str(one)), problem)

    def left_out(self) -> list[str]:
        """A line for each suite that knows no name by which it was to select."""
        return [
            f"{folder.name}: not measured, for it knows none of these: "
            + ", ".join(f"{one.option} {one.name}" for one in problems)
            for folder, problems in self._unknown.items()
            if not self._folders[folder]
        ]

    def _parts(self, folder: Path) -> tuple[SuiteState, ...]:
        """The suite for each set; of several suites, none of one that knows no name given."""
        settings = replace(self.settings, own=own_given(folder, self.given))
        while True:
            try:
                found = self._of_each_set(folder, settings)
            except UnknownName as problem:
                if not self.several or problem.option not in SELECTING:
                    raise
                self._unknown.setdefault(folder, []).append(problem)
                settings = _without(settings, problem)
            else:
                return () if self._emptied(settings) else found

    def _emptied(self, settings: Settings) -> bool:
        """Whether of the names to select by none was known."""
        asked = self.settings
        return (bool(asked.topics) and not settings.topics) or (
            bool(asked.proxies) and not settings.proxies
        )

    def _of_each_set(self, folder: Path, settings: Settings) -> tuple[SuiteState, ...]:
        sets = settings_of_each_set(folder, settings)
        if len(sets) > 1 and settings.gates:
            raise UsageProblem(
                "--gate judges one run of a suite, and each --questions has one of its own; gate "
                "each set by itself"
            )
        found = tuple(self._part(folder, name, each) for name, each in sets.items())
        if len(found) > 1:
            _check_sets(sets, found)
        return found

    def _part(self, folder: Path, set_name: str, settings: Settings) -> SuiteState:
        whole = load_suite(folder, settings)
        name = part_name(whole.meta.name, set_name)
        suite: Suite = Part(whole=whole, name=name) if set_name else whole
        selection = suite.select()
        self._check_names(folder, suite, selection)
        return SuiteState(
            name=name,
            suite=suite,
            selection=selection,
            analyses=own_analyses(folder),
            mine=cases_of(selection.cases, settings.shard),
        )

    def _check_names(self, folder: Path, suite: Suite, selection: Selection) -> None:
        name = suite.meta.name
        for other, states in self._folders.items():
            if any(state.suite.meta.name == name for state in states):
                raise DataProblem(
                    f"suites {other} and {folder} are both named {name!r}; rename one"
                )
        for case_id, count in Counter(case.case_id for case in selection.cases).items():
            if count > 1:
                raise DataProblem(f"suite {name!r} has {count} cases with the id {case_id!r}")


def _reads(folder: Path, name: str) -> bool:
    return any(option.name == name for option in options_read(folder))


def _without(settings: Settings, problem: UnknownName) -> Settings:
    """The settings without the name; where none is left, those that select all."""
    topics, proxies = (
        tuple(name for name in named if (option.name, name) != problem.about)
        for option, named in ((TOPICS, settings.topics), (PROXIES, settings.proxies))
    )
    return replace(settings, topics=topics, proxies=proxies)


def _check_sets(sets: Mapping[str, Settings], found: Sequence[SuiteState]) -> None:
    """Two sets of one content would write one run file, whatever their files are called."""
    configs = {name: one.suite.config() for name, one in zip(sets, found, strict=True)}
    twice = asked_twice(configs)
    if twice is not None:
        first, second = (sets[name].own["questions"][0] for name in twice)
        raise UsageProblem(
            f"--questions {first} and --questions {second} are the same set named twice: they have "
            "the same content; each set is asked once"
        )


STATE = pytest.StashKey[RunState]()
