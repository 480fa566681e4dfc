"""The steps of publishing: read, join, compare and commit the data set, then the Space.

Knows the parts and their order. The data set is the truth. The Space is always made from the data
set as it is at that moment, read after the Space: so whoever writes the Space last has seen all
rows, and the next call repairs one that broke off between the two.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmark.errors import BoardProblem, HubProblem, UsageProblem
from benchmark.hub.repository import Head, Repository, fetch, head
from leaderboard.board.baseline import BOARD
from leaderboard.board.board import Board, read_board
from leaderboard.publish import client
from leaderboard.publish.content import (
    BUNDLES,
    OF_NEW_REPOSITORIES,
    OwnBundle,
    PageBuilder,
    board_text,
    dataset_files,
    index_lines,
    left_over,
    obsolete,
    space_files,
)
from leaderboard.publish.joining import JoinedBoard, OwnRow, join, run_file
from leaderboard.publish.plan import File, Plan, compare
from leaderboard.publish.safety import Guard, check_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What to publish, already checked, and where."""

    data_set: Repository
    space: Repository | None
    own: tuple[OwnRow, ...]
    bundles: tuple[OwnBundle, ...]
    guard: Guard
    page: PageBuilder
    private: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """The outcome of a repository's step; ``made`` is the commit, empty if none was needed."""

    plan: Plan
    notes: tuple[str, ...] = ()
    made: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _PublishedBoard:
    """The data set at a commit."""

    board: Board = field(default_factory=Board)
    index: tuple[str, ...] = ()


def preview(request: Request) -> tuple[Step, ...]:
    """What `publish` would do now; writes nothing."""
    there = head(request.data_set)
    plan, joined = plan_data_set(request, there)
    steps = [Step(plan=plan, notes=joined.notes)]
    if request.space is not None:
        space = head(request.space)
        own = {one.row["file"]: one.source for one in joined.taken}
        with TemporaryDirectory() as folder:
            _lay_out(Path(folder), request, there, joined.board, own)
            steps.append(Step(plan=_plan_space(request, space, Path(folder))))
    return tuple(steps)


def publish_data_set(request: Request) -> Step:
    """Commit all that is new to the data set; make no commit if nothing is."""
    for attempt in client.retrying():
        with attempt:
            there = head(request.data_set)
            plan, joined = plan_data_set(request, there)
            if not plan.changed:
                return Step(plan=plan, notes=joined.notes)
            if there is None:
                plan, joined = plan_data_set(request, _created(request, request.data_set))
            message = f"Board of {len(joined.board.rows)} runs"
            return Step(plan=plan, notes=joined.notes, made=client.commit(plan, message))
    raise AssertionError("unreachable: the last try raises")


def publish_space(request: Request, space: Repository) -> Step:
    """Commit the page of the current data set; make no commit if the Space has it already."""
    for attempt in client.retrying():
        with attempt:
            there = head(space)
            data_set = head(request.data_set)  # after the Space: see the module's docstring
            if data_set is None:
                raise HubProblem(f"{request.data_set} is gone; publish again")
            board = _published(request.data_set, data_set).board
            with TemporaryDirectory() as folder:
                _lay_out(Path(folder), request, data_set, board, {})
                plan = _plan_space(request, there, Path(folder))
                if not plan.changed:
                    return Step(plan=plan)
                if there is None:
                    there = _created(request, space)
                    plan = _plan_space(request, there, Path(folder))
                message = f"Page of {len(board.rows)} runs"
                return Step(plan=plan, made=client.commit(plan, message))
    raise AssertionError("unreachable: the last try raises")


def _created(request: Request, repository: Repository) -> Head:
    client.create(repository, private=request.private)
    found = head(repository)
    if found is None:
        raise HubProblem(f"{repository} was created but cannot be seen yet; try again in a minute")
    return found


# --- plans -----------------------------------------------------------------------------------


def plan_data_set(request: Request, there: Head | None) -> tuple[Plan, JoinedBoard]:
    """What the data set's commit would change, and the joined board."""
    published = _published(request.data_set, there)
    joined = join(published.board, request.own)
    files = dataset_files(request.data_set.repo_id, joined, request.bundles, published.index)
    plan = compare(
        request.data_set, there, files, obsolete=obsolete(joined), private=request.private
    )
    _check(plan, request.guard)
    return plan, joined


def _plan_space(request: Request, there: Head | None, folder: Path) -> Plan:
    """What the Space's commit would change; contents are read now, as the folder will be gone."""
    if request.space is None:
        raise UsageProblem("no Space was named")
    _check_ours(request.space, there)
    files = space_files(request.data_set.repo_id, request.space.repo_id, folder, request.page)
    whole = [_in_memory(file) for file in files]
    old = left_over(there.files if there else {}, whole)
    plan = compare(request.space, there, whole, obsolete=old, private=request.private)
    _check(plan, request.guard)
    return plan


def _in_memory(file: File) -> File:
    content = file.read()
    data = content if isinstance(content, bytes) else content.read_bytes()
    return File(path=file.path, read=lambda: data)


def _check(plan: Plan, guard: Guard) -> None:
    for change in plan.changed:
        check_file(change.path, change.content, guard)


# --- what is published -----------------------------------------------------------------------


def _published(repository: Repository, there: Head | None) -> _PublishedBoard:
    _check_ours(repository, there)
    if there is None or BOARD not in there.files:
        return _PublishedBoard()
    try:
        board = read_board(fetch(repository, there.commit, BOARD))
    except BoardProblem as problem:
        raise BoardProblem(f"the board of {repository} cannot be joined: {problem}") from problem
    index: tuple[str, ...] = ()
    if BUNDLES in there.files:
        index = index_lines(fetch(repository, there.commit, BUNDLES))
    return _PublishedBoard(board=board, index=index)


def _check_ours(repository: Repository, there: Head | None) -> None:
    """Raise unless it is new or holds a board: a mistyped name must not cost other files."""
    files = there.files if there else {}
    foreign = sorted(files.keys() - OF_NEW_REPOSITORIES)
    if foreign and BOARD not in files:
        raise UsageProblem(
            f"{repository} holds other files ({foreign[0]}) and no {BOARD}; name another repository"
        )


def _lay_out(
    folder: Path, request: Request, there: Head | None, board: Board, own: Mapping[str, Path]
) -> None:
    """Write board and runs as in the data set; runs that are already there are fetched."""
    (folder / BOARD).write_bytes(board_text(board))
    (folder / "runs").mkdir()
    for file in _run_files(board):
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if file in own:
            shutil.copyfile(own[file], target)
        elif there is not None and file in there.files:
            shutil.copyfile(fetch(request.data_set, there.commit, file), target)


def _run_files(board: Board) -> Sequence[str]:
    return [file for row in board.rows if (file := run_file(row))]
