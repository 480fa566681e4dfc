"""Answers as JSON text and back, exactly; knows no database and no request.

Floats are written with ``repr`` precision, so a stored probability returns bit for bit. A vector of
float32 is written as the base64 of its bytes, which takes a quarter of the space.
"""

from __future__ import annotations

import base64
import json
import sys
from array import array
from typing import assert_never, cast

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
            thinking = [answer.thinking] if answer.thinking else []
            return "text", canonical([answer.text, answer.finish, *thinking])
        case Vector():
            return "vector", canonical(_packed(answer.values))
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
            return Text(text=value[0], finish=value[1], thinking="".join(value[2:]))
        case "vector":
            return Vector(values=_unpacked(value))
        case _:
            raise ValueError(f"unknown kind of answer {kind!r}")


def _packed(values: tuple[float, ...]) -> str | tuple[float, ...]:
    """Base64 of little-endian float32, or the numbers if they are not float32."""
    single = array("f", values)
    if tuple(single) != values:
        return values
    if sys.byteorder == "big":
        single.byteswap()
    return base64.b64encode(single.tobytes()).decode("ascii")


def _unpacked(value: object) -> tuple[float, ...]:
    if not isinstance(value, str):
        return tuple(map(number, cast("list[object]", value)))
    single = array("f", base64.b64decode(value, validate=True))
    if sys.byteorder == "big":
        single.byteswap()
    return tuple(single)
