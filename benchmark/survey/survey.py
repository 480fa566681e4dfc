"""Survey questions with each country's distribution of answers, checked once where they enter.

Knows no model, image or score. A row of shares is kept where it can be repaired without guessing:

- shares are renormalised if they sum to 1 within 1 % (the files round to three or four decimals);
- a row is dropped and reported if its length is wrong, if it holds a negative number or something
  that is not a number, is all zero, or sums to anything else (one cell of the World Values Survey
  sums to 1.072: people gave several answers, and dividing by the sum would count some twice);
- of two labels of one country the first wins, in the order ISO3 code, English name, then
  ``data/survey_labels.csv`` from the top;
- a question with more options than there are letters to label them is dropped, and one with an
  option without words, or with two that read the same: whose share is whose cannot be known;
- of two rows with the same wording and options the one with more countries wins.

What is dropped is in `Survey.problems`; what is only worth knowing is in `Survey.notes`.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from pathlib import Path
from typing import cast

from benchmark import data, jsonio
from benchmark.errors import DataProblem
from benchmark.survey.csv_file import read_csv
from benchmark.survey.ordered import is_ordered
from benchmark.survey.raw_rows import Problem, RawQuestion, Tally
from benchmark.survey.sample_file import read_sample
from benchmark.survey.topics import UNLABELLED, published_topics, read_labels, topics
from benchmark.survey.wording import folded, is_substantive, stem
from benchmark.world.countries import by_rank, resolve_label

__all__ = ["SAMPLE", "Problem", "Question", "Survey", "load_survey", "stem"]

SAMPLE = data.sample("sample_survey.json")
RESPONDENTS = 1200  # a country's usual WVS sample, if the data do not say (DESIGN §6)
_SUM_TOLERANCE = 0.01 + 1e-9  # 0.25 + 0.74 is within 1 %, though its floats miss 0.99 by 1e-17
_MOST_OPTIONS = 26  # labels are single letters, A to Z
_HUB_LICENCE = "GlobalOpinionQA: CC BY-NC-SA 4.0; for another file, as its owner states"
_IN_DIGESTS = ("question_id", "text", "options", "substantive", "topic", "stem")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A closed question; ``human`` has a distribution over ``options`` per ISO3 code.

    ``substantive`` marks the options that are opinions, ``ordered`` says whether these are a scale
    in its order; a battery's items share ``stem``. ``respondents`` has a country's sample size
    where it is known, and ``design_effect`` what weighting divides it by (None: unknown).
    """

    question_id: str
    text: str
    options: tuple[str, ...]
    substantive: tuple[bool, ...]
    topic: str
    stem: str
    human: Mapping[str, tuple[float, ...]] = field(hash=False)
    respondents: Mapping[str, int] = field(hash=False)
    source: str
    ordered: bool = False
    design_effect: float | None = None

    def respondents_of(self, iso3: str) -> int:
        """How many equally weighted respondents the country's figures are worth, at least 1."""
        asked = self.respondents.get(iso3, RESPONDENTS)
        return max(1, round(asked / (self.design_effect or 1.0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """Questions sorted by id, where they come from, and what was left out.

    ``digest`` covers all that a figure depends on; ``revision`` is the file's own SHA-256.
    """

    name: str
    revision: str
    digest: str
    licence: str
    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()

    def countries(self) -> frozenset[str]:
        """ISO3 codes with an answer to at least one question."""
        return frozenset(iso3 for question in self.questions for iso3 in question.human)


def former_digest(survey: Survey) -> str:
    """The digest as version 1 of the suites made it: it did not cover which scales are ordered.

    A run of then names it, and was asked the same questions.
    """
    return jsonio.digest([_figures(question, _IN_DIGESTS) for question in survey.questions])


def load_survey(
    path: Path, *, source: str | None = "WVS", topic_labels: Path | None = None
) -> Survey:
    """A survey from our own JSON layout (``.json``) or GlobalOpinionQA's CSV layout.

    ``source`` keeps only the CSV rows of that source (None: all). ``topic_labels`` is a user's
    table, which takes precedence over the published labels.

    Raises
    ------
    DataProblem
        The file cannot be used, or holds no usable question.
    """
    tally, notes = Tally(), Tally()
    name, licence = path.name, _HUB_LICENCE
    if path.suffix.lower() == ".json":
        sample = read_sample(path)
        name, licence, rows = sample.name, sample.licence, iter(sample.questions)
    else:
        rows = read_csv(path, source=source, tally=tally, notes=notes)
    own = read_labels(topic_labels) if topic_labels else {}
    questions = _questions(rows, own, tally, notes)
    if not questions:
        raise DataProblem(_nothing_left(path, source, (*tally.problems(), *notes.problems())))
    return Survey(
        name=name,
        revision="sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(),
        digest=_digest(questions),
        licence=licence,
        questions=questions,
        problems=tally.problems(),
        notes=notes.problems(),
    )


def _questions(
    rows: Iterable[RawQuestion], own: Mapping[str, str], tally: Tally, notes: Tally
) -> tuple[Question, ...]:
    kept: dict[str, Question] = {}
    unused = set(own)
    for row in rows:
        unused.discard(row.row)
        if len(row.options) > _MOST_OPTIONS:
            tally.add(
                f"question with more than {_MOST_OPTIONS} options", f"question {row.question_id}"
            )
            continue
        if fault := _fault_of_options(row.options):
            tally.add(fault, f"question {row.question_id}")
            continue
        question = _question(row, own, tally)
        if not question.human:
            tally.add("question without a usable country", f"question {question.question_id}")
            continue
        twin = kept.get(question.question_id)
        if twin:
            tally.add("duplicate question", f"question {question.question_id}")
            question = max(twin, question, key=_precedence)
        kept[question.question_id] = question
    for sha in sorted(unused):
        notes.add("topic label of an absent question", f"sha256 {sha}")
    for key, found in sorted(kept.items()):
        if found.topic == UNLABELLED:
            notes.add("question without a topic label", f"question {key}")
        if sum(found.substantive) < 2:
            notes.add(
                "question with fewer than two substantive options, scored as printed only",
                f"question {key}",
            )
    return tuple(kept[key] for key in sorted(kept))


def _fault_of_options(options: Sequence[str]) -> str:
    """Why shares cannot be told apart by these options; empty if they can."""
    read = [folded(option) for option in options]
    if not all(read):
        return "question with an option without words"
    return "question with two options that read the same" * (len(set(read)) < len(read))


def _precedence(question: Question) -> tuple[int, str]:
    # The digest only breaks ties, so the file's order never decides.
    return len(question.human), jsonio.digest(question.human)


def _question(row: RawQuestion, own: Mapping[str, str], tally: Tally) -> Question:
    human = _human(row, tally)
    substantive = tuple(map(is_substantive, row.options))
    return Question(
        question_id=row.question_id,
        text=row.text,
        options=row.options,
        substantive=substantive,
        ordered=is_ordered(row.question_id, tuple(compress(row.options, substantive))),
        topic=_topic(row, own),
        stem=row.stem,
        human=human,
        respondents={
            iso3: n
            for label, n in sorted(row.respondents.items())
            if (iso3 := resolve_label(label).iso3) in human and _is_count(n)
        },
        source=row.source,
        design_effect=row.design_effect,
    )


def with_design_effect(survey: Survey, effect: float) -> Survey:
    """The survey with the effect on every question whose file says none.

    Unchanged where all have one: a bundle's figures have it, and not the words for a digest.
    """
    if all(question.design_effect for question in survey.questions):
        return survey
    questions = tuple(
        question if question.design_effect else replace(question, design_effect=effect)
        for question in survey.questions
    )
    return replace(survey, questions=questions, digest=_digest(questions))


def _topic(row: RawQuestion, own: Mapping[str, str]) -> str:
    found = own.get(row.row) or row.topic or published_topics().get(row.row, UNLABELLED)
    if found != UNLABELLED and found not in topics():
        raise DataProblem(
            f"question {row.question_id} has the unknown topic {found!r}; "
            f"the topics are {', '.join(topics())}"
        )
    return found


def _human(row: RawQuestion, tally: Tally) -> dict[str, tuple[float, ...]]:
    human: dict[str, tuple[float, ...]] = {}
    for label, found in by_rank(row.shares):
        where = f"question {row.question_id}, {label[:60]}"
        shares = _distribution(row.shares[label], len(row.options))
        if found.iso3 is None:
            tally.add(f"country label left out: {found.reason}", where)
        elif isinstance(shares, str):
            tally.add(shares, where)
        elif found.iso3 in human:
            tally.add("second label of one country", where)
        else:
            human[found.iso3] = shares
    return dict(sorted(human.items()))


def _distribution(values: Sequence[object], n_options: int) -> tuple[float, ...] | str:
    """The renormalised shares, or what is wrong with them."""
    if len(values) != n_options:
        return "not as many shares as options"
    if not set(map(type, values)) <= {int, float}:  # bool too is refused, an int to isinstance
        return "share that is not a number"
    numbers = cast("Sequence[float]", values)
    try:
        total = math.fsum(numbers)
    except (OverflowError, ValueError):  # an integer beyond floats, or infinities of both signs
        return "share that is not a number"
    if not math.isfinite(total):
        return "share that is not a number"
    if min(numbers) < 0:
        return "negative share"
    if total == 0:
        return "all shares zero"
    if abs(total - 1) > _SUM_TOLERANCE:
        return "shares do not sum to 1"
    return tuple([number / total for number in numbers])


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _nothing_left(path: Path, source: str | None, seen: Iterable[Problem]) -> str:
    found = "; ".join(f"{p.kind}: {p.count} ({p.example})" for p in seen) or "no row"
    rows = f"rows of source {source}" if source else "rows"
    return f"survey file {path} has no usable question among its {rows}; found {found}"


def _digest(questions: Sequence[Question]) -> str:
    return jsonio.digest([_figures(question, (*_IN_DIGESTS, "ordered")) for question in questions])


def _figures(question: Question, names: Sequence[str]) -> Mapping[str, object]:
    found = {name: getattr(question, name) for name in names}
    # The bits of the shares: as exact as their decimals, and written in a tenth of the time.
    bits = {c: struct.pack(f"<{len(p)}d", *p).hex() for c, p in question.human.items()}
    weighted = {"design_effect": question.design_effect} if question.design_effect else {}
    return found | {"human": bits, "respondents": question.respondents} | weighted
