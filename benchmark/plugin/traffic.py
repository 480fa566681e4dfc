"""What workers and controller tell each other besides reports; knows xdist's two dictionaries.

Down: the identities of model and encoders, and the finished cases. Up: how many answers were
computed, and how the models ran.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from benchmark.engine.keys import identity_of, named_document
from benchmark.jsonio import Json, canonical
from benchmark.plugin.state import RunState

Description = Mapping[str, Json]  # what a model says of how it ran
DROPPED = pytest.StashKey[bool]()
COUNTS = pytest.StashKey[list[int]]()
DESCRIBED = pytest.StashKey[dict[str, list[Description]]]()
_INPUT, _OUTPUT, _DROPPED = "culture", "culture_counts", "culture_dropped"
_DESCRIBED = "culture_described"


class Node(Protocol):
    """The part of xdist's WorkerController that is used here."""

    workerinput: dict[str, object]
    workeroutput: dict[str, object]


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is an xdist worker."""
    return hasattr(config, "workerinput")


def worker_place(config: pytest.Config) -> tuple[int, int]:
    """A worker's number from 0 and how many there are; (0, 1) in a process of its own.

    The number of a worker that takes another's place is beyond theirs.
    """
    told = getattr(config, "workerinput", {})
    number = str(told.get("workerid", "gw0")).removeprefix("gw")
    return int(number) if number.isdecimal() else 0, int(told.get("workercount", 1))


def send_down(state: RunState, node: Node) -> None:
    """Give a new worker what only the controller worked out."""
    node.workerinput[_INPUT] = {
        name: {
            "identity": named_document(state.identities[name]),
            "encoders": {
                own: named_document(one) for own, one in state.encoders.get(name, {}).items()
            },
            "resumed": sorted(suite.resumed),
        }
        for name, suite in state.suites.items()
        if name in state.identities
    }


def take_down(config: pytest.Config, state: RunState) -> None:
    """In a worker: take over what the controller sent, once its suites are known."""
    sent: dict[str, dict[str, Any]] = config.workerinput.get(_INPUT, {})  # type: ignore[attr-defined]
    for name, suite in state.suites.items():
        part = sent.get(name)
        if part is not None:
            state.identities[name] = identity_of(part["identity"])
            state.encoders[name] = {own: identity_of(one) for own, one in part["encoders"].items()}
            suite.resumed = frozenset(part["resumed"])


def note_counts(config: pytest.Config, counts: tuple[int, int]) -> None:
    """Keep the worker's or the single process's answer counts for the summary."""
    if is_worker(config):
        config.workeroutput[_OUTPUT] = list(counts)  # type: ignore[attr-defined]
    else:
        add_counts(config, counts)


def take_up(config: pytest.Config, node: Node) -> None:
    """On the controller: add what a worker that has ended tells, if it could send it."""
    counts = getattr(node, "workeroutput", {}).get(_OUTPUT)
    if counts is not None:
        add_counts(config, (counts[0], counts[1]))
    add_descriptions(config, json.loads(getattr(node, "workeroutput", {}).get(_DESCRIBED, "{}")))
    if getattr(node, "workeroutput", {}).get(_DROPPED):
        config.stash[DROPPED] = True


def add_counts(config: pytest.Config, counts: tuple[int, int]) -> None:
    """Sum computed and stored answers over processes."""
    known = config.stash.setdefault(COUNTS, [0, 0])
    known[0] += counts[0]
    known[1] += counts[1]


def note_descriptions(config: pytest.Config, described: Mapping[str, Description]) -> None:
    """Keep how the worker's or the single process's models ran, by suite, for the run files."""
    if is_worker(config):
        config.workeroutput[_DESCRIBED] = canonical(described)  # type: ignore[attr-defined]
    else:
        add_descriptions(config, described)


def add_descriptions(config: pytest.Config, described: Mapping[str, Description]) -> None:
    """One more process's descriptions."""
    known = config.stash.setdefault(DESCRIBED, {})
    for suite, description in described.items():
        known.setdefault(suite, []).append(description)


def note_dropped(config: pytest.Config) -> None:
    """Keep that cases of an earlier run were left out, which is why nothing may be left to do."""
    if is_worker(config):
        config.workeroutput[_DROPPED] = True  # type: ignore[attr-defined]
    config.stash[DROPPED] = True


def dropped(config: pytest.Config) -> bool:
    """Whether this session left out cases that an earlier one had finished."""
    return config.stash.get(DROPPED, False)
