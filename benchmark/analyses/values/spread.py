"""Does the model vary across countries as much as people do? One ratio, by proxy and overall.

Knows the answer table; no survey.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.analyses.item_table import ItemTable, Labels
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.values.answer_table import AnswerTable, answer_table
from benchmark.metrics.dispersion import group_js_divergence
from benchmark.metrics.divergence import BoolArray, FloatArray, positive_or_nan
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import SUFFIXES


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
    table = _dispersions(answer_table(evidence.records))
    families = [Family(by=by, wanted=tuple(_reported())) for by in ((), ("proxy",))]
    return report(table, families)


SPREAD = Analysis(compute=spread, provides=("spread_ratio",))


def _reported() -> Iterator[NamedFigure]:
    for reading, suffix in SUFFIXES.items():
        columns = ("model" + suffix, "people" + suffix)
        figure = Figure(columns=columns, of_means=_ratio, interval=True, fieller=True)
        why = "people answer alike everywhere"
        yield NamedFigure.of("spread_ratio", figure, reading, undefined=why)


def _ratio(model: FloatArray, people: FloatArray) -> FloatArray:
    ratio: FloatArray = model / positive_or_nan(people)
    return ratio


def _dispersions(table: AnswerTable) -> ItemTable:
    """A row for each condition and question, with the dispersion of either side."""
    conditions, questions = len(table.conditions), len(table.questions)
    asked = table.asked.any(axis=1).ravel()  # (conditions * questions,)
    values = {}
    for reading, suffix in SUFFIXES.items():
        people, model = table.read(reading)
        people = np.broadcast_to(people, model.shape)
        both = np.asarray(np.isfinite(model).all(axis=-1) & np.isfinite(people).all(axis=-1))
        for name, side in (("model", model), ("people", people)):
            known = np.where(both[..., None], side, np.nan).swapaxes(1, 2)
            values[name + suffix] = group_js_divergence(known).ravel()[asked]
    return ItemTable(
        factors={"proxy": _repeated([c.proxy for c in table.conditions], questions, asked)},
        clusters=Labels(
            names=table.clusters.names, codes=np.tile(table.clusters.codes, conditions)[asked]
        ),
        values=values,
        items=Labels.of(np.tile(np.array(table.questions, dtype=str), conditions)[asked].tolist()),
        control=np.repeat([c.control for c in table.conditions], questions)[asked].astype(bool),
    )


def _repeated(names: Sequence[str], times: int, keep: BoolArray) -> Labels:
    return Labels.of(np.repeat(np.array(names, dtype=str), times)[keep].tolist())
