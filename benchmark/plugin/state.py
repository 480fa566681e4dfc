"""What one pytest process knows of the run: settings, suites, cases; no report, no model.

The controller and every worker build their own from the same options, so nothing but the
model's identity and the finished case ids travels between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmark.errors import CultureError, DataProblem
from benchmark.records import Analysis, Case, ModelIdentity, Selection
from benchmark.settings import Settings
from benchmark.shards import cases_of
from benchmark.suite import Suite, load_suite, own_analyses


@dataclass
class SuiteState:
    """A suite with its selection and its own analyses; ``mine`` are the cases of the shard.

    ``units`` maps a scheduling unit to its chosen cases.
    """

    suite: Suite
    selection: Selection
    analyses: Mapping[str, Analysis]
    mine: tuple[Case, ...]
    units: dict[str, list[Case]] = field(default_factory=dict)
    resumed: frozenset[str] = frozenset()


@dataclass
class RunState:
    """Settings and the suites met so far, by folder; ``identities`` by suite name.

    ``encoders`` are those of the suites that ask any, by suite name and then by their own.
    """

    settings: Settings
    suites: dict[Path, SuiteState] = field(default_factory=dict)
    identities: dict[str, ModelIdentity] = field(default_factory=dict)
    encoders: dict[str, dict[str, ModelIdentity]] = field(default_factory=dict)

    def at(self, folder: Path) -> SuiteState:
        """The suite of a folder, loaded and selected on first use.

        Raises
        ------
        pytest.UsageError
            The settings do not fit the suite or its data.
        """
        if folder not in self.suites:
            try:
                suite = load_suite(folder, self.settings)
                selection = suite.select()
                self._check_names(folder, suite, selection)
                self.suites[folder] = SuiteState(
                    suite=suite,
                    selection=selection,
                    analyses=own_analyses(folder),
                    mine=cases_of(selection.cases, self.settings.shard),
                )
            except CultureError as error:
                raise pytest.UsageError(str(error)) from error
        return self.suites[folder]

    def _check_names(self, folder: Path, suite: Suite, selection: Selection) -> None:
        name = suite.meta.name
        other = next((at for at, s in self.suites.items() if s.suite.meta.name == name), None)
        if other is not None:
            raise DataProblem(f"suites {other} and {folder} are both named {name!r}; rename one")
        for case_id, count in Counter(case.case_id for case in selection.cases).items():
            if count > 1:
                raise DataProblem(f"suite {name!r} has {count} cases with the id {case_id!r}")

    def named(self, name: str) -> SuiteState:
        """The loaded suite of that name."""
        return next(state for state in self.suites.values() if state.suite.meta.name == name)


STATE = pytest.StashKey[RunState]()
