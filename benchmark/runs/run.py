"""The record of one run and its file, run.json.

Knows the document's shape and path; not how anything was measured, nor any board. Equal
measurements give the same text for ``rows``: no clock, no worker, sorted by case id.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from benchmark import jsonio
from benchmark.engine import noise_document as determinism
from benchmark.engine.keys import identity_document, identity_of, named_document
from benchmark.engine.noise_floor import Determinism, unmeasured
from benchmark.engine.shards import Shard
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.records import CaseRecord, Excluded, ModelIdentity, Score
from benchmark.runs.documents import begins_as_ours, exists, load, schema_name, validate, write
from benchmark.runs.rows import (
    Failure,
    encode,
    record_of,
    row_of,
    score_of,
    score_row,
    without_collector,
)

__all__ = [
    "Failure",
    "Run",
    "config_digest",
    "document",
    "journal_path",
    "parse",
    "read_run",
    "run_path",
    "write_run",
]

LONGEST_NAME = 100
UNRECORDED = "the run did not record it"
ENCODERS = "encoder_models"  # the key of a configuration


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What was measured of one model in one suite; ``config`` is all that changes what a row means.

    ``analyses`` names what turns ``rows`` into ``scores``, with ``config["seed"]``. The run of a
    ``shard`` holds only the shard's cases and no scores: those belong to the merged run.
    Only ``provenance`` may hold times and machines; the board shows ``started_at``,
    ``finished_at`` and ``harness_version`` from it.
    """

    suite: str
    suite_version: str
    headline: str
    model: ModelIdentity
    config: Mapping[str, Json]
    config_digest: str
    complete: bool
    partial_because: tuple[str, ...]
    n_selected: int
    excluded: tuple[Excluded, ...]
    failed: tuple[Failure, ...]
    rows: tuple[CaseRecord, ...]
    scores: tuple[Score, ...]
    gates: tuple[Mapping[str, Json], ...]
    provenance: Mapping[str, Json]
    analyses: tuple[str, ...] = ()
    limit: int | None = None
    shard: Shard | None = None
    determinism: Determinism = field(default_factory=lambda: unmeasured(UNRECORDED))

    @property
    def n_absent(self) -> int:
        """How many of the selected cases were neither measured nor failed."""
        return self.n_selected - len(self.rows) - len(self.failed)


# Configuration keys in which the rows of one table may differ.
OF_THE_RUN = frozenset(
    {
        *("model", "harness", "seed", "rationales", "recognition", "language_identifier"),
        *("encoders", "encoder_models", "chunking"),
    }
)


def what_was_asked(config: Mapping[str, Json]) -> Mapping[str, Json]:
    """What was asked and about whom; not the model, seed or harness."""
    return {key: value for key, value in config.items() if key not in OF_THE_RUN}


def encoders_document(encoders: Mapping[str, ModelIdentity]) -> dict[str, Json]:
    """What a configuration says of its encoders; nothing where there are none."""
    if not encoders:
        return {}
    return {ENCODERS: {name: identity_document(encoders[name]) for name in sorted(encoders)}}


def encoders_of(run: Run) -> dict[str, ModelIdentity]:
    """The encoders of a run by name; empty for one that had none."""
    documents = cast("Mapping[str, Mapping[str, Json]]", run.config.get(ENCODERS, {}))
    return {name: identity_of({"name": name, **one}) for name, one in documents.items()}


def config_digest(config: Mapping[str, Json]) -> str:
    """Twelve hex digits that name a configuration."""
    return jsonio.digest(config)[:12]


# --- from run to document and back ---------------------------------------------------------


def document(run: Run) -> dict[str, Json]:
    """The run as plain JSON values, rows sorted by case id."""
    return _head(run) | {"rows": [row_of(row) for row in _sorted(run.rows)]}


def _head(run: Run) -> dict[str, Json]:
    return {
        "schema": schema_name("run"),
        "suite": run.suite,
        "suite_version": run.suite_version,
        "headline": run.headline,
        "model": named_document(run.model),
        "config": jsonio.plain(run.config),
        "config_digest": run.config_digest,
        "complete": run.complete,
        "partial_because": list(run.partial_because),
        "n_selected": run.n_selected,
        "excluded": [_reason(entry) for entry in run.excluded],
        "failed": [_reason(entry) for entry in run.failed],
        "scores": [score_row(score) for score in run.scores],
        "gates": jsonio.plain(run.gates),
        "provenance": jsonio.plain(run.provenance),
        "analyses": list(run.analyses),
        "limit": run.limit,
        "shard": None if run.shard is None else asdict(run.shard),
        "determinism": determinism.document(run.determinism),
    }


def parse(document: Mapping[str, Json]) -> Run:
    """The run in a document; a BoardProblem says where it does not fit the schema.

    The typed parser checks rows and scores just as strictly: jsonschema takes minutes over them.
    """
    long = {key: document.get(key) for key in ("rows", "scores")}
    short: dict[str, Json] = {k: [] if isinstance(v, list) else v for k, v in long.items()}
    validate({**document, **short}, "run")
    fields = cast("Mapping[str, Any]", document)
    digest = config_digest(fields["config"])
    if digest != fields["config_digest"]:
        raise BoardProblem(
            f"config_digest is {fields['config_digest']!r} but its config has digest {digest!r}: "
            "the file was changed after the run"
        )
    return Run(
        suite=fields["suite"],
        suite_version=fields["suite_version"],
        headline=fields["headline"],
        model=identity_of(fields["model"]),
        config=fields["config"],
        config_digest=digest,
        complete=fields["complete"],
        partial_because=tuple(fields["partial_because"]),
        n_selected=fields["n_selected"],
        excluded=tuple(Excluded(**entry) for entry in fields["excluded"]),
        failed=tuple(Failure(**entry) for entry in fields["failed"]),
        rows=_sorted([record_of(row) for row in fields["rows"]]),
        scores=tuple(score_of(score) for score in fields["scores"]),
        gates=tuple(fields["gates"]),
        provenance=fields["provenance"],
        analyses=tuple(fields.get("analyses", ())),
        limit=fields.get("limit"),
        shard=Shard(**fields["shard"]) if fields.get("shard") else None,
        determinism=determinism.parsed(fields["determinism"])
        if "determinism" in fields
        else unmeasured(UNRECORDED),
    )


def _reason(entry: Excluded | Failure) -> dict[str, Json]:
    return {"case_id": entry.case_id, "reason": entry.reason}


def _sorted(rows: Sequence[CaseRecord]) -> tuple[CaseRecord, ...]:
    ordered = {row.case.case_id: row for row in rows}
    if len(ordered) < len(rows):
        counts = Counter(row.case.case_id for row in rows)
        twice = counts.most_common(1)[0][0]
        raise BoardProblem(f"case {twice!r} has {counts[twice]} rows; a run measures a case once")
    return tuple(ordered[case_id] for case_id in sorted(ordered))


# --- files ---------------------------------------------------------------------------------


def run_path(runs: Path, run: Run) -> Path:
    """``{runs}/{model}/{revision}/{suite}-{config digest}.json``; a partial run's name says so.

    A shard's ends in ``….shard-2-of-4.json``, and is partial until all its own cases were measured.
    """
    whole = run.complete if run.shard is None else run.n_absent == 0
    return _path(runs, run, ".json" if whole else ".partial.json")


def journal_path(runs: Path, run: Run) -> Path:
    """Where the journal of a run or shard lies while it is going on."""
    return _path(runs, run, ".journal.jsonl")


def _path(runs: Path, run: Run, ending: str) -> Path:
    shard = f".shard-{run.shard.ending}" if run.shard is not None else ""
    name = f"{_file_name(run.suite)}-{run.config_digest}{shard}{ending}"
    return runs / _file_name(run.model.model_id) / _revision_name(run.model.revision) / name


def write_run(runs: Path, run: Run, *, encoded: Mapping[str, str] | None = None) -> Path:
    """Write run.json and return its path; a complete run removes its partial file.

    ``encoded`` holds rows from `encode` by case id, so that none is encoded twice. A partial run
    never touches the complete file, and a file that is not ours is never replaced.
    """
    path = run_path(runs, run)
    if exists(path) and not begins_as_ours(path, "run"):
        load(path, "run")
    write(path, _pieces(run, encoded or {}))
    if not path.name.endswith(".partial.json"):
        path.with_name(path.name.removesuffix(".json") + ".partial.json").unlink(missing_ok=True)
    return path


def read_run(path: Path) -> Run:
    """The run in a file; a BoardProblem names the file and what is wrong with it."""
    with without_collector():
        content = load(path, "run")
        try:
            return parse(content)
        except BoardProblem as problem:
            raise BoardProblem(f"{path}: {problem}") from problem


def text(run: Run) -> str:
    """The file's text: two levels are split into lines, so that one row is one line."""
    return "".join(_pieces(run, {}))


def _pieces(run: Run, encoded: Mapping[str, str]) -> Iterator[str]:
    """The text piece by piece: a run may take 100 MB."""
    head = [f' "{key}": {_block(value)}' for key, value in _head(run).items()]
    yield "{\n" + ",\n".join([*head, ' "rows": ['])
    between = "\n  "
    for row in _sorted(run.rows):
        yield between + (encoded.get(row.case.case_id) or encode(row))
        between = ",\n  "
    yield "\n ]\n}\n" if run.rows else "]\n}\n"


def _block(value: Json) -> str:
    match value:
        case dict():
            keys = sorted(value)
            return _lines(
                "{", [f"{jsonio.canonical(k)}: {jsonio.canonical(value[k])}" for k in keys], "}"
            )
        case list():
            return _lines("[", [jsonio.canonical(entry) for entry in value], "]")
        case _:
            return jsonio.canonical(value)


def _lines(opening: str, entries: Sequence[str], closing: str) -> str:
    inside = ",\n  ".join(entries)
    return f"{opening}\n  {inside}\n {closing}" if entries else f"{opening}{closing}"


def _revision_name(revision: str) -> str:
    kind, colon, digest = revision.partition(":")
    return _file_name(digest[:16] if colon and kind == "sha256" else revision)


def _file_name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]", "-", text.replace("/", "__"))
    name = re.sub(r"^\.+", "-", name) or "-"  # neither a hidden folder nor a way up
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return name
