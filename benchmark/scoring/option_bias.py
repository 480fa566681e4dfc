"""A case's answers to prompts without content, and what place and letter do to its answers.

Knows requests' places, replies and metrics; no wording and no model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.errors import ModelProblem
from benchmark.metrics.divergence import js_distance
from benchmark.metrics.option_effects import (
    calibrated,
    displaced,
    displaced_by_noise,
    effect_shares,
    smoothed,
)
from benchmark.records import CaseRecord, Probabilities, Reply
from benchmark.scoring.choice_answers import AskedChoice
from benchmark.scoring.option_orders import Order
from benchmark.vocabulary import BIAS_NOISE, CONTENT_FREE, LABEL_BIAS, POSITION_BIAS

Values = Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedWithoutContent:
    """One prompt without content: whose question it has the form of, its picture and letters."""

    question: int
    picture: int
    letters: Order
    filler: str


def without_content(
    asked: Sequence[AskedChoice], fillers: Sequence[str]
) -> tuple[AskedWithoutContent, ...]:
    """What calibrates these choices: each form with each filler; the order changes nothing."""
    forms = dict.fromkeys((one.question, one.picture, one.letters) for one in asked)
    return tuple(
        AskedWithoutContent(question=question, picture=picture, letters=letters, filler=filler)
        for question, picture, letters in forms
        for filler in fillers
    )


class ContentFree:
    """The answers of a case without content; ``answers`` is how many each was written with."""

    def __init__(
        self,
        asked: Sequence[AskedWithoutContent],
        replies: Sequence[Reply],
        *,
        answers: int | None = None,
    ) -> None:
        found: dict[tuple[int, int, Order], list[Sequence[float]]] = {}
        self.keys: dict[int, tuple[str, ...]] = {}
        for one, reply in zip(asked, replies, strict=True):
            given = probabilities(reply)
            shares = given.p if answers is None else _smooth(given, answers)
            found.setdefault((one.question, one.picture, one.letters), []).append(shares)
            self.keys[one.question] = (*self.keys.get(one.question, ()), *reply.keys)
        self._means = {form: np.mean(rows, axis=0) for form, rows in found.items()}

    def calibrate(self, one: AskedChoice, reply: Reply) -> Reply:
        """The reply with its probabilities over those without content; its option mass stays."""
        given = probabilities(reply)
        free = self._means[one.question, one.picture, one.letters]
        return replace(reply, answer=replace(given, p=tuple(calibrated(given.p, free).tolist())))

    def values(self) -> dict[int, dict[str, float]]:
        """The distance of the answers without content to uniform, by question.

        The mean over pictures and letters of the Jensen-Shannon distance (natural logarithm).
        """
        found: dict[int, list[float]] = {}
        for (question, _, _), mean in self._means.items():
            distance = js_distance(mean, np.full(mean.size, 1 / mean.size))
            found.setdefault(question, []).append(float(distance))
        return {question: {CONTENT_FREE: float(np.mean(d))} for question, d in found.items()}


def bias_values(
    asked: Sequence[AskedChoice], replies: Sequence[Reply], *, answers: int | None = None
) -> dict[int, dict[str, float]]:
    """`LABEL_BIAS`, `POSITION_BIAS`, `BIAS_NOISE` of each question asked in a Latin square.

    The mean over pictures of the probability that letters (places, noise) alone displace from
    uniform.
    ``answers`` is how many were written to each choice, None for probabilities.
    """
    shown: dict[tuple[int, int], list[tuple[AskedChoice, Sequence[float]]]] = {}
    for one, reply in zip(asked, replies, strict=True):
        given = probabilities(reply)
        shares = given.p if answers is None else _smooth(given, answers)
        shown.setdefault((one.question, one.picture), []).append((one, shares))
    found: dict[int, list[tuple[float, ...]]] = {}
    for (question, _), rows in shown.items():
        found.setdefault(question, []).append(_biases(rows))
    names = LABEL_BIAS, POSITION_BIAS, BIAS_NOISE
    means = {question: np.mean(rows, axis=0).tolist() for question, rows in found.items()}
    return {question: dict(zip(names, mean, strict=True)) for question, mean in means.items()}


def _biases(rows: Sequence[tuple[AskedChoice, Sequence[float]]]) -> tuple[float, ...]:
    p = np.array([shares for _, shares in rows])  # (presentations, places)
    places = np.broadcast_to(np.arange(p.shape[1]), p.shape)
    contents, letters = (
        np.array([getattr(one, what) for one, _ in rows]) for what in ("order", "letters")
    )
    of_letters, of_places = (displaced(effect_shares(p, levels)) for levels in (letters, places))
    return float(of_letters), float(of_places), displaced_by_noise(p, contents, letters)


def _smooth(given: Probabilities, answers: int) -> Sequence[float]:
    n = round(given.option_mass * answers)
    shares: list[float] = smoothed(given.p, n).tolist() if n else [math.nan] * len(given.p)
    return shares


def probabilities(reply: Reply) -> Probabilities:
    """The answer to a choice."""
    if not isinstance(reply.answer, Probabilities):
        kind = type(reply.answer).__name__
        raise ModelProblem(f"the model answered a choice with {kind}, not with probabilities")
    return reply.answer


def extended(
    record: CaseRecord,
    *,
    values: Mapping[str, Values],
    keys: Mapping[str, tuple[str, ...]],
) -> CaseRecord:
    """The record with more values and answers' keys of its items, by item id.

    The keys come last, so the requests must have been asked last.
    """
    items = tuple(
        replace(
            item,
            values={**item.values, **values.get(item.item_id, {})},
            request_keys=(*item.request_keys, *keys.get(item.item_id, ())),
        )
        for item in record.items
    )
    return replace(record, items=items)
