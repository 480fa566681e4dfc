"""The items of many cases as columns, and their grouping by the factors of their cases.

Knows records; not what a value means or which figures are made of it. Rows are sorted by case and
item, so nothing computed from the table depends on the order in which cases finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.errors import DataProblem
from benchmark.metrics.divergence import FloatArray
from benchmark.records import CaseRecord, Item

IntArray = npt.NDArray[np.intp]

FACTORS = ("country", "topic", "proxy", "variant")


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """A column of names as sorted distinct names and a code for each item."""

    names: tuple[str, ...]
    codes: IntArray  # (items,)

    @classmethod
    def of(cls, column: Sequence[str]) -> Labels:
        """The column encoded."""
        names = tuple(sorted(set(column)))
        position = {name: code for code, name in enumerate(names)}
        return cls(names=names, codes=np.array([position[name] for name in column], dtype=np.intp))


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouping:
    """Which scope each item belongs to."""

    scopes: tuple[Mapping[str, str], ...]
    codes: IntArray  # (items,)

    @property
    def sizes(self) -> IntArray:
        """Items in each scope, (scopes,)."""
        return np.bincount(self.codes, minlength=len(self.scopes))


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemTable:
    """One row an item: factors of its case, its cluster and the values asked for."""

    factors: Mapping[str, Labels]
    clusters: Labels
    values: Mapping[str, FloatArray]  # each (items,)

    def group(self, by: Sequence[str]) -> Grouping:
        """Items by the given factors in sorted order; no factor is one scope over everything.

        An empty factor (a case without variant) is left out of its scope.
        """
        shape = [len(self.factors[name].names) for name in by]
        if not by or not self.clusters.codes.size:
            scopes: tuple[Mapping[str, str], ...] = () if by else ({},)
            return Grouping(scopes=scopes, codes=np.zeros(self.clusters.codes.size, dtype=np.intp))
        joint = np.ravel_multi_index(tuple(self.factors[name].codes for name in by), shape)
        present, codes = np.unique(joint, return_inverse=True)
        members = np.transpose(np.unravel_index(present, shape)).tolist()
        return Grouping(scopes=tuple(self._scope(by, row) for row in members), codes=codes)

    def _scope(self, by: Sequence[str], row: Sequence[int]) -> Mapping[str, str]:
        named = {name: self.factors[name].names[code] for name, code in zip(by, row, strict=True)}
        return {name: member for name, member in named.items() if member}


def item_table(records: Iterable[CaseRecord], needs: Iterable[str], *, analysis: str) -> ItemTable:
    """Columns of all items; ``analysis`` is named where an item lacks a value it needs."""
    rows = sorted(
        ((record.case, item) for record in records for item in record.items),
        key=lambda row: (row[0].case_id, row[1].item_id, row[1].image_ids),
    )
    names = sorted(needs)
    values = np.array([_values(item, names, analysis) for _, item in rows], dtype=np.float64)
    columns = values.reshape(len(rows), len(names)).T
    return ItemTable(
        factors={name: Labels.of([getattr(case, name) for case, _ in rows]) for name in FACTORS},
        clusters=Labels.of([item.cluster for _, item in rows]),
        values=dict(zip(names, columns, strict=True)),
    )


def _values(item: Item, names: Sequence[str], analysis: str) -> list[float]:
    if item.human is None or item.model is None:  # nothing to compare: not scored (see `Item`)
        return [item.values.get(name, np.nan) for name in names]
    try:
        return [item.values[name] for name in names]
    except KeyError as error:
        raise DataProblem(
            f"item {item.item_id!r} of case {item.case_id!r} has no value {error.args[0]!r}, which "
            f"the analysis {analysis!r} reads; the suite must record it"
        ) from None
