"""Case records with planted truth: who answers what is set, the values are measured from it.

Knows metrics and records; no survey, no model. A plan is arrays; a record is what a run would hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.alignment import similarity_in_both_readings, similarity_values
from benchmark.metrics.baselines import mean_of_others, uniform_floor
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.records import Case, CaseRecord, Item
from benchmark.vocabulary import CATEGORIES, CONTROLS, SUBSTANTIVE

COUNTRIES = ("BRA", "CHN", "FRA", "ITA", "KOR", "MEX", "NGA", "PAK", "USA", "VNM")
PROXIES = ("country", *CATEGORIES, "income-low", "income-high", *CONTROLS[:3])


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """People's answers (questions, countries, options), NaN where nobody was asked, and labels."""

    people: FloatArray
    substantive: BoolArray  # (questions, options)
    stems: Sequence[str]
    topics: Sequence[str]
    countries: Sequence[str] = COUNTRIES

    def records(self, answers: Mapping[str, FloatArray], *, variant: str = "") -> list[CaseRecord]:
        """A case for each proxy, country and topic; ``answers`` have the shape of ``people``."""
        found: list[CaseRecord] = []
        floors = self._floors()
        for proxy, model in answers.items():
            for c, country in enumerate(self.countries):
                table = similarity_values(self.people[:, c], model[:, c], self.substantive)
                table |= {name: column[:, c] for name, column in floors.items()}
                found += self._cases(country, proxy, variant, c, model[:, c], table)
        return found

    def _cases(
        self,
        country: str,
        proxy: str,
        variant: str,
        c: int,
        model: FloatArray,
        table: Mapping[str, FloatArray],
    ) -> list[CaseRecord]:
        kind = "control" if proxy in CONTROLS else "alignment"
        items: dict[str, list[Item]] = {}
        for q, topic in enumerate(self.topics):
            asked = bool(np.isfinite(self.people[q, c]).all())
            human = tuple(self.people[q, c].tolist()) if asked else None
            answered = bool(asked and np.isfinite(model[q]).all())
            values = {name: float(column[q]) for name, column in table.items()}
            case = Case(suite="planted", country=country, topic=topic, proxy=proxy, variant=variant)
            items.setdefault(topic, []).append(
                Item(
                    case_id=case.case_id,
                    item_id=f"q{q:03}",
                    cluster=self.stems[q],
                    human=human,
                    model=tuple(model[q].tolist()) if answered else None,
                    nonanswers=tuple(np.flatnonzero(~self.substantive[q]).tolist()),
                    values=values if asked else {},
                )
            )
        return [
            CaseRecord(
                case=Case(
                    suite="planted",
                    country=country,
                    topic=topic,
                    proxy=proxy,
                    variant=variant,
                    kind=kind,
                ),
                scores=(),
                items=tuple(mine),
            )
            for topic, mine in items.items()
        ]

    def _floors(self) -> dict[str, FloatArray]:
        mask = self.substantive[:, None, :]
        everybody = np.ones_like(mask)
        others = mean_of_others(self.people)
        values = {
            **similarity_in_both_readings(
                "floor_uniform", self.people, uniform_floor(everybody), mask
            ),
            **similarity_in_both_readings("floor_world_average", self.people, others, mask),
        }
        for suffix in ("", SUBSTANTIVE):
            values["floor_best_blind" + suffix] = values["floor_world_average" + suffix]
            values["ceiling_population" + suffix] = np.where(
                np.isfinite(self.people[..., 0]), 0.98, np.nan
            )
        return values | {"option_mass": np.ones(self.people.shape[:2])}


def plan(
    rng: np.random.Generator,
    *,
    questions: int = 40,
    countries: Sequence[str] = COUNTRIES,
    options: int = 5,
    a_stem: int = 2,
    topics: Sequence[str] = ("religion", "race"),
    spread: float = 8.0,
    missing: float = 0.0,
) -> Plan:
    """Peoples scattered around a common answer, Dirichlet with ``spread`` (lower: farther apart).

    The last option is a non-answer that few choose; ``missing`` is the share of country and
    question pairs that nobody was asked.
    """
    middle = rng.dirichlet(np.ones(options - 1), size=questions)
    substance = np.stack(
        [rng.dirichlet(0.3 + spread * m, size=len(countries)) for m in middle]
    )  # (questions, countries, options - 1)
    refused = rng.uniform(0.01, 0.1, size=(questions, len(countries), 1))
    people = np.concatenate([substance * (1 - refused), refused], axis=-1)
    people[rng.random(people.shape[:2]) < missing] = np.nan
    substantive = np.tile(np.arange(options) < options - 1, (questions, 1))
    return Plan(
        people=people,
        substantive=substantive,
        stems=[f"s{q // a_stem:03}" for q in range(questions)],
        topics=[topics[q // a_stem % len(topics)] for q in range(questions)],
        countries=tuple(countries),
    )


def noisy(p: FloatArray, rng: np.random.Generator, *, respondents: float = 1200.0) -> FloatArray:
    """Each distribution once more with noise, Dirichlet around it as if of so many respondents."""
    rows = np.where(np.isfinite(p), p, 1.0)
    drawn = rng.standard_gamma(np.maximum(rows * respondents, 1e-3))
    found: FloatArray = drawn / drawn.sum(axis=-1, keepdims=True)
    return found


def renamed(records: Sequence[CaseRecord], order: npt.NDArray[np.intp]) -> list[CaseRecord]:
    """The same answers with the options in another order."""

    def moved(p: tuple[float, ...] | None) -> tuple[float, ...] | None:
        return None if p is None else tuple(p[k] for k in order)

    return [
        CaseRecord(
            case=record.case,
            scores=record.scores,
            items=tuple(
                Item(
                    case_id=i.case_id,
                    item_id=i.item_id,
                    cluster=i.cluster,
                    human=moved(i.human),
                    model=moved(i.model),
                    nonanswers=tuple(np.flatnonzero(np.isin(order, i.nonanswers)).tolist()),
                    values=i.values,
                )
                for i in record.items
            ),
        )
        for record in records
    ]
