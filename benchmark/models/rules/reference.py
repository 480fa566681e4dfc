"""Reference models: rules over the survey that answer through the same protocol as any model.

They are the floors and the ceiling of a similarity, and positive controls. They know questions
and people's answers, and read a request's subject where the rule needs it; no framework. Asked
to rank texts, they pick the right one, since the subject says whom a question is about (the
uniform rule ranks all alike). Asked for a letter, they draw it from their shares with the
request's seed; any other text is empty.
"""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

import numpy as np
import numpy.typing as npt

from benchmark.errors import ModelProblem
from benchmark.models.rules.neighbours import Neighbours
from benchmark.records import (
    Answer,
    Choice,
    Continuation,
    Embed,
    Generate,
    LogLikelihoods,
    ModelIdentity,
    Probabilities,
    Request,
    Subject,
    Task,
    Text,
)
from benchmark.survey.survey import Question, Survey

SUPPORTS = frozenset({Task.CHOICE, Task.CONTINUATION, Task.GENERATE})
NEVER = -700.0  # a log-likelihood of next to nothing; its exponential is still a number

Shares = tuple[float, ...]
Rule = Callable[[Question, str], Shares | None]


class RuleModel(ABC):
    """What all references share: a rule answers choices, rankings and texts; none embeds."""

    supports = SUPPORTS

    def __init__(self, identity: ModelIdentity) -> None:
        self.identity = identity

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """By the rule, one at a time; `ModelProblem` if it has no answer to a request."""
        return [self._one(request) for request in batch]

    def _one(self, request: Request) -> Answer:
        match request:
            case Choice():
                return self._choice(request)
            case Continuation():
                return self._ranking(request)
            case Generate():
                return Text(text=self._letter(request) or self._words(request), finish="stop")
            case Embed():
                raise _no_vectors(self.identity)
            case _:
                assert_never(request)

    @abstractmethod
    def _choice(self, request: Choice) -> Probabilities: ...

    def _ranking(self, request: Continuation) -> LogLikelihoods:
        """All probability on the right text."""
        right = self._truth(request.subject)
        total = tuple(0.0 if i == right else NEVER for i in range(len(request.texts)))
        return LogLikelihoods(total=total, n_tokens=(1,) * len(request.texts))

    def _letter(self, request: Generate) -> str:
        """One of the labels that the request names, drawn from the shares of a choice among them.

        Empty where it names none, and where the rule has no data.
        """
        if not request.labels:
            return ""
        asked = Choice(prompt=request.prompt, labels=request.labels, subject=request.subject)
        return drawn_letter(self._choice(asked).p, request)

    def _words(self, _request: Generate) -> str:
        return ""

    def _truth(self, subject: Subject) -> int | None:
        return subject.truth


class ReferenceModel(RuleModel):
    """A rule from question and country to shares; the same subject gets the same answer."""

    def __init__(self, identity: ModelIdentity, survey: Survey, rule: Rule) -> None:
        super().__init__(identity)
        self._rule = rule
        self._questions = {question.question_id: question for question in survey.questions}
        self._answers: dict[Subject, Probabilities] = {}

    def _choice(self, request: Choice) -> Probabilities:
        """Shares over the options in the labels' order; NaN where the rule has no data.

        A prompt without content has nothing that a rule about people could tell apart.
        """
        if not request.subject.country:
            n = len(request.labels)
            return Probabilities(p=(1 / n,) * n, option_mass=1.0)
        about = replace(request.subject, order=())
        if about not in self._answers:
            self._answers[about] = self._compute(request)
        found = self._answers[about]
        if len(found.p) != len(request.labels):
            raise ModelProblem(
                f"question {request.subject.item_id!r} was asked with {len(request.labels)} labels "
                f"but has {len(found.p)} options in the survey; {self.identity.name} answers "
                "questions only as printed"
            )
        if request.subject.order:
            return replace(found, p=tuple(found.p[place] for place in request.subject.order))
        return found

    def _compute(self, request: Choice) -> Probabilities:
        question = self._questions.get(request.subject.item_id)
        if question is None:
            raise ModelProblem(
                f"{self.identity.name} answers the survey's questions only, and "
                f"{request.subject.item_id!r} is not one of them; use --model reference:uniform "
                "or reference:random for other suites"
            )
        shares = self._rule(question, request.subject.country)
        if shares is None:
            return Probabilities(p=(math.nan,) * len(question.options), option_mass=math.nan)
        return Probabilities(p=shares, option_mass=1.0)


class UniformModel(RuleModel):
    """Every label equally; looks only at how many there are."""

    def __init__(self, identity: ModelIdentity) -> None:
        super().__init__(identity)
        self._answers: dict[int, Probabilities] = {}

    def _choice(self, request: Choice) -> Probabilities:
        n = len(request.labels)
        if n not in self._answers:
            self._answers[n] = Probabilities(p=(1 / n,) * n, option_mass=1.0)
        return self._answers[n]

    def _ranking(self, request: Continuation) -> LogLikelihoods:
        n = len(request.texts)
        return LogLikelihoods(total=(-math.log(n),) * n, n_tokens=(1,) * n)


class OracleModel(RuleModel):
    """The right answer with certainty, if there is one: a suite's ceiling, and its control.

    A suite that loses a label's place on the way (in another order of the options, say) does not
    score 1 with it.
    """

    def _choice(self, request: Choice) -> Probabilities:
        right = self._truth(request.subject)
        p = tuple(float(place == right) for place in range(len(request.labels)))
        return Probabilities(p=p, option_mass=1.0)

    def _words(self, request: Generate) -> str:
        return f"Answer: {chr(ord('A') + self._truth(request.subject))}"

    def _truth(self, subject: Subject) -> int:
        if subject.truth is None:
            raise ModelProblem(
                f"{self.identity.name} was asked {subject.item_id!r}, which has no right answer; "
                "use it with suites that know the right answers"
            )
        return subject.truth


def drawn_letter(p: Sequence[float], request: Generate) -> str:
    """A line with one of the request's labels, drawn with its seed; empty where shares are NaN."""
    if any(map(math.isnan, p)):
        return ""
    shares = np.asarray(p)
    place = np.random.default_rng(request.seed).choice(len(shares), p=shares / shares.sum())
    return f"Answer: {request.labels[place]}"


def _no_vectors(identity: ModelIdentity) -> ModelProblem:
    return ModelProblem(
        f"{identity.name} has no vectors and was asked to embed; use --model reference:random"
    )


# --- rules -----------------------------------------------------------------------------------


def world_average(question: Question, country: str) -> Shares | None:
    """The mean of all *other* countries in the survey, each with equal weight."""
    others = [shares for iso3, shares in question.human.items() if iso3 != country]
    if not others:
        return None
    return _shares(np.mean(np.asarray(others), axis=0))


def resample(seed: int) -> Rule:
    """A fresh sample of as many respondents as the country's are worth: what repetition changes."""

    def rule(question: Question, country: str) -> Shares | None:
        if country not in question.human:
            return None
        n = question.respondents_of(country)
        p = np.asarray(question.human[country])
        material = f"{seed}/{country}/{question.question_id}".encode()
        rng = np.random.default_rng(int(hashlib.sha256(material).hexdigest()[:16], 16))
        return _shares(rng.multinomial(n, p / p.sum()) / n)

    return rule


def nearest_country(survey: Survey) -> Rule:
    """One neighbour's answers, the neighbour chosen on the questions of the other topics."""
    neighbours = Neighbours(survey)

    def rule(question: Question, country: str) -> Shares | None:
        for iso3 in neighbours.ranked(country, question.topic):
            if iso3 in question.human:
                return question.human[iso3]
        return None

    return rule


def _shares(p: npt.NDArray[np.float64]) -> Shares:
    return tuple(p.tolist())


def _world_average(_survey: Survey, _seed: int) -> Rule:
    return world_average


def _nearest_country(survey: Survey, _seed: int) -> Rule:
    return nearest_country(survey)


def _resample(_survey: Survey, seed: int) -> Rule:
    return resample(seed)


RULES: Mapping[str, Callable[[Survey, int], Rule]] = MappingProxyType(
    {
        "world-average": _world_average,
        "nearest-country": _nearest_country,
        "resample": _resample,
    }
)
