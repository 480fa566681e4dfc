"""What a similarity depends on besides the model: stems, pictures, wordings and orders of options.

Knows items and every answer to them; no survey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import IntArray, Labels, item_rows
from benchmark.analyses.reporting import scored
from benchmark.analyses.values.picture_sample import answers_of
from benchmark.metrics.components import FacetVariance, enough, facet_variance
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import SUFFIXES, Reading

WIDTH = 0.02  # to either side of a mean, in similarity
FACETS = ("stem", "picture", "template", "order")


def generalisability(evidence: Evidence) -> list[Score]:
    """How much of a proxy's similarity is due to which stems, pictures, wordings and orders it had.

    For each proxy and facet with at least two levels, ``variance_FACET`` is the variance of its
    levels' effects (`facet_variance`), in squared similarity, and ``enough_FACET`` how many levels
    an interval of ± 0.02 takes if nothing else varied (`enough`). Pictures are compared within a
    country, orders of options among questions that were asked in as many, and all by stems that
    were asked under every level. ``n`` counts answers, ``n_clusters`` levels.
    """
    table = _answers(evidence)
    return [
        score
        for reading, suffix in SUFFIXES.items()
        for proxy, name in enumerate(table.proxies)
        for score in _of_proxy(table, proxy, name, reading, suffix)
    ]


GENERALISABILITY = Analysis(
    compute=generalisability,
    provides=tuple(f"{what}_{facet}" for what in ("variance", "enough") for facet in FACETS),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answers:
    """Every answer with its proxy, stem, and levels within strata by facet; all (answers,)."""

    proxies: tuple[str, ...]
    proxy: IntArray
    stem: IntArray
    levels: Mapping[str, tuple[IntArray, IntArray]]
    similarity: Mapping[str, FloatArray]


def _answers(evidence: Evidence) -> _Answers:
    rows = item_rows(evidence.records)
    found = answers_of([item for _, item in rows])
    proxies = Labels.of([case.proxy for case, _ in rows])
    country = Labels.of([case.country for case, _ in rows]).codes[found.item]
    template = Labels.of([case.variant for case, _ in rows]).codes[found.item]
    pictures = [
        rows[i][1].image_ids[k] if rows[i][1].image_ids else ""
        for i, k in zip(found.item.tolist(), found.picture.tolist(), strict=True)
    ]
    stem = Labels.of([item.cluster for _, item in rows]).codes[found.item]
    everywhere = np.zeros_like(stem)
    return _Answers(
        proxies=proxies.names,
        proxy=proxies.codes[found.item],
        stem=stem,
        levels={
            "stem": (stem, everywhere),
            "picture": (Labels.of(pictures).codes, country),
            "template": (template, everywhere),
            "order": (found.order, found.orders),
        },
        similarity=found.similarity,
    )


def _of_proxy(
    table: _Answers, proxy: int, name: str, reading: Reading, suffix: str
) -> Iterator[Score]:
    value = table.similarity[suffix]
    mine = (table.proxy == proxy) & np.isfinite(value)
    for facet, (levels, strata) in table.levels.items():
        blocks = np.zeros_like(levels) if facet == "stem" else table.stem
        found = facet_variance(value[mine], levels[mine], blocks[mine], strata[mine])
        if found.levels >= 2:
            yield from _scores(facet, found, int(mine.sum()), {"proxy": name}, reading)


def _scores(
    facet: str, found: FacetVariance, n: int, scope: Mapping[str, str], reading: Reading
) -> Iterator[Score]:
    how = f"analysis of variance over {found.levels} levels, no interval"
    needed = enough(found.variance, WIDTH)
    for metric, value, method in (
        ("variance", found.variance, how),
        ("enough", needed, f"levels for ± {WIDTH:g} by t, all else fixed; {how}"),
    ):
        yield scored(
            *(f"{metric}_{facet}", value, scope, n, method),
            n_clusters=found.levels,
            reading=reading,
        )
