"""Whole numbers on the command line; knows no option by name."""

from __future__ import annotations

from benchmark.errors import UsageProblem


def count(text: str, option: str, *, least: int = 1) -> int:
    """The number that an option's text is; a UsageProblem where it is none, or too small.

    >>> count("8", "--limit")
    8
    """
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise UsageProblem(f"{option} {text!r} is not a whole number of at least {least}")
    return number
