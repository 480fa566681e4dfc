"""Small case records for the tests of analyses, with hand-set or properly measured values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from benchmark.analyses.values.alignment import NEEDS
from benchmark.metrics.baselines import best_country_blind, mean_of_others, uniform_floor
from benchmark.metrics.ceilings import expected_sample_similarity
from benchmark.metrics.divergence import FloatArray, js_distance, js_divergence, js_similarity
from benchmark.records import Answer, AnswerReader, Case, CaseRecord, Evidence, Item, Score

SUFFIX = "_substantive"


def no_answers(keys: Sequence[str]) -> Mapping[str, Answer]:
    """A reader for analyses that must not need stored answers."""
    raise AssertionError(f"asked for {len(keys)} stored answers")


def evidence(
    records: Sequence[CaseRecord], answers: AnswerReader = no_answers, *, seed: int = 0
) -> Evidence:
    """What an analysis is given, drawn from a fixed seed."""
    return Evidence(records=records, answers=answers, rng=np.random.default_rng(seed))


def item(
    item_id: str, values: Mapping[str, float], *, cluster: str = "", scored: bool = True
) -> Item:
    """An item, in a cluster of its own unless named; one not scored has no distributions."""
    people = (0.5, 0.5) if scored else None
    return Item(
        case_id="",
        item_id=item_id,
        cluster=cluster or item_id,
        human=people,
        model=people,
        values=values,
    )


def measured(score: float, *, floor: float = 0.5, ceiling: float = 1.0) -> dict[str, float]:
    """Every value the analysis reads, alike in both readings."""
    values = dict.fromkeys(NEEDS, floor)
    for suffix in ("", SUFFIX):
        values["js_similarity" + suffix] = score
        values["js_distance" + suffix] = 1 - score
        values["js_divergence" + suffix] = (1 - score) ** 2
        values["ceiling_population" + suffix] = ceiling
    return values | {"option_mass": 0.9}


def record(
    *items: Item,
    country: str = "NGA",
    topic: str = "religion",
    proxy: str = "food",
    variant: str = "",
) -> CaseRecord:
    """A case with its items."""
    case = Case(suite="toy", country=country, topic=topic, proxy=proxy, variant=variant)
    return CaseRecord(case=case, scores=(), items=items)


def survey_records(people: FloatArray, model: FloatArray) -> list[CaseRecord]:
    """One case a country, really measured; both (questions, countries, options), two a stem."""
    rng = np.random.default_rng(0)
    options = uniform_floor(np.ones(people.shape[-1], dtype=np.bool_))
    blind = best_country_blind(people)
    others = mean_of_others(people)
    records = []
    for c in range(people.shape[1]):
        here, answer = people[:, c], model[:, c]
        ceiling, _ = expected_sample_similarity(here, 1200, rng=rng)
        columns = {
            "js_similarity": js_similarity(here, answer),
            "js_distance": js_distance(here, answer),
            "js_divergence": js_divergence(here, answer),
            "floor_uniform": js_similarity(here, options),
            "floor_world_average": js_similarity(here, others[:, c]),
            "floor_best_blind": js_similarity(here, blind),
            "ceiling_population": ceiling,
            "option_mass": np.ones(len(here)),
        }
        columns |= {name + SUFFIX: column for name, column in columns.items()}
        items = [
            item(f"q{q:03}", {n: float(v[q]) for n, v in columns.items()}, cluster=f"s{q // 2}")
            for q in range(len(here))
        ]
        records.append(record(*items, country=f"C{c}"))
    return records


def find(scores: Iterable[Score], name: str, **scope: str) -> Score:
    """The one score of that name and scope."""
    (found,) = (s for s in scores if s.name == name and dict(s.scope) == scope)
    return found
