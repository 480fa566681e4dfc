"""What one pytest process knows of the run: settings, suites, cases; no report, no model.

The controller and every worker build their own from the same options, so nothing but the
model's identity and the finished case ids travels between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmark.engine.sampled import sampled_by
from benchmark.engine.sampled_choices import expanded
from benchmark.engine.shards import cases_of
from benchmark.errors import CultureError, DataProblem, UsageProblem
from benchmark.records import Analysis, Case, ModelIdentity, Request, Selection
from benchmark.settings import Settings
from benchmark.suite.protocol import (
    Suite,
    load_suite,
    own_analyses,
    own_metrics,
    settings_of_each_set,
)
from benchmark.suite.several_sets import Part, asked_twice, exchanged, part_name


@dataclass
class SuiteState:
    """A suite with its selection and what is its own; ``mine`` are the cases of the shard.

    ``name`` is the suite's, or where it is asked about several sets, that of the part; the ids of
    its cases begin with it. ``units`` maps a scheduling unit to its chosen cases, and ``resumed``
    holds the ids of those that are finished.
    """

    name: str
    suite: Suite
    selection: Selection
    analyses: Mapping[str, Analysis]
    metrics: Mapping[str, bool | None]
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
    """

    settings: Settings
    suites: dict[str, SuiteState] = field(default_factory=dict)
    identities: dict[str, ModelIdentity] = field(default_factory=dict)
    encoders: dict[str, dict[str, ModelIdentity]] = field(default_factory=dict)
    _folders: dict[Path, tuple[SuiteState, ...]] = field(default_factory=dict)

    def at(self, folder: Path) -> tuple[SuiteState, ...]:
        """The suite of a folder, once for each set, loaded and selected on first use.

        Raises
        ------
        pytest.UsageError
            The settings do not fit the suite or its data.
        """
        if folder not in self._folders:
            try:
                sets = settings_of_each_set(folder, self.settings)
                found = tuple(self._part(folder, name, settings) for name, settings in sets.items())
                if len(found) > 1:
                    _check_sets(sets, found)
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
            metrics=own_metrics(folder),
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


def _check_sets(sets: Mapping[str, Settings], found: Sequence[SuiteState]) -> None:
    """Two sets of one content would write one run file, whatever their files are called."""
    configs = {name: one.suite.config() for name, one in zip(sets, found, strict=True)}
    twice = asked_twice(configs)
    if twice is not None:
        first, second = (sets[name].questions for name in twice)
        raise UsageProblem(
            f"--questions {first} and --questions {second} are the same set named twice: they have "
            "the same content; each set is asked once"
        )


STATE = pytest.StashKey[RunState]()
