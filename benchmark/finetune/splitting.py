"""Which questions are trained on: groups held out, no leak into other splits, concepts kept whole.

Pure functions on questions; knows no picture's pixels and no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from benchmark.analyses.groups import continent, region
from benchmark.errors import DataProblem, UsageProblem, unknown
from benchmark.questions.kinds import categories, folded, slug_of
from benchmark.questions.question import PictureQuestion
from benchmark.world.countries import countries, country

Questions = Sequence[PictureQuestion]
KINDS: Mapping[str, Callable[[PictureQuestion], str]] = {
    "region": lambda question: region(question.country),
    "continent": lambda question: continent(question.country),
    "country": lambda question: question.country,
    "category": lambda question: question.category,
}
OPTION = "--hold-out"
NO_COPIES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group of questions, such as the region Africa."""

    kind: str
    member: str

    @property
    def name(self) -> str:
        """As it is given on the command line."""
        return f"{self.kind}:{self.member}"

    def __contains__(self, question: PictureQuestion) -> bool:
        return KINDS[self.kind](question) == self.member


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The training split in its parts; no concept or picture of one is in another.

    ``held_out`` has the number of training questions of each group left out, ``leaking`` those
    left out because another split has their concept or picture, in ``leaked`` questions.
    """

    train: tuple[PictureQuestion, ...]
    validation: tuple[PictureQuestion, ...]
    held_out: Mapping[str, int]
    leaking: tuple[PictureQuestion, ...]
    leaked: int


def groups(texts: Iterable[str], questions: Questions) -> tuple[Group, ...]:
    """What ``--hold-out`` names.

    Raises
    ------
    UsageProblem, DataProblem
        It is not of the form KIND:NAME, or there is no such kind, region, country or category.
    """
    return tuple(_group(text, questions) for text in dict.fromkeys(texts))


def _group(text: str, questions: Questions) -> Group:
    kind, colon, name = (part.strip() for part in text.partition(":"))
    if not colon or not name:
        raise UsageProblem(f"{OPTION} {text!r} is not of the form KIND:NAME, like region:Africa")
    if kind not in KINDS:
        raise UsageProblem(unknown("kind of group", kind, KINDS, source=OPTION))
    if kind == "country":
        return Group(kind=kind, member=country(name, source=OPTION).iso3)
    if kind == "category":
        known = {**categories(), **{q.category: q.category for q in questions}}
        member = slug_of(name, known)
    else:
        of = region if kind == "region" else continent
        known = {there: there for iso3 in countries() if (there := of(iso3))}
        member = slug_of(name, known)
    if member is None:
        raise UsageProblem(unknown(kind, name, known, source=OPTION))
    return Group(kind=kind, member=member)


def parts(
    questions: Questions,
    *,
    split: str,
    held_out: Sequence[Group],
    validation: float,
    rng: np.random.Generator,
    copies: Mapping[str, str] = NO_COPIES,
) -> Parts:
    """Divide the training split.

    All other questions count as asked later, even those without a split, which suites ask whatever
    ``--split`` says; a training question on a concept or a picture of theirs is left out.
    ``copies`` maps copies of a picture to the one name by which they count.

    Raises
    ------
    DataProblem
        There is no such split, nothing is left of it, or it cannot be divided.
    """
    mine = [question for question in questions if question.split == split]
    if not mine:
        found = Counter(question.split or "no split" for question in questions)
        shown = ", ".join(f"{name} {n}" for name, n in sorted(found.items()))
        raise DataProblem(
            f"the questions have no split {split!r} to train on, only {shown}; name one with "
            "--split, or fill in the column split"
        )
    counts = {group.name: sum(question in group for question in mine) for group in held_out}
    rest = [question for question in mine if not any(question in group for group in held_out)]
    others = [question for question in questions if question.split != split]
    leaking, leaked = _leaks(rest, others, copies)
    gone = {question.question_id for question in leaking}
    clean = [question for question in rest if question.question_id not in gone]
    if not clean:
        raise DataProblem(
            f"nothing is left to train on: of {len(mine)} questions of split {split!r} "
            f"{len(mine) - len(rest)} are held out and {len(leaking)} are on a concept or picture "
            "of another split; hold out less, or take other data"
        )
    kept = _validation(clean, validation, rng, copies) if validation else set()
    return Parts(
        train=tuple(question for question in clean if question.question_id not in kept),
        validation=tuple(question for question in clean if question.question_id in kept),
        held_out=counts,
        leaking=tuple(leaking),
        leaked=leaked,
    )


def marks(question: PictureQuestion, copies: Mapping[str, str] = NO_COPIES) -> tuple[str, str]:
    """What must not be on both sides: the concept in plain words, and the picture."""
    picture = copies.get(question.image_id, question.image_id)
    return f"concept {folded(question.concept)}", f"picture {folded(picture)}"


def concepts(questions: Iterable[PictureQuestion]) -> int:
    """How many concepts questions are about."""
    return len({folded(question.concept) for question in questions})


def _leaks(
    train: Questions, others: Questions, copies: Mapping[str, str]
) -> tuple[list[PictureQuestion], int]:
    """Training questions on what others ask about, and how many of the others are affected."""
    asked = {mark for question in others for mark in marks(question, copies)}
    trained = {mark for question in train for mark in marks(question, copies)}
    leaking = [question for question in train if not asked.isdisjoint(marks(question, copies))]
    return leaking, sum(not trained.isdisjoint(marks(question, copies)) for question in others)


def _validation(
    questions: Questions, share: float, rng: np.random.Generator, copies: Mapping[str, str]
) -> set[str]:
    """Ids of whole groups, drawn until their share is as near as possible; one at least."""
    found = _connected(questions, copies)
    if len(found) < 2:
        raise DataProblem(
            f"all {len(questions)} training questions are linked by concept or picture, so none "
            "can be kept for validation; use --validation 0 to train without"
        )
    wanted = share * len(questions)
    kept: set[str] = set()
    order = [found[place] for place in rng.permutation(len(found))]
    for group in order[:-1]:  # something must be left to train on
        if len(kept) + len(group) / 2 <= wanted:
            kept |= set(group)
    smallest = min(order, key=len)
    return kept or set(smallest)


def _connected(questions: Questions, copies: Mapping[str, str]) -> list[list[str]]:
    """Ids of questions linked by concept or picture, directly or not; in a fixed order."""
    parent: dict[str, str] = {}

    def root(mark: str) -> str:
        while parent.setdefault(mark, mark) != mark:
            parent[mark] = parent[parent[mark]]
            mark = parent[mark]
        return mark

    for question in questions:
        one, other = marks(question, copies)
        parent[root(one)] = root(other)
    found: dict[str, list[str]] = {}
    for question in questions:
        found.setdefault(root(marks(question, copies)[0]), []).append(question.question_id)
    return list(found.values())
