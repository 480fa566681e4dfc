"""One suite over several sets in one session: each set has cases and a run of its own.

In the session, case ids begin with suite and set (``cultureverse:cvqa/JPN/food/…``), so that two
sets may have the same cells; records have the suite's plain name, so that a run file is the same
whether or not its set was asked alone. Knows suites and cases; no pytest, no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.jsonio import Json, digest
from benchmark.records import Case, Script, Selection
from benchmark.suite.protocol import ShowsPictures, Suite, SuiteMeta, asks_choices
from benchmark.survey.survey import Survey

SEPARATOR = ":"


@dataclass(frozen=True, kw_only=True)
class SuiteOverSet:
    """A suite over one of the sets; ``name`` is unique in the session."""

    whole: Suite
    name: str

    @property
    def meta(self) -> SuiteMeta:
        return self.whole.meta

    @property
    def survey(self) -> Survey | None:
        return self.whole.survey

    def select(self) -> Selection:
        """The suite's cases under the session's name; impossible cells keep the suite's."""
        found = self.whole.select()
        return replace(found, cases=tuple(map(self._renamed, found.cases)))

    def interview(self, case: Case) -> Script:
        """The script of the suite's own case."""
        return self.whole.interview(self._original(case))

    @property
    def asks_choices(self) -> bool:
        return asks_choices(self.whole)

    def config(self) -> Mapping[str, Json]:
        return self.whole.config()

    def stamp(self) -> str:
        return self.whole.stamp()

    def header(self) -> tuple[str, ...]:
        return self.whole.header()

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        return self.whole.largest_picture() if isinstance(self.whole, ShowsPictures) else None

    def _renamed(self, case: Case) -> Case:
        own = self.meta.name
        return replace(case, suite=self.name, unit=renamed(case.unit, own, self.name))

    def _original(self, case: Case) -> Case:
        own = self.meta.name
        return replace(case, suite=own, unit=renamed(case.unit, self.name, own))


def duplicate_sets(configs: Mapping[str, Mapping[str, Json]]) -> tuple[str, str] | None:
    """The names of the first two sets that differ in nothing but their name.

    >>> a, b, c = ({"questions": {"name": n, "digest": d}} for n, d in ("x1", "y1", "x2"))
    >>> duplicate_sets({"x": a, "y": b, "x-2": c}), duplicate_sets({"x": a, "x-2": c})
    (('x', 'y'), None)
    """
    seen: dict[str, str] = {}
    for name, config in configs.items():
        content = digest({key: _content(part) for key, part in config.items()})
        if content in seen:
            return seen[content], name
        seen[content] = name
    return None


def _content(part: Json) -> Json:
    """The digest of data that have one, without their name; else the value itself."""
    return part["digest"] if isinstance(part, Mapping) and "digest" in part else part


def name_in_session(suite: str, set_name: str) -> str:
    """A suite's name in the session: with its set if there are several, else its own.

    >>> name_in_session("cultureverse", "cvqa"), name_in_session("wvs", "")
    ('cultureverse:cvqa', 'wvs')
    """
    return f"{suite}{SEPARATOR}{set_name}" if set_name else suite


def set_of(name: str) -> str:
    """The set in a suite's name in the session; empty without one.

    >>> set_of("cultureverse:cvqa"), set_of("wvs")
    ('cvqa', '')
    """
    return name.partition(SEPARATOR)[2]


def renamed(text: str, old: str, new: str) -> str:
    """A unit or a case id with the name before its first slash replaced.

    >>> renamed("cultureverse/JPN/food", "cultureverse", "cultureverse:cvqa")
    'cultureverse:cvqa/JPN/food'
    """
    return f"{new}/{text.removeprefix(f'{old}/')}"
