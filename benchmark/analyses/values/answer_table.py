"""Everybody's answers as arrays: the people of each country, and the model as each of them.

Knows records; not what is computed of the answers. Everything is read from the rows: the people of
a country are in the items of its cases, so candidates and peers are the countries of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from benchmark.analyses.groups import in_order, similarity_records
from benchmark.analyses.item_table import IntArray, Labels
from benchmark.errors import DataProblem
from benchmark.metrics.divergence import BoolArray, FloatArray, restrict_unchecked
from benchmark.records import CaseRecord, Item
from benchmark.vocabulary import CONTROL, Reading

Member = TypeVar("Member", str, "Condition")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Condition:
    """How the model was asked: the proxy and the template."""

    proxy: str
    variant: str
    control: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Every answer of the model by itself: one for each picture and order that a question had.

    Orders are numbered as the item lists them, the same for all countries; pictures are a
    country's own.
    """

    p: FloatArray  # (answers, options), padded with zeros
    condition: IntArray  # (answers,), as are the others
    country: IntArray
    question: IntArray
    picture: IntArray
    order: IntArray


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerTable:
    """Distributions by country and question, NaN where nobody answered, padded with zeros."""

    conditions: tuple[Condition, ...]
    countries: tuple[str, ...]
    questions: tuple[str, ...]
    clusters: Labels  # of the questions
    people: FloatArray  # (countries, questions, options)
    model: FloatArray  # (conditions, countries, questions, options): means over pictures and orders
    each: Answers
    asked: BoolArray  # (conditions, countries, questions): there is an item, answered or not
    substantive: BoolArray  # (questions, options); none where fewer than two are, as all agree then

    def read(self, reading: Reading) -> tuple[FloatArray, FloatArray]:
        """People and model over all options as printed, or over the substantive ones."""
        if reading != "substantive":
            return self.people, self.model
        mask = self.substantive
        return restrict_unchecked(self.people, mask), restrict_unchecked(self.model, mask)


def answer_table(records: Sequence[CaseRecord]) -> AnswerTable:
    """The answers of all cases that compare a model with people, the same for any order of them."""
    measured = similarity_records(records)
    at = [
        Condition(proxy=case.proxy, variant=case.variant, control=case.kind == CONTROL)
        for case in (record.case for record in measured)
    ]
    conditions = _numbered(at)
    countries = _numbered(record.case.country for record in measured)
    first = {item.item_id: item for r in reversed(measured) for item in reversed(r.items)}
    questions = _numbered(first)
    options = {i.item_id: len(i.human) for r in measured for i in r.items if i.human}
    width = max(options.values(), default=1)
    people = np.full((len(countries), len(questions), width), np.nan)
    model = np.full((len(conditions), *people.shape), np.nan)
    asked = np.zeros(model.shape[:3], dtype=np.bool_)
    each: list[Sequence[float]] = []
    at_each: list[tuple[int, ...]] = []
    substantive = np.zeros((len(questions), width), dtype=np.bool_)
    for record, condition in zip(measured, at, strict=True):
        k, c = conditions[condition], countries[record.case.country]
        for item in in_order(record.items):
            q = questions[item.item_id]
            asked[k, c, q] = True
            if item.human is None:
                continue
            people[c, q] = _padded(item.human, item, width, options[item.item_id])
            substantive[q] = [
                place < options[item.item_id] and place not in item.nonanswers
                for place in range(width)
            ]
            if item.model is not None:
                model[k, c, q] = _padded(item.model, item, width, options[item.item_id])
                answers = item.each
                each += [_padded(p, item, width, options[item.item_id]) for p in answers]
                orders = max(1, len(answers) // max(1, len(item.by_image)))
                at_each += [(k, c, q, *divmod(n, orders)) for n in range(len(answers))]
    return AnswerTable(
        conditions=tuple(conditions),
        countries=tuple(countries),
        questions=tuple(questions),
        clusters=Labels.of([first[name].cluster for name in questions]),
        people=people,
        model=model,
        each=_answers(each, at_each, width),
        asked=asked,
        substantive=substantive & (substantive.sum(axis=1) > 1)[:, None],
    )


def _numbered(members: Iterable[Member]) -> dict[Member, int]:
    return {member: number for number, member in enumerate(sorted(set(members)))}


def _answers(p: Sequence[Sequence[float]], at: Sequence[tuple[int, ...]], width: int) -> Answers:
    condition, country, question, picture, order = np.array(at, dtype=np.intp).reshape(-1, 5).T
    return Answers(
        p=np.array(p, dtype=np.float64).reshape(-1, width),
        condition=condition,
        country=country,
        question=question,
        picture=picture,
        order=order,
    )


def _padded(p: Sequence[float], item: Item, width: int, options: int) -> Sequence[float]:
    if len(p) != options:
        raise DataProblem(
            f"question {item.item_id!r} has {len(p)} options in case {item.case_id!r} and "
            f"{options} in another; one question has the same options everywhere"
        )
    return p if options == width else [*p, *[0.0] * (width - options)]
