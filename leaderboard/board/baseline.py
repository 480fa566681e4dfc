"""What a run is compared with: another run's file, or a row of a board, here or on the Hub.

Knows run and board files; compares nothing. A board on the Hub is read at the commit that its
branch has when the run begins, and that commit is part of the baseline's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from benchmark.errors import BoardProblem, HubProblem, unknown
from benchmark.hub.asking import NOT_THERE, REPO_ID
from benchmark.hub.repository import Repository, fetch, head
from benchmark.runs.against_baseline import Baseline, parts_of
from benchmark.runs.documents import kind_at
from benchmark.runs.run import Run, read_run
from leaderboard.board.board import BoardRow, read_board

ON_THE_HUB = "hf://datasets/"
BOARD = "leaderboard.json"
_ADDRESS = re.compile(rf"{ON_THE_HUB}(?P<repo>{REPO_ID})(?:@(?P<revision>[^@#]+))?")


def load_baselines(texts: Sequence[str]) -> tuple[Baseline, ...]:
    """Baselines from ``RUN.json``, ``BOARD.json#ROW`` or ``hf://datasets/ORG/NAME[@REVISION]#ROW``.

    ROW is a row's model, model id or config digest.

    Raises
    ------
    BoardProblem
        A file is missing or not ours, a board is given without a row, or it lacks the row.
    HubProblem
        A board on the Hub is not there or cannot be reached.
    """
    return tuple(found for text in texts for found in _loaded(text))


# --- files ---------------------------------------------------------------------------------


def _loaded(text: str) -> list[Baseline]:
    file, _, row = text.partition("#")
    if file.startswith(ON_THE_HUB):
        return _of_hub(file, row)
    path = Path(file)
    if not path.is_file():
        raise BoardProblem(f"baseline {path} does not exist; name a run.json or BOARD.json#ROW")
    if kind_at(path) == "leaderboard":
        return _of_rows(read_board(path).rows, row, source=str(path))
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


def _of_hub(address: str, row: str) -> list[Baseline]:
    """Rows of a published board at the commit that the address points to now."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise BoardProblem(
            f"baseline {address} is not a board on the Hub; write {ON_THE_HUB}ORG/NAME#ROW"
        )
    repository = Repository(kind="dataset", repo_id=match["repo"])
    there = head(repository, revision=match["revision"], files=False)
    if there is None:
        raise HubProblem(f"cannot read baseline {address}: {NOT_THERE}")
    source = f"{ON_THE_HUB}{match['repo']}@{there.commit}"
    rows = read_board(fetch(repository, there.commit, BOARD)).rows
    return [
        replace(found, name=f"{found.name} ({source})")
        for found in _of_rows(rows, row, source=source)
    ]


def _of_rows(rows: Sequence[BoardRow], name: str, *, source: str) -> list[Baseline]:
    known = {row[key] for row in rows for key in ("model", "model_id", "config_digest")}
    if not name:
        raise BoardProblem(
            f"baseline {source} is a board; name the row: {source}#ROW with ROW one of "
            f"{', '.join(sorted({row['model'] for row in rows})) or 'none, it is empty'}"
        )
    found = [row for row in rows if name in (row["model"], row["model_id"], row["config_digest"])]
    if not found:
        raise BoardProblem(unknown("row", name, known, source=f"baseline {source}"))
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
