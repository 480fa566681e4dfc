"""The response bundle: run files, all answers behind them and figures without wording in one zip.

Knows the file's layout; computes nothing. Equal content gives equal bytes (with one version of
zlib), members are plain JSON, and the manifest has the digest of each. docs/replay.md describes it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from benchmark import __version__
from benchmark.engine.answers import decode, encode
from benchmark.engine.keys import KEY_SCHEMA
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, canonical, pretty, replacing
from benchmark.records import Answer
from benchmark.runs.run import Run, parse

SCHEMA = "pytest-culture/bundle/2"
FORMER = "pytest-culture/bundle/1"  # does not name its key schema, which is the first
MANIFEST, ANSWERS = "manifest.json", "answers.jsonl"
LICENCE = (
    "Answers of the model named in each run, and figures computed from them. Ids and figures of "
    "the survey stand under the survey's licence, which each file of figures states; the survey's "
    "wording and the pictures are not in this file."
)
T = TypeVar("T")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A run in a bundle: its member, and what the bundle has to recompute it.

    ``asked`` holds the keys of each case's requests in their order, if the rows do not give them;
    ``key_schema`` says how they were made.
    """

    file: str
    run: Run
    figures: str | None = None
    pictures: str | None = None
    asked: Mapping[str, Sequence[str]]
    key_schema: int = KEY_SCHEMA


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The checked content of a bundle; ``digest`` is of the manifest, and so of everything."""

    digest: str
    entries: tuple[Entry, ...]
    answers: Mapping[str, Answer]
    members: Mapping[str, bytes]


# --- writing -------------------------------------------------------------------------------


def answer_lines(answers: Mapping[str, Answer]) -> bytes:
    """One line for each answer, sorted by key."""
    lines = [canonical([key, *encode(answers[key])]) + "\n" for key in sorted(answers)]
    return "".join(lines).encode()


def write(path: Path, *, runs: Sequence[Mapping[str, Json]], members: Mapping[str, bytes]) -> str:
    """Write a bundle and return its digest; a file that is not a bundle is not replaced."""
    manifest = pretty(
        {
            "schema": SCHEMA,
            "harness_version": __version__,
            "licence": LICENCE,
            "runs": list(runs),
            "members": {
                name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
                for name, content in members.items()
            },
        }
    ).encode()
    if path.exists():
        read(path)
    try:
        _replace(path, {MANIFEST: manifest, **{name: members[name] for name in sorted(members)}})
    except OSError as error:
        raise BoardProblem(f"{path} cannot be written ({error.strerror or error})") from error
    return hashlib.sha256(manifest).hexdigest()


def _replace(path: Path, members: Mapping[str, bytes]) -> None:
    with (
        replacing(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for name, content in members.items():
            about = zipfile.ZipInfo(name, date_time=_EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            about.create_system = 3
            archive.writestr(about, content)


# --- reading -------------------------------------------------------------------------------


def read(path: Path) -> Bundle:
    """The bundle in a file, each member checked against its digest.

    Raises
    ------
    BoardProblem
        It cannot be read, is not a bundle, is newer than this version, or was changed.
    """
    members = _members(path)
    manifest = _manifest(path, members)
    for name, about in manifest["members"].items():
        if name not in members:
            raise BoardProblem(f"bundle {path} lacks its member {name}; download it again")
        if hashlib.sha256(members[name]).hexdigest() != about["sha256"]:
            raise BoardProblem(f"{name} in bundle {path} was changed after it was made")
    known = {name: members[name] for name in (*manifest["members"], MANIFEST)}
    return _readable(
        path,
        lambda: Bundle(
            digest=hashlib.sha256(members[MANIFEST]).hexdigest(),
            entries=tuple(_entry(about, known) for about in manifest["runs"]),
            answers=_answers(known[ANSWERS]),
            members=known,
        ),
    )


def _members(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except OSError as error:
        raise BoardProblem(f"bundle {path} cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BoardProblem(
            f"{path} is not a response bundle ({error}); make one with `python -m leaderboard "
            "bundle`"
        ) from error


def _manifest(path: Path, members: Mapping[str, bytes]) -> Mapping[str, Any]:
    if MANIFEST not in members:
        raise BoardProblem(f"{path} is a zip file, but not a response bundle: it has no {MANIFEST}")
    manifest = _readable(path, lambda: json.loads(members[MANIFEST]))
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if schema not in (SCHEMA, FORMER):
        raise BoardProblem(
            f"bundle {path} has schema {schema!r}, this version reads {SCHEMA!r}; upgrade "
            "pytest-culture or name another file"
        )
    return cast("Mapping[str, Any]", manifest)


def _entry(about: Mapping[str, Any], members: Mapping[str, bytes]) -> Entry:
    run = parse(json.loads(members[about["file"]]))
    if run.config_digest != about["config_digest"]:
        raise ValueError(f"{about['file']} has configuration {run.config_digest}")
    key_schema = about.get("key_schema", 1)
    if key_schema not in range(1, KEY_SCHEMA + 1):
        raise ValueError(
            f"{about['file']} has keys of schema {key_schema!r}, not 1 to {KEY_SCHEMA}"
        )
    asked = about.get("asked")
    noted = {} if asked is None else dict(json.loads(members[asked]))
    for name in (about.get("figures"), about.get("pictures")):
        if name is not None and name not in members:
            raise KeyError(name)
    return Entry(
        file=about["file"],
        run=run,
        figures=about.get("figures"),
        pictures=about.get("pictures"),
        asked=noted,
        key_schema=key_schema,
    )


def _answers(content: bytes) -> dict[str, Answer]:
    rows = (json.loads(line) for line in content.splitlines())
    return {key: decode(kind, payload) for key, kind, payload in rows}


def _readable(path: Path, read: Callable[[], T]) -> T:
    """What ``read`` returns; whatever a malformed member makes it raise becomes a BoardProblem."""
    try:
        return read()
    except BoardProblem as problem:
        raise BoardProblem(f"bundle {path}: {problem}") from problem
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BoardProblem(f"bundle {path} cannot be read ({error!r}); make it again") from error
