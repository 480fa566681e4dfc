"""The distributions of many items as arrays, and which options a reading keeps of each.

Knows items; not what is computed of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.records import Item


def widest(items: Sequence[Item]) -> int:
    """The most options of any item; 1 without any."""
    return max((len(item.human or ()) for item in items), default=0) or 1


def stacked(rows: Sequence[Sequence[float] | None], width: int) -> FloatArray:
    """Padded with zeros, (rows, width); None is a row of NaN."""
    table = np.zeros((len(rows), width))
    for place, row in enumerate(rows):
        if row is None:
            table[place] = np.nan
        else:
            table[place, : len(row)] = row
    return table


def kept(items: Sequence[Item], width: int, *, substantive: bool) -> BoolArray:
    """Which options a reading keeps, (items, width); none where it keeps fewer than two."""
    keep = np.ones((len(items), width), dtype=np.bool_)
    if substantive:
        for place, item in enumerate(items):
            keep[place, list(item.nonanswers)] = False
    number = [len(item.human or ()) for item in items]
    keep &= np.arange(width) < np.array(number, dtype=np.intp)[:, None]
    keep[keep.sum(axis=1) < 2] = False  # all agree where there is nothing to choose
    return keep
