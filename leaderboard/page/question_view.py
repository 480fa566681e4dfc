"""What the page shows of every question of a country: people's answers, the model's, their values.

Plain values only, each in the shape of its script. Knows no HTML and no file, and no survey
wording, as a run has none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmark.engine.sampled import ANSWERS
from benchmark.jsonio import Json
from benchmark.metrics.proportions import simultaneous_bounds
from benchmark.records import VECTORS, Item
from benchmark.runs.run import Run
from benchmark.vocabulary import ORDERED, in_reading
from leaderboard.page import wording
from leaderboard.page.figures import rounded
from leaderboard.page.run_metric import Metric, metric_of

SHARES = 3  # decimals of an option's share


def questions(run: Run, country: str) -> Mapping[str, Json]:
    """Every question of a country's cases: the people's answers once, the model's by case."""
    what = metric_of(run)
    people: dict[str, Json] = {}
    cases: dict[str, Json] = {}
    for record in run.rows:
        if record.case.country != country:
            continue
        asked = [item for item in record.items if not item.item_id.startswith(VECTORS)]
        for item in asked:
            people.setdefault(item.item_id, _people(item, what))
        cases[record.case.case_id] = [
            _answer(item, what, people) for item in asked if _has_something(item)
        ]
    return {"people": people, "cases": cases}


def is_left_open(item: Item) -> bool:
    """Whether the model was asked a question that people answered, and gave no usable answer."""
    return item.human is not None and item.model is None


def _has_something(item: Item) -> bool:
    return item.human is not None or item.model is not None or bool(item.values)


def _people(item: Item, what: Metric) -> Mapping[str, Json]:
    marks = {
        reading: [_value(item, in_reading(mark, reading)) for mark in what.marks]
        for reading in what.readings
    }
    return {
        "h": _shares(item.human),
        "na": list(item.nonanswers),
        "c": item.cluster,
        "m": {reading: values for reading, values in marks.items() if any(values)},
    }


def _answer(item: Item, what: Metric, people: Mapping[str, Json]) -> Mapping[str, Json]:
    known = people[item.item_id]
    found: dict[str, Json] = {"q": item.item_id}
    if is_left_open(item):
        found["u"] = 1
    if item.model is not None:
        found["d"] = _shares(item.model)
        found |= _ends(item)
    if isinstance(known, Mapping) and known["h"] != _shares(item.human):
        found["h"] = _shares(item.human)  # the same id, asked of other people
    if ANSWERS in item.values:  # a case may have more of these than another
        found["m"] = _people(item, what)["m"]
    every = {name: _value(item, in_reading(what.headline, name)) for name in what.readings}
    scored: dict[str, Json] = {name: value for name, value in every.items() if value is not None}
    if scored:
        found["s"] = scored
    if not scored or wording.suite_words(what.suite).stories:
        found["v"] = {name: rounded(value) for name, value in sorted(item.values.items())}
    beside = {"o": "option_mass", "w": in_reading(ORDERED, "substantive")}
    found |= {key: _value(item, name) for key, name in beside.items() if name in item.values}
    if item.image_ids:
        found["i"] = list(item.image_ids)
    return found


def _ends(item: Item) -> Mapping[str, Json]:
    """Intervals of the model's shares, if these come from answers that it wrote."""
    drawn = item.values.get(ANSWERS, math.nan)
    if item.model is None or not drawn > 0:
        return {}
    low, high = simultaneous_bounds(item.model, drawn)
    return {"b": [_shares(ends) for ends in zip(low.tolist(), high.tolist(), strict=True)]}


def _value(item: Item, name: str) -> float | None:
    return rounded(item.values.get(name, math.nan))


def _shares(distribution: Sequence[float] | None) -> list[Json] | None:
    return None if distribution is None else [rounded(p, SHARES) for p in distribution]
