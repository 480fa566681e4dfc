"""How near a model's answers are to people's: similarity, floors, ceiling, skill, by scope.

Knows the item values of an alignment suite and what is made of their means; no survey, no model, no
file. Every figure is over the items that have every value it uses, so score, floor and ceiling of
one skill are means of the same questions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.pairing import column_of, paired
from benchmark.analyses.reporting import Family, NamedFigure, itself, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.metrics.alignment import MAIN, MEASURES
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import CEILING, FLOORS, MARKS, SHOWN, SUFFIXES, Reading

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
OF_A_CELL = frozenset({MAIN, "skill_world_average"})
OPTIONAL = (ORDER, *(SHOWN + suffix for suffix in SUFFIXES.values()))


def alignment(evidence: Evidence, *, resamples: int = RESAMPLES) -> list[Score]:
    """Similarity and skill with intervals by question stem, and the means they are read against.

    Overall and by proxy, country, topic, UN region, World Bank group and the paper's two incomes,
    and section of the questionnaire, each also by proxy; by template where there are several, with
    the spread over them; of single cells only similarity and the skill over the world's average,
    to keep run.json small. Controls appear under their own proxy alone.
    """
    seed = int(evidence.rng.integers(2**63))
    always = list(_always())
    table = item_table(evidence.records, _columns(always), analysis="alignment", optional=OPTIONAL)
    scores = [
        score
        for score in report(table, _families(table, always), seed=seed, resamples=resamples)
        if score.n or score.metric != SHOWN  # most proxies show no other country
    ]
    return scores + template_spread(table, seed=seed, resamples=resamples)


def _families(table: ItemTable, always: list[NamedFigure]) -> list[Family]:
    several = len(_templates(table)) > 1
    asked = bool(np.isfinite(table.values[ORDER]).any())
    wanted = (*always, *([_mean(ORDER)] if asked else []))
    groups = (*GROUPS, TEMPLATES) if several else GROUPS
    elsewhere = _shown() if np.isfinite(table.values[SHOWN]).any() else ()
    of_cells = tuple(reported for reported in always if reported.metric in OF_A_CELL)
    return [
        *(Family(by=by, wanted=wanted) for by in groups),
        Family(by=CELL, wanted=of_cells),
        *(Family(by=by, wanted=elsewhere) for by in (("proxy",), ("country", "proxy"))),
    ]


def _always() -> Iterator[NamedFigure]:
    """What is reported of every run."""
    for reading, suffix in SUFFIXES.items():
        yield from _of_reading(reading, suffix)
    yield _mean("option_mass")


def _of_reading(reading: Reading, suffix: str) -> Iterator[NamedFigure]:
    score, ceiling = MAIN + suffix, CEILING + suffix
    alone = Figure(columns=(score,), of_means=itself, interval=True)
    yield NamedFigure.of(MAIN, alone, reading)
    for floor in FLOORS:
        above = Figure(columns=(score, floor + suffix, ceiling), of_means=skill, interval=True)
        metric = floor.replace("floor", "skill")
        yield NamedFigure.of(metric, above, reading, undefined="ceiling at or below floor")
    for metric in (name for name in MEASURES if name != MAIN):
        yield NamedFigure.of(metric, Figure(columns=(metric + suffix,), of_means=itself), reading)
    for metric in MARKS:
        # Over the questions of the similarity that it is shown with.
        beside = Figure(columns=(metric + suffix,), of_means=itself, among=(score,))
        yield NamedFigure.of(metric, beside, reading)


def _mean(metric: str) -> NamedFigure:
    return NamedFigure.of(metric, Figure(columns=(metric,), of_means=itself))


def _shown() -> tuple[NamedFigure, ...]:
    return tuple(
        NamedFigure.of(
            SHOWN, Figure(columns=(SHOWN + suffix,), of_means=itself, interval=True), reading
        )
        for reading, suffix in SUFFIXES.items()
    )


def _columns(reported: list[NamedFigure]) -> frozenset[str]:
    return frozenset(name for one in reported for name in one.figure.columns)


# --- how far the wording of the prompt moves the similarity ----------------------------------


def template_spread(table: ItemTable, *, seed: int, resamples: int) -> list[Score]:
    """Range and standard deviation of the overall similarity over templates, in both readings.

    ``template_spread`` is the highest less the lowest of the templates' mean similarities and
    ``template_sd`` their standard deviation (of a sample: n - 1), both over the questions that
    every template asked, in units of similarity, from 0; lower is better: the wording should not
    matter. Intervals resample stems, all templates together. Both figures grow with noise, so few
    questions show some spread where there is none; compare the interval, not only the value.
    No scores with fewer than two templates.
    """
    names = _templates(table)
    if len(names) < 2:
        return []
    wide = paired(table, [MAIN + suffix for suffix in SUFFIXES.values()], over="variant")
    family = Family(by=(), wanted=tuple(_over_templates(names)))
    return report(wide, [family], seed=seed, resamples=resamples)


def _templates(table: ItemTable) -> tuple[str, ...]:
    return tuple(name for name in table.factors["variant"].names if name)


def _over_templates(names: tuple[str, ...]) -> Iterator[NamedFigure]:
    for reading, suffix in SUFFIXES.items():
        columns = tuple(column_of(MAIN + suffix, name) for name in names)
        for metric, of_means in (("template_spread", _range), ("template_sd", _deviation)):
            figure = Figure(columns=columns, of_means=of_means, interval=True)
            yield NamedFigure.of(metric, figure, reading)


def _range(*means: FloatArray) -> FloatArray:
    found: FloatArray = np.ptp(np.stack(means), axis=0)
    return found


def _deviation(*means: FloatArray) -> FloatArray:
    found: FloatArray = np.std(np.stack(means), axis=0, ddof=1)
    return found


NEEDS = _columns(list(_always()))
ALIGNMENT = Analysis(
    compute=alignment,
    provides=(
        *dict.fromkeys(reported.metric for reported in _always()),
        *(ORDER, SHOWN, "template_spread", "template_sd"),
    ),
    needs=tuple(sorted(NEEDS)),
)
