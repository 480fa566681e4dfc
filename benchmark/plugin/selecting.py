"""``--topics`` and ``--proxies`` of several suites: each selects by the names it knows.

Knows the two options and which suite did not know which name; opens no suite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from benchmark.errors import UnknownName
from benchmark.settings import Settings
from benchmark.suite.shared_options import PROXIES, TOPICS
from benchmark.suite.suite_options import options_read

T = TypeVar("T")


@dataclass(kw_only=True)
class NameFilter:
    """The names that each of ``several`` suites did not know; a single suite must know all."""

    several: bool
    _unknown: dict[Path, list[UnknownName]] = field(default_factory=dict)
    _left_out: dict[Path, str] = field(default_factory=dict)

    def load(
        self, folder: Path, settings: Settings, load: Callable[[Settings], tuple[T, ...]]
    ) -> tuple[T, ...]:
        """What ``load`` makes of a suite with the names it knows; nothing if it knows none."""
        known = settings
        while True:
            try:
                found = load(known)
            except UnknownName as problem:
                if not self.several or problem.option not in (TOPICS.name, PROXIES.name):
                    raise
                self._unknown.setdefault(folder, []).append(problem)
                known = _without(known, problem)
            else:
                for option, named, left in (
                    (TOPICS, settings.topics, known.topics),
                    (PROXIES, settings.proxies, known.proxies),
                ):
                    if named and not left:  # which would select everything
                        self._left_out[folder] = f"{option.name} {','.join(named)}"
                return () if folder in self._left_out else found

    def check(self, folders: Sequence[Path]) -> None:
        """Raise if none of the suites that select by a name knows it."""
        problems = [problem for found in self._unknown.values() for problem in found]
        for problem in problems:
            alike = [one for one in problems if one.about == problem.about]
            readers = [f for f in folders if problem.option in {o.name for o in options_read(f)}]
            if len(alike) == len(readers):
                raise next((one for one in alike if "did you mean" in str(one)), problem)

    def left_out(self) -> list[str]:
        """A line for each suite that knows none of the names it was to select by."""
        return [
            f"{folder.name} is not measured: it knows none of {names}"
            for folder, names in self._left_out.items()
        ]


def _without(settings: Settings, problem: UnknownName) -> Settings:
    """The settings without the unknown name."""
    topics, proxies = (
        tuple(name for name in named if (option.name, name) != problem.about)
        for option, named in ((TOPICS, settings.topics), (PROXIES, settings.proxies))
    )
    return replace(settings, topics=topics, proxies=proxies)
