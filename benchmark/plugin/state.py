"""What one pytest process knows of the run: settings, suites, cases; no report, no model.

The controller and every worker build their own from the same options, so nothing but the
model's identity and the finished case ids travels between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmark.errors import CultureError
from benchmark.records import Case, ModelIdentity, Selection
from benchmark.settings import Settings
from benchmark.suite import Suite, load_suite


@dataclass
class SuiteState:
    """A suite with its selection; ``units`` maps a scheduling unit to its chosen cases."""

    suite: Suite
    selection: Selection
    units: dict[str, list[Case]] = field(default_factory=dict)
    resumed: frozenset[str] = frozenset()


@dataclass
class RunState:
    """Settings and the suites met so far, by folder; ``identities`` by suite name."""

    settings: Settings
    suites: dict[Path, SuiteState] = field(default_factory=dict)
    identities: dict[str, ModelIdentity] = field(default_factory=dict)

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
                self.suites[folder] = SuiteState(suite=suite, selection=suite.select())
            except CultureError as error:
                raise pytest.UsageError(str(error)) from error
        return self.suites[folder]

    def named(self, name: str) -> SuiteState:
        """The loaded suite of that name."""
        return next(state for state in self.suites.values() if state.suite.meta.name == name)


STATE = pytest.StashKey[RunState]()


def units_of(selection: Selection) -> Mapping[str, str]:
    """Unit by case id."""
    return {case.case_id: case.unit for case in selection.cases}
