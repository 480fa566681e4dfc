"""How near a model's answers are to people's: similarity, floors, ceiling, skill, by scope.

Knows the item values of an alignment suite and what is made of their means; no survey, no model,
no file. Every figure is over the items that have all it is made of, so score, floor and ceiling
of one skill are means of the same questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.reporting import Family, Reported, itself, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.template_spread import template_spread, templates
from benchmark.metrics.baselines import skill
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import AnswerReader, CaseRecord, Score
from benchmark.vocabulary import FLOORS, MARKS, SHOWN, SUFFIXES, Reading

ORDER = "order_sensitivity"  # recorded where the run asked with the options in several orders

GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("proxy",),
    ("country",),
    ("topic",),
    ("country", "proxy"),
    ("topic", "proxy"),
    ("region",),
    ("income_group",),
    ("income",),
    ("region", "proxy"),
    ("income_group", "proxy"),
    ("income", "proxy"),
    ("section",),
    ("section", "proxy"),
)
TEMPLATES = ("variant",)
CELL = ("country", "topic", "proxy", "variant")
OF_A_CELL = frozenset({"js_similarity", "skill_world_average"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """Similarity and skill with intervals by question stem, and the means they are read against.

    Overall and by proxy, country, topic, UN region, World Bank group and the paper's two incomes,
    and section of the questionnaire, each also by proxy; by template where there are several, with
    the spread over them; of single cells only similarity and the skill over the world's average,
    to keep run.json small. Controls appear under their own proxy alone.
    """

    name: str = "alignment"
    resamples: int = RESAMPLES

    @property
    def needs(self) -> frozenset[str]:
        return NEEDS

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,  # noqa: ARG002 - the items carry all that is needed
        *,
        rng: np.random.Generator,
    ) -> Sequence[Score]:
        """The scores, the same for every order of ``records``; one number is taken from ``rng``."""
        table = item_table(records, NEEDS, analysis=self.name, optional=OPTIONAL)
        seed = int(rng.integers(2**63))
        scores = [
            score
            for score in report(table, _families(table), seed=seed, resamples=self.resamples)
            if score.n or score.metric != SHOWN  # most proxies show no other country
        ]
        return scores + template_spread(table, seed=seed, resamples=self.resamples)


def _families(table: ItemTable) -> list[Family]:
    several = len(templates(table)) > 1
    asked = bool(np.isfinite(table.values[ORDER]).any())
    wanted = (*REPORTED, *([OF_ORDER] if asked else []))
    groups = (*GROUPS, TEMPLATES) if several else GROUPS
    elsewhere = OF_SHOWN if np.isfinite(table.values[SHOWN]).any() else ()
    return [
        *(Family(by=by, wanted=wanted) for by in groups),
        Family(by=CELL, wanted=OF_CELLS),
        *(Family(by=by, wanted=elsewhere) for by in (("proxy",), ("country", "proxy"))),
    ]


def _of_reading(reading: Reading, suffix: str) -> Iterator[Reported]:
    score, ceiling = "js_similarity" + suffix, "ceiling" + suffix
    alone = Figure(columns=(score,), of_means=itself, interval=True)
    yield Reported(metric="js_similarity", reading=reading, figure=alone, higher_is_better=True)
    for floor in FLOORS:
        above = Figure(columns=(score, floor + suffix, ceiling), of_means=skill, interval=True)
        metric = floor.replace("floor", "skill")
        yield Reported(
            metric=metric,
            reading=reading,
            figure=above,
            higher_is_better=True,
            undefined="ceiling at or below floor",
        )
    for metric in ("js_distance", "js_divergence"):
        mean = Figure(columns=(metric + suffix,), of_means=itself)
        yield Reported(metric=metric, reading=reading, figure=mean, higher_is_better=False)
    for metric in MARKS:
        # Of the questions that the similarity shown beside it is a mean of.
        beside = Figure(columns=(metric + suffix,), of_means=itself, among=(score,))
        yield Reported(metric=metric, reading=reading, figure=beside, higher_is_better=None)


def _reported() -> Iterator[Reported]:
    for reading, suffix in SUFFIXES.items():
        yield from _of_reading(reading, suffix)
    mass = Figure(columns=("option_mass",), of_means=itself)
    yield Reported(metric="option_mass", reading="", figure=mass, higher_is_better=None)


REPORTED = tuple(_reported())
OF_ORDER = Reported(
    metric=ORDER,
    reading="",
    figure=Figure(columns=(ORDER,), of_means=itself),
    higher_is_better=False,
)
OF_SHOWN = tuple(
    Reported(
        metric=SHOWN,
        reading=reading,
        figure=Figure(columns=(SHOWN + suffix,), of_means=itself, interval=True),
        higher_is_better=None,
    )
    for reading, suffix in SUFFIXES.items()
)
OPTIONAL = (ORDER, *(SHOWN + suffix for suffix in SUFFIXES.values()))
OF_CELLS = tuple(reported for reported in REPORTED if reported.metric in OF_A_CELL)
NEEDS = frozenset(name for reported in REPORTED for name in reported.figure.columns)
