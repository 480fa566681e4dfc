"""What a survey file holds before it is checked: rows as read, and counts of what was dropped.

Knows no file format, no country table and no rule about shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something dropped or worth knowing: its kind, how often, and the first example."""

    kind: str
    count: int
    example: str


class Tally:
    """Counts by kind; keeps the first example of each."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, str]] = {}

    def add(self, kind: str, example: str, count: int = 1) -> None:
        """Count one more of a kind; the first example is the one shown."""
        so_far, first = self._seen.get(kind, (0, example))
        self._seen[kind] = (so_far + count, first)

    def problems(self) -> tuple[Problem, ...]:
        """All kinds in alphabetical order."""
        return tuple(
            Problem(kind=kind, count=count, example=example)
            for kind, (count, example) in sorted(self._seen.items())
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RawQuestion:
    """One row as written in a file; an empty string means that the file does not say.

    ``shares`` is keyed by the file's own country labels and its values are unchecked.
    ``row`` is the `wording.question_sha` of the original wording.
    """

    text: str
    options: tuple[str, ...]
    shares: Mapping[str, Sequence[object]]
    source: str
    row: str
    question_id: str
    stem: str
    topic: str = ""
    respondents: Mapping[str, int] = field(default_factory=dict)
    design_effect: float | None = None
