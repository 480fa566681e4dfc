"""From a case's replies to its record: distributions, values, means; knows no model and no pytest.

Serves every suite that compares option probabilities with a people's answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmark.engine.sampled import ANSWERS
from benchmark.metrics.alignment import (
    mean_over_answers,
    similarity_in_both_readings,
    values_of_answers,
)
from benchmark.metrics.directions import direction
from benchmark.metrics.means import Mean, mean_of_scored
from benchmark.metrics.stem_means import mean_of_stem_means
from benchmark.records import Case, CaseRecord, Item, Reply, Score
from benchmark.scoring.choice_answers import AskedChoice, ChoiceAnswers
from benchmark.scoring.floors import (
    Floors,
    option_mask,
    ordered_mask,
    stack,
    substantive_mask,
)
from benchmark.survey.survey import Question
from benchmark.vocabulary import POOLED, SHOWN, SUBSTANTIVE, W1, Reading

Floats = NDArray[np.float64]

OF_NO_READING = frozenset({"option_mass", "order_sensitivity", ANSWERS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Extras:
    """What a case records besides its similarities.

    ``values`` has figures for some questions by question id, ``keys`` their request keys;
    ``directions`` says which end of the suite's own figures is better. ``shown`` is the country of
    the pictures if it is not the case's own.
    """

    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    directions: Mapping[str, bool | None] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    shown: str = ""


def case_record(
    case: Case,
    *,
    questions: Sequence[Question],
    unasked: Sequence[Question],
    asked: Sequence[AskedChoice],
    replies: Sequence[Reply],
    image_ids: Sequence[str],
    floors: Floors,
    extras: Extras | None = None,
) -> CaseRecord:
    """Compare every answer over pictures and orders with the people's, and average by question.

    ``replies`` belong to ``asked``, in that order. A question that the model was asked and did not
    answer keeps the people's distribution, its floors and what it costs
    (``js_similarity_all_asked``); it has no other similarity. ``unasked`` are the questions that
    nobody in this country was asked; without ``asked`` (no picture was kept) the model was asked
    none either. Both are kept as items without people and values: they cost nobody anything.
    """
    extras = extras or Extras()
    missing = [*unasked, *(() if asked else questions)]
    questions = questions if asked else ()
    answers = ChoiceAnswers(questions, asked, replies)
    values = _values(case, questions, answers, floors, extras) if questions else {}
    items = [
        Item(
            case_id=case.case_id,
            item_id=question.question_id,
            cluster=question.stem,
            image_ids=tuple(image_ids),
            request_keys=(*answers.keys[i], *extras.keys.get(question.question_id, ())),
            human=tuple(question.human[case.country]),
            model=_distribution(answers.mean[i, : len(question.options)]),
            by_image=tuple(answers.by_image(i)) if len(image_ids) > 1 else (),
            by_order=answers.each(i) if answers.permuted else (),
            nonanswers=tuple(k for k, kept in enumerate(question.substantive) if not kept),
            values={
                **{
                    name: float(column[i])
                    for name, column in values.items()
                    if question.ordered or not name.startswith(W1)
                },
                **extras.values.get(question.question_id, {}),
            },
        )
        for i, question in enumerate(questions)
    ]
    items += [
        Item(case_id=case.case_id, item_id=question.question_id, cluster=question.stem)
        for question in missing
    ]
    items.sort(key=lambda item: item.item_id)
    stems = [question.stem for question in questions]
    of_scales = sum(question.ordered for question in (*questions, *missing))
    scores = [
        _mean_of_items(name, column, stems, of_scales if name.startswith(W1) else len(items))
        for name, column in values.items()
    ]
    scores += _extra_means(extras)
    return CaseRecord(case=case, scores=(*scores, *extras.scores), items=tuple(items))


def _values(
    case: Case,
    questions: Sequence[Question],
    answers: ChoiceAnswers,
    floors: Floors,
    extras: Extras,
) -> dict[str, Floats]:
    """Every value of the questions put to the model, each (questions,)."""
    printed, substantive = option_mask(questions), substantive_mask(questions)
    ordered = ordered_mask(questions) if any(q.ordered for q in questions) else None
    human = stack([[q.human[case.country]] for q in questions])[:, 0]
    each, of = answers.table()
    values = {
        **values_of_answers(
            human, each, of, printed=printed, substantive=substantive, ordered=ordered
        ),
        **similarity_in_both_readings(POOLED, human, answers.mean, substantive),
        **_floors(case.country, questions, answers, floors),
        "option_mass": answers.option_mass,
    }
    if floors.answers is not None:
        values[ANSWERS] = answers.drawn(floors.answers)
    if answers.permuted:
        values["order_sensitivity"] = answers.order_sensitivity()
    if extras.shown:
        people = [q.human.get(extras.shown) for q in questions]
        if any(p is not None for p in people):
            shown = _widened(stack([[p] for p in people])[:, 0], human.shape[1])
            found = similarity_in_both_readings(SHOWN, shown[of], each, substantive[of])
            values |= {k: mean_over_answers(v, of, len(human)) for k, v in found.items()}
    return values


def _floors(
    country: str, questions: Sequence[Question], answers: ChoiceAnswers, floors: Floors
) -> Mapping[str, Floats]:
    """Floors and ceiling: of as few written texts as each answer is made of, if they are."""
    if floors.answers is None:
        return floors.values(country, questions)
    return floors.of_answers(country, questions, answers.written(floors.answers))


def _widened(people: Floats, width: int) -> Floats:
    """Padded with zero columns to the width; rows of NaN stay NaN."""
    table = np.zeros((len(people), width))
    table[:, : people.shape[1]] = people
    table[np.isnan(people).any(axis=1)] = np.nan
    return table


def _distribution(p: Floats) -> tuple[float, ...] | None:
    return None if np.isnan(p).any() else tuple(p.tolist())


def mean_score(
    metric: str,
    mean: Mean,
    *,
    reading: Reading = "",
    directions: Mapping[str, bool | None] | None = None,
    method: str = "mean",
) -> Score:
    """A case's mean as its score; ``directions`` are those of metrics of a suite's own."""
    return Score(
        metric=metric,
        value=mean.value,
        n=mean.n,
        n_missing=mean.n_missing,
        method=method,
        higher_is_better=direction(metric, directions),
        reading=reading,
    )


def _mean_of_items(name: str, column: Floats, stems: Sequence[str], n_items: int) -> Score:
    """The mean of stem means of what is not NaN, as analyses have it; the unasked are missing."""
    metric = name.removesuffix(SUBSTANTIVE)
    reading: Reading = "substantive" if name.endswith(SUBSTANTIVE) else "printed"
    mean = mean_of_stem_means(column, stems)
    return mean_score(
        metric,
        mean._replace(n_missing=n_items - mean.n),
        reading="" if metric in OF_NO_READING else reading,
        method="mean of stem means",
    )


def _extra_means(extras: Extras) -> Iterator[Score]:
    """Means of the figures that only some questions have."""
    names = dict.fromkeys(name for values in extras.values.values() for name in values)
    for name in names:
        mean = mean_of_scored([values.get(name, np.nan) for values in extras.values.values()])
        yield mean_score(name, mean, directions=extras.directions)
