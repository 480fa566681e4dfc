"""Answers as JSON text and back, exactly; knows no database and no request.

Floats are written with ``repr`` precision, so a stored probability returns bit for bit.
"""

from __future__ import annotations

import json
from typing import assert_never

from benchmark.jsonio import canonical, number
from benchmark.records import Answer, LogLikelihoods, Probabilities, Text, Vector


def encode(answer: Answer) -> tuple[str, str]:
    """Kind and payload of an answer."""
    match answer:
        case Probabilities():
            return "probabilities", canonical([answer.p, answer.option_mass])
        case LogLikelihoods():
            return "log-likelihoods", canonical([answer.total, answer.n_tokens])
        case Text():
            return "text", canonical([answer.text, answer.finish])
        case Vector():
            return "vector", canonical(answer.values)
        case _:
            assert_never(answer)


def decode(kind: str, payload: str) -> Answer:
    """The answer that `encode` wrote; ValueError, TypeError or LookupError for anything else."""
    value = json.loads(payload)
    match kind:
        case "probabilities":
            return Probabilities(p=tuple(map(number, value[0])), option_mass=number(value[1]))
        case "log-likelihoods":
            return LogLikelihoods(total=tuple(map(number, value[0])), n_tokens=tuple(value[1]))
        case "text":
            return Text(text=value[0], finish=value[1])
        case "vector":
            return Vector(values=tuple(map(number, value)))
        case _:
            raise ValueError(f"unknown kind of answer {kind!r}")
