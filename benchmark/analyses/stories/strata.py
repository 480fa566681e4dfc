"""Stories that may be compared: those of one concept at one temperature under one proxy.

Knows the story table and word edit distances. A story is never compared with one of another concept
(the words would differ by the concept), another temperature or another proxy: of 73 500 stories
there are 2.7 thousand million pairs, of which 7.7 million are in a stratum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.stories.table import IntArray, StoryTable
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.edits import word_edit_distances
from benchmark.metrics.words import tokens

ALL_CORES = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryStratum:
    """The stories of one concept, temperature and proxy."""

    proxy: str
    concept: str
    temperature: float
    country: IntArray  # (stories,): places in a list of countries
    response: IntArray  # (stories,)
    words: tuple[tuple[str, ...], ...]  # (stories,)
    text: tuple[str, ...]  # (stories,): as they were written

    def distances(self) -> FloatArray:
        """`word_edit_distances` of all pairs, (stories, stories); counted when asked for."""
        return word_edit_distances(self.words, workers=ALL_CORES)


def strata_of(table: StoryTable, countries: Sequence[str]) -> list[StoryStratum]:
    """The strata of a table, by proxy, concept and temperature."""
    place = {country: k for k, country in enumerate(countries)}
    code = np.array([place[country] for country in table.country], dtype=np.intp)
    members: dict[tuple[str, str, float], list[int]] = {}
    keys = zip(table.proxy, table.concept, table.temperature.tolist(), strict=True)
    for k, key in enumerate(keys):
        members.setdefault(key, []).append(k)
    return [
        StoryStratum(
            proxy=proxy,
            concept=concept,
            temperature=temperature,
            country=code[rows],
            response=table.response[rows],
            words=tuple(tokens(table.text[k]) for k in rows),
            text=tuple(table.text[k] for k in rows),
        )
        for (proxy, concept, temperature), rows in sorted(members.items())
    ]


def cell_means(distances: FloatArray, country: IntArray, countries: int) -> tuple[FloatArray, ...]:
    """Sums of distances between the stories of each two countries, and how many pairs.

    Both (countries, countries), symmetric; the diagonal holds each pair of one country's stories
    twice and no story with itself.
    """
    member = np.zeros((countries, len(country)))
    member[country, np.arange(len(country))] = 1.0
    known = np.isfinite(distances)
    np.fill_diagonal(known, val=False)
    sums = member @ np.where(known, distances, 0.0) @ member.T
    number = member @ known.astype(np.float64) @ member.T
    return sums, number
