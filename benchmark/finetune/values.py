"""What an option takes; checks values of the command line or a file against it.

Knows no option by name.
"""

from __future__ import annotations

import argparse
import math
import sys
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

from benchmark.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["text", "count", "number", "share", "list", "repeated", "flag"]
WRONG = 4  # as pytest has it
SEEDS = 2**32 - 1  # the largest that NumPy and torch both take


class Option(NamedTuple):
    """One row of the table of options; ``least`` and ``most`` are of counts, ``choices`` of texts.

    ``most`` 0 means no bound.
    """

    name: str
    kind: Kind
    metavar: str
    help: str
    least: int = 1
    choices: tuple[str, ...] = ()
    most: int = 0


class Parser(argparse.ArgumentParser):
    """argparse's, with the same exit status for an unknown word as for any other wrong one."""

    def error(self, message: str) -> NoReturn:
        """The usage and what is wrong, on standard error."""
        self.print_usage(sys.stderr)
        self.exit(WRONG, f"{self.prog}: {message}\n")


def checked(value: object, option: Option, source: str) -> object:
    """The value in the form that its option takes.

    Raises
    ------
    UsageProblem
        It is not what the option takes; ``source`` says where it was given.
    """
    match option.kind:
        case "flag":
            return _flag(value, source)
        case "count":
            return _count(value, option, source)
        case "number" | "share":
            return _number(value, option.kind, source)
        case "list" | "repeated":
            return _names(value, option.kind, source)
        case "text":
            return _text(value, option.choices, source)


def _flag(value: object, source: str) -> bool:
    if not isinstance(value, bool):
        raise UsageProblem(f"{source}: {value!r} is neither true nor false")
    return value


def _count(value: object, option: Option, source: str) -> int:
    whole = int(value) if isinstance(value, str) and value.isdecimal() else value
    if not isinstance(whole, int) or isinstance(whole, bool) or whole < option.least:
        raise UsageProblem(f"{source}: {value!r} is not a whole number of at least {option.least}")
    if option.most and whole > option.most:
        raise UsageProblem(f"{source}: {value!r} is above {option.most}, the largest it can be")
    return whole


def _number(value: object, kind: Kind, source: str) -> float:
    try:
        number = float(value) if isinstance(value, (str, int, float)) else math.nan
    except ValueError:
        number = math.nan
    if kind == "share" and not 0 <= number < 1:
        raise UsageProblem(f"{source}: {value!r} is not a share from 0 to below 1")
    if not 0 <= number < math.inf or (kind == "number" and number == 0):
        raise UsageProblem(f"{source}: {value!r} is not a number above 0")
    return number


def _names(value: object, kind: Kind, source: str) -> tuple[str, ...]:
    parts: Sequence[object]
    if isinstance(value, str):
        parts = value.split(",") if kind == "list" else [value]
    else:
        parts = value if isinstance(value, list) else [value]
    names = tuple(dict.fromkeys(str(part).strip() for part in parts))
    if not all(isinstance(part, str) for part in parts) or not all(names):
        raise UsageProblem(f"{source}: {value!r} is not a list of names")
    return names


def _text(value: object, choices: tuple[str, ...], source: str) -> str:
    if not isinstance(value, str):
        raise UsageProblem(f"{source}: {value!r} is not a text")
    if choices and value not in choices:
        raise UsageProblem(f"{source} {value!r} is none of {', '.join(choices)}")
    return value
