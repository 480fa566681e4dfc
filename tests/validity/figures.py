"""Every figure that is printed, area by area, and the names that must have a row.

Knows the areas' lists; simulates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from benchmark.analyses import ANALYSES, provided
from benchmark.metrics.directions import DIRECTIONS
from tests.validity.countries import COUNTRIES
from tests.validity.figure import Figure
from tests.validity.gates import GATES
from tests.validity.instruments import INSTRUMENTS
from tests.validity.questions import QUESTIONS
from tests.validity.stories import STORIES
from tests.validity.study import STUDY
from tests.validity.values import VALUES

AREAS: Mapping[str, tuple[Figure, ...]] = {
    "values": VALUES,
    "instruments": INSTRUMENTS,
    "countries": COUNTRIES,
    "questions": QUESTIONS,
    "stories": STORIES,
    "study": STUDY,
    "gates": GATES,
}
# Printed by commands without being a `Score` of their own name.
BY_COMMANDS = (
    *("change of a mean", "change of two figures"),
    *("transfer rho", "transfer signal", "transfer without noise"),
    *("gate min", "gate max", "gate non-inferiority", "gate no regression", "gate gap"),
    *("gate worst", "replay difference"),
)


def printed() -> tuple[str, ...]:
    """The metrics of all analyses, of the table of directions and of the commands, each once."""
    return tuple(dict.fromkeys((*provided(ANALYSES), *DIRECTIONS, *BY_COMMANDS)))


def without_row() -> tuple[str, ...]:
    """The printed names that no row has; a pattern among them is had by whoever fits it."""
    rows = [figure for figures in AREAS.values() for figure in figures]
    known = {name for figure in rows for name in figure.names}
    return tuple(
        name
        for name in printed()
        if not any(figure.has(name) for figure in rows)
        and not any(fnmatchcase(one, name) for one in known)
    )
