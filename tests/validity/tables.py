"""The tables of docs/validity.md: figures and what was measured in, Markdown out.

Knows the page's markers; it simulates nothing. A row's cells hold the settings with 6, 12, 20 and
40 units, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.validity.figure import LEVELS, NOMINAL, Figure, Measured
from tests.validity.figures import AREAS
from tests.validity.running import Found, measured, origin
from tests.validity.setting import KINDS, SETTINGS

PAGE = Path(__file__).parents[2] / "docs" / "validity.md"
MARK, NONE = "†", "-"
OPENING = "<!-- {area}: made by `python -m tests.validity` -->\n"
CLOSING = "<!-- end of {area} -->\n"
Cell = Callable[[Measured], str]


def page(text: str) -> str:
    """The page with every area's tables as they should be."""
    for area in AREAS:
        opening, closing = OPENING.format(area=area), CLOSING.format(area=area)
        before, found, rest = text.partition(opening)
        _, end, after = rest.partition(closing)
        if not (found and end):
            raise ValueError(f"{PAGE} has no place for {area!r}: {opening.strip()}")
        text = f"{before}{opening}{section(area)}{closing}{after}"
    return text


def section(area: str) -> str:
    """The area's tables: estimates for all, then what was measured of those that decide."""
    figures, found = AREAS[area], measured(area)
    parts = ["\n".join(_estimates(figures, found))]
    if rows := list(_measured_rows(figures, found)):
        about = origin(area)
        versions = ", ".join(f"{name} {about[name]}" for name in ("python", "numpy", "scipy"))
        parts.append("\n".join(rows))
        parts.append(f"Measured on {about['date']}, seed {about['seed']}, {versions}.")
    return "\n" + "\n\n".join(parts) + "\n\n"


def _estimates(figures: Sequence[Figure], found: Found) -> Iterator[str]:
    yield "| figure | estimates | decides | on the safe side | note |"
    yield "|---|---|---|---|---|"
    for figure in figures:
        names = ", ".join(f"`{name}`" for name in figure.names)
        rows = list(found.get(figure.title, {}).values())
        safe = _safe_side(figure, rows)
        yield f"| {names} | {figure.estimates} | {_decides(figure)} | {safe} | {figure.note} |"


def _decides(figure: Figure) -> str:
    if figure.pending:
        return "*not simulated: not for decisions*"
    if not figure.decides:
        return "*not for decisions*"
    parts = (
        ("interval", figure.intervals),
        ("p", figure.p_values),
        ("verdict", figure.wrong),
    )
    return ", ".join(name for name, part in parts if part is not None)


def _safe_side(figure: Figure, rows: Sequence[Measured]) -> str:
    """How far beyond its promise the figure is safe at most, over the settings."""
    parts = []
    if over := [row.coverage - NOMINAL for row in rows if row.coverage is not None]:
        parts.append(f"coverage +{max(0.0, *over):.3f}")
    if rates := [row.rejection[1] for row in rows if row.rejection is not None]:
        parts.append(f"rejection at 0.05 -{max(0.0, *(0.05 - rate for rate in rates)):.3f}")
    if wrong := [row.wrong for row in rows if row.wrong is not None]:
        parts.append(f"wrong -{max(0.0, *(figure.at_most - rate for rate in wrong)):.3f}")
    return ", ".join(parts) or NONE


def _measured_rows(figures: Sequence[Figure], found: Found) -> Iterator[str]:
    parts: list[tuple[str, Cell]] = [
        ("covers", lambda row: _share(row.coverage)),
        ("lies above the truth", lambda row: _share(row.above)),
        *((f"rejects at {level:.2f}", _at(place)) for place, level in enumerate(LEVELS)),
        ("is wrong", lambda row: _share(row.wrong)),
        ("is given", lambda row: NONE if row.given == 1 else _share(row.given)),
    ]
    lines = []
    for figure in figures:
        rows = found.get(figure.title, {})
        for words, cell in parts if rows else ():
            cells = [_cells(figure, rows, kind, cell) for kind in KINDS]
            if any(set(text.split()) - {NONE, MARK, NONE + MARK} for text in cells):
                lines.append(f"| `{figure.names[0]}` {words} | {' | '.join(cells)} |")
    if lines:
        yield f"| | {' | '.join(KINDS)} |"
        yield "|---|" + "---|" * len(KINDS)
        yield from lines


def _at(place: int) -> Cell:
    return lambda row: NONE if row.rejection is None else _share(row.rejection[place])


def _cells(figure: Figure, rows: Mapping[str, Measured], kind: str, cell: Cell) -> str:
    settings = [setting for setting in SETTINGS if setting.kind == kind]
    return " ".join(
        cell(rows[setting.name]) + (MARK if setting.name in figure.except_for else "")
        for setting in settings
    )


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}".removeprefix("0")
