"""What is asked of a case besides its questions: prompts without content, written answers.

Knows what was asked and the options; no survey figure, model or store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from benchmark.errors import UsageProblem
from benchmark.jsonio import Json, digest
from benchmark.records import Choice, Reply, Request
from benchmark.scoring.choice_answers import AskedChoice
from benchmark.scoring.option_bias import (
    AskedWithoutContent,
    ContentFree,
    bias_values,
    probabilities,
    without_content,
)
from benchmark.scoring.written import Writing, written_values
from benchmark.settings import Settings
from benchmark.survey.survey import Question
from benchmark.vocabulary import REFERENCE
from suites.wvs.asking import fillers
from suites.wvs.options import DIVIDE, OFF, WvsOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The answers that count, one for each choice, and by item id what else is known."""

    answers: Sequence[Reply]
    values: Mapping[str, Mapping[str, float]]
    keys: Mapping[str, tuple[str, ...]]


class Instruments:
    """The further requests of one case, and what their replies say.

    ``questions`` and ``choices`` belong to ``asked``; ``to_write`` are the ids of questions that
    are also answered in writing. ``answers`` is how many are written to each choice, None where
    probabilities are given.
    """

    def __init__(
        self,
        *,
        own: WvsOptions,
        questions: Sequence[Question],
        asked: Sequence[AskedChoice],
        choices: Sequence[Choice],
        content_free: Callable[[AskedWithoutContent], Choice],
        fillers: Sequence[str],
        writing: Writing,
        to_write: frozenset[str],
        answers: int | None,
    ) -> None:
        self._own = own
        self._ids = [question.question_id for question in questions]
        self._asked = asked
        self._choices = choices
        self._writing = writing
        self._answers = answers
        self._free = without_content(asked, fillers) if own.calibrate != OFF else ()
        # The first presentation under the first picture is as printed.
        first = {one.question: place for place, one in reversed([*enumerate(asked)])}
        self._written = {q: at for q, at in sorted(first.items()) if self._ids[q] in to_write}
        self.requests: list[Request] = [
            *map(content_free, self._free),
            *(part for at in self._written.values() for part in writing.requests(choices[at])),
        ]

    def read(self, answers: Sequence[Reply], more: Sequence[Reply]) -> Found:
        """What the replies say: to the choices, and to `requests`."""
        replies = iter(more)
        free = ContentFree(self._free, [*islice(replies, len(self._free))], answers=self._answers)
        if self._own.calibrate == DIVIDE:
            pairs = zip(self._asked, answers, strict=True)
            answers = [free.calibrate(one, reply) for one, reply in pairs]
        values = free.values()
        keys = dict(free.keys)
        if self._own.latin_square:
            _add(values, bias_values(self._asked, answers, answers=self._answers))
        for question, at in self._written.items():
            texts = [*islice(replies, self._writing.n_texts)]
            keys[question] = (*keys.get(question, ()), *(reply.key for reply in texts))
            scored = probabilities(answers[at])
            _add(values, {question: written_values(self._choices[at].labels, scored, texts)})
        return Found(
            answers=answers,
            values={self._ids[question]: found for question, found in values.items()},
            keys={self._ids[question]: found for question, found in keys.items()},
        )


def _add(values: dict[int, dict[str, float]], more: Mapping[int, Mapping[str, float]]) -> None:
    for question, found in more.items():
        values.setdefault(question, {}).update(found)


def check_instruments(settings: Settings, own: WvsOptions) -> None:
    """Raise where options exclude each other."""
    if own.latin_square and settings.permutations != 1:
        raise UsageProblem(
            "--latin-square asks in orders of its own, so it and --permutations exclude each other"
        )
    if own.written and settings.sampled:
        raise UsageProblem(
            "--written compares probabilities with written answers, and --scoring sampled asks for "
            "no probabilities; leave one of them out"
        )
    if own.written and settings.model.startswith(REFERENCE):
        raise UsageProblem(
            f"--written has nothing to compare for {settings.model}: a reference draws what it "
            "writes from its own probabilities"
        )


def instruments_config(own: WvsOptions) -> Mapping[str, Json]:
    """Only what is asked: configurations from before these options stay what they were."""
    chosen: dict[str, Json] = {}
    if own.latin_square:
        chosen["latin_square"] = "on"
    if own.calibrate != OFF:
        chosen |= {"calibrate": own.calibrate, "content_free": digest(list(fillers()))}
    if own.written:
        chosen["written"] = own.written
    return chosen


def instruments_note(own: WvsOptions) -> str:
    """The part of the header's line on prompts."""
    return (
        ", in a Latin square" * own.latin_square
        + f", calibration {own.calibrate}" * (own.calibrate != OFF)
        + f", {own.written} written answers a country and proxy" * bool(own.written)
    )
