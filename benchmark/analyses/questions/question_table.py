"""Questions with a right answer as columns: outcome, confidence, chance, and the blind controls.

Knows records of questions and of their controls; not what is made of them. Rows are sorted by case
and question, so nothing computed from the table depends on the order in which cases finished.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmark.analyses.groups import OF_COUNTRY, in_order
from benchmark.analyses.item_table import ItemTable, Labels
from benchmark.errors import DataProblem
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.means import mean_along
from benchmark.records import Case, CaseRecord, Item
from benchmark.vocabulary import CONTROL

QUESTION = "question"
CORRECT, P_RIGHT, BLIND = "correct", "p_right", "blind_correct"
CHANCE, SOLVED = "chance", "blind_in_all"
OPTIONAL = (P_RIGHT, "confidence", "brier", "option_mass", "order_sensitivity")
OF_QUESTION = ("country", "topic", "proxy")
OF_GROUP = ("region", "continent", "income_group")
OPTIONS = 4  # where an item does not tell how many it had

Key = tuple[str, str, str, str]
Seen = Mapping[str, Mapping[Key, tuple[float, float]]]


def question_table(records: Iterable[CaseRecord]) -> ItemTable:
    """One row a question of a case of kind ``question``, NaN for what is missing.

    Columns: ``correct`` (0 or 1, NaN unscored) and the values of `OPTIONAL`; ``chance``, one over
    the number of options; ``blind_correct`` and ``blind_p_right``, means over the question's
    controls; ``blind_in_all``, 1 where every control was right; one ``blind_correct/VARIANT`` for
    each variant of controls.

    Raises
    ------
    DataProblem
        An item has no value ``correct``.
    """
    ordered = sorted(records, key=lambda record: record.case.case_id)
    rows = [
        (record.case, item)
        for record in ordered
        if record.case.kind == QUESTION
        for item in in_order(record.items)
    ]
    values = {CORRECT: _column([_correct(item) for _, item in rows])}
    for name in OPTIONAL:
        values[name] = _column([item.values.get(name, math.nan) for _, item in rows])
    values[CHANCE] = _column([_chance(item) for _, item in rows])
    values |= _blind(rows, _controls(ordered))
    return ItemTable(
        factors=_factors(rows),
        clusters=Labels.of([item.cluster for _, item in rows]),
        values=values,
        items=Labels.of([item.item_id for _, item in rows]),
        control=np.zeros(len(rows), dtype=np.bool_),
    )


def blind_variants(table: ItemTable) -> tuple[str, ...]:
    """The variants of controls that were asked, in order."""
    start = f"{BLIND}/"
    return tuple(sorted(n.removeprefix(start) for n in table.values if n.startswith(start)))


def _column(values: Sequence[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _correct(item: Item) -> float:
    if CORRECT not in item.values:
        raise DataProblem(
            f"item {item.item_id!r} of case {item.case_id!r} has no value {CORRECT!r}, which "
            "analyses of questions read; the suite must record it, NaN where it is not scored"
        )
    return math.nan if item.values.get("unscored", 0.0) > 0 else item.values[CORRECT]


def _chance(item: Item) -> float:
    return item.values.get(CHANCE, 1 / len(item.model) if item.model else 1 / OPTIONS)


def _controls(records: Sequence[CaseRecord]) -> Seen:
    """By variant, what each question's control got right and with which probability."""
    found: dict[str, dict[Key, tuple[float, float]]] = {}
    for record in records:
        case = record.case
        if case.kind != CONTROL:
            continue
        seen = found.setdefault(case.variant, {})
        for item in record.items:
            right = _correct(item), item.values.get(P_RIGHT, math.nan)
            seen[case.country, case.topic, case.proxy, item.item_id] = right
    return dict(sorted(found.items()))


def _blind(rows: Sequence[tuple[Case, Item]], controls: Seen) -> dict[str, FloatArray]:
    """The controls' columns; without control cases, from what the questions' own items say."""
    nothing = math.nan, math.nan
    keys = [(case.country, case.topic, case.proxy, item.item_id) for case, item in rows]
    right = [_column([seen.get(key, nothing)[0] for key in keys]) for seen in controls.values()]
    sure = [_column([seen.get(key, nothing)[1] for key in keys]) for seen in controls.values()]
    columns = {f"{BLIND}/{name}": one for name, one in zip(controls, right, strict=True)}
    if not controls:
        told = [item.values for _, item in rows]
        right = [_column([values.get(BLIND, math.nan) for values in told])]
        gain = _column([values.get("image_gain", math.nan) for values in told])
        sure = [_column([values.get(P_RIGHT, math.nan) for values in told]) - gain]
    return columns | {
        BLIND: mean_along(right),
        "blind_p_right": mean_along(sure),
        SOLVED: _solved(np.array(right)),
    }


def _solved(table: FloatArray) -> FloatArray:
    """1 where every control was right, (controls, questions) to (questions,); NaN unasked."""
    return np.where(np.isnan(table).any(axis=0), np.nan, (table >= 1).all(axis=0))


def _factors(rows: Sequence[tuple[Case, Item]]) -> dict[str, Labels]:
    found = {name: Labels.of([getattr(case, name) for case, _ in rows]) for name in OF_QUESTION}
    return found | {name: _of_country(name, found["country"]) for name in OF_GROUP}


def _of_country(name: str, country: Labels) -> Labels:
    """A factor of countries: looked up once a country, not once a question."""
    labels = Labels.of([OF_COUNTRY[name](iso3) for iso3 in country.names])
    codes: npt.NDArray[np.intp] = labels.codes[country.codes]
    return Labels(names=labels.names, codes=codes)
