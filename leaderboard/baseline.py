"""What a run is compared with: another run's file, or a row of a board.

Knows run and board files; compares nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmark import jsonio
from benchmark.determinism import Determinism
from benchmark.errors import BoardProblem, unknown
from benchmark.records import CaseRecord, Score
from leaderboard.board import OF_THE_RUN, BoardRow, read_board
from leaderboard.documents import kind_at
from leaderboard.runs import read_run

if TYPE_CHECKING:
    from benchmark.jsonio import Json
    from leaderboard.runs import Run


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
