"""Which countries answer most like a country, judged without the topic being asked about.

Knows questions and shares; nothing of models or requests.
"""

from __future__ import annotations

import numpy as np

from benchmark.metrics.divergence import FloatArray, js_distance
from benchmark.survey.survey import Question, Survey

MIN_SHARED = 5  # questions of other topics both must have answered


class Neighbours:
    """Mean Jensen-Shannon distances over printed options between all pairs of countries.

    Sums and counts are kept by topic, so that leaving a topic out is a subtraction.
    """

    def __init__(self, survey: Survey) -> None:
        self._countries = tuple(sorted(survey.countries()))
        self._topics = {t: i for i, t in enumerate(sorted({q.topic for q in survey.questions}))}
        n, t = len(self._countries), len(self._topics)
        self._sums = np.zeros((t, n, n))
        self._counts = np.zeros((t, n, n), dtype=np.int64)
        rows = {iso3: i for i, iso3 in enumerate(self._countries)}
        for question in survey.questions:
            asked = [iso3 for iso3 in self._countries if iso3 in question.human]
            at = np.ix_([self._topics[question.topic]], *[[rows[iso3] for iso3 in asked]] * 2)
            self._sums[at] += pairwise(question, asked)
            self._counts[at] += 1
        self._ranked: dict[tuple[str, str], tuple[str, ...]] = {}

    def ranked(self, country: str, topic: str) -> tuple[str, ...]:
        """Other countries, nearest first on all topics but this one; ties in ISO3 order.

        Countries with fewer than five shared questions there come after all others.
        """
        if (country, topic) not in self._ranked:
            self._ranked[country, topic] = self._rank(country, topic)
        return self._ranked[country, topic]

    def _rank(self, country: str, topic: str) -> tuple[str, ...]:
        if country not in self._countries:
            return ()
        c = self._countries.index(country)
        others = [i for name, i in self._topics.items() if name != topic]
        sums = self._sums[others, c].sum(axis=0)  # (countries,)
        counts = self._counts[others, c].sum(axis=0)
        shared = [i for i in np.flatnonzero(counts).tolist() if i != c]
        order = sorted(
            shared, key=lambda i: (counts[i] < MIN_SHARED, sums[i] / counts[i], self._countries[i])
        )
        return tuple(self._countries[i] for i in order)


def pairwise(question: Question, countries: list[str]) -> FloatArray:
    """Distances between the countries' answers to one question, (countries, countries)."""
    p = np.asarray([question.human[iso3] for iso3 in countries])
    return js_distance(p[:, None], p[None, :])
