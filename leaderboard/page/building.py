"""Writes the page of a board: index.html, its drill-down scripts and the notices of what it uses.

Knows files and the order of the steps; `view` and `run_view` decide what is shown, `assets` how it
looks. One run is in memory at a time. Equal boards and runs give equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmark.errors import BoardProblem
from benchmark.images.image_set import ImageSet
from benchmark.images.opening import drawn_sample, drawn_stories, load_images
from benchmark.jsonio import Json
from benchmark.questions.embedded import sample_questions
from benchmark.runs.documents import kind_of, write
from benchmark.runs.run import Run, read_run
from leaderboard.board.board import Board, BoardRow, read_board, row_of_run
from leaderboard.page import scripts
from leaderboard.page.library import require_page
from leaderboard.page.pictures import LARGE_SIDE, thumbnails
from leaderboard.page.question_view import questions
from leaderboard.page.questions import data_digest, publishable
from leaderboard.page.rendering import notices, page
from leaderboard.page.run_view import countries, overview
from leaderboard.page.stories import EXAMPLES, contents, shelves
from leaderboard.page.texts import Texts, open_texts
from leaderboard.page.view import document, entry_id, view
from leaderboard.page.wording import suite_words

INDEX, NOTICES, DATA = "index.html", "NOTICES.txt", "data"
TITLE = "pytest-culture leaderboard"


@dataclass(kw_only=True, slots=True)
class _PageFiles:
    """The files of a page so far, what they are made with, and what its runs share."""

    out: Path
    sets: Sequence[ImageSet]
    texts: Texts
    examples: int
    files: list[Path] = field(default_factory=list)
    with_cases: set[str] = field(default_factory=set)
    wordings: set[str] = field(default_factory=set)
    pictures: dict[str, set[str]] = field(default_factory=dict)  # by country
    large: dict[str, Json] = field(default_factory=dict)  # of stories, by picture, made once

    def put(self, name: str, text: str) -> None:
        path = self.out / name
        write(path, text)
        self.files.append(path)


def build_page(
    board: Path,
    runs: Path | Sequence[Path],
    out: Path,
    *,
    images: Sequence[Path] = (),
    stores: Sequence[Path] = (),
    bundles: Sequence[Path] = (),
    examples: int = EXAMPLES,
    title: str = TITLE,
) -> Sequence[Path]:
    """Build the page of a board in a folder and return the files written, sorted.

    ``runs`` are run files, or folders to search for them: rows whose run is not among them are
    shown without their cases. ``images`` are picture sets as ``pytest --images`` takes them, for
    small copies of pictures whose licence is free; the drawn samples are always included.
    ``stores`` and ``bundles`` have the texts of generated stories, which run files do not; at most
    ``examples`` a case and temperature are shown.

    Raises
    ------
    BoardProblem
        The board or a run is invalid, a store or bundle is not one, or the folder is not writable.
    UsageProblem
        The extra ``page`` is not installed.
    """
    require_page()
    shown = read_board(board)
    own = [drawn_sample(), drawn_stories(), sample_questions().images]
    sets = [*own, *(load_images(path) for path in images)]
    folders = [runs] if isinstance(runs, Path) else list(runs)
    with open_texts(stores, bundles) as texts:
        written = _PageFiles(out=out, sets=sets, texts=texts, examples=examples)
        for row, run in _match_runs(shown, _files(folders)):
            _write_run(written, row, run)
    for country, wanted in sorted(written.pictures.items()):
        found = thumbnails(sets, wanted)
        written.put(
            f"{DATA}/pictures-{file_name(country)}.js", scripts.call("pictures", country, found)
        )
    content = document(view(shown, written.with_cases, title=title))
    written.put(INDEX, page(content, title=title))
    written.put(NOTICES, notices())
    _clear(out, written.files)
    return sorted(written.files)


def file_name(text: str) -> str:
    """Part of a file's name: country codes as they are, any other text made safe for a path.

    >>> file_name("NGA"), file_name(""), file_name("../x")
    ('NGA', 'all', '---x')
    """
    return re.sub(r"[^A-Za-z0-9-]", "-", text) or "all"


# --- runs ----------------------------------------------------------------------------------


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that were named, and the JSON files in the folders."""
    for path in paths:
        if not path.exists():
            raise BoardProblem(f"{path} does not exist; name a run file or a folder of them")
        yield from (sorted(path.rglob("*.json")) if path.is_dir() else [path])


def _match_runs(board: Board, files: Iterator[Path]) -> Iterator[tuple[BoardRow, Run]]:
    """Each row with exactly its run, in the order of files; other runs and files are skipped."""
    open_rows = {entry_id(row): row for row in board.rows}
    for path in dict.fromkeys(files):
        if not open_rows:
            return
        if ".shard-" in path.name or not _may_be_run(path):
            continue
        run = read_run(path)
        mine = row_of_run(run, file="")
        row = open_rows.get(entry_id(mine))
        if row is not None and row.same_measurement(mine):
            del open_rows[entry_id(row)]
            yield row, run


def _may_be_run(path: Path) -> bool:
    """Whether the file's first bytes say that it is a run, without reading the rest."""
    try:
        with path.open("rb") as file:
            head = file.read(200).decode("utf-8", "replace")
    except OSError as error:
        raise BoardProblem(f"{path} cannot be read ({error.strerror})") from error
    schema = re.search(r'"schema":\s*"([^"]*)"', head)
    return schema is not None and kind_of({"schema": schema.group(1)}) == "run"


def _write_run(written: _PageFiles, row: BoardRow, run: Run) -> None:
    name = entry_id(row)
    wording = data_digest(run)
    known = publishable(wording)
    if known is not None and wording not in written.wordings:
        written.wordings.add(wording)
        text = scripts.call("wording", wording[:12], known)
        written.put(f"{DATA}/wording-{wording[:12]}.js", text)
    for country in countries(run):
        content = questions(run, country)
        written.put(
            f"{DATA}/{name}-{file_name(country)}.js",
            scripts.call("questions", name, country, content),
        )
        written.pictures.setdefault(country, set()).update(_images(run, country))
    about: Mapping[str, Json] = {
        **overview(run),
        "wording": wording[:12] if known is not None else "",
        "stories": _write_stories(written, name, run),
    }
    written.put(f"{DATA}/{name}.js", scripts.call("run", name, about))
    written.with_cases.add(name)


def _write_stories(written: _PageFiles, name: str, run: Run) -> Json:
    """Write a file for each shelf of stories; what the page must know of them, None without any."""
    if not suite_words(run.suite).stories:
        return None
    found = []
    for shelf in shelves(run.rows, written.texts, most=written.examples):
        wanted = set(shelf.shown.values())
        written.large |= thumbnails(written.sets, wanted - written.large.keys(), side=LARGE_SIDE)
        pictures = {image: written.large[image] for image in sorted(wanted & written.large.keys())}
        content = {"told": shelf.stories, "shown": shelf.shown, "pictures": pictures}
        text = scripts.call("stories", name, shelf.name, content)
        written.put(f"{DATA}/{name}-story-{file_name(shelf.name)}.js", text)
        found.append(replace(shelf, stories={}))  # the texts are on disk
    return contents(found, given=bool(written.texts), most=written.examples)


def _images(run: Run, country: str) -> set[str]:
    return {
        image
        for record in run.rows
        if record.case.country == country
        for item in record.items
        for image in item.image_ids
    }


def _clear(out: Path, files: Sequence[Path]) -> None:
    """Delete scripts of an earlier page in this folder, which nothing refers to any more."""
    kept = set(files)
    for path in sorted((out / DATA).glob("*.js")):
        if path not in kept and path.read_bytes().startswith(b"culture."):
            path.unlink()
