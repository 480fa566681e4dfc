"""finetune.json: what was trained on what, and what came out; written at the start and at the end.

Knows plain values and a folder. What must not change between a run and its resumption is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from benchmark import __version__, jsonio
from benchmark.errors import DataProblem
from benchmark.finetune import schedule, splitting
from benchmark.finetune.preparing import TrainingData
from benchmark.finetune.training import Result
from benchmark.jsonio import Json
from benchmark.metrics.proportions import wilson_bounds
from benchmark.models.naming import ModelSpec
from benchmark.models.weights.adapters import RECORD
from benchmark.questions.checking import by_split
from benchmark.records import ModelIdentity
from benchmark.runs.provenance import package_version

SCHEMA = "pytest-culture/finetune/1"
PACKAGES = ("torch", "transformers", "peft", "trl", "accelerate")
FIXED = ("base", "data", "schedule")  # what must be equal in a resumed run


@dataclass(frozen=True, kw_only=True, slots=True)
class Accuracy:
    """Share of validation questions whose likeliest option is the right one, 0 to 1."""

    share: float
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 95 %, as if questions were independent."""
        low, high = wilson_bounds(self.share, self.n)
        return float(low), float(high)

    def words(self) -> str:
        """``0.40 [0.17, 0.69] of 10``."""
        low, high = self.interval
        return f"{self.share:.3f} [{low:.3f}, {high:.3f}] of {self.n}"

    def document(self) -> dict[str, Json]:
        """As plain JSON values."""
        low, high = self.interval
        return {"share": self.share, "n": self.n, "low": low, "high": high}


def begun(spec: ModelSpec, identity: ModelIdentity, prepared: TrainingData) -> dict[str, Json]:
    """The record before the first step."""
    return {
        "schema": SCHEMA,
        "finished": False,
        "base": {
            "name": spec.name,
            "model_id": identity.model_id,
            "kind": spec.kind,
            "revision": identity.revision,
            "dtype": identity.dtype,
            "device": identity.device_kind,
        },
        "data": _data(prepared),
        "schedule": {
            "n": len(prepared.drawn),
            "digest": schedule.digest(prepared.drawn),
            "right_places": {**schedule.right_places(prepared.drawn)},
        },
        "versions": _versions(),
    }


def _versions() -> dict[str, Json]:
    found = {name: package_version(name) for name in PACKAGES}
    return {
        "benchmark": __version__,
        **{name: version for name, version in found.items() if version},
    }


def _data(prepared: TrainingData) -> dict[str, Json]:
    parts, found = prepared.parts, prepared.questions
    return {
        "name": found.name,
        "revision": found.revision,
        "digest": found.digest,
        "templates": prepared.templates.digest,
        "licences": list(prepared.licences),
        "splits": dict(by_split(found.questions)),
        "split": prepared.recipe.split,
        "train": len(parts.train),
        "train_concepts": splitting.concepts(parts.train),
        "validation": len(parts.validation),
        "validation_concepts": splitting.concepts(parts.validation),
        "held_out": dict(parts.held_out),
        "leaking": len(parts.leaking),
        "leaked": parts.leaked,
        "countries": len({question.country for question in parts.train}),
    }


def ended(record: Mapping[str, Json], trained: Result, after: Accuracy | None) -> dict[str, Json]:
    """The record with the results."""
    return {
        **record,
        "finished": True,
        "steps": trained.steps,
        "loss": [[point.step, point.loss] for point in trained.curve],
        "size": {
            "trained": trained.size.trained,
            "all": trained.size.all,
            "modules": trained.size.modules,
        },
        "accuracy_after": after.document() if after else None,
    }


def write(folder: Path, record: Mapping[str, Json]) -> None:
    """Write it into the folder, atomically."""
    jsonio.write_atomic(folder / RECORD, jsonio.pretty(record))


def read(folder: Path) -> Mapping[str, Json]:
    """The folder's record.

    Raises
    ------
    DataProblem
        There is none, or it is not one of this version.
    """
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataProblem(f"{folder / RECORD} cannot be read ({error}); start again") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise DataProblem(f"{folder / RECORD} is not a record of this version; start again")
    return cast("Mapping[str, Json]", found)


def changed(there: Mapping[str, Json], now: Mapping[str, Json]) -> Sequence[str]:
    """Which parts of a begun fine-tuning have changed since, such as the data."""
    return [part for part in FIXED if jsonio.plain(there.get(part)) != jsonio.plain(now.get(part))]
