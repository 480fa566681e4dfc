"""What stories are like, by proxy, nationality, concept and temperature; from the rows alone.

Shares and means of every value that stories carry, and of the cases' self-similarity, with
intervals over other concepts (`benchmark.analyses.stories.of_concepts`).
Controls are in scopes that name their proxy, and in no other; a country's ethnic groups in scopes
that name them (``variant``). Knows no text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.analyses.stories.of_concepts import mean_of_concepts, share_of_concepts
from benchmark.analyses.stories.table import is_story
from benchmark.records import Analysis, Case, CaseRecord, Evidence, Score
from benchmark.vocabulary import CONTROL, STORY

SHARES = ("usable", "refusal", "empty", "truncated", "in_language")  # noughts and ones

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

    def score(self, metric: str, scope: Mapping[str, str]) -> Score:
        found = (share_of_concepts if metric in SHARES else mean_of_concepts)(
            self.sums, self.counts
        )
        return Score(
            metric=metric,
            value=found.value,
            scope=scope,
            n=sum(self.counts.values()),
            n_missing=self.n_missing,
            n_clusters=found.concepts,
            low=found.low,
            high=found.high,
            method=found.method,
            higher_is_better=self.higher_is_better,
        )


Key = tuple[Scope, Scope, str]  # names and members of a scope, metric
Table = dict[Key, _Column]


def story_lexical(evidence: Evidence) -> list[Score]:
    """Shares and means by scope; ``usable`` over everything is the suite's headline.

    A share (`SHARES`) is that of all stories; any other figure is the mean of the concepts' means.
    """
    table = _table(sorted(evidence.records, key=lambda record: record.case.case_id))
    return [
        column.score(metric, dict(zip(by, members, strict=True)))
        for (by, members, metric), column in table.items()
    ]


STORY_LEXICAL = Analysis(
    compute=story_lexical,
    provides=(
        *SHARES,
        *("n_words", "mtld", "hdd", "distinct_1", "distinct_2", "distinct_3"),
        *("echo", "self_similarity"),
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
