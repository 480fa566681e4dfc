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
from benchmark.metrics.alignment import similarity_in_both_readings, similarity_values
from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import js_distance
from benchmark.metrics.means import Mean, mean_of_scored
from benchmark.records import Case, CaseRecord, Item, Probabilities, Reply, Score
from benchmark.scoring.floors import Floors, stack, substantive_mask
from benchmark.scoring.option_orders import Order, as_printed, cyclic_orders
from benchmark.survey.survey import Question
from benchmark.vocabulary import SHOWN, SUBSTANTIVE, Reading

Floats = NDArray[np.float64]

OF_NO_READING = frozenset({"option_mass", "order_sensitivity", ANSWERS})


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedChoice:
    """One choice put to the model: the places of question and picture, and the options' order.

    ``letters`` has the place in the alphabet of each letter as shown; () means A, B, C, ….
    """

    question: int
    picture: int
    order: Order
    letters: Order = ()


def layout(
    questions: Sequence[Question], *, pictures: int, orders: int | None
) -> tuple[AskedChoice, ...]:
    """Every question under every picture, in ``orders`` cyclic orders (None: in all)."""
    return tuple(
        AskedChoice(question=i, picture=k, order=order)
        for k in range(pictures)
        for i, question in enumerate(questions)
        for order in cyclic_orders(len(question.options), orders)
    )


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
    """Compare the mean answer over orders and pictures with the people's, question by question.

    ``replies`` belong to ``asked``, in that order; without any (no picture was kept) no question
    is scored. ``unasked`` are the questions that nobody in this country was asked. Both are kept
    as missing items.
    """
    extras = extras or Extras()
    missing = [*unasked, *(() if asked else questions)]
    questions = questions if asked else ()
    answers = _Answers(questions, asked, replies)
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
            nonanswers=tuple(k for k, kept in enumerate(question.substantive) if not kept),
            values={
                **{name: float(column[i]) for name, column in values.items()},
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
    scores = [_mean_of_items(name, column, len(items)) for name, column in values.items()]
    scores += _extra_means(extras)
    return CaseRecord(case=case, scores=(*scores, *extras.scores), items=tuple(items))


class _Answers:
    """Probabilities in the printed order, by picture and question, and their means."""

    def __init__(
        self, questions: Sequence[Question], asked: Sequence[AskedChoice], replies: Sequence[Reply]
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

        Of the ``each`` answers written to a choice, those that name a label count. Shares of
        several choices are averaged, so it is the harmonic mean of their numbers times the
        choices; NaN if one choice has no such answer, and the question therefore no shares.
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
            # Hardly ever several, and then one call each: the common case must stay cheap.
            yield shares[0] if len(shares) == 1 else tuple(np.mean(shares, axis=0).tolist())

    def _mean(self, n: int) -> Floats:
        """Mean over pictures of the mean over orders, (questions, options)."""
        rows = [[tuple(p) for p in self.by_image(i)] for i in range(n)]
        return np.asarray(stack(rows).mean(axis=1))

    def order_sensitivity(self) -> Floats:
        """How far an answer moves with the options' order, (questions,).

        The mean Jensen-Shannon distance (natural logarithm) between each order's answer and the
        mean over orders, averaged over pictures: 0 where the order changes nothing, less than
        √ln 2 = 0.83 always; lower is better. NaN if only one order was asked.
        """
        found = np.full(len(self.keys), np.nan)
        for i in range(len(self.keys)):
            rows = [np.array(self._orders[picture, i]) for picture in self._pictures]
            if all(len(shares) > 1 for shares in rows):
                spread = [js_distance(p, p.mean(axis=0, keepdims=True)).mean() for p in rows]
                found[i] = np.mean(spread)
        return found


def _values(
    case: Case, questions: Sequence[Question], answers: _Answers, floors: Floors, extras: Extras
) -> dict[str, Floats]:
    """Every value of the scored questions, each (questions,)."""
    substantive = substantive_mask(questions)
    human = stack([[q.human[case.country]] for q in questions])[:, 0]
    each = floors.answers
    drawn = answers.drawn(each) if each is not None else np.zeros(0)
    # If nothing could be read, floor and ceiling enter no skill, so any number will do.
    whole = [max(1, int(n)) for n in np.nan_to_num(drawn, nan=1.0)]
    values = {
        **similarity_values(human, answers.mean, substantive),
        **floors.values(case.country, questions, drawn=whole),
        "option_mass": answers.option_mass,
        **({ANSWERS: drawn} if each is not None else {}),
    }
    if answers.permuted:
        values["order_sensitivity"] = answers.order_sensitivity()
    if extras.shown:
        people = [q.human.get(extras.shown) for q in questions]
        if any(p is not None for p in people):
            shown = _widened(stack([[p] for p in people])[:, 0], human.shape[1])
            values |= similarity_in_both_readings(SHOWN, shown, answers.mean, substantive)
    return values


def _widened(people: Floats, width: int) -> Floats:
    """Padded with zero columns to the width; rows of NaN stay NaN."""
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


def _extra_means(extras: Extras) -> Iterator[Score]:
    """Means of the figures that only some questions have."""
    names = dict.fromkeys(name for values in extras.values.values() for name in values)
    for name in names:
        mean = mean_of_scored([values.get(name, np.nan) for values in extras.values.values()])
        yield mean_score(name, mean, directions=extras.directions)
