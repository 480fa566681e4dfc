"""A table as plain text cells with notes and tidy records, for any output format.

Knows nothing of runs, Markdown, LaTeX or files; texts are not escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

NOT_SCORED = "—"
TOO_FEW = "too few"
NOT_HERE = "not in this run"
FEW = "†"

Record = Mapping[str, str | float | int | bool | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One cell of a table."""

    text: str
    bold: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows in groups with a rule between them; the first ``labels`` columns are text.

    ``records`` are all numbers in full precision, one a row, as in the CSV file.
    """

    name: str
    title: str
    caption: str
    head: tuple[str, ...]
    labels: int
    groups: tuple[tuple[tuple[Entry, ...], ...], ...]
    notes: tuple[str, ...]
    records: tuple[Record, ...]


def entry(
    value: float, decimals: int = 3, *, bold: bool = False, signed: bool = False, mark: str = ""
) -> Entry:
    """A number with fixed decimals followed by ``mark``, or a sign that nothing was scored.

    >>> entry(-0.0001).text, entry(0.25, 1, signed=True).text
    ('0.000', '+0.2')
    """
    if math.isnan(value):
        return Entry(text=NOT_SCORED)
    rounded = round(value, decimals) + 0.0  # + 0.0: no minus before a zero
    sign = "+" if signed and rounded > 0 else ""
    return Entry(text=f"{sign}{rounded:.{decimals}f}{mark}", bold=bold)


def p_text(value: float, least: float = 0.001) -> str:
    """A p-value with three decimals; a smaller one is shown as below the least.

    >>> p_text(0.0312), p_text(0.0001)
    ('0.031', '< 0.001')
    """
    return f"< {least:g}" if value < least else f"{value:.3f}"
