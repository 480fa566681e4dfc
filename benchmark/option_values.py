"""An option, and its text turned into a value; knows no option by name.

Each reader takes a text from the command line, or a value from a TOML file, and its source, which
begins the error about a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmark.errors import CultureError, UnknownName, UsageProblem, unknown

T = TypeVar("T")
Reader = Callable[[Any, str], object]
MAX_TEMPERATURE = 2.0  # temperature of a written text, as at servers


def text(value: object, source: str) -> str:
    """The text, unchanged."""
    if not isinstance(value, str):
        raise UsageProblem(f"{source} {value!r} is not a text")
    return value


@dataclass(frozen=True, slots=True)
class Option:
    """One row of a table of options.

    ``default`` is what one would type; without it the value is None, or empty if ``repeated``, when
    ``read`` gets a list. ``from_config`` finds the value in a replayed run's configuration; without
    it, the value is what the configuration has under the option's name, else the default.
    ``at_replay`` is the help of an option that a replay needs too: it names a file that no bundle
    has.
    """

    name: str
    metavar: str
    help: str
    _: KW_ONLY
    default: str | None = None
    read: Reader = text
    repeated: bool = False
    flag: bool = False
    from_config: Callable[[Mapping[str, Any]], object] | None = None
    at_replay: str = ""

    @property
    def dest(self) -> str:
        """The name of its value: ``--min-images`` is ``min_images``."""
        return self.name.removeprefix("--").replace("-", "_")

    def value(self, given: object = None) -> object:
        """The given text, read; without one, the default."""
        if self.flag:
            return bool(given)
        if self.repeated:
            default = [] if self.default is None else [self.default]
            return self.read(default if given is None else given, self.name)
        typed = self.default if given is None else given
        return self.read(typed, self.name) if typed or self.default is not None else None


def flag(value: object, source: str) -> bool:
    """True or false, from a file."""
    if not isinstance(value, bool):
        raise UsageProblem(f"{source} {value!r} is neither true nor false")
    return value


def count(value: object, source: str, *, least: int = 1, most: int | None = None) -> int:
    """A whole number.

    >>> count("8", "--limit")
    8
    """
    try:
        whole = int(value) if isinstance(value, str) else value
    except ValueError:
        whole = None
    if not isinstance(whole, int) or isinstance(whole, bool) or whole < least:
        raise UsageProblem(f"{source} {value!r} is not a whole number of at least {least}")
    if most is not None and whole > most:
        raise UsageProblem(f"{source} {value!r} is above {most}, the largest it can be")
    return whole


def amount(value: object, source: str) -> float:
    """A number above 0."""
    number = _number(value)
    if not 0 < number < math.inf:
        raise UsageProblem(f"{source} {value!r} is not a number above 0")
    return number


def at_least_one(value: object, source: str) -> float:
    """A number of at least 1."""
    number = _number(value)
    if not 1 <= number < math.inf:
        raise UsageProblem(f"{source} {value!r} is not a number of at least 1")
    return number


def share(value: object, source: str) -> float:
    """A number from 0 to below 1."""
    number = _number(value)
    if not 0 <= number < 1:
        raise UsageProblem(f"{source} {value!r} is not a share from 0 to below 1")
    return number


def temperatures(value: str, source: str) -> tuple[float, ...]:
    """Temperatures, each once and ascending; a case cannot tell apart two that print alike.

    >>> temperatures("0.7, 0.3,0.30", "--temperatures")
    (0.3, 0.7)
    """
    found = {}
    for part in names(value, source):
        temperature = _number(part)
        if not 0 <= temperature <= MAX_TEMPERATURE:
            raise UsageProblem(f"{source} {part!r} is not a number from 0 to {MAX_TEMPERATURE:g}")
        found[f"{temperature:g}"] = temperature
    if not found:
        raise UsageProblem(f"{source} {value!r} names nothing; give numbers such as 0.3,0.7")
    return tuple(sorted(found.values()))


def one_of(value: object, source: str, *, known: Sequence[str]) -> str:
    """One of the known words."""
    if not isinstance(value, str) or value not in known:
        raise UsageProblem(f"{source} {value!r} is not one of {', '.join(known)}")
    return value


def unless(value: str, source: str, *, word: str, read: Reader) -> object:
    """None for the word that leaves the choice to the harness, such as ``auto``."""
    return None if value == word else read(value, source)


def names(value: object, source: str) -> tuple[str, ...]:
    """A comma-separated list, or a file's list, without blanks or repeats, in the order given.

    >>> names("NGA, FRA,NGA", "--countries")
    ('NGA', 'FRA')
    """
    parts = value.split(",") if isinstance(value, str) else texts(value, source)
    found = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if value and not found:
        raise UsageProblem(f"{source} {value!r} names nothing; give a comma-separated list")
    return found


def all_or_names(value: str, source: str) -> tuple[str, ...]:
    """A list of names, or ``all`` by itself."""
    found = names(value, source)
    if "all" in found and len(found) > 1:
        raise UsageProblem(f"{source} {value!r}: give either all or names")
    return found


def texts(value: object, source: str) -> tuple[str, ...]:
    """A repeated option's texts, each once; in a file, a list or a single text."""
    parts = value if isinstance(value, list) else [value]
    found = [part.strip() for part in parts if isinstance(part, str)]
    if len(found) < len(parts) or not all(found):
        raise UsageProblem(f"{source} {value!r} is not a list of names")
    return tuple(dict.fromkeys(found))


def pairs(value: Sequence[str], source: str) -> tuple[tuple[str, str], ...]:
    """``k=v`` options, sorted by key; a later value of a key replaces an earlier one.

    >>> pairs(["b=2,a=1"], "--model-args")
    (('a', '1'), ('b', '2'))
    """
    found: dict[str, str] = {}
    for part in (part for one in value for part in one.split(",")):
        key, equals, content = part.partition("=")
        if not equals or not key.strip():
            raise UsageProblem(f"{source} {part!r} is not of the form key=value")
        found[key.strip()] = content.strip()
    return tuple(sorted(found.items()))


def path(value: str, _source: str) -> Path:
    """A file or folder, relative to the current folder."""
    return Path.cwd() / Path(value).expanduser()


def resolve_names(named: Sequence[str], find: Callable[..., T], *, option: str) -> list[T]:
    """What each of an option's names means to a suite: ``find(name, source=option)``.

    Raises
    ------
    UnknownName
        ``find`` raised for a name; another suite of the same command may know it.
    """
    found = []
    for name in named:
        try:
            found.append(find(name, source=option))
        except CultureError as problem:
            raise UnknownName(str(problem), option=option, name=name) from problem
    return found


def known_name(name: str, *, kind: str, known: Sequence[str], source: str) -> str:
    """A name in a list, for `resolve_names`."""
    if name not in known:
        raise UsageProblem(unknown(kind, name, known, source=source))
    return name


def _number(value: object) -> float:
    """The value as a float; NaN, which is in no range, if it is not a number."""
    try:
        return float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        return math.nan
