"""The items of many cases as columns, and their grouping by the factors of their cases.

Knows records; not what a value means or which figures are made of it. Rows are sorted by case and
item, so nothing computed from the table depends on the order in which cases finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.analyses.groups import FACTORS, factor, in_order, similarity_records
from benchmark.errors import DataProblem
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.records import Case, CaseRecord, Item
from benchmark.vocabulary import CONTROL

IntArray = npt.NDArray[np.intp]

NOWHERE = -1  # the code of an item that is in no scope of a grouping
MAY_BE_EMPTY = frozenset({"variant"})


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
    """Which scope each item belongs to, `NOWHERE` for none."""

    scopes: tuple[Mapping[str, str], ...]
    codes: IntArray  # (items,)

    @property
    def grouped(self) -> BoolArray:
        """Which items belong to a scope, (items,)."""
        return np.asarray(self.codes != NOWHERE)

    @property
    def sizes(self) -> IntArray:
        """Items in each scope, (scopes,)."""
        return np.bincount(self.codes[self.grouped], minlength=len(self.scopes))


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemTable:
    """One row an item: factors of its case, its cluster and the values asked for."""

    factors: Mapping[str, Labels]
    clusters: Labels
    values: Mapping[str, FloatArray]  # each (items,)
    items: Labels
    control: BoolArray  # (items,): asked to be compared with, never pooled with other proxies
    pictured: BoolArray | None = None  # (items,): asked about pictures; None where nobody said

    def group(self, by: Sequence[str]) -> Grouping:
        """Items by the given factors in sorted order; without factors, one scope over everything.

        Controls are only in scopes that name the proxy. An item without a member of a factor (a
        territory without an income group) is in no scope of it, except that a cell without a
        variant has a scope that leaves the variant out.
        """
        inside = self._inside(by)
        codes = np.full(self.control.size, NOWHERE, dtype=np.intp)
        if not by or not inside.any():
            codes[inside] = 0
            return Grouping(scopes=() if by else ({},), codes=codes)
        shape = [len(self.factors[name].names) for name in by]
        joint = np.ravel_multi_index(tuple(self.factors[name].codes[inside] for name in by), shape)
        present, codes[inside] = np.unique(joint, return_inverse=True)
        members = np.transpose(np.unravel_index(present, shape)).tolist()
        return Grouping(scopes=tuple(self._scope(by, row) for row in members), codes=codes)

    def _inside(self, by: Sequence[str]) -> BoolArray:
        inside = np.ones_like(self.control) if "proxy" in by else ~self.control
        for name in set(by) - MAY_BE_EMPTY if len(by) > 1 else by:
            named = np.array([bool(member) for member in self.factors[name].names], dtype=np.bool_)
            inside = inside & named[self.factors[name].codes]
        return inside

    def _scope(self, by: Sequence[str], row: Sequence[int]) -> Mapping[str, str]:
        named = {name: self.factors[name].names[code] for name, code in zip(by, row, strict=True)}
        return {name: member for name, member in named.items() if member}


def item_table(
    records: Iterable[CaseRecord],
    needs: Iterable[str],
    *,
    analysis: str,
    optional: Iterable[str] = (),
) -> ItemTable:
    """Columns of all items that compare a model with people, NaN for a value that is missing.

    ``analysis`` is named where an item lacks a value it needs; ``optional`` ones may be missing.
    """
    rows = item_rows(records)
    needed = sorted(needs)
    names = [*needed, *sorted(optional)]
    values = np.array([_values(item, needed, names, analysis) for _, item in rows])
    columns = values.reshape(len(rows), len(names)).T
    return ItemTable(
        factors={name: Labels.of(factor(name, rows)) for name in FACTORS},
        clusters=Labels.of([item.cluster for _, item in rows]),
        values=dict(zip(names, columns, strict=True)),
        items=Labels.of([item.item_id for _, item in rows]),
        control=np.array([case.kind == CONTROL for case, _ in rows], dtype=np.bool_),
        pictured=np.array([bool(item.image_ids) for _, item in rows], dtype=np.bool_),
    )


def item_rows(records: Iterable[CaseRecord]) -> list[tuple[Case, Item]]:
    """What the rows of an `item_table` of these records stand for, in their order."""
    measured = similarity_records(records)
    return [(record.case, item) for record in measured for item in in_order(record.items)]


def _values(item: Item, needed: Sequence[str], names: Sequence[str], analysis: str) -> list[float]:
    optional = names[len(needed) :]
    if item.human is None or item.model is None:  # nothing to compare: not scored (see `Item`)
        return [item.values.get(name, np.nan) for name in names]
    try:
        found = [item.values[name] for name in needed]
    except KeyError as error:
        raise DataProblem(
            f"item {item.item_id!r} of case {item.case_id!r} has no value {error.args[0]!r}, which "
            f"the analysis {analysis!r} reads; the suite must record it"
        ) from None
    return found + [item.values.get(name, np.nan) for name in optional]
