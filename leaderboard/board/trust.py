"""How far a row of a board was checked: self-reported, replayed from its answers, or run again.

Knows runs, rows and the board; `leaderboard.replay` does the replay. Nobody can claim a level:
a check by this harness sets it and records what was checked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from benchmark import __version__, jsonio
from benchmark.engine.keys import identity_document
from benchmark.engine.noise_floor import (
    DISTANCE,
    DISTANCE_SUBSTANTIVE,
    OPTION_MASS,
    Determinism,
)
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.records import Item
from benchmark.runs.run import Run
from leaderboard.board.board import Board, BoardRow, edit, row_of_run

REPLAYED, RERUN = "replayed", "re-run"
SHOWN = 5
OF_VALUE = {
    "js_similarity": DISTANCE,
    "js_similarity_substantive": DISTANCE_SUBSTANTIVE,
    "option_mass": OPTION_MASS,
}


def note_replay(path: Path, run: Run, *, bundle: str, level: str) -> str:
    """Mark the run's row as replayed from the bundle of that digest; return a sentence saying so.

    Raises
    ------
    BoardProblem
        The board has no row of this run.
    """
    return _note(path, run, {"level": REPLAYED, "bundle": bundle, "replay_level": level})


def note_rerun(path: Path, run: Run, again: Run) -> str:
    """Mark the run's row as run again; return a sentence saying so.

    Raises
    ------
    BoardProblem
        The other run is not independent or does not agree, or the board has no row of this run.
    """
    reasons = [*dependence(run, again)]
    reasons += disagreements(run, again) if not reasons else ()
    if reasons:
        raise BoardProblem(f"not run again: {'; '.join(reasons[:SHOWN])}")
    digest = jsonio.digest(again.provenance)
    return _note(path, run, {"level": RERUN, "rerun_provenance_digest": digest})


def dependence(run: Run, again: Run) -> Iterator[str]:
    """Why a second run cannot confirm the first; empty if it can."""
    if run.suite != again.suite or run.config_digest != again.config_digest:
        yield "suite or configuration is not the same"
    elif identity_document(run.model) != identity_document(again.model):
        yield "the models are not the same (commit, number type, versions or device differ)"
    elif jsonio.digest(run.provenance) == jsonio.digest(again.provenance):
        yield "both files are of the same run"
    elif "replayed_from" in again.provenance:
        yield "the second run took its answers from a bundle"
    elif not again.complete:
        yield "the second run is partial"
    else:
        n_computed = _computed(again)
        n_answers = len({key for row in again.rows for i in row.items for key in i.request_keys})
        if n_computed < n_answers:
            yield (
                f"the second run computed {n_computed} of its {n_answers} answers and read the "
                "others; run it with a new --store"
            )


def disagreements(run: Run, again: Run) -> Iterator[str]:
    """Where two answers differ by more than a single answer of the noisier run may move.

    Compares the questions asked, the people's answers, similarities and option mass.
    """
    floors = _floors(run.determinism, again.determinism)
    for reading, floor in floors.items():
        if math.isnan(floor):
            yield f"neither run measured the noise floor of {reading}"
    left = {row.case.case_id: row.items for row in run.rows}
    right = {row.case.case_id: row.items for row in again.rows}
    if left.keys() != right.keys():
        yield "they measured different cases"
        return
    for case_id, items in left.items():
        yield from _apart(case_id, items, right[case_id], floors)


def _floors(*found: Determinism) -> dict[str, float]:
    return {
        name: max((v for d in found if not math.isnan(v := d.of_one(of))), default=math.nan)
        for name, of in OF_VALUE.items()
    }


def _apart(
    case_id: str, first: tuple[Item, ...], second: tuple[Item, ...], floors: Mapping[str, float]
) -> Iterator[str]:
    asked = [(item.item_id, item.human) for item in first]
    if asked != [(item.item_id, item.human) for item in second]:
        yield f"{case_id} has different questions or people's answers"
        return
    for one, other in zip(first, second, strict=True):
        for name, floor in floors.items():
            a, b = one.values.get(name, math.nan), other.values.get(name, math.nan)
            if math.isnan(a) and math.isnan(b):
                continue
            if not abs(a - b) <= floor:
                yield f"{case_id} {one.item_id} {name} is {a:.6f} and {b:.6f}, floor {floor:.1e}"


def _computed(run: Run) -> int:
    answers = run.provenance.get("answers")
    count = answers.get("computed") if isinstance(answers, Mapping) else None
    return count if isinstance(count, int) else 0


def _note(path: Path, run: Run, found: Mapping[str, Json]) -> str:
    wanted = row_of_run(run, file="")
    name = f"{run.suite} of {run.model.name} (config {run.config_digest})"
    if not path.exists():
        raise BoardProblem(f"leaderboard {path} does not exist; make it with `build`")

    def change(board: Board) -> Board:
        rows, hits = [], 0
        for row in board.rows:
            same = row.key == wanted.key and row.same_measurement(wanted)
            rows.append(_marked(row, found) if same else row)
            hits += same
        if not hits:
            raise BoardProblem(
                f"{path} has no row of this run of {name}, or one with other figures; add the run "
                "with `python -m leaderboard build`"
            )
        return Board(rows=tuple(rows), other=board.other)

    edit(path, change)
    return f"{path}: {name} is marked as {found['level']}"


def _marked(row: BoardRow, found: Mapping[str, Json]) -> BoardRow:
    """The row with the finding; a replay does not lower the level of a row that was run again."""
    before = cast("Mapping[str, Json]", row.content["trust"])
    level = RERUN if before["level"] == RERUN else found["level"]
    trust = {**before, **found, "level": level, "harness_version": __version__}
    return BoardRow({**row.content, "trust": trust})
