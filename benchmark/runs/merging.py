"""Merges the shards of a run: the same rows and scores as if it had never been split.

Knows run files and the records in them; loads no survey, picture or model. Files that do not
belong together are a BoardProblem, and then nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout

from benchmark.engine.noise_floor import pooled
from benchmark.engine.shards import Shard
from benchmark.errors import BoardProblem
from benchmark.gates import Gate, Verdict
from benchmark.jsonio import Json
from benchmark.records import Analysis, AnswerReader, ModelIdentity
from benchmark.runs.against_baseline import Baseline
from benchmark.runs.conclude import conclude
from benchmark.runs.run import Run, read_run, run_path, write_run

LOCK_TIMEOUT_S = 600.0  # analyses of a large run take minutes; another shard may be at it

# All but the name the user typed: an alias and its Hub id are one model.
MODEL_KEYS = [field.name for field in fields(ModelIdentity) if field.name != "name"]


def _of_model(key: str) -> Callable[[Run], object]:
    return lambda run: getattr(run.model, key)


# What must be equal, in the order in which a difference is reported: its words, where it stands.
SAME: tuple[tuple[str, Callable[[Run], object]], ...] = (
    ("suite", lambda run: run.suite),
    *((f"model ({key})", _of_model(key)) for key in MODEL_KEYS),
    ("version of the suite", lambda run: run.suite_version),
    ("version of pytest-culture", lambda run: run.config.get("harness")),
    ("seed", lambda run: run.config.get("seed")),
    ("configuration", lambda run: run.config_digest),
    ("--limit", lambda run: run.limit),
    ("list of analyses", lambda run: run.analyses),
    ("number of shards", lambda run: run.shard and run.shard.of),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MergedRun:
    """The run of all shards, where it was written, and the gates' verdicts on it."""

    run: Run
    path: Path
    verdicts: tuple[Verdict, ...]


def missing(runs: Path, run: Run) -> tuple[Shard, ...]:
    """The shards of a run whose finished files are not in the same folder."""
    siblings = run.shard.siblings if run.shard is not None else ()
    return tuple(shard for shard in siblings if not _sibling(runs, run, shard).exists())


def merge_if_last(
    runs: Path,
    run: Run,
    *,
    analyses: Mapping[str, Analysis],
    answers: AnswerReader,
    gates: Sequence[Gate] = (),
    baselines: Sequence[Baseline] = (),
    lock_timeout_s: float = LOCK_TIMEOUT_S,
) -> MergedRun | None:
    """Merge if all shards of a run are there, one process at a time; else None.

    Merging again gives the same file, so two shards that end together may both do it.
    """
    if run.shard is None or run.n_absent or missing(runs, run):
        return None
    lock = run_path(runs, replace(run, shard=None, complete=True)).with_suffix(".merge.lock")
    try:
        with FileLock(lock, timeout=lock_timeout_s):
            found = {str(path): read_run(path) for path in _siblings(runs, run)}
            return merge(
                found,
                runs=runs,
                analyses=analyses,
                answers=answers,
                gates=gates,
                baselines=baselines,
            )
    except Timeout as error:
        raise BoardProblem(
            f"{lock} has been held for {lock_timeout_s:g} s by another process; the shards are "
            "safe, merge them with `python -m leaderboard merge`"
        ) from error


def merge(
    found: Mapping[str, Run],
    *,
    runs: Path,
    analyses: Mapping[str, Analysis],
    answers: AnswerReader,
    gates: Sequence[Gate] = (),
    baselines: Sequence[Baseline] = (),
) -> MergedRun:
    """Merge shards, given by file name, and write the run file."""
    run, verdicts = conclude(
        combine(found), analyses=analyses, answers=answers, gates=gates, baselines=baselines
    )
    return MergedRun(run=run, path=write_run(runs, run), verdicts=verdicts)


# --- checking and combining, without a file --------------------------------------------------


def combine(found: Mapping[str, Run]) -> Run:
    """One run of all the shards' rows and failures, not yet analysed.

    Raises
    ------
    BoardProblem
        A file is not a shard or is unfinished, a shard is missing or given twice, a case is in
        two, or they belong to different runs.
    """
    _check(found)
    shards = sorted(found.values(), key=_index)
    first = shards[0]
    return replace(
        first,
        n_selected=sum(run.n_selected for run in shards),
        rows=tuple(row for run in shards for row in run.rows),
        failed=tuple(
            sorted((f for run in shards for f in run.failed), key=lambda failure: failure.case_id)
        ),
        provenance=_provenance(shards),
        determinism=pooled([run.determinism for run in shards]),
        shard=None,
    )


def _check(found: Mapping[str, Run]) -> None:
    for name, run in found.items():
        if run.shard is None:
            raise BoardProblem(f"{name} is not a shard; nothing was merged")
    first_name, first = next(iter(found.items()))
    for words, value in SAME:
        for name, run in found.items():
            if value(run) != value(first):
                raise BoardProblem(
                    f"{name} has another {words} than {first_name} "
                    f"({_short(value(run))}, {_short(value(first))}); nothing was merged"
                )
    _check_whole(found)
    _check_apart(found)


def _check_whole(found: Mapping[str, Run]) -> None:
    """Refuse unless every shard is there, once, and finished."""
    names: dict[Shard, str] = {}
    for name, run in found.items():
        shard = cast("Shard", run.shard)
        if shard in names:
            raise BoardProblem(f"{names[shard]} and {name} are both {shard}; nothing was merged")
        names[shard] = name
    absent = [str(shard) for shard in next(iter(names)).siblings if shard not in names]
    if absent:
        raise BoardProblem(f"{', '.join(absent)} is missing; nothing was merged")
    for name, run in found.items():
        if run.n_absent:
            raise BoardProblem(
                f"{name} is unfinished, {run.n_absent} of its {run.n_selected} cases were not run; "
                f"run {run.shard} again; nothing was merged"
            )


def _check_apart(found: Mapping[str, Run]) -> None:
    """Refuse a case that is in two shards, measured or failed."""
    counts = Counter(
        case_id
        for run in found.values()
        for case_id in {row.case.case_id for row in run.rows} | {f.case_id for f in run.failed}
    )
    for case_id, count in counts.most_common(1):
        if count > 1:
            raise BoardProblem(f"case {case_id!r} is in {count} shards; nothing was merged")


def _provenance(shards: Sequence[Run]) -> dict[str, Json]:
    """What the shards share, sums, the outermost times, and a list of what each has of its own."""
    each = [cast("Mapping[str, Any]", run.provenance) for run in shards]
    common = {
        key: value
        for key, value in each[0].items()
        if all(other.get(key) == value for other in each)
    }
    counts = ("computed", "stored")
    return {
        **common,
        "started_at": min(str(one.get("started_at", "")) for one in each),
        "finished_at": max(str(one.get("finished_at", "")) for one in each),
        "answers": {c: sum(one.get("answers", {}).get(c, 0) for one in each) for c in counts},
        "shards": list(each),
    }


def _index(run: Run) -> int:
    return run.shard.index if run.shard is not None else 0


def _siblings(runs: Path, run: Run) -> list[Path]:
    siblings = run.shard.siblings if run.shard is not None else ()
    return [_sibling(runs, run, shard) for shard in siblings]


def _sibling(runs: Path, run: Run, shard: Shard) -> Path:
    return run_path(runs, replace(run, shard=shard, n_selected=0, rows=(), failed=()))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
