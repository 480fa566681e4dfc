"""Reads the table that lists pictures: rows as text by column, each with its place in the file.

Knows no column's meaning; a file that is not such a table is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

from benchmark.errors import DataProblem, ImageProblem

Row = tuple[str, dict[str, str]]
# Parts that begin with a letter or digit: no parent folder, no drive, one spelling.
_PLAIN = re.compile(r"[A-Za-z0-9][\w. -]*(/[A-Za-z0-9][\w. -]*)*", re.ASCII)


def read_table(path: Path, *, columns: Sequence[str], kind: str, instead: str) -> list[Row]:
    """Each row of a CSV file as its place and its cells; further columns are kept.

    ``kind`` is what the file should be, ``instead`` what to give if it is absent.
    """
    reader = csv.reader(io.StringIO(_text(path, kind, instead), newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_columns(names, path, columns=columns, kind=kind)
        rows = []
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if cells and len(cells) != len(names):
                raise DataProblem(
                    f"{where}: {len(cells)} fields where the first line has {len(names)};"
                    " put quotes around a field that holds a comma"
                )
            if cells:
                rows.append((where, dict(zip(names, map(str.strip, cells), strict=True))))
    except csv.Error as error:
        raise DataProblem(
            f"{path}, line {reader.line_num}: not readable as CSV ({error})"
        ) from None
    return rows


def header(path: Path) -> frozenset[str]:
    """The names in the first line; empty if the file is not text or not CSV."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return frozenset(name.strip() for name in next(csv.reader(file), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        return frozenset()


def amount(text: str) -> float | None:
    """A finite number of at least 0; None if the text is anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def inside(text: str, root: Path, where: str, *, folder: str) -> str:
    """The path in one spelling, if it stays in the folder even through symbolic links.

    ``root`` is already resolved; ``folder`` is its name in messages ("the manifest's folder").
    """
    if _PLAIN.fullmatch(text) and _stays_plain(text, root):
        return text
    path = PurePosixPath(text)
    foreign = path.is_absolute() or PureWindowsPath(text).drive or "\\" in text or "\0" in text
    if foreign or not path.parts or ".." in path.parts:
        raise ImageProblem(
            f"{where}: image {text!r} is not a path inside {folder};"
            " write it relative to the folder, with forward slashes"
        )
    if not (root / path).resolve().is_relative_to(root):
        raise ImageProblem(
            f"{where}: image {text!r} leads out of {folder} through a symbolic link;"
            " put the file itself into the folder"
        )
    return path.as_posix()


def _stays_plain(text: str, root: Path) -> bool:
    """Whether a plain path has no symbolic links; following links is slow."""
    folder, _, _ = text.rpartition("/")
    return not os.path.islink(f"{root}/{text}") and _folder_stays(folder, root)  # noqa: PTH114


@lru_cache(maxsize=256)
def _folder_stays(folder: str, root: Path) -> bool:
    return (root / folder).resolve().is_relative_to(root)


def _text(path: Path, kind: str, instead: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataProblem(f"no {kind} at {path}; {instead}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataProblem(f"{kind} {path} cannot be read as UTF-8 text: {error}") from None


def _check_columns(names: list[str], path: Path, *, columns: Sequence[str], kind: str) -> None:
    for column in columns:
        if names.count(column) != 1:
            count = "no" if column not in names else "more than one"
            found = ", ".join(name[:30] for name in names[:12]) or "none"
            raise DataProblem(
                f"{path}, line 1: {count} column {column!r} among {found};"
                f" {kind} needs {','.join(columns)}"
            )
