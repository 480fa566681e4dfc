"""What one pytest process knows of the run: settings, provider, suites; no report.

The controller and every worker build their own from the same options.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from benchmark.engine.sampled import NAME, sampled_by
from benchmark.engine.shards import cases_of
from benchmark.errors import CultureError, DataProblem, UsageProblem
from benchmark.plugin.providers import Provider
from benchmark.plugin.selecting import NameFilter
from benchmark.plugin.suite_run import SuiteRun
from benchmark.plugin.suite_session import SuiteSession
from benchmark.records import Selection
from benchmark.settings import Settings
from benchmark.suite.protocol import (
    Suite,
    load_suite,
    own_analyses,
    settings_of_each_set,
)
from benchmark.suite.several_sets import SuiteOverSet, duplicate_sets, name_in_session
from benchmark.suite.suite_options import given_values


@dataclass
class RunSession:
    """Settings, the provider of answers, and the suites met so far, by name.

    ``given_texts`` holds the texts given for suites' options, by option name.
    """

    settings: Settings
    provider: Provider
    given_texts: Mapping[str, object] = field(default_factory=dict)
    name_filter: NameFilter = field(default_factory=lambda: NameFilter(several=False))
    suites: dict[str, SuiteSession] = field(default_factory=dict)
    _folders: dict[Path, tuple[SuiteSession, ...]] = field(default_factory=dict)

    @property
    def prepared(self) -> tuple[SuiteSession, ...]:
        """The suites whose model is known."""
        return tuple(suite for suite in self.suites.values() if suite.prepared is not None)

    @property
    def runs(self) -> dict[str, SuiteRun]:
        """On the controller: the runs, by suite name."""
        return {name: one.run for name, one in self.suites.items() if one.run is not None}

    def at(self, folder: Path) -> tuple[SuiteSession, ...]:
        """The suite in a folder, once for each set, loaded and selected on first use.

        Raises
        ------
        pytest.UsageError
            The settings do not fit the suite or its data.
        """
        if folder not in self._folders:
            try:
                settings = replace(self.settings, own=given_values(folder, self.given_texts))
                found = self.name_filter.load(folder, settings, partial(self._of_each_set, folder))
            except CultureError as error:
                raise pytest.UsageError(str(error)) from error
            self._folders[folder] = found
            self.suites |= {one.name: one for one in found}
        return self._folders[folder]

    def check_used(self) -> None:
        """Raise if encoders or written answers are wanted and no suite of the run uses them."""
        names = ", ".join(suite.name for suite in self.prepared)
        wanted = self.settings.encoders
        if wanted and not any(suite.answerers.encoders for suite in self.prepared):
            raise UsageProblem(
                f"--encoder {wanted[0].name} has no meaning for {names}, which makes no vectors; "
                "leave it out"
            )
        if self.settings.sampled and not any(sampled_by(s.identity) for s in self.prepared):
            raise UsageProblem(
                f"--scoring {NAME} has no meaning for {names}, where no label is chosen; leave it "
                "out"
            )

    def _of_each_set(self, folder: Path, settings: Settings) -> tuple[SuiteSession, ...]:
        sets = settings_of_each_set(folder, settings)
        if len(sets) > 1 and settings.gates:
            raise UsageProblem(
                "--gate judges one run of a suite, and each --questions has its own; gate each set "
                "by itself"
            )
        found = tuple(self._suite_session(folder, name, each) for name, each in sets.items())
        if len(found) > 1:
            _check_sets(found)
        return found

    def _suite_session(self, folder: Path, set_name: str, settings: Settings) -> SuiteSession:
        whole = load_suite(folder, settings)
        name = name_in_session(whole.meta.name, set_name)
        suite: Suite = SuiteOverSet(whole=whole, name=name) if set_name else whole
        selection = suite.select()
        self._check_names(folder, suite, selection)
        return SuiteSession(
            name=name,
            settings=settings,
            suite=suite,
            selection=selection,
            analyses=own_analyses(folder),
            mine=cases_of(selection.cases, settings.shard),
        )

    def _check_names(self, folder: Path, suite: Suite, selection: Selection) -> None:
        name = suite.meta.name
        for other, suites in self._folders.items():
            if any(one.suite.meta.name == name for one in suites):
                raise DataProblem(
                    f"the suites in {other} and {folder} are both named {name!r}; rename one"
                )
        for case_id, count in Counter(case.case_id for case in selection.cases).items():
            if count > 1:
                raise DataProblem(f"suite {name!r} has {count} cases with the id {case_id!r}")


def _check_sets(found: Sequence[SuiteSession]) -> None:
    """Raise if two sets have the same content: they would write one run file."""
    twice = duplicate_sets({one.name: one.suite.config() for one in found})
    if twice is not None:
        first, second = (one.settings.own["questions"][0] for one in found if one.name in twice)
        raise UsageProblem(
            f"--questions {first} and --questions {second} have the same content; name each set "
            "once"
        )


SESSION = pytest.StashKey[RunSession]()
