"""leaderboard.json: one row per model, revision, suite and configuration, built from runs.

Knows runs by their records, not how they were measured. A row is kept as it is in the file, so
that fields of a later version survive; merging is pure, and `update` does it under a lock.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from filelock import FileLock, Timeout

from benchmark import jsonio
from benchmark.engine.sampled import OF_CONFIG
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.records import ModelIdentity, Score
from benchmark.runs.documents import exists, load, schema_name, validate, write
from benchmark.runs.rows import sample, score_of, score_row
from benchmark.runs.run import Run, what_was_asked
from benchmark.vocabulary import A_RULE, DEMO, RANDOM_WEIGHTS, REFERENCE
from leaderboard.board.migrating import UNCHECKED, migrated
from leaderboard.board.standing import answers_otherwise, option_mass

LOCK_TIMEOUT_S = 30.0
# Ways of asking that are named only if they differ from these.
USUAL: Mapping[str, Json] = {
    "permutations": 1,
    "vetted": "off",
    "language": "en",
    "min_images": 5,
    "income_cut_usd_month": 685.0,
    "responses": 5,
    "story_tokens": 1000,
    "latin_square": "off",
    "calibrate": "off",
    "written": 0,
}
SHORT_DIGEST = 12
HEX = frozenset("0123456789abcdef")

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A validated row as it is in the file, with typed access to what this version knows."""

    content: Mapping[str, Json]

    @property
    def key(self) -> Key:
        """What a later run must share to replace this row."""
        return self["model_id"], self["revision"], self["suite"], self["config_digest"]

    @property
    def complete(self) -> bool:
        return self.content["complete"] is True

    @property
    def scores(self) -> tuple[Score, ...]:
        return tuple(score_of(score) for score in cast("Sequence[Json]", self.content["scores"]))

    @property
    def trust(self) -> str:
        """How far the row was checked: ``self-reported``, ``replayed`` or ``re-run``."""
        return cast("str", cast("Mapping[str, Json]", self.content["trust"])["level"])

    @property
    def answers_otherwise(self) -> bool:
        """Whether the model gave the options so little probability that the row is not ranked."""
        return answers_otherwise(option_mass(self.scores))

    @property
    def asked(self) -> tuple[str, str, str]:
        """What rows share that may be compared: data in words, their digest, suite's version."""
        return self["measured_on"], self["comparable"], self["suite_version"]

    def same_measurement(self, other: BoardRow) -> bool:
        """Whether both come from the same run, with the same figures."""
        return all(
            self.content[name] == other.content[name]
            for name in ("provenance_digest", "n_cases", "n_scored", "n_missing", "scores")
        )

    def __getitem__(self, name: str) -> str:
        return cast("str", self.content[name])


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """The rows in order, and whatever else the file holds."""

    rows: tuple[BoardRow, ...] = ()
    other: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The board after a merge and what became of the row; ``message`` is one sentence."""

    board: Board
    action: Literal["added", "replaced", "kept"]
    message: str


# --- a run as a row ------------------------------------------------------------------------


def row_of_run(run: Run, *, file: str) -> BoardRow:
    """The board's row of a run; ``file`` is the path of its run.json relative to the board."""
    counts = [sample(row) for row in run.rows]
    headline = [score for score in run.scores if score.scope.keys() <= {"proxy"}]
    return BoardRow(
        {
            "model": run.model.name,
            "model_id": run.model.model_id,
            "revision": run.model.revision,
            "kind": kind_of_model(run.model),
            "suite": run.suite,
            "suite_version": run.suite_version,
            "headline": run.headline,
            "config_digest": run.config_digest,
            "config": summary(run.config),
            "measured_on": measured_on(run.config),
            "comparable": jsonio.digest(what_was_asked(run.config))[:12],
            "complete": run.complete,
            "partial_because": list(run.partial_because),
            "n_selected": run.n_selected,
            "n_cases": len(run.rows),
            "n_failed": len(run.failed),
            "n_scored": sum(scored for scored, _ in counts),
            "n_missing": sum(missing for _, missing in counts),
            "scores": [score_row(score) for score in headline],
            "started_at": _provenance_text(run, "started_at"),
            "finished_at": _provenance_text(run, "finished_at"),
            "harness_version": _provenance_text(run, "harness_version"),
            "file": file,
            "provenance_digest": jsonio.digest(run.provenance),
            "trust": dict(UNCHECKED),
        }
    )


def kind_of_model(model: ModelIdentity) -> str:
    """``reference`` if it reads the survey, ``random weights`` for the demo, else empty."""
    if model.reads_subject or model.model_id.startswith(REFERENCE):
        return A_RULE
    is_demo = model.name == DEMO or f"({RANDOM_WEIGHTS})" in model.model_id
    return RANDOM_WEIGHTS if is_demo else ""


def measured_on(config: Mapping[str, Json]) -> str:
    """A configuration's data and selection in words; rows that share them may be compared.

    >>> measured_on({"survey": {"name": "sample"}, "topics": ["a", "b"], "vetted": "top1"})
    'survey sample, vetted top1, 2 topics'
    >>> measured_on({"sampled": {"answers": 8}})
    'sampled, 8 answers each'
    """
    words = []
    named_first = sorted(what_was_asked(config).items(), key=lambda pair: isinstance(pair[1], list))
    for key, value in named_first:
        match value:
            case {"answers": int(n)} if key == OF_CONFIG:
                words.append(f"sampled, {n} {'answer' if n == 1 else 'answers'} each")
            case {"name": str(name)}:
                words.append(f"{key} {name}")
            case {**templates} if key == "templates" and list(templates) != ["default"]:
                words.append(f"templates {'+'.join(sorted(map(str, templates)))}")
            case [str(only)]:
                words.append(f"{key} {only}")
            case [*members] if members:
                words.append(f"{len(members)} {key}")
            case str() | int() | float() if key in USUAL and value != USUAL[key]:
                words.append(f"{key} {value}")
    return ", ".join(words)


def is_sampled(row: BoardRow) -> bool:
    """Whether a row's shares come from written answers, as its configuration summary says."""
    return f"{OF_CONFIG}.answers=" in row["config"]


def summary(config: Mapping[str, Json]) -> str:
    """A configuration in short: what is set, digests to twelve digits.

    >>> summary({"survey": {"name": "sample", "digest": "0" * 64}, "limit": None, "topics": ["a"]})
    'survey.digest=000000000000, survey.name=sample, topics=a'
    """
    return ", ".join(f"{name}={text}" for name, text in _leaves("", config))


def _leaves(prefix: str, value: Json) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        inner = [(f"{prefix}.{key}" if prefix else key, value[key]) for key in sorted(value)]
        return [leaf for name, member in inner for leaf in _leaves(name, member)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        text = "+".join(_short(member) for member in value)
    else:
        text = "" if value is None or value is False else _short(value)
    return [(prefix, text)] if text else []


def _short(value: Json) -> str:
    if not isinstance(value, str):
        return jsonio.canonical(value)
    digits = value.removeprefix("sha256:")
    return digits[:SHORT_DIGEST] if len(digits) >= 40 and set(digits) <= HEX else value


def _provenance_text(run: Run, name: str) -> str:
    value = run.provenance.get(name)
    return value if isinstance(value, str) else ""


# --- merging -------------------------------------------------------------------------------


def merge(board: Board, row: BoardRow) -> Outcome:
    """Put a row in the place of the one with its key; a partial never replaces a complete one."""
    name = f"{row['suite']} of {row['model']} (config {row['config_digest']})"
    old = next((r for r in board.rows if r.key == row.key), None)
    if old is not None and old.complete and not row.complete:
        why = ", ".join(cast("Sequence[str]", row.content["partial_because"])) or "not all cases"
        message = f"the board keeps the complete run {name}; this one is partial ({why})"
        return Outcome(board=board, action="kept", message=message)
    if old is not None and _version(old) > _version(row):
        message = (
            f"the board keeps {name} of suite version {old['suite_version']}; this one is of "
            f"version {row['suite_version']}, whose figures mean something else (`python -m "
            "leaderboard rescore` computes today's from it)"
        )
        return Outcome(board=board, action="kept", message=message)
    if old is not None and old.same_measurement(row):  # earlier checks still hold
        row = BoardRow({**row.content, "trust": old.content["trust"]})
    rows = sorted([r for r in board.rows if r.key != row.key] + [row], key=_order)
    action: Literal["added", "replaced"] = "added" if old is None else "replaced"
    message = f"{action} {'complete' if row.complete else 'partial'} run {name}"
    return Outcome(board=Board(rows=tuple(rows), other=board.other), action=action, message=message)


def _version(row: BoardRow) -> tuple[int, str]:
    """A suite's versions are counted; what is no number counts as the oldest."""
    text = str(row["suite_version"])
    return (int(text) if text.isdecimal() else 0), text


def headline(row: BoardRow) -> float:
    """The overall score that sorts a suite's rows, turned so that higher is better; NaN if none."""
    for score in row.scores:
        if score.name == row["headline"] and not score.scope:
            return -score.value if score.higher_is_better is False else score.value
    return math.nan


def _order(row: BoardRow) -> tuple[str, str, str, str, int, float, Key]:
    value = headline(row)
    unscored = math.isnan(value)
    last = 2 * unscored + row.answers_otherwise
    return row["suite"], *row.asked, last, 0.0 if unscored else -value, row.key


# --- the file ------------------------------------------------------------------------------


def document(board: Board) -> dict[str, Json]:
    """The board as plain JSON values."""
    rows = [jsonio.plain(row.content) for row in board.rows]
    return {**board.other, "schema": schema_name("leaderboard"), "rows": rows}


def parse(document: Mapping[str, Json]) -> Board:
    """The board in a document; a BoardProblem says where it does not fit the schema."""
    document = migrated(document)
    validate(document, "leaderboard")
    rows = cast("Sequence[Any]", document["rows"])
    other = {key: document[key] for key in document if key not in ("schema", "rows")}
    return Board(rows=tuple(BoardRow(row) for row in rows), other=other)


def read_board(path: Path) -> Board:
    """The board in a file; a BoardProblem names the file and what is wrong with it."""
    content = load(path, "leaderboard")
    try:
        return parse(content)
    except BoardProblem as problem:
        raise BoardProblem(f"{path}: {problem}; it was not changed") from problem


def update(
    path: Path, run: Run, *, run_file: Path, lock_timeout_s: float = LOCK_TIMEOUT_S
) -> Outcome:
    """Read, merge and write the board under its lock; a missing file is created."""
    if run.shard is not None:
        raise BoardProblem(
            f"{run_file} is {run.shard}, which no board takes; merge the shards with "
            "`python -m leaderboard merge`"
        )
    row = row_of_run(run, file=Path(os.path.relpath(run_file, path.parent)).as_posix())
    safe = f"the run is safe in {run_file}"
    with _locked(path, lock_timeout_s=lock_timeout_s, otherwise=safe):
        outcome = merge(read_board(path) if exists(path) else Board(), row)
        if outcome.action != "kept":
            write(path, jsonio.pretty(document(outcome.board)))
        return outcome


def edit(
    path: Path, change: Callable[[Board], Board], *, lock_timeout_s: float = LOCK_TIMEOUT_S
) -> None:
    """Read, change and write a board under its lock; whatever ``change`` raises leaves it alone."""
    with _locked(path, lock_timeout_s=lock_timeout_s, otherwise="try again"):
        write(path, jsonio.pretty(document(change(read_board(path)))))


@contextmanager
def _locked(path: Path, *, lock_timeout_s: float, otherwise: str) -> Iterator[None]:
    lock = Path(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=lock_timeout_s):
            yield
    except Timeout as error:
        raise BoardProblem(
            f"{lock} has been held for {lock_timeout_s:g} s by another process; "
            f"{path} was not changed, {otherwise}"
        ) from error
    except OSError as error:
        raise BoardProblem(f"{path} cannot be updated ({error.strerror or error})") from error
