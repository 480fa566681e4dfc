"""What a run is compared with: another run's file, or a row of a board.

Knows run and board files; decides nothing. A baseline of other data, templates or selection than
the run's, or an incomplete one, is a problem that the gates tell, never a silent comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmark import jsonio
from benchmark.analyses.change import paired_changes
from benchmark.determinism import Determinism
from benchmark.errors import BoardProblem, unknown
from benchmark.gates.gaps import difference
from benchmark.gates.rules import Against, Cell
from benchmark.records import CaseRecord, Score
from leaderboard.board import OF_THE_RUN, BoardRow, read_board
from leaderboard.documents import kind_at
from leaderboard.runs import read_run

if TYPE_CHECKING:
    from benchmark.gates import Gate
    from benchmark.jsonio import Json
    from leaderboard.runs import Run

UNPAIRED = "from the two intervals, not paired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """One suite's figures of another model or revision; ``rows`` empty if from a board.

    ``config`` is what of the configuration must be equal: named parts, or the board's digest.
    """

    name: str
    suite: str
    version: str
    config: Mapping[str, str]
    measured_on: str
    incomplete: tuple[str, ...]
    scores: tuple[Score, ...]
    rows: tuple[CaseRecord, ...] = ()
    determinism: Determinism | None = None


def load_baselines(texts: Sequence[str]) -> tuple[Baseline, ...]:
    """Each of ``RUN.json`` or ``BOARD.json#ROW``; ROW is a row's model, model id or config digest.

    Raises
    ------
    BoardProblem
        A file is missing or not ours, a board without a row, or a row that is not there.
    """
    return tuple(found for text in texts for found in _loaded(text))


def against(run: Run, baselines: Sequence[Baseline], gates: Sequence[Gate]) -> Against | None:
    """What the gates that compare need of the baselines; None where there is none of the suite."""
    mine = [baseline for baseline in baselines if baseline.suite == run.suite]
    if not baselines or not any(gate.compare for gate in gates):
        return None
    if not mine:
        return Against(name="the baseline", problem=f"no baseline is of suite {run.suite!r}")
    fitting = [baseline for baseline in mine if not _problem(run, baseline)]
    if len(fitting) > 1:
        problem = f"{len(fitting)} baselines fit; name one row by its config digest"
        return Against(name=fitting[0].name, problem=problem)
    if not fitting:
        return Against(name=mine[0].name, problem=_problem(run, mine[0]))
    return _changes(run, fitting[0], gates)


def _changes(run: Run, baseline: Baseline, gates: Sequence[Gate]) -> Against:
    asked = {(gate.metric, gate.reading) for gate in gates if gate.compare}
    wanted = [score for score in run.scores if (score.metric, score.reading) in asked]
    paired = (
        paired_changes(run.rows, baseline.rows, wanted, seed=cast("int", run.config["seed"]))
        if baseline.rows
        else {}
    )
    old = {_key(score): score for score in baseline.scores}
    changes = [
        paired[place] if place in paired else _unpaired(score, old[_key(score)])
        for place, score in enumerate(wanted)
        if _key(score) in old
    ]
    return Against(name=baseline.name, changes=changes, determinism=baseline.determinism)


def _unpaired(now: Score, before: Score) -> Score:
    """The change by the two intervals: rather too wide, as the questions are the same."""
    new, old = (Cell(label="", value=s.value, low=s.low, high=s.high) for s in (now, before))
    low, high = difference(new, old)
    return Score(
        metric=now.metric,
        reading=now.reading,
        scope=now.scope,
        value=now.value - before.value,
        low=low,
        high=high,
        n=min(now.n, before.n),
        n_missing=max(now.n_missing, before.n_missing),
        method=UNPAIRED,
        higher_is_better=now.higher_is_better,
    )


def _problem(run: Run, baseline: Baseline) -> str:
    """Why the two cannot be compared, the first reason found; empty where they can."""
    if baseline.incomplete:
        return f"the baseline is incomplete ({'; '.join(baseline.incomplete)})"
    if baseline.version != run.suite_version:
        return (
            f"the baseline is of version {baseline.version} of the suite, the run of "
            f"{run.suite_version}"
        )
    own = parts_of(run.config) if "digest" not in baseline.config else digest_of(run.config)
    theirs = baseline.config
    other = sorted(k for k in own.keys() | theirs.keys() if own.get(k) != theirs.get(k))
    if not other:
        return ""
    if "digest" in baseline.config:
        return (
            "the baseline has other data, templates or selection than the run "
            f"({baseline.measured_on})"
        )
    return f"the baseline has other {', '.join(other)} than the run"


def parts_of(config: Mapping[str, Json]) -> Mapping[str, str]:
    """What was asked of whom, part by part."""
    return {key: jsonio.canonical(part) for key, part in config.items() if key not in OF_THE_RUN}


def digest_of(config: Mapping[str, Json]) -> Mapping[str, str]:
    """The same as a board's row holds it."""
    data = {key: part for key, part in config.items() if key not in OF_THE_RUN}
    return {"digest": jsonio.digest(data)[:12]}


# --- files ---------------------------------------------------------------------------------


def _loaded(text: str) -> list[Baseline]:
    file, _, row = text.partition("#")
    path = Path(file)
    if not path.is_file():
        raise BoardProblem(f"baseline {path} is not there; give a run.json or leaderboard.json#ROW")
    if kind_at(path) == "leaderboard":
        return _of_rows(path, row)
    if row:
        raise BoardProblem(f"baseline {path} is a run file and has no row {row!r}; leave it out")
    return [_of_run(read_run(path))]


def _of_run(run: Run) -> Baseline:
    return Baseline(
        name=run.model.name,
        suite=run.suite,
        version=run.suite_version,
        config=parts_of(run.config),
        measured_on="",
        incomplete=run.partial_because or (() if run.complete else ("not complete",)),
        scores=run.scores,
        rows=run.rows,
        determinism=run.determinism,
    )


def _of_rows(path: Path, name: str) -> list[Baseline]:
    rows = read_board(path).rows
    known = {row[key] for row in rows for key in ("model", "model_id", "config_digest")}
    if not name:
        raise BoardProblem(
            f"baseline {path} is a board; name the row: {path}#ROW with ROW one of "
            f"{', '.join(sorted({row['model'] for row in rows})) or 'none, it is empty'}"
        )
    found = [row for row in rows if name in (row["model"], row["model_id"], row["config_digest"])]
    if not found:
        raise BoardProblem(unknown("row", name, known, source=f"baseline {path}"))
    return [_of_row(row) for row in found]


def _of_row(row: BoardRow) -> Baseline:
    why = tuple(cast("Sequence[str]", row.content["partial_because"]))
    return Baseline(
        name=row["model"],
        suite=row["suite"],
        version=row["suite_version"],
        config={"digest": row["comparable"]},
        measured_on=row["measured_on"],
        incomplete=() if row.complete else why or ("not complete",),
        scores=row.scores,
    )


def _key(score: Score) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return score.metric, score.reading, tuple(sorted(score.scope.items()))
