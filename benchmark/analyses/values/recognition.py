"""How often a model names the country of a picture, by proxy and country; from the rows alone.

A picture is one trial: shares have Wilson intervals. Pictures that were not scored (an answer that
could not be read) are counted as missing and never as wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.reporting import mean_score
from benchmark.metrics.proportions import wilson_interval
from benchmark.records import AnswerReader, CaseRecord, Score
from benchmark.vocabulary import RECOGNITION

GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))
SHARES = ("top1", "top2", "top5")
MEANS: Mapping[str, bool | None] = {
    "reciprocal_rank": True,
    "p_country": True,
    "answer_mass": None,
}
CHANCE = "chance"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognition:
    """``recognition_top1`` (of the pictures, how many are named right first), ``_top2``, ``_top5``.

    And ``recognition_mrr`` (mean reciprocal rank), ``recognition_p_country`` (the right name's
    share of the closed list's probability), ``recognition_answer_mass`` (the probability of the
    whole list), ``recognition_top1_chance`` (1 / names on the list). All in [0, 1].
    """

    name: str = "recognition"

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({*SHARES, *MEANS, CHANCE})

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,  # noqa: ARG002 - the items carry all that is needed
        *,
        rng: np.random.Generator,  # noqa: ARG002 - nothing is drawn
    ) -> Sequence[Score]:
        """The scores of every group that has a picture; none where the run has none."""
        mine = sorted(
            (record for record in records if record.case.kind == RECOGNITION),
            key=lambda record: record.case.case_id,
        )
        return [score for by in GROUPS for score in _family(mine, by)]


def _family(records: Sequence[CaseRecord], by: Sequence[str]) -> Iterator[Score]:
    groups: dict[tuple[str, ...], list[Mapping[str, float]]] = {}
    for record in records:
        key = tuple(getattr(record.case, name) for name in by)
        groups.setdefault(key, []).extend(item.values for item in record.items)
    for key in sorted(groups):
        scope = dict(zip(by, key, strict=True))
        for name in SHARES:
            yield _share(f"recognition_{name}", scope, _column(groups[key], name))
        for name, better in MEANS.items():
            metric = "recognition_mrr" if name == "reciprocal_rank" else f"recognition_{name}"
            yield mean_score(metric, scope, _column(groups[key], name), better)
        yield mean_score("recognition_top1_chance", scope, _column(groups[key], CHANCE), None)


def _column(values: Sequence[Mapping[str, float]], name: str) -> list[float]:
    return [row.get(name, math.nan) for row in values]


def _share(metric: str, scope: Mapping[str, str], column: Sequence[float]) -> Score:
    scored = [value for value in column if not math.isnan(value)]
    if not scored:
        return mean_score(metric, scope, column, True)
    right = int(sum(scored))
    low, high = wilson_interval(right, len(scored))
    return Score(
        metric=metric,
        value=right / len(scored),
        scope=scope,
        n=len(scored),
        n_missing=len(column) - len(scored),
        low=low,
        high=high,
        method="Wilson, 95 %",
        higher_is_better=True,
    )
