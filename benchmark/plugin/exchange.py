"""What workers and controller send each other besides reports; knows xdist's two dictionaries.

Down: each suite's model and encoders, and the finished cases. Up: how many answers were computed,
and how the models ran.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import pytest

from benchmark.engine.keys import identity_of, named_document
from benchmark.jsonio import Json, canonical
from benchmark.plugin.session import RunSession
from benchmark.plugin.suite_session import Answerers

Description = Mapping[str, Json]  # what a model says of how it ran
DROPPED = pytest.StashKey[bool]()
COUNTS = pytest.StashKey[tuple[int, int]]()
DESCRIBED = pytest.StashKey[dict[str, list[Description]]]()
_INPUT, _OUTPUT, _DROPPED = "culture", "culture_counts", "culture_dropped"
_DESCRIBED = "culture_described"


class Node(Protocol):
    """The part of xdist's WorkerController used here."""

    workerinput: dict[str, object]
    workeroutput: dict[str, object]


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is an xdist worker."""
    return hasattr(config, "workerinput")


def worker_place(config: pytest.Config) -> tuple[int, int]:
    """A worker's number from 0 and how many there are; (0, 1) in a single process.

    A replacement worker has a number above all of theirs.
    """
    sent = getattr(config, "workerinput", {})
    number = str(sent.get("workerid", "gw0")).removeprefix("gw")
    return int(number) if number.isdecimal() else 0, int(sent.get("workercount", 1))


def send_to_worker(session: RunSession, node: Node) -> None:
    """Send a new worker what only the controller knows."""
    node.workerinput[_INPUT] = {
        suite.name: {
            "identity": named_document(suite.identity),
            "encoders": {
                name: named_document(one) for name, one in suite.answerers.encoders.items()
            },
            "key_schema": suite.answerers.key_schema,
            "resumed": sorted(suite.resumed),
        }
        for suite in session.prepared
    }


def receive_in_worker(config: pytest.Config, session: RunSession) -> None:
    """In a worker: take what the controller sent, once the suites are known."""
    sent: dict[str, dict[str, Any]] = config.workerinput.get(_INPUT, {})  # type: ignore[attr-defined]
    for suite in session.suites.values():
        part = sent.get(suite.name)
        if part is not None:
            suite.prepared = Answerers(
                identity=identity_of(part["identity"]),
                encoders={name: identity_of(one) for name, one in part["encoders"].items()},
                key_schema=part["key_schema"],
            )
            suite.resumed = frozenset(part["resumed"])


def note_counts(config: pytest.Config, counts: tuple[int, int]) -> None:
    """Keep this process's answer counts for the summary."""
    if is_worker(config):
        config.workeroutput[_OUTPUT] = list(counts)  # type: ignore[attr-defined]
    else:
        add_counts(config, counts)


def add_worker_output(config: pytest.Config, node: Node) -> None:
    """On the controller: add what a worker sent at its end, if it could."""
    counts = getattr(node, "workeroutput", {}).get(_OUTPUT)
    if counts is not None:
        add_counts(config, (counts[0], counts[1]))
    add_descriptions(config, json.loads(getattr(node, "workeroutput", {}).get(_DESCRIBED, "{}")))
    if getattr(node, "workeroutput", {}).get(_DROPPED):
        config.stash[DROPPED] = True


def add_counts(config: pytest.Config, counts: tuple[int, int]) -> None:
    """Sum computed and stored answers over processes."""
    known = counts_of(config)
    config.stash[COUNTS] = known[0] + counts[0], known[1] + counts[1]


def counts_of(config: pytest.Config) -> tuple[int, int]:
    """Answers computed and read from the store, over all processes that have ended."""
    return config.stash.get(COUNTS, (0, 0))


def note_descriptions(config: pytest.Config, described: Mapping[str, Description]) -> None:
    """Keep how this process's models ran, by suite, for the run files."""
    if is_worker(config):
        config.workeroutput[_DESCRIBED] = canonical(described)  # type: ignore[attr-defined]
    else:
        add_descriptions(config, described)


def add_descriptions(config: pytest.Config, described: Mapping[str, Description]) -> None:
    """Add the descriptions of one more process."""
    known = config.stash.setdefault(DESCRIBED, {})
    for suite, description in described.items():
        known.setdefault(suite, []).append(description)


def descriptions_of(config: pytest.Config, suite: str) -> list[Description]:
    """How the models of a suite ran, one description for each process that loaded one."""
    return config.stash.get(DESCRIBED, {}).get(suite, [])


def note_dropped(config: pytest.Config) -> None:
    """Note that cases of an earlier run were left out, so that there may be nothing left to do."""
    if is_worker(config):
        config.workeroutput[_DROPPED] = True  # type: ignore[attr-defined]
    config.stash[DROPPED] = True


def dropped(config: pytest.Config) -> bool:
    """Whether this session left out cases that an earlier one had finished."""
    return config.stash.get(DROPPED, False)
