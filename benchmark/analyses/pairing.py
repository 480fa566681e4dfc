"""One row for what was asked under several proxies or templates: the basis of paired figures.

Knows tables of items; not which of the paired columns are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.analyses.groups import OF_CASE
from benchmark.analyses.item_table import IntArray, ItemTable, Labels
from benchmark.metrics.divergence import FloatArray, positive_or_nan


def column_of(value: str, member: str) -> str:
    """The name of a value's column under one member."""
    return f"{value}@{member}"


def paired(table: ItemTable, values: Sequence[str], *, over: str) -> ItemTable:
    """Each question of a country once, a column for each value and member of ``over``.

    NaN where a member was not asked; the mean where an item occurs twice. The rows have all factors
    but ``over``, in sorted order, and none is a control's when ``over`` is the proxy.
    """
    first, row = rows_of(table, over=over)
    across = table.factors[over]
    place = row * len(across.names) + across.codes  # (items,): row and member
    columns = {
        column_of(value, member): column
        for value in values
        for member, column in zip(
            across.names,
            _means(table.values[value], place, len(first), len(across.names)),
            strict=True,
        )
    }
    return ItemTable(
        factors={
            name: Labels(names=of.names, codes=of.codes[first])
            for name, of in table.factors.items()
            if name != over
        },
        clusters=Labels(names=table.clusters.names, codes=table.clusters.codes[first]),
        values=columns,
        items=Labels(names=table.items.names, codes=table.items.codes[first]),
        control=np.zeros(len(first), dtype=np.bool_) if over == "proxy" else table.control[first],
    )


def rows_of(table: ItemTable, *, over: str) -> tuple[IntArray, IntArray]:
    """The first item of each row of a paired table, (rows,), and the row of each item, (items,)."""
    kept = [name for name in OF_CASE if name != over]
    axes = [*(table.factors[name] for name in kept), table.items]
    shape = [max(1, len(axis.names)) for axis in axes]  # a table may be empty
    joint = np.ravel_multi_index(tuple(axis.codes for axis in axes), shape)
    _, first, row = np.unique(joint, return_index=True, return_inverse=True)
    return first, row


def _means(values: FloatArray, place: IntArray, rows: int, members: int) -> FloatArray:
    """Mean of the values at each place, (members, rows)."""
    found = np.isfinite(values)
    size = rows * members
    total = np.bincount(place[found], weights=values[found], minlength=size)
    mean = total / positive_or_nan(np.bincount(place[found], minlength=size))
    return np.asarray(mean.reshape(rows, members).T)
