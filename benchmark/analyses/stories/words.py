"""Which story has which word, and how often: stories as rows, words as columns, sparse.

Knows the story table; no statistic. Words are those of `words.tokens` with two letters or more; no
list of stop words is used: a word that all use alike is not distinctive by any measure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.analyses.stories.table import IntArray, StoryTable, by_proxy
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.words import tokens
from benchmark.records import AnswerReader, CaseRecord

SmallIntArray = npt.NDArray[np.int32]  # of ten million entries

FEWEST_LETTERS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryWords:
    """Every story with its words; an entry is a word in a story, with its count."""

    words: tuple[str, ...]  # sorted
    countries: tuple[str, ...]
    proxies: tuple[str, ...]
    country: IntArray  # (stories,)
    proxy: IntArray  # (stories,)
    stratum: IntArray  # (stories,): concept, temperature and proxy
    half: IntArray  # (stories,): 0 or 1, by concept
    control: BoolArray  # (stories,)
    story: SmallIntArray  # (entries,)
    word: SmallIntArray  # (entries,)
    count: SmallIntArray  # (entries,)
    left_out: int

    def by_country(
        self, entries: BoolArray, country: IntArray, weights: SmallIntArray | None = None
    ) -> FloatArray:
        """Stories with each word, or words where weighed by count, (countries, words)."""
        place = country[self.story[entries]] * len(self.words) + self.word[entries]
        size = len(self.countries) * len(self.words)
        counted = np.bincount(
            place, weights=None if weights is None else weights[entries], minlength=size
        )
        table: FloatArray = counted.reshape(len(self.countries), -1).astype(np.float64)
        return table


def story_words(records: Sequence[CaseRecord], answers: AnswerReader) -> StoryWords | None:
    """The words of all stories, a proxy at a time; None where there is no story."""
    seen: dict[str, int] = {}
    lines: list[tuple[str, str, str, float, bool]] = []
    sizes: list[int] = []
    word: list[SmallIntArray] = []
    count: list[SmallIntArray] = []
    left_out = 0
    for proxy, table in by_proxy(records, answers):
        left_out += table.left_out
        for k, text in enumerate(table.text):
            counted = Counter(w for w in tokens(text) if len(w) >= FEWEST_LETTERS)
            word.append(np.array([seen.setdefault(w, len(seen)) for w in counted], dtype=np.int32))
            count.append(np.fromiter(counted.values(), dtype=np.int32, count=len(counted)))
            sizes.append(len(counted))
            lines.append(_line(table, k, proxy))
    if not lines:
        return None
    return _assembled(seen, lines, sizes, np.concatenate(word), np.concatenate(count), left_out)


def _line(table: StoryTable, k: int, proxy: str) -> tuple[str, str, str, float, bool]:
    return (
        table.country[k],
        proxy,
        table.concept[k],
        float(table.temperature[k]),
        bool(table.control[k]),
    )


def _assembled(
    seen: dict[str, int],
    lines: Sequence[tuple[str, str, str, float, bool]],
    sizes: Sequence[int],
    word: SmallIntArray,
    count: SmallIntArray,
    left_out: int,
) -> StoryWords:
    ordered = sorted(seen)
    rank = np.empty(len(seen), dtype=np.int32)
    rank[[seen[w] for w in ordered]] = np.arange(len(seen))
    country, proxy, concept, _, control = zip(*lines, strict=True)
    countries, proxies, concepts = (tuple(sorted(set(c))) for c in (country, proxy, concept))
    half = {name: k % 2 for k, name in enumerate(concepts)}
    strata = {key: k for k, key in enumerate(sorted({line[1:4] for line in lines}))}
    return StoryWords(
        words=tuple(ordered),
        countries=countries,
        proxies=proxies,
        country=np.array([countries.index(name) for name in country], dtype=np.intp),
        proxy=np.array([proxies.index(name) for name in proxy], dtype=np.intp),
        stratum=np.array([strata[line[1:4]] for line in lines], dtype=np.intp),
        half=np.array([half[name] for name in concept], dtype=np.intp),
        control=np.array(control, dtype=np.bool_),
        story=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        word=rank[word],
        count=count,
        left_out=left_out,
    )
