"""What a model writes to a choice that it was scored on: which questions, and how far they agree.

Knows questions, replies and letters; no wording and no model.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.engine.sampled import Sampled
from benchmark.engine.sampled_choices import expanded, place_of, shares
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.letters_against_shares import expected_total_variation, total_variation
from benchmark.records import Choice, Probabilities, Reply, Request, Text
from benchmark.survey.survey import Question
from benchmark.texts.letters import readable
from benchmark.vocabulary import (
    SCORED_OPTION,
    WRITTEN_AGREEMENT,
    WRITTEN_EXPECTED_TV,
    WRITTEN_OPTION,
    WRITTEN_TV,
    WRITTEN_UNREADABLE,
)

DRAWN = 8  # texts at temperature 1, for the frequencies; one more is greedy
ALIKE = 1e-9  # probabilities that differ by less are tied


def drawn_questions(questions: Sequence[Question], n: int, *, seed: int) -> frozenset[str]:
    """The ids of n questions, the same for every country and proxy as far as they were asked.

    One of each stem before a second of any, since an interval is over stems; else by a digest.
    """

    def digest(text: str) -> str:
        return hashlib.sha256(f"{seed}/{text}".encode()).hexdigest()

    turns: dict[str, int] = {}
    ranks = []
    for question in sorted(questions, key=lambda one: digest(one.question_id)):
        turn = turns[question.stem] = turns.get(question.stem, -1) + 1
        ranks.append((turn, digest(question.stem), question.question_id))
    return frozenset(question_id for *_, question_id in sorted(ranks)[:n])


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """How a choice is also answered in writing, in texts of so many tokens: greedily, and drawn."""

    tokens: int
    seed: int

    @property
    def n_texts(self) -> int:
        """Texts for each choice."""
        return 1 + DRAWN

    def requests(self, choice: Choice) -> list[Request]:
        """The same prompt with a line that asks for a letter in place of the lead-in."""
        greedy = Sampled(answers=1, tokens=self.tokens, temperature=0.0)
        drawn = Sampled(answers=DRAWN, tokens=self.tokens, temperature=1.0)
        return [
            *expanded([choice], greedy, seed=self.seed),
            *expanded([choice], drawn, seed=self.seed),
        ]


def written_values(
    labels: Sequence[str], scored: Probabilities, texts: Sequence[Reply]
) -> dict[str, float]:
    """How far the texts of `Writing.requests` agree with the probabilities; NaN if unreadable.

    The option of the greedy text agrees where it is the most probable one; of tied ones each is so
    to its share. Places are those of the labels.
    """
    greedy, *drawn = (readable(_text(reply)) for reply in texts)
    p = np.array(scored.p)
    best = np.flatnonzero(p >= p.max() - ALIKE)
    place = place_of(greedy, labels)
    known = not np.isnan(p).any()
    read = place is not None and known
    values = {
        SCORED_OPTION: float(best[0]) if known else math.nan,
        WRITTEN_OPTION: float(place) if place is not None else math.nan,
        WRITTEN_AGREEMENT: float(place in best) / len(best) if read else math.nan,
        WRITTEN_UNREADABLE: float(place is None),
    }
    return values | dict(_frequencies(labels, p, drawn))


def _frequencies(
    labels: Sequence[str], p: FloatArray, drawn: Sequence[str]
) -> Iterator[tuple[str, float]]:
    written = shares(drawn, labels)
    n = round(written.option_mass * len(drawn))
    yield WRITTEN_TV, float(total_variation(written.p, p))
    yield WRITTEN_EXPECTED_TV, float(expected_total_variation(p, n)) if n else math.nan


def _text(reply: Reply) -> Text:
    if not isinstance(reply.answer, Text):
        raise TypeError(f"a written answer came back as {type(reply.answer).__name__}")
    return reply.answer
