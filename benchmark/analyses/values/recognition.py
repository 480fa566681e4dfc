"""How often a model names the country of a picture, by proxy and country; from the rows alone.

A picture is one trial: shares have Wilson intervals. Pictures that were not scored (an answer that
could not be read) are counted as missing and never as wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benchmark.analyses.reporting import mean_score
from benchmark.metrics.proportions import wilson_interval
from benchmark.records import Analysis, CaseRecord, Evidence, Score
from benchmark.vocabulary import RECOGNITION as KIND

GROUPS: tuple[tuple[str, ...], ...] = ((), ("proxy",), ("country",), ("country", "proxy"))
SHARES = ("top1", "top2", "top5")
MEANS = {  # metric by item value
    "reciprocal_rank": "recognition_mrr",
    "p_country": "recognition_p_country",
    "answer_mass": "recognition_answer_mass",
    "chance": "recognition_top1_chance",
}


def recognition(evidence: Evidence) -> list[Score]:
    """``recognition_top1`` (share of pictures whose country is named first), ``_top2``, ``_top5``.

    And ``recognition_mrr`` (mean reciprocal rank), ``recognition_p_country`` (the right name's
    share of the closed list's probability), ``recognition_answer_mass`` (the probability of the
    whole list), ``recognition_top1_chance`` (1 / names on the list). All in [0, 1]. For every group
    that has a picture; none where no model was asked what it recognises.
    """
    mine = sorted(
        (record for record in evidence.records if record.case.kind == KIND),
        key=lambda record: record.case.case_id,
    )
    return [score for by in GROUPS for score in _family(mine, by)]


RECOGNITION = Analysis(
    compute=recognition,
    provides=(*(f"recognition_{name}" for name in SHARES), *MEANS.values()),
)


def _family(records: Sequence[CaseRecord], by: Sequence[str]) -> Iterator[Score]:
    groups: dict[tuple[str, ...], list[Mapping[str, float]]] = {}
    for record in records:
        key = tuple(getattr(record.case, name) for name in by)
        groups.setdefault(key, []).extend(item.values for item in record.items)
    for key in sorted(groups):
        scope = dict(zip(by, key, strict=True))
        for name in SHARES:
            yield _share(f"recognition_{name}", scope, _column(groups[key], name))
        for name, metric in MEANS.items():
            yield mean_score(metric, scope, _column(groups[key], name))


def _column(values: Sequence[Mapping[str, float]], name: str) -> list[float]:
    return [row.get(name, math.nan) for row in values]


def _share(metric: str, scope: Mapping[str, str], column: Sequence[float]) -> Score:
    mean = mean_score(metric, scope, column)
    if not mean.n:
        return mean
    low, high = wilson_interval(round(mean.value * mean.n), mean.n)
    return replace(mean, low=low, high=high, n_clusters=mean.n, method="Wilson, 95 %")
