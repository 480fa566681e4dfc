"""From a case's replies to its record: distributions, values, means; knows no model and no pytest.

Serves every suite that compares option probabilities with a people's answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmark.engine.sampled import ANSWERS
from benchmark.errors import ModelProblem
from benchmark.metrics.alignment import (
    SUBSTANTIVE,
    similarity_in_both_readings,
    similarity_values,
)
from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import js_distance
from benchmark.metrics.means import Mean, mean_of_scored
from benchmark.records import Case, CaseRecord, Item, Probabilities, Reading, Reply, Score
from benchmark.scoring.floors import Calibration, stack, substantive_mask
from benchmark.scoring.option_orders import Order, as_printed, cyclic_orders
from benchmark.survey.survey import Question

Floats = NDArray[np.float64]

SHOWN = "js_similarity_shown"
OF_NO_READING = frozenset({"option_mass", "order_sensitivity", ANSWERS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One choice put to the model: the places of question and picture, the options' order."""

    question: int
    picture: int
    order: Order


def layout(
    questions: Sequence[Question], *, pictures: int, orders: int | None
) -> tuple[Asked, ...]:
    """Every question under every picture in ``orders`` cyclic orders (None: in all of them)."""
    return tuple(
        Asked(question=i, picture=k, order=order)
        for k in range(pictures)
        for i, question in enumerate(questions)
        for order in cyclic_orders(len(question.options), orders)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a case says besides its similarities.

    ``values`` has figures of some questions by question id, their keys in ``keys``; ``directions``
    says which end of those that are the suite's own is better. ``shown`` is the country that the
    pictures come from where it is not the case's own.
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
    asked: Sequence[Asked],
    replies: Sequence[Reply],
    image_ids: Sequence[str],
    calibration: Calibration,
    beside: Beside | None = None,
) -> CaseRecord:
    """Compare the mean answer over orders and pictures with the people's, question by question.

    ``replies`` belong to ``asked``, in that order; with none of them (no picture was kept) no
    question is scored. ``unasked`` are the questions nobody was asked in this country. Both are
    kept as missing items.
    """
    beside = beside or Beside()
    missing = [*unasked, *(() if asked else questions)]
    questions = questions if asked else ()
    answers = _Answers(questions, asked, replies)
    values = _values(case, questions, answers, calibration, beside) if questions else {}
    items = [
        Item(
            case_id=case.case_id,
            item_id=question.question_id,
            cluster=question.stem,
            image_ids=tuple(image_ids),
            request_keys=(*answers.keys[i], *beside.keys.get(question.question_id, ())),
            human=tuple(question.human[case.country]),
            model=_distribution(answers.mean[i, : len(question.options)]),
            by_image=tuple(answers.by_image(i)) if len(image_ids) > 1 else (),
            nonanswers=tuple(k for k, kept in enumerate(question.substantive) if not kept),
            values={
                **{name: float(column[i]) for name, column in values.items()},
                **beside.values.get(question.question_id, {}),
            },
        )
        for i, question in enumerate(questions)
    ]
    items += [
        Item(case_id=case.case_id, item_id=question.question_id, cluster=question.stem)
        for question in missing
    ]
    items.sort(key=lambda item: item.item_id)
    scores = [_mean_of_items(name, column, len(items)) for name, column in values.items()]
    scores += _means_beside(beside)
    return CaseRecord(case=case, scores=(*scores, *beside.scores), items=tuple(items))


class _Answers:
    """Probabilities in the printed order, by picture and question, and their means."""

    def __init__(
        self, questions: Sequence[Question], asked: Sequence[Asked], replies: Sequence[Reply]
    ) -> None:
        self._orders: dict[tuple[int, int], list[tuple[float, ...]]] = {}
        self.keys: list[list[str]] = [[] for _ in questions]
        masses: list[list[float]] = [[] for _ in questions]
        for one, reply in zip(asked, replies, strict=True):
            answer = _probabilities(reply)
            printed = as_printed(answer.p, one.order)
            self._orders.setdefault((one.picture, one.question), []).append(printed)
            self.keys[one.question].extend(reply.keys)
            masses[one.question].append(answer.option_mass)
        self._pictures = sorted({picture for picture, _ in self._orders})
        self.permuted = any(len(shares) > 1 for shares in self._orders.values())
        self._masses = masses
        self.option_mass = np.array([sum(row) / len(row) for row in masses])
        self.mean = self._mean(len(questions)) if questions else np.zeros((0, 0))

    def drawn(self, each: int) -> Floats:
        """How many independent answers a question's shares are worth, (questions,).

        Of ``each`` written to a choice those that name a label count; shares of several choices
        are averaged, so it is the harmonic mean of their numbers times the choices. NaN where one
        choice has no such answer, and so the question no shares.
        """
        found = np.full(len(self._masses), np.nan)
        for i, masses in enumerate(self._masses):
            counts = np.round(np.array(masses) * each)
            if (counts > 0).all():
                found[i] = len(counts) ** 2 / (1 / counts).sum()
        return found

    def by_image(self, question: int) -> Iterator[tuple[float, ...]]:
        """The mean over orders for each picture."""
        for picture in self._pictures:
            shares = self._orders[picture, question]
            # Hardly ever several, and then one call each: the plain case must stay cheap.
            yield shares[0] if len(shares) == 1 else tuple(np.mean(shares, axis=0).tolist())

    def _mean(self, n: int) -> Floats:
        """Mean over pictures of the mean over orders, (questions, options)."""
        rows = [[tuple(p) for p in self.by_image(i)] for i in range(n)]
        return np.asarray(stack(rows).mean(axis=1))

    def order_sensitivity(self) -> Floats:
        """How far an answer moves with the options' order, (questions,).

        The mean Jensen-Shannon distance (natural logarithm) between each order's answer and the
        mean over orders, averaged over pictures: 0 where the order changes nothing, less than
        √ln 2 = 0.83 always; lower is better. NaN where only one order was asked.
        """
        found = np.full(len(self.keys), np.nan)
        for i in range(len(self.keys)):
            rows = [np.array(self._orders[picture, i]) for picture in self._pictures]
            if all(len(shares) > 1 for shares in rows):
                spread = [js_distance(p, p.mean(axis=0, keepdims=True)).mean() for p in rows]
                found[i] = np.mean(spread)
        return found


def _values(
    case: Case,
    questions: Sequence[Question],
    answers: _Answers,
    calibration: Calibration,
    beside: Beside,
) -> dict[str, Floats]:
    """Every value of the scored questions, each (questions,)."""
    substantive = substantive_mask(questions)
    human = stack([[q.human[case.country]] for q in questions])[:, 0]
    each = calibration.answers
    drawn = answers.drawn(each) if each is not None else np.zeros(0)
    # Where nothing could be read no skill is made of floor and ceiling, so any number will do.
    whole = [max(1, int(n)) for n in np.nan_to_num(drawn, nan=1.0)]
    values = {
        **similarity_values(human, answers.mean, substantive),
        **calibration.values(case.country, questions, drawn=whole),
        "option_mass": answers.option_mass,
        **({ANSWERS: drawn} if each is not None else {}),
    }
    if answers.permuted:
        values["order_sensitivity"] = answers.order_sensitivity()
    if beside.shown:
        people = [q.human.get(beside.shown) for q in questions]
        if any(p is not None for p in people):
            shown = _widened(stack([[p] for p in people])[:, 0], human.shape[1])
            values |= similarity_in_both_readings(SHOWN, shown, answers.mean, substantive)
    return values


def _widened(people: Floats, width: int) -> Floats:
    """Zero columns up to the width; a row of NaN stays one."""
    table = np.zeros((len(people), width))
    table[:, : people.shape[1]] = people
    table[np.isnan(people).any(axis=1)] = np.nan
    return table


def _probabilities(reply: Reply) -> Probabilities:
    if not isinstance(reply.answer, Probabilities):
        kind = type(reply.answer).__name__
        raise ModelProblem(f"the model answered a choice with {kind}, not with probabilities")
    return reply.answer


def _distribution(p: Floats) -> tuple[float, ...] | None:
    return None if np.isnan(p).any() else tuple(p.tolist())


def mean_score(
    metric: str,
    mean: Mean,
    *,
    reading: Reading = "",
    directions: Mapping[str, bool | None] | None = None,
) -> Score:
    """A case's mean as its score; ``directions`` are those of metrics of a suite's own."""
    return Score(
        metric=metric,
        value=mean.value,
        n=mean.n,
        n_missing=mean.n_missing,
        method="mean",
        higher_is_better=direction(metric, directions),
        reading=reading,
    )


def _mean_of_items(name: str, column: Floats, n_items: int) -> Score:
    """The mean of the values that are not NaN; the items that were not asked are missing, too."""
    metric = name.removesuffix(SUBSTANTIVE)
    reading: Reading = "substantive" if name.endswith(SUBSTANTIVE) else "printed"
    mean = mean_of_scored(column)
    return mean_score(
        metric,
        mean._replace(n_missing=n_items - mean.n),
        reading="" if metric in OF_NO_READING else reading,
    )


def _means_beside(beside: Beside) -> Iterator[Score]:
    """Means of the figures that only some questions have."""
    names = dict.fromkeys(name for values in beside.values.values() for name in values)
    for name in names:
        mean = mean_of_scored([values.get(name, np.nan) for values in beside.values.values()])
        yield mean_score(name, mean, directions=beside.directions)
