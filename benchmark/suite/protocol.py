"""What a suite is: a folder with suite.toml and suite.py; knows no pytest.

A suite turns settings into cases, a case into requests, and the answers into a record. No suite
implements a metric.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from benchmark.data import SUITES
from benchmark.errors import DataProblem, unknown
from benchmark.jsonio import Json
from benchmark.records import Analysis, Case, Script, Selection
from benchmark.settings import Settings
from benchmark.suite.layout import KEYS, Layout, layout_of
from benchmark.suite.suite_options import module_of, with_own
from benchmark.survey.survey import Survey

SUITE_FILE = "suite.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteMeta:
    """The metadata of suite.toml; ``headline`` names the score a board is sorted by.

    ``countries`` (ISO 3166-1 alpha-3) are asked about when the user names none; ``noun`` is what
    the live line counts; ``layout`` is what tables show.
    """

    name: str
    version: str
    title: str
    summary: str
    citation: str
    licence: str
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    analyses: tuple[str, ...]
    headline: str
    noun: str = "prompts"
    layout: Layout = field(default_factory=Layout)


class Suite(Protocol):
    """One paper's instrument over one set of data."""

    @property
    def meta(self) -> SuiteMeta: ...

    @property
    def survey(self) -> Survey | None:
        """People's answers, for suites and reference models that use them."""

    def select(self) -> Selection:
        """Cases in running order, units together; cheap: nothing is decoded or fetched."""

    def interview(self, case: Case) -> Script:
        """The script of one case."""

    def config(self) -> Mapping[str, Json]:
        """Everything of this suite that changes what a row means."""

    def stamp(self) -> str:
        """Changes with any file of the data; a journal is continued only if it is equal."""

    def header(self) -> tuple[str, ...]:
        """Lines for the terminal: which data, at which revision, and what was left out."""


@runtime_checkable
class ShowsPictures(Protocol):
    """A suite that may show pictures."""

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        """The id of the largest picture, its width and height; None if none is shown."""


def find_suites(paths: Sequence[Path], *, ignore: Sequence[str] = ()) -> tuple[Path, ...]:
    """Suite folders at or above the given paths, or at most two levels below a given folder.

    ``ignore`` holds patterns of folders that are not searched below (pytest's norecursedirs).
    """
    found: set[Path] = set()
    for path in paths:
        above = next((p for p in (path, *path.parents) if (p / SUITE_FILE).is_file()), None)
        below = [f.parent for depth in ("*", "*/*") for f in path.glob(f"{depth}/{SUITE_FILE}")]
        searched = [folder for folder in below if not _ignored(folder, path, ignore)]
        found.update([above] if above is not None else searched)
    return tuple(sorted(found))


def _ignored(folder: Path, start: Path, patterns: Sequence[str]) -> bool:
    """Whether a folder on the way down from ``start`` matches; those above it do not count."""
    way = [p for p in (folder, *folder.parents) if p != start and p.is_relative_to(start)]
    return any(p.match(pattern) for p in way for pattern in patterns)


def read_meta(folder: Path) -> SuiteMeta:
    """The metadata of a suite folder; every field of `SuiteMeta` without a default is required."""
    path = folder / SUITE_FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataProblem(f"suite file {path} cannot be read: {error}") from error
    named = [name for name in SuiteMeta.__annotations__ if name != "layout"]
    for key in table:
        if key not in (*named, *KEYS):
            raise DataProblem(unknown("key", key, (*named, *KEYS), source=str(path)))
    missing = sorted(set(named) - set(table) - {"noun"})
    if missing:
        raise DataProblem(f"suite file {path} lacks {', '.join(missing)}")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in table.items()
        if key in named
    }
    return SuiteMeta(**values, layout=layout_of(table, source=f"suite file {path}"))


def asks_choices(suite: Suite) -> bool:
    """Whether a suite asks for a choice of labels: all do, except with ``asks_choices = False``."""
    return bool(getattr(suite, "asks_choices", True))


@cache
def shipped_meta(name: str) -> SuiteMeta | None:
    """The metadata of a suite that comes with the harness; None for any other."""
    folder = SUITES / name
    shipped = re.fullmatch(r"[a-z0-9_]+", name) and (folder / SUITE_FILE).is_file()
    return read_meta(folder) if shipped else None


def shipped_layout(name: str) -> Layout:
    """The layout of a suite that comes with the harness; an empty one for any other."""
    meta = shipped_meta(name)
    return Layout() if meta is None else meta.layout


def load_suite(folder: Path, settings: Settings) -> Suite:
    """Import the folder's suite.py and build its suite from the settings."""
    suite: Suite = module_of(folder).build(read_meta(folder), with_own(folder, settings))
    return suite


def settings_of_each_set(folder: Path, settings: Settings) -> Mapping[str, Settings]:
    """The settings of each set that the suite asks about in one session, by the set's name.

    The function ``each_set`` of its suite.py returns them; without it, or with a single set, there
    is one, whose name is empty.
    """
    each = getattr(module_of(folder), "each_set", None)
    if each is None:
        return {"": settings}
    found: Mapping[str, Settings] = each(with_own(folder, settings))
    return found


def own_analyses(folder: Path) -> Mapping[str, Analysis]:
    """Analyses of this suite alone: the table ``ANALYSES`` of its suite.py, if it has one.

    suite.toml picks by name from these and the shared ones. No data of the suite are opened.

    Raises
    ------
    DataProblem
        The table holds something else, such as an analysis in an older form.
    """
    own: Mapping[str, Analysis] = getattr(module_of(folder), "ANALYSES", {})
    for name, analysis in own.items():
        if not isinstance(analysis, Analysis):
            raise DataProblem(
                f"ANALYSES[{name!r}] in {folder / 'suite.py'} is a {type(analysis).__name__}; it "
                "must be an Analysis(compute=function, provides=metrics, needs=item values) of "
                "benchmark.records, whose function gets one Evidence and returns scores"
            )
    return own
