"""What a model reports about its run: known only then, so not part of its identity.

Knows no model; merges the reports of several processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from benchmark.jsonio import Json, canonical
from benchmark.records import Model

COUNTS = "counts"
PROMPTS = "prompts"  # each process may have seen others
CHARACTERS = "characters"  # of an example: how long the words in it are


@runtime_checkable
class DescribedModel(Protocol):
    """A model that reports on its run; numbers to sum over processes are under ``counts``."""

    def describe(self) -> Mapping[str, Json]: ...


def described(model: Model) -> Mapping[str, Json]:
    """The model's report; empty for a model that makes none."""
    return model.describe() if isinstance(model, DescribedModel) else {}


def merged(each: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """One report for all processes that loaded a model.

    Counts are summed, and of the examples of each kind of prompt the simplest is kept; anything
    else that differs becomes a list with an entry for each process.

    >>> merged([{"budget": 8, "counts": {"n": 1}}, {"budget": 4, "counts": {"n": 2}}])
    {'budget': [8, 4], 'counts': {'n': 3}}
    >>> merged([{"budget": 8}, {"budget": 8}])
    {'budget': 8}
    """
    found: dict[str, Json] = {}
    for name in dict.fromkeys(name for one in each for name in one):
        values = [one.get(name) for one in each]
        if name == COUNTS:
            found[name] = _sums(values)
        elif name == PROMPTS:
            found[name] = _simplest([one for one in values if isinstance(one, dict)])
        else:
            same = all(value == values[0] for value in values)
            found[name] = values[0] if same else values
    return found


def simpler(examples: Sequence[Json]) -> Json:
    """The example of the fewest characters; of several the first in the alphabet.

    >>> simpler([{"characters": 9, "text": "b"}, {"characters": 9, "text": "a"}])["text"]
    'a'
    """
    return min(examples, key=_length_and_text)


def _length_and_text(example: Json) -> tuple[int, str]:
    length = example.get(CHARACTERS) if isinstance(example, dict) else None
    return length if isinstance(length, int) else 0, canonical(example)


def _simplest(each: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    kinds = dict.fromkeys(kind for one in each for kind in one)
    return {kind: simpler([one[kind] for one in each if kind in one]) for kind in kinds}


def _sums(counts: Sequence[Json]) -> dict[str, Json]:
    found: dict[str, int] = {}
    for one in counts:
        for name, n in (one if isinstance(one, dict) else {}).items():
            found[name] = found.get(name, 0) + (n if isinstance(n, int) else 0)
    return {**found}
