"""One run as a sheet: a row for each question asked of a country, a column for each proxy.

Knows the item values of an alignment suite, not files, tables or figures. The mean over pictures
and templates is taken first, so every row counts once whatever stood for the country.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.means import mean_along
from benchmark.records import CaseRecord, Item
from benchmark.vocabulary import (
    ALL_HOUSEHOLDS,
    ALL_IMAGES,
    CATEGORIES,
    INCOME_BANDS,
    MARKS,
    SIMILARITY,
    SIMILARITY_KINDS,
    SUFFIXES,
    TWO_INCOMES,
    Reading,
)
from benchmark.world.countries import countries

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Columns over country x question; NaN where nothing was asked or nothing could be scored.

    ``similarity`` is by proxy, with ``images`` (mean over the categories of pictures) and
    ``households`` (mean over both income bands) where the run has them; ``marks`` are the floors
    and the ceiling of each question.
    """

    factors: Mapping[str, npt.NDArray[np.str_]]  # country, topic, income_group, income, cluster
    similarity: Mapping[str, FloatArray]
    marks: Mapping[str, FloatArray]
    pictures: Mapping[tuple[str, str], int]  # distinct pictures by country and proxy

    def where(self, scope: Mapping[str, str]) -> BoolArray:
        """The rows of a scope, such as ``{"topic": "religion", "income": "high"}``."""
        chosen = np.ones(len(self.factors["country"]), dtype=np.bool_)
        for factor, member in scope.items():
            chosen &= self.factors[factor] == member
        return chosen

    def members(self, factor: str) -> tuple[str, ...]:
        """The distinct non-empty names in a factor, sorted."""
        return tuple(sorted({str(name) for name in self.factors[factor]} - {""}))


def sheet(records: Iterable[CaseRecord], reading: Reading) -> Sheet:
    """The rows of a run as a sheet in one reading, the same for every order of ``records``."""
    kept = sorted(
        (record for record in records if record.case.kind in SIMILARITY_KINDS),
        key=lambda record: record.case.case_id,
    )
    asked = sorted(
        {(r.case.country, r.case.topic, i.item_id, i.cluster) for r in kept for i in r.items}
    )
    place = {(country, topic, item): n for n, (country, topic, item, _) in enumerate(asked)}
    similarity, marks = _sums(kept, place, SUFFIXES[reading])
    for name, parts in ((ALL_IMAGES, CATEGORIES), (ALL_HOUSEHOLDS, INCOME_BANDS)):
        present = [similarity[proxy] for proxy in parts if proxy in similarity]
        if present:
            similarity[name] = mean_along(present)
    pictures: dict[tuple[str, str], set[str]] = {}
    for record in kept:
        found = pictures.setdefault((record.case.country, record.case.proxy), set())
        found.update(image for item in record.items for image in item.image_ids)
    return Sheet(
        factors=_factors(asked),
        similarity=similarity,
        marks=marks,
        pictures={key: len(found) for key, found in sorted(pictures.items())},
    )


def _factors(asked: Sequence[tuple[str, str, str, str]]) -> Mapping[str, npt.NDArray[np.str_]]:
    known = countries()
    groups = [known[c].income_group if c in known else "" for c, _, _, _ in asked]
    incomes = [TWO_INCOMES[group] if group else "" for group in groups]
    return {
        "country": np.array([country for country, _, _, _ in asked], dtype=np.str_),
        "topic": np.array([topic for _, topic, _, _ in asked], dtype=np.str_),
        "cluster": np.array([cluster for _, _, _, cluster in asked], dtype=np.str_),
        "income_group": np.array(groups, dtype=np.str_),
        "income": np.array(incomes, dtype=np.str_),
    }


def _sums(
    records: Sequence[CaseRecord], place: Mapping[tuple[str, str, str], int], suffix: str
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    by_proxy: dict[str, list[FloatArray]] = {}
    marks: dict[str, list[FloatArray]] = {mark: [] for mark in MARKS}
    for proxy, variant in sorted({(r.case.proxy, r.case.variant) for r in records}):
        column = np.full((1 + len(MARKS), len(place)), np.nan)
        for record in records:
            case = record.case
            if (case.proxy, case.variant) == (proxy, variant):
                for item in record.items:
                    column[:, place[case.country, case.topic, item.item_id]] = _values(item, suffix)
        by_proxy.setdefault(proxy, []).append(column[0])
        for mark, values in zip(MARKS, column[1:], strict=True):
            marks[mark].append(values)
    return {proxy: mean_along(columns) for proxy, columns in by_proxy.items()}, {
        mark: mean_along(columns) for mark, columns in marks.items() if columns
    }


def _values(item: Item, suffix: str) -> list[float]:
    return [item.values.get(name + suffix, np.nan) for name in (SIMILARITY, *MARKS)]
