"""How near a model's answers are to people's: similarity, floors, ceiling, skill, by scope.

Knows the item values of an alignment suite and what is made of their means; no survey, no model, no
file. Every figure is over the items that have every value it uses, so score, floor and ceiling of
one skill are means of the same questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.pairing import column_of, paired
from benchmark.analyses.reporting import Family, NamedFigure, report
from benchmark.analyses.stem_intervals import Figure
from benchmark.metrics.alignment import MAIN, MEASURES
from benchmark.metrics.baselines import skill
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Analysis, CaseRecord, Evidence, Score
from benchmark.vocabulary import (
    ALL_ASKED,
    FLOOR,
    FLOORS,
    ITEMS,
    MARKS,
    ORDERED,
    POOLED,
    READINGS,
    SHOWN,
    SKILL,
    SUFFIXES,
    TWO_SAMPLES,
    W1,
    Reading,
    in_reading,
)

ORDER = "order_sensitivity"  # recorded where the run asked with the options in several orders
STEMS = "stems_effective"
# Recorded by the suites that can: reported where some item has it.
SOMETIMES = (POOLED, ALL_ASKED, TWO_SAMPLES)
W1_MARKS = (*(W1 + mark for mark in MARKS), W1 + TWO_SAMPLES)

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
OF_A_CELL = frozenset({MAIN, ALL_ASKED, "skill_world_average"})
OPTIONAL = (
    ORDER,
    *(in_reading(name, reading) for name in (*SOMETIMES, SHOWN) for reading in READINGS),
    *(in_reading(name, "substantive") for name in (ORDERED, *W1_MARKS)),
)


def alignment(evidence: Evidence) -> list[Score]:
    """Similarity and skill with intervals by question stem, and the means they are read against.

    Overall and by proxy, country, topic, UN region, World Bank group and the paper's two incomes,
    and section of the questionnaire, each also by proxy; by template where there are several, with
    the spread over them; of single cells only both similarities and the skill over the world's
    average, to keep run.json small. Controls appear under their own proxy alone.

    A figure is a mean of stem means, so that a battery has one vote, except ``js_similarity_items``
    (the published mean over questions, without interval); ``stems_effective`` says of how many
    equal stems that mean is worth.
    """
    always = list(_always(_own_directions(evidence.records)))
    table = item_table(evidence.records, _columns(always), analysis="alignment", optional=OPTIONAL)
    some = [one for one in _sometimes() if _found(table, one)]
    found = [
        score
        for score in report(table, _families(table, always, some))
        if score.n or score.metric != SHOWN  # most proxies show no other country
    ]
    return found + template_spread(table)


def _own_directions(records: Sequence[CaseRecord]) -> Mapping[str, bool | None]:
    """Which end is better, as the rows themselves say."""
    return {score.metric: score.higher_is_better for record in records for score in record.scores}


def _families(
    table: ItemTable, always: Sequence[NamedFigure], sometimes: Sequence[NamedFigure]
) -> list[Family]:
    wanted = (*always, *sometimes)
    groups = (*GROUPS, TEMPLATES) if len(_templates(table)) > 1 else GROUPS
    elsewhere = _shown() if np.isfinite(table.values[SHOWN]).any() else ()
    of_cells = tuple(reported for reported in wanted if reported.metric in OF_A_CELL)
    return [
        *(Family(by=by, wanted=wanted) for by in groups),
        Family(by=CELL, wanted=of_cells),
        *(Family(by=by, wanted=elsewhere) for by in (("proxy",), ("country", "proxy"))),
    ]


def _always(own: Mapping[str, bool | None]) -> Iterator[NamedFigure]:
    """What is reported of every run."""
    for reading in READINGS:
        yield from _of_reading(reading, own)
    yield NamedFigure.of("option_mass", Figure(columns=("option_mass",), interval=True))


def _of_reading(reading: Reading, own: Mapping[str, bool | None]) -> Iterator[NamedFigure]:
    score = in_reading(MAIN, reading)
    yield _with_interval(MAIN, reading)
    yield NamedFigure.of(ITEMS, Figure(columns=(score,), votes="items"), reading)
    yield NamedFigure.of(STEMS, Figure(columns=(score,), votes="sizes"), reading)
    yield from _skills(MAIN, "", reading)
    for metric in (name for name in MEASURES if name != MAIN):
        figure = Figure(columns=(in_reading(metric, reading),), interval=True)
        yield NamedFigure.of(metric, figure, reading, own=own)
    for metric in MARKS:
        yield _mark(metric, MAIN, reading)


def _sometimes() -> Iterator[NamedFigure]:
    """What is reported of a run where some item has it."""
    for reading in READINGS:
        yield _with_interval(POOLED, reading)
        yield _with_interval(ALL_ASKED, reading)
        yield _mark(TWO_SAMPLES, MAIN, reading)
    yield _with_interval(ORDERED, "substantive")
    yield from _skills(ORDERED, W1, "substantive")
    for metric in W1_MARKS:
        yield _mark(metric, ORDERED, "substantive")
    yield NamedFigure.of(ORDER, Figure(columns=(ORDER,), interval=True))


def _with_interval(metric: str, reading: Reading) -> NamedFigure:
    return NamedFigure.of(
        metric, Figure(columns=(in_reading(metric, reading),), interval=True), reading
    )


def _skills(metric: str, prefix: str, reading: Reading) -> Iterator[NamedFigure]:
    """How far from each floor to the ceiling a similarity is; ``prefix`` marks all three."""
    ends = [in_reading(prefix + mark, reading) for mark in MARKS]
    for floor, column in zip(FLOORS, ends, strict=False):
        columns = (in_reading(metric, reading), column, ends[-1])
        yield NamedFigure.of(
            prefix + floor.replace(FLOOR, SKILL),
            Figure(columns=columns, of_means=skill, interval=True),
            reading,
            undefined="ceiling at or below floor",
        )


def _mark(metric: str, beside: str, reading: Reading) -> NamedFigure:
    """A floor or ceiling, over the questions of the similarity that it is shown with."""
    figure = Figure(columns=(in_reading(metric, reading),), among=(in_reading(beside, reading),))
    return NamedFigure.of(metric, figure, reading)


def _shown() -> tuple[NamedFigure, ...]:
    return tuple(_with_interval(SHOWN, reading) for reading in READINGS)


def _columns(reported: Iterable[NamedFigure]) -> frozenset[str]:
    return frozenset(name for one in reported for name in one.figure.columns)


def _found(table: ItemTable, reported: NamedFigure) -> bool:
    """Whether some item has every value of the figure."""
    columns = [table.values[name] for name in (*reported.figure.columns, *reported.figure.among)]
    return bool(np.isfinite(columns).all(axis=0).any())


# --- how far the wording of the prompt moves the similarity ----------------------------------


def template_spread(table: ItemTable) -> list[Score]:
    """Range and standard deviation of the overall similarity over templates, in both readings.

    ``template_spread`` is the highest less the lowest of the templates' mean similarities and
    ``template_sd`` their standard deviation (of a sample: n - 1), both over the questions that
    every template asked, in units of similarity, from 0; lower is better: the wording should not
    matter. Intervals leave out stems, all templates together. Both figures grow with noise, so few
    questions show some spread where there is none; compare the interval, not only the value.
    No scores with fewer than two templates.
    """
    names = _templates(table)
    if len(names) < 2:
        return []
    wide = paired(table, [MAIN + suffix for suffix in SUFFIXES.values()], over="variant")
    family = Family(by=(), wanted=tuple(_over_templates(names)))
    return report(wide, [family])


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


NEEDS = _columns(_always({}))
ALIGNMENT = Analysis(
    compute=alignment,
    provides=(
        *dict.fromkeys(reported.metric for reported in (*_always({}), *_sometimes())),
        *(SHOWN, "template_spread", "template_sd"),
    ),
    needs=tuple(sorted(NEEDS)),
)
