"""``--scoring sampled`` and the options that go with it, as `Sampled`; starts nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from benchmark.engine.sampled import NAME, Sampled
from benchmark.errors import UsageProblem
from benchmark.option_values import MAX_TEMPERATURE, count
from benchmark.vocabulary import DEMO

ANSWERS, TOKENS, TEMPERATURE = 10, 2048, 1.0
DEMO_TOKENS = 12  # random weights never end an answer, and a few tokens exercise the same path
SAMPLING_OPTIONS = ("--samples", "--sample-tokens", "--sample-temperature")


def sampling_of(get: Callable[[str], Any]) -> Sampled | None:
    """What the options say; None if probabilities are asked for.

    Raises
    ------
    UsageProblem
        A number is invalid, or the number of answers is given twice or without ``sampled``.
    """
    answers = _answers(get("--scoring"))
    if answers is None:
        for option in SAMPLING_OPTIONS:
            if get(option) is not None:
                raise UsageProblem(
                    f"{option} {get(option)} needs --scoring sampled; add that, or leave {option} "
                    "out"
                )
        return None
    named = get("--samples")
    if answers and named is not None and named != answers:
        raise UsageProblem(
            f"--scoring '{NAME} {answers}' and --samples {named} disagree; give one number"
        )
    most = DEMO_TOKENS if get("--model") == DEMO else TOKENS
    return Sampled(
        answers=_number(answers or named, "--samples", ANSWERS),
        tokens=_number(get("--sample-tokens"), "--sample-tokens", most),
        temperature=_temperature(get("--sample-temperature")),
    )


def _answers(scoring: str) -> str | None:
    """The number after ``sampled``, empty without one; None for any other scoring."""
    found = re.fullmatch(rf"{NAME}(?:[\s:=]+(?P<answers>\S+))?", scoring.strip())
    return None if found is None else found["answers"] or ""


def _number(text: str | None, option: str, default: int) -> int:
    return default if text is None or text == "" else count(text, option)


def _temperature(text: str | None) -> float:
    try:
        value = TEMPERATURE if text is None else float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= MAX_TEMPERATURE:
        raise UsageProblem(
            f"--sample-temperature {text!r} is not a number above 0 and up to {MAX_TEMPERATURE:g} "
            "(at 0 all answers would be the same)"
        )
    return value
