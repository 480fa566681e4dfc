"""The mean over cases of a score that a suite's own rows have: the simplest analysis there is.

For a suite of one's own whose headline is such a score. It has no interval: cases are of different
sizes, and nothing says what a repetition of them would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from benchmark.metrics.means import mean_of_scored
from benchmark.records import Analysis, CaseRecord, Evidence, Score

GROUPINGS = ("country", "topic", "proxy")


def case_means(*metrics: str) -> Analysis:
    """An analysis that averages these scores of the rows, overall and by country, topic and proxy.

    Every case counts once. A score takes its direction from the rows. A grouping that has one
    member only, or none, is left out, as it says nothing new.
    """
    return Analysis(compute=partial(_scores, metrics), provides=metrics, without_interval=metrics)


def _scores(metrics: Sequence[str], evidence: Evidence) -> list[Score]:
    return [score for metric in metrics for score in _of_metric(metric, evidence.records)]


def _of_metric(metric: str, records: Sequence[CaseRecord]) -> Iterator[Score]:
    found = [(r, score) for r in records for score in r.scores if score.metric == metric]
    if not found:
        return
    yield _mean([score for _, score in found], {})
    for key in GROUPINGS:
        members = sorted({str(getattr(record.case, key)) for record, _ in found})
        for member in members if len(members) > 1 else ():
            own = [score for record, score in found if getattr(record.case, key) == member]
            yield _mean(own, {key: member})


def _mean(scores: Sequence[Score], scope: dict[str, str]) -> Score:
    mean = mean_of_scored([score.value for score in scores])
    return Score(
        metric=scores[0].metric,
        value=mean.value,
        scope=scope,
        n=mean.n,
        n_missing=mean.n_missing,
        method="mean over cases",
        higher_is_better=scores[0].higher_is_better,
    )
