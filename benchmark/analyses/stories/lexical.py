"""What stories are like, by proxy, nationality, concept and temperature; from the rows alone.

Means of every value that stories carry, and of the cases' self-similarity. Intervals resample
concepts: the stories on one concept share a picture and a theme, and nationalities are fixed.
Controls are in scopes that name their proxy, and in no other; a country's ethnic groups in scopes
that name them (``variant``). Knows no text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmark.analyses.reporting import NO_ENDS
from benchmark.analyses.stories.table import is_story
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import (
    MIN_STEMS,
    RESAMPLES,
    cluster_weights,
    expanded_level,
    percentile_interval,
    resampled_means,
)
from benchmark.records import Analysis, Case, CaseRecord, Evidence, Score
from benchmark.vocabulary import CONTROL, STORY

LEVEL = 0.95
BLOCK = 64  # columns resampled at a time: 10 000 resamples of 64 take 5 MiB

Scope = tuple[str, ...]
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("proxy",),
    ("country",),
    ("topic",),
    ("temperature",),
    ("proxy", "country"),
    ("proxy", "temperature"),
    # Ethnic groups of a country, which are in none of the above: a group is not a nationality.
    ("country", "variant"),
    ("proxy", "country", "variant"),
)


@dataclass(kw_only=True, slots=True)
class _Column:
    """One metric in one scope: sums and counts by concept."""

    higher_is_better: bool | None
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    n_missing: int = 0

    def add(self, concept: str, value: float, n: int = 1) -> None:
        """Note ``n`` stories whose mean is ``value``."""
        if math.isnan(value):
            self.n_missing += n
            return
        self.sums[concept] = self.sums.get(concept, 0.0) + n * value
        self.counts[concept] = self.counts.get(concept, 0) + n

    @property
    def concepts(self) -> tuple[str, ...]:
        return tuple(sorted(self.counts))

    def score(self, metric: str, scope: Mapping[str, str], low: float, high: float) -> Score:
        n, k = sum(self.counts.values()), len(self.counts)
        few = k < MIN_STEMS
        return Score(
            metric=metric,
            value=math.fsum(self.sums.values()) / n if n else math.nan,
            scope=scope,
            n=n,
            n_missing=self.n_missing,
            low=low,
            high=high,
            method=f"too few concepts ({k} < {MIN_STEMS})" if few else "bootstrap over concepts",
            higher_is_better=self.higher_is_better,
        )


Key = tuple[Scope, Scope, str]  # names and members of a scope, metric
Table = dict[Key, _Column]


def story_lexical(evidence: Evidence, *, resamples: int = RESAMPLES) -> list[Score]:
    """Means by scope; ``usable`` over everything is the suite's headline."""
    table = _table(sorted(evidence.records, key=lambda record: record.case.case_id))
    intervals = _intervals(table, seed=int(evidence.rng.integers(2**32)), resamples=resamples)
    return [
        column.score(
            metric,
            dict(zip(by, members, strict=True)),
            *intervals.get((by, members, metric), NO_ENDS),
        )
        for (by, members, metric), column in table.items()
    ]


STORY_LEXICAL = Analysis(
    compute=story_lexical,
    provides=(
        *("usable", "n_words", "mtld", "hdd", "distinct_1", "distinct_2", "distinct_3"),
        *("refusal", "empty", "truncated", "echo", "in_language", "self_similarity"),
    ),
)


def _table(records: Sequence[CaseRecord]) -> Table:
    table: Table = {}
    for by in GROUPS:
        family: Table = {}
        for record in records:
            if _belongs(record.case, by):
                _add(family, by, record)
        table |= {key: family[key] for key in sorted(family, key=lambda key: key[1])}
    return table


def _belongs(case: Case, by: Scope) -> bool:
    counted = case.kind == STORY or (case.kind == CONTROL and "proxy" in by)
    return counted and bool(case.variant) == ("variant" in by)


def _add(family: Table, by: Scope, record: CaseRecord) -> None:
    directions = {score.metric: score.higher_is_better for score in record.scores}
    stories = [item for item in record.items if is_story(item)]  # and not a place of vectors
    of_stories = {metric for item in stories for metric in item.values}
    # In the order of the scores: that of the values is lost where a row was written and read.
    names = [metric for metric in directions if metric in of_stories]
    names += sorted(of_stories - directions.keys())
    for item in stories:
        members = _members(by, record.case, item.item_id.split("/")[-2])
        for metric in names:
            if metric in item.values:
                key = (by, members, metric)
                column = family.setdefault(key, _Column(higher_is_better=directions.get(metric)))
                column.add(record.case.topic, item.values[metric])
    for score in record.scores:  # of whole cases, which temperatures share
        if score.metric not in of_stories and "temperature" not in by:
            key = (by, _members(by, record.case, ""), score.metric)
            column = family.setdefault(key, _Column(higher_is_better=score.higher_is_better))
            column.add(record.case.topic, score.value, max(score.n, score.n_missing))


def _members(by: Scope, case: Case, temperature: str) -> Scope:
    return tuple(temperature if name == "temperature" else getattr(case, name) for name in by)


def _intervals(table: Table, *, seed: int, resamples: int) -> Mapping[Key, tuple[float, float]]:
    """Low and high of every column with enough concepts; those over the same share resamples."""
    alike: dict[Scope, list[Key]] = {}
    for key, column in table.items():
        if len(column.counts) >= MIN_STEMS:
            alike.setdefault(column.concepts, []).append(key)
    found: dict[Key, tuple[float, float]] = {}
    for concepts, keys in alike.items():
        rng = np.random.default_rng([seed, len(concepts)])
        weights = cluster_weights(len(concepts), rng=rng, resamples=resamples)
        found.update(_resampled(table, keys, concepts, weights))
    return found


def _resampled(
    table: Table, keys: Sequence[Key], concepts: Scope, weights: FloatArray
) -> Iterator[tuple[Key, tuple[float, float]]]:
    level = expanded_level(LEVEL, len(concepts))
    for start in range(0, len(keys), BLOCK):
        block = keys[start : start + BLOCK]
        sums = [[table[key].sums[c] for c in concepts] for key in block]
        counts = [[table[key].counts[c] for c in concepts] for key in block]
        means = resampled_means(sums, counts, weights)  # (columns, resamples)
        low, high = percentile_interval(means, level, axis=-1)
        yield from zip(block, zip(low.tolist(), high.tolist(), strict=True), strict=True)
