"""A run of pytest whose answers come from a bundle: its model, its identity, its store.

Knows bundles; nothing of pytest. A bundle is read once in a process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmark.engine.keys import KEY_SCHEMA
from benchmark.engine.sampled import Sampled, sampled_by
from benchmark.errors import UsageProblem
from benchmark.jsonio import Json
from benchmark.records import ModelIdentity
from benchmark.replay.bundle import Bundle, read
from benchmark.replay.stored_model import BundleModel, lookup
from benchmark.runs.run import encoders_of


def model_named(path: Path, refused: Sequence[str] = ()) -> str:
    """The name of the one model in a bundle, as its runs were typed.

    Raises
    ------
    UsageProblem
        Several models are in it, or an option was given that means nothing here (``refused``).
    """
    if refused:
        raise UsageProblem(f"--replay and {refused[0]} exclude each other; leave out one")
    names = sorted({entry.run.model.name for entry in _read(path).entries})
    if len(names) != 1:
        raise UsageProblem(
            f"--replay {path} holds runs of {', '.join(names) or 'no model'}; make a bundle of one"
        )
    return names[0]


def identity_for(path: Path, *, suite: str) -> ModelIdentity:
    """Whose answers the bundle has for a suite."""
    found = {entry.run.model for entry in _read(path).entries if entry.run.suite == suite}
    if len(found) != 1:
        raise UsageProblem(
            f"--replay {path} holds {len(found)} models for suite {suite!r}; it must be one"
        )
    return found.pop()


def sampled_in(path: Path) -> Sampled | None:
    """How the bundle's model was asked for labels; None by its probabilities."""
    ways = {sampled_by(entry.run.model) for entry in _read(path).entries} - {None}
    if len(ways) > 1:
        raise UsageProblem(
            f"--replay {path} holds runs with different numbers of sampled answers; make a bundle "
            "of one"
        )
    return ways.pop() if ways else None


def encoders_for(path: Path, *, suite: str) -> Mapping[str, ModelIdentity]:
    """The encoders whose vectors the bundle has for a suite, by name."""
    entries = [entry for entry in _read(path).entries if entry.run.suite == suite]
    return {name: one for entry in entries for name, one in encoders_of(entry.run).items()}


def model_of(
    path: Path,
    identity: ModelIdentity,
    encoders: Mapping[str, ModelIdentity] | None = None,
    *,
    suite: str,
) -> BundleModel:
    """The model that reads the bundle."""
    schema = key_schema(path, suite=suite)
    return BundleModel(identity, lookup(_read(path).answers), encoders, key_schema=schema)


def key_schema(path: Path | None, *, suite: str) -> int:
    """How answers are named: as in the bundle's runs of a suite, or as today without a bundle."""
    entries = _read(path).entries if path is not None else ()
    return min((e.key_schema for e in entries if e.run.suite == suite), default=KEY_SCHEMA)


def store_in(cache_folder: Path, path: Path) -> Path:
    """A store that only ever holds this bundle's answers, so that no other answer can help."""
    return cache_folder / "replay" / f"{_read(path).digest}.sqlite"


def said(path: Path | None) -> Mapping[str, Json]:
    """What the provenance of such a run says; nothing of any other run."""
    return {} if path is None else {"replayed_from": _read(path).digest}


@cache
def _read(path: Path) -> Bundle:
    return read(path)
