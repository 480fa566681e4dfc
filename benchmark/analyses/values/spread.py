"""Does the model vary across countries as much as people do? One ratio, by proxy and overall.

Knows the answer table; no survey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import ItemTable, Labels
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.values.answer_table import AnswerTable, answer_table
from benchmark.analyses.values.pooled_answers import PooledAnswers, how_debiased, pooled_answers
from benchmark.metrics.dispersion import Noise, group_js_divergence, noise_in_group
from benchmark.metrics.divergence import BoolArray, FloatArray, positive_or_nan
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import READINGS, SUFFIXES, Reading


def spread(evidence: Evidence) -> list[Score]:
    """``spread_ratio``: the model's dispersion across countries over the people's.

    The dispersion of a question is the generalised Jensen-Shannon divergence of the countries'
    answers (`group_js_divergence`), over the countries whose people and whose model answer are
    both there, at least two, the same for either side; the ratio is one of means of stem means,
    never a mean of ratios. In [0, ∞): 0 is one answer for everybody, 1 as much variety as among
    people, above 1 a caricature (or noise, which also varies). It says nothing of *which* way the
    model varies: read it beside identification. Overall (a question counts once for each
    proxy, without controls) and by proxy; intervals are by stem.
    """
    return spread_of(answer_table(evidence.records))


def spread_of(table: AnswerTable) -> list[Score]:
    """The scores of a table."""
    pooled = {reading: pooled_answers(table, reading) for reading in READINGS}
    families = [Family(by=by, wanted=tuple(_reported())) for by in ((), ("proxy",))]
    scores = report(_dispersions(table, pooled), families)
    return [_told(score, pooled[score.reading]) for score in scores]


SPREAD = Analysis(compute=spread, provides=("spread_ratio",))


def _reported() -> Iterator[NamedFigure]:
    for reading, suffix in SUFFIXES.items():
        columns = ("model" + suffix, "people" + suffix)
        figure = Figure(columns=columns, of_means=ratio_of_spreads, interval=True, fieller=True)
        why = "people answer alike everywhere"
        yield NamedFigure.of("spread_ratio", figure, reading, undefined=why)


def _told(score: Score, pooled: PooledAnswers) -> Score:
    """The score, whose method says what was done about noise."""
    everyone = np.flatnonzero(~pooled.control).tolist()
    mine = [pooled.proxies.index(score.scope["proxy"])] if score.scope else everyone
    return replace(score, method=f"{score.method}; {how_debiased(pooled, mine)}")


def ratio_of_spreads(model: FloatArray, people: FloatArray) -> FloatArray:
    """The model's dispersion over the people's; NaN where people answer alike."""
    ratio: FloatArray = model / positive_or_nan(people)
    return ratio


def _dispersions(table: AnswerTable, pooled: Mapping[Reading, PooledAnswers]) -> ItemTable:
    """A row for each proxy and question, with the dispersion of either side."""
    first = next(iter(pooled.values()))
    proxies, questions = len(first.proxies), len(table.questions)
    asked = np.zeros((proxies, questions), dtype=np.bool_)
    for condition, there in zip(table.conditions, table.asked, strict=True):
        asked[first.proxies.index(condition.proxy)] |= there.any(axis=0)
    values = {}
    for reading, answers in pooled.items():
        people, _ = table.read(reading)
        both = np.all(np.isfinite(answers.mean) & np.isfinite(people), axis=-1)
        everybody = np.where(both[..., None], people, np.nan).swapaxes(1, 2)
        suffix = SUFFIXES[reading]
        values["people" + suffix] = group_js_divergence(everybody)[asked]
        values["model" + suffix] = _dispersion(answers, both)[asked]
    keep = asked.ravel()
    return ItemTable(
        factors={"proxy": _repeated(first.proxies, questions, keep)},
        clusters=Labels(
            names=table.clusters.names, codes=np.tile(table.clusters.codes, proxies)[keep]
        ),
        values=values,
        items=Labels.of(np.tile(np.array(table.questions, dtype=str), proxies)[keep].tolist()),
        control=np.repeat(first.control, questions)[keep],
    )


def _dispersion(answers: PooledAnswers, both: BoolArray) -> FloatArray:
    """Of the model's answers to each question, (proxies, questions)."""
    known = np.where(both[..., None], answers.mean, np.nan).swapaxes(1, 2)
    found = group_js_divergence(known)
    if answers.noise is None:
        return found
    own, variance = (part.swapaxes(1, 2) for part in (answers.noise.own, answers.noise.variance))
    return found - noise_in_group(known, Noise(own=own, variance=variance))


def _repeated(names: Sequence[str], times: int, keep: BoolArray) -> Labels:
    return Labels.of(np.repeat(np.array(names, dtype=str), times)[keep].tolist())
