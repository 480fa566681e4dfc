"""What somebody who neither sees nor knows anything would score: rules that use only the text.

Knows questions, not pictures. A rule that beats chance shows that the texts give answers away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.questions.kinds import folded
from benchmark.questions.question import PictureQuestion

Preference = Callable[[PictureQuestion], Sequence[float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class BlindRule:
    """A rule's accuracy with ties shared evenly, the chance level, and how often luck does as well.

    ``p`` is one-sided, from a normal approximation with the exact variance of guessing.
    """

    rule: str
    accuracy: float
    chance: float
    p: float
    n: int


def blind_baselines(questions: Sequence[PictureQuestion]) -> tuple[BlindRule, ...]:
    """Every rule over all questions; empty if there are none."""
    rules = {
        **RULES,
        "the commonest place": _place(questions),
        "right elsewhere": _prior(questions),
    }
    return tuple(_scored(name, rule, questions) for name, rule in rules.items() if questions)


def _scored(name: str, prefer: Preference, questions: Sequence[PictureQuestion]) -> BlindRule:
    from scipy.special import ndtr

    right = chance = variance = 0.0
    for question in questions:
        liked = prefer(question)
        best = max(liked)
        n_best, k = sum(value == best for value in liked), len(liked)
        right += (liked[question.answer] == best) / n_best
        chance += 1 / k
        # A guess at one of m of k options scores 1/m with probability m/k.
        variance += 1 / (n_best * k) - 1 / k**2
    n = len(questions)
    z = (right - chance) / variance**0.5 if variance > 0 else 0.0
    return BlindRule(rule=name, accuracy=right / n, chance=chance / n, p=float(ndtr(-z)), n=n)


def _longest(question: PictureQuestion) -> Sequence[float]:
    return [len(option) for option in question.options]


def _shortest(question: PictureQuestion) -> Sequence[float]:
    return [-len(option) for option in question.options]


def _overlap(question: PictureQuestion) -> Sequence[float]:
    """Words that an option shares with the question."""
    words = set(folded(question.text).split())
    return [len(words & set(folded(option).split())) for option in question.options]


def _alike(question: PictureQuestion) -> Sequence[float]:
    """Words that an option shares with the others: distractors are often made from the answer."""
    sets = [set(folded(option).split()) for option in question.options]
    return [sum(len(own & other) for other in sets if other is not own) for own in sets]


RULES: Mapping[str, Preference] = {
    "the longest option": _longest,
    "the shortest option": _shortest,
    "words of the question": _overlap,
    "words of the other options": _alike,
}


def _place(questions: Sequence[PictureQuestion]) -> Preference:
    common = Counter(question.answer for question in questions).most_common(1)
    liked = common[0][0] if common else 0
    return lambda question: [float(place == liked) for place in range(len(question.options))]


def _prior(questions: Sequence[PictureQuestion]) -> Preference:
    """How often an option's text is right in other questions, minus how often it is wrong."""
    right = Counter(folded(q.options[q.answer]) for q in questions)
    shown = Counter(folded(option) for q in questions for option in q.options)

    def prefer(question: PictureQuestion) -> Sequence[float]:
        liked = []
        for place, option in enumerate(question.options):
            text = folded(option)
            others = shown[text] - 1
            won = right[text] - (place == question.answer)
            liked.append(won / others if others else 0.0)
        return liked

    return prefer
