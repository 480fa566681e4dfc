"""A suite that generates, then embeds, then scores all cases together; knows no survey.

It is what the story suite will be in small: two stages of requests a case, vectors that stay in
the store, an analysis of its own that reads them on the controller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.jsonio import Json
from benchmark.records import (
    Analysis,
    Case,
    CaseRecord,
    Embed,
    Evidence,
    Generate,
    GenerationParams,
    Item,
    Prompt,
    Reply,
    Score,
    Script,
    Selection,
    Subject,
    Text,
    Vector,
)
from benchmark.settings import Settings
from benchmark.suite.protocol import SuiteMeta

THEMES = ("family", "market", "weather")
STORIES = 2
ENCODER = "toy"
RESAMPLES = 1000


def build(meta: SuiteMeta, settings: Settings) -> ToySuite:
    """The suite for the countries of its metadata."""
    return ToySuite(meta=meta, seed=settings.seed)


def closeness(evidence: Evidence) -> list[Score]:
    """How alike the countries' stories are: mean cosine over pairs of countries and stories."""
    items = [item for record in evidence.records for item in record.items]
    vectors = evidence.answers([item.request_keys[-1] for item in items])
    stories: dict[str, list[tuple[float, ...]]] = {}
    for item in items:
        vector = vectors[item.request_keys[-1]]
        assert isinstance(vector, Vector)
        stories.setdefault(item.cluster, []).append(vector.values)
    cosines = np.array([_mean_cosine(stories[theme]) for theme in sorted(stories)])
    draws = evidence.rng.integers(0, len(cosines), (RESAMPLES, len(cosines)))
    low, high = np.quantile(cosines[draws].mean(axis=1), [0.025, 0.975])
    return [
        Score(
            metric="cross_country_cosine",
            value=float(cosines.mean()),
            n=len(items),
            low=float(low),
            high=float(high),
            method="bootstrap over themes",
            higher_is_better=None,
        )
    ]


ANALYSES: Mapping[str, Analysis] = {
    "closeness": Analysis(compute=closeness, provides=("cross_country_cosine",), needs=("n_words",))
}


@dataclass(frozen=True, kw_only=True)
class ToySuite:
    """Countries by themes, two stories a cell."""

    meta: SuiteMeta
    seed: int
    survey: None = None

    def select(self) -> Selection:
        """Every country with every theme; a country is a unit."""
        return Selection(
            cases=tuple(
                Case(
                    suite=self.meta.name,
                    country=iso3,
                    topic=theme,
                    proxy="country",
                    unit=f"{self.meta.name}/{iso3}",
                )
                for iso3 in self.meta.countries
                for theme in THEMES
            )
        )

    def interview(self, case: Case) -> Script:
        """Write the stories, then embed what was written."""
        written = yield [self._story(case, number) for number in range(STORIES)]
        texts = [_text(reply) for reply in written]
        subject = Subject(country=case.country, item_id=case.topic)
        embedded = yield [Embed(content=t, encoder=ENCODER, subject=subject) for t in texts]
        words = [float(len(text.split())) for text in texts]
        items = tuple(
            Item(
                case_id=case.case_id,
                item_id=f"story-{number}",
                cluster=case.topic,
                request_keys=(story.key, vector.key),
                values={"n_words": n_words},
            )
            for number, (story, vector, n_words) in enumerate(
                zip(written, embedded, words, strict=True)
            )
        )
        mean = Score(
            metric="n_words",
            value=sum(words) / STORIES,
            n=STORIES,
            higher_is_better=None,
        )
        return CaseRecord(case=case, scores=(mean,), items=items)

    def config(self) -> Mapping[str, Json]:
        """What a row depends on."""
        return {"themes": list(THEMES), "stories": STORIES, "encoder": ENCODER}

    def stamp(self) -> str:
        """No files."""
        return ""

    def header(self) -> tuple[str, ...]:
        """What is measured."""
        return (f"{STORIES} stories on each of {', '.join(THEMES)}",)

    def _story(self, case: Case, number: int) -> Generate:
        prompt = Prompt(
            prefix=(f"You are from {case.country}.",), suffix=f"Tell a story about {case.topic}."
        )
        return Generate(
            prompt=prompt,
            params=GenerationParams(max_new_tokens=30, temperature=1.0),
            seed=self.seed + number,
            subject=Subject(country=case.country, item_id=case.topic),
        )


def _text(reply: Reply) -> str:
    assert isinstance(reply.answer, Text)
    return reply.answer.text


def _mean_cosine(stories: Sequence[Sequence[float]]) -> float:
    unit = np.asarray(stories) / np.linalg.norm(stories, axis=1, keepdims=True)  # (stories, dim)
    return float(np.mean([a @ b for a, b in combinations(unit, 2)]))
