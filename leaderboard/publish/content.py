"""The files of the data set and the Space, from the joined board.

Knows boards, runs and bundles; callers say where the Hub's files are on disk. Equal input gives
equal bytes: nothing here reads a clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import cast

from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, canonical, pretty
from benchmark.replay.bundle import Bundle
from leaderboard.board.baseline import BOARD
from leaderboard.board.board import Board, BoardRow, document, row_of_run
from leaderboard.export.headline import task_id
from leaderboard.export.hub import eval_yaml_of
from leaderboard.publish import parquet
from leaderboard.publish.card import dataset_card, space_card
from leaderboard.publish.joining import JoinedBoard, OwnRow
from leaderboard.publish.plan import File

BUNDLES, CARD, EVAL = "bundles.jsonl", "README.md", "eval.yaml"
DATA = f"data/v{parquet.LAYOUT}"
OF_NEW_REPOSITORIES = frozenset({".gitattributes", CARD, "index.html", "style.css"})

PageBuilder = Callable[[Path, Path, Path], Sequence[Path]]
"""Takes a board, the folder of its runs and an output folder; returns the files written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnBundle:
    """A bundle to publish and its local path."""

    source: Path
    bundle: Bundle

    @property
    def path(self) -> str:
        """Its path in the data set; the name is the digest of all its content."""
        return f"bundles/{self.bundle.digest}.zip"


def board_text(board: Board) -> bytes:
    """The board's file as bytes."""
    return pretty(document(board)).encode()


def dataset_files(
    repo_id: str, joined: JoinedBoard, bundles: Sequence[OwnBundle], index: Sequence[str]
) -> list[File]:
    """All our files; ``index`` holds the lines about bundles that are already published."""
    board = joined.board
    lines = sorted({*index, *(line for one in bundles for line in _about(one))})
    files = [
        _file(BOARD, board_text(board)),
        _file(CARD, dataset_card(repo_id, board).encode()),
        _file(EVAL, _eval_yaml(board).encode()),
        File(
            path=f"{DATA}/leaderboard.parquet",
            read=partial(parquet.leaderboard, board),
            made_from=BOARD,
        ),
        *(file for own in joined.taken for file in _of_run(own)),
        *(File(path=one.path, read=partial(Path, one.source), fixed=True) for one in bundles),
    ]
    return [*files, _file(BUNDLES, "".join(lines).encode())] if lines else files


def _of_run(own: OwnRow) -> tuple[File, File, File]:
    source = own.row["file"]
    rows, items = tables_of(source)
    return (
        File(path=source, read=partial(Path, own.source)),
        File(path=rows, read=partial(parquet.rows, own.run), made_from=source),
        File(path=items, read=partial(parquet.items, own.run), made_from=source),
    )


def tables_of(run_file: str) -> tuple[str, str]:
    """The paths of the two tables made from a run file."""
    name = "--".join(PurePosixPath(run_file).with_suffix(".parquet").parts[1:])
    return f"{DATA}/rows/{name}", f"{DATA}/items/{name}"


def obsolete(joined: JoinedBoard) -> frozenset[str]:
    """Files of runs whose rows were replaced by rows of other files."""
    return frozenset(path for file in joined.obsolete for path in (file, *tables_of(file)))


def _file(path: str, content: bytes) -> File:
    return File(path=path, read=lambda: content)


def _eval_yaml(board: Board) -> str:
    names = {
        task_id(row["suite"], score)
        for row in board.rows
        for score in row.scores
        if score.name == row["headline"]
    }
    return eval_yaml_of(sorted({row["suite"] for row in board.rows}), names)


# --- bundles ---------------------------------------------------------------------------------


def _about(one: OwnBundle) -> list[str]:
    return [
        canonical(
            {
                "bundle": one.bundle.digest,
                "file": one.path,
                "model": entry.run.model.name,
                "model_id": entry.run.model.model_id,
                "revision": entry.run.model.revision,
                "suite": entry.run.suite,
                "config_digest": entry.run.config_digest,
            }
        )
        + "\n"
        for entry in one.bundle.entries
    ]


def check_of_board(one: OwnBundle, rows: Sequence[BoardRow]) -> None:
    """Raise if a bundle holds a run that has no row on the local board."""
    for entry in one.bundle.entries:
        made = row_of_run(entry.run, file="")
        if not any(row.key == made.key and row.same_measurement(made) for row in rows):
            raise BoardProblem(
                f"{one.source} holds a run of {entry.run.model.name} ({entry.run.suite}, config "
                f"{entry.run.config_digest}) that has no row on the board; bundle the board's runs"
            )


def index_lines(path: Path) -> tuple[str, ...]:
    """The published lines about bundles; any other line is dropped."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return tuple(canonical(found) + "\n" for line in lines if (found := _object(line)))


def _object(line: str) -> Mapping[str, Json]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return cast("Mapping[str, Json]", found) if isinstance(found, dict) else {}


# --- the Space -------------------------------------------------------------------------------


def space_files(repo_id: str, space_id: str, folder: Path, page: PageBuilder) -> list[File]:
    """The page of a board; ``folder`` holds the board and its runs as in the data set."""
    out = folder / "page"
    board = folder / BOARD
    made = page(board, folder / "runs", out)
    return [
        _file(CARD, space_card(repo_id, space_id).encode()),
        _file(BOARD, board.read_bytes()),
        *(
            File(path=path.relative_to(out).as_posix(), read=partial(Path, path))
            for path in sorted(set(made))
            if path.relative_to(out).as_posix() not in (CARD, BOARD)
        ),
    ]


def left_over(there: Mapping[str, object], files: Sequence[File]) -> frozenset[str]:
    """Data of an earlier page that the new one lacks."""
    new = {file.path for file in files}
    return frozenset(path for path in there if path.startswith("data/") and path not in new)
