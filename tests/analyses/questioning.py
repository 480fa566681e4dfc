"""Case records of questions with a right answer, as the suite records them, from arrays.

Knows records and the world's countries; no picture, no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmark.analyses.groups import OF_COUNTRY
from benchmark.analyses.item_table import ItemTable, Labels
from benchmark.analyses.questions.question_table import OF_GROUP
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Case, CaseRecord, Item
from benchmark.world.countries import countries

INHABITED = tuple(iso3 for iso3, one in countries().items() if one.region and one.income_group)
MODEL = (0.25, 0.25, 0.25, 0.25)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question: where, about which picture, and what came of it."""

    country: str
    topic: str
    proxy: str
    picture: str
    item_id: str
    values: Mapping[str, float] = field(default_factory=dict)


def question(
    correct: float,
    *,
    country: str = "NGA",
    topic: str = "food",
    proxy: str = "cultural-knowledge",
    picture: str = "p1",
    item_id: str = "q1",
    **values: float,
) -> Asked:
    """One question with its outcome and any other value."""
    return Asked(
        country=country,
        topic=topic,
        proxy=proxy,
        picture=picture,
        item_id=item_id,
        values={"correct": correct, **values},
    )


def records_of(
    questions: Sequence[Asked], *, kind: str = "question", variant: str = ""
) -> list[CaseRecord]:
    """The questions as records of their cases."""
    cases: dict[tuple[str, str, str], list[Item]] = {}
    for one in questions:
        item = Item(
            case_id="",
            item_id=one.item_id,
            cluster=one.picture,
            image_ids=(one.picture,),
            human=(),
            model=MODEL,
            values=one.values,
        )
        cases.setdefault((one.country, one.topic, one.proxy), []).append(item)
    return [
        CaseRecord(
            case=Case(
                suite="cultureverse",
                country=country,
                topic=topic,
                proxy=proxy,
                variant=variant,
                kind=kind,
            ),
            scores=(),
            items=tuple(items),
        )
        for (country, topic, proxy), items in cases.items()
    ]


def pictures_of(
    outcomes: FloatArray, names: Sequence[str], *, topics: Sequence[str] = ("food",)
) -> list[Asked]:
    """One question for each of (countries, pictures, questions); the topic goes by the picture."""
    return [
        question(
            float(outcomes[c, i, q]),
            country=names[c],
            topic=topics[i % len(topics)],
            proxy=("image-recognition", "cultural-knowledge", "scene-reasoning")[q % 3],
            picture=f"{names[c]}-{i}",
            item_id=f"{names[c]}-{i}-{q}",
        )
        for c, i, q in np.ndindex(outcomes.shape)
    ]


def clustered_outcomes(
    p: FloatArray, pictures: int, questions: int, icc: float, rng: np.random.Generator
) -> FloatArray:
    """Noughts and ones, (countries, pictures, questions): a picture's chance is beta about p."""
    flat = np.array(np.repeat(p, pictures), dtype=np.float64)
    if icc > 0:
        size = 1 / icc - 1
        flat = np.array(rng.beta(flat * size, (1 - flat) * size), dtype=np.float64)
    chance = flat.reshape(p.size, pictures, 1)
    right = rng.random((p.size, pictures, questions)) < chance
    return right.astype(np.float64)


def table_of(
    correct: FloatArray, country: Sequence[str], picture: Sequence[int], topic: Sequence[int]
) -> ItemTable:
    """The questions' table straight from columns, for simulations of many runs."""
    names = Labels.of(country)
    factors = {"country": names}
    for group in OF_GROUP:
        labels = Labels.of([OF_COUNTRY[group](iso3) for iso3 in names.names])
        factors[group] = Labels(names=labels.names, codes=labels.codes[names.codes])
    factors["topic"] = Labels.of([f"topic-{one:02}" for one in topic])
    factors["proxy"] = Labels.of(["cultural-knowledge"] * len(country))
    clusters = Labels.of([f"p{one:07}" for one in picture])
    return ItemTable(
        factors=factors,
        clusters=clusters,
        values={"correct": correct},
        items=Labels.of([str(i) for i in range(len(country))]),
        control=np.zeros(len(country), dtype=np.bool_),
    )
