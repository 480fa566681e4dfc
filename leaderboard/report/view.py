"""A figure with its words and numbers, or why there is none.

Knows nothing of runs, matplotlib or files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from leaderboard.report.table import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """``draw`` makes the picture when it is wanted; ``records`` are the numbers in it."""

    name: str
    title: str
    caption: str
    notes: tuple[str, ...]
    records: tuple[Record, ...]
    draw: Callable[[], Figure]


@dataclass(frozen=True, kw_only=True, slots=True)
class NoView:
    """A table or figure that these runs do not have the numbers for."""

    title: str
    reason: str


def drawing(
    draw: Callable[..., Figure],
    filled: Sequence[tuple[object, Sequence[Record]]],
    *,
    name: str,
    title: str,
    caption: str,
    notes: tuple[str, ...],
    **style: object,
) -> Drawing:
    """A picture of parts, each with its numbers; ``style`` holds ``draw``'s other arguments."""
    return Drawing(
        name=name,
        title=title,
        caption=caption,
        notes=notes,
        records=tuple(record for _, records in filled for record in records),
        draw=partial(draw, [part for part, _ in filled], **style),
    )
