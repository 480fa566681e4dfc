"""What is wrong with a set of questions: duplicates, leaks between splits, answers given away.

Knows questions, not pixels. A fault makes a figure wrong; a doubt needs somebody to look at it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from benchmark.jsonio import Json
from benchmark.questions.heuristics import BlindRule, blind_baselines
from benchmark.questions.kinds import folded
from benchmark.questions.question import PictureQuestion
from benchmark.texts.markers import markers_in

Weight = Literal["fault", "doubt", "fine"]
NEAR_DUPLICATE = 92  # of 100, rapidfuzz's token_sort_ratio: a word or two changed, or their order
BLOCK = 200  # questions on one picture that are compared with each other
SMALL_P, EXCESS = 0.001, 0.05
SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The result of one check: how many of how many questions, and the first of them."""

    check: str
    weight: Weight
    count: int
    of: int
    note: str = ""
    examples: tuple[str, ...] = ()

    def document(self) -> dict[str, Json]:
        """As plain JSON values."""
        return {
            "check": self.check,
            "weight": self.weight,
            "count": self.count,
            "of": self.of,
            "note": self.note,
            "examples": list(self.examples),
        }


def check(
    questions: Sequence[PictureQuestion],
    *,
    unreadable: Sequence[str] = (),
    copies: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Every check, in a fixed order; ``unreadable`` has a sentence for each row that is unusable.

    ``copies`` maps each name of a picture that has several to one of them.
    """
    same = copies or {}
    n = len(questions)
    return (
        _finding("rows that cannot be used", "fault", unreadable, n + len(unreadable)),
        _finding("the same question on the same picture", "fault", _doubles(questions), n),
        _finding("a concept in train and in test", "fault", _leaks(questions, "concept", {}), n),
        _finding("a picture in train and in test", "fault", _leaks(questions, "image_id", same), n),
        _finding("the right option stands in the question", "fault", _given_away(questions), n),
        _finding("words that many models obey", "doubt", _with_markers(questions), n),
        _finding("almost the same question", "doubt", _near_duplicates(questions), n),
        _finding("only the right option names the concept", "doubt", _hints(questions), n),
        _places(questions),
        *map(_blind_rule, blind_baselines(questions)),
    )


def _finding(name: str, weight: Weight, found: Iterable[str], of: int) -> Finding:
    examples = tuple(found)
    return Finding(
        check=name,
        weight=weight if examples else "fine",
        count=len(examples),
        of=of,
        examples=examples[:SHOWN],
    )


def _doubles(questions: Sequence[PictureQuestion]) -> Iterator[str]:
    first: dict[tuple[str, str, frozenset[str]], str] = {}
    for q in questions:
        key = q.image_id, folded(q.text), frozenset(map(folded, q.options))
        if key in first:
            yield f"{q.question_id} repeats {first[key]}"
        first.setdefault(key, q.question_id)


def _leaks(
    questions: Sequence[PictureQuestion], name: str, same: Mapping[str, str]
) -> Iterator[str]:
    """Test questions that share something with the training split; validation counts as test."""
    trained = [getattr(q, name) for q in questions if q.split == "train"]
    seen = {folded(same.get(value, value)) for value in trained}
    for q in questions:
        value = getattr(q, name)
        if q.split not in ("train", "") and folded(same.get(value, value)) in seen:
            yield f"{q.question_id}: {value}"


def _given_away(questions: Sequence[PictureQuestion]) -> Iterator[str]:
    """Questions that contain the whole text of the right option and of no other."""
    for q in questions:
        text = f" {folded(q.text)} "
        there = [place for place, o in enumerate(q.options) if f" {folded(o)} " in text]
        if there == [q.answer]:
            yield f"{q.question_id}: {q.options[q.answer]}"


def _with_markers(questions: Sequence[PictureQuestion]) -> Iterator[str]:
    """Questions with control markers, which some models leave unscored (docs/prompts.md)."""
    for q in questions:
        if found := markers_in("\n".join((q.text, *q.options))):
            yield f"{q.question_id}: {', '.join(found)}"


def _hints(questions: Sequence[PictureQuestion]) -> Iterator[str]:
    """Only the right option names what is shown: a hint, unless that is the question."""
    for q in questions:
        concept = folded(q.concept)
        if q.question_type == "image-recognition" or not concept:
            continue
        there = [place for place, o in enumerate(q.options) if concept in folded(o)]
        if there == [q.answer]:
            yield f"{q.question_id}: {q.options[q.answer]}"


def _near_duplicates(questions: Sequence[PictureQuestion]) -> Iterator[str]:
    """Questions on one picture that differ in a word or two, or in their order."""
    from rapidfuzz import fuzz

    on_picture: dict[str, list[PictureQuestion]] = {}
    for q in questions:
        on_picture.setdefault(q.image_id, []).append(q)
    for block in on_picture.values():
        texts = [folded(" ".join((q.text, *q.options))) for q in block[:BLOCK]]
        for i, j in combinations(range(len(texts)), 2):
            score = fuzz.token_sort_ratio(texts[i], texts[j], score_cutoff=NEAR_DUPLICATE)
            if score:
                yield f"{block[j].question_id} is like {block[i].question_id} ({score:.0f} of 100)"


def _places(questions: Sequence[PictureQuestion]) -> Finding:
    """Chi-square of the right option's place, over questions with the commonest option count."""
    name = "the right option's place"
    if not questions:
        return Finding(check=name, weight="fine", count=0, of=0)
    k = Counter(len(q.options) for q in questions).most_common(1)[0][0]
    places = Counter(q.answer for q in questions if len(q.options) == k)
    counts = [places[place] for place in range(k)]
    p = _chi_square_p(counts)
    uneven = max(counts) / sum(counts) - 1 / k
    shown = ", ".join(f"{chr(ord('A') + place)} {n}" for place, n in enumerate(counts))
    return Finding(
        check=name,
        weight="doubt" if p < SMALL_P and uneven > EXCESS else "fine",
        count=max(counts),
        of=sum(counts),
        note=f"{shown}; p {p:.2g} if all were equally likely",
    )


def _chi_square_p(counts: Sequence[int]) -> float:
    from scipy import stats  # doubles the time to start, so nowhere else

    return float(stats.chisquare(counts).pvalue)


def _blind_rule(blind: BlindRule) -> Finding:
    above = blind.accuracy - blind.chance
    return Finding(
        check=f"blind rule: {blind.rule}",
        weight="doubt" if blind.p < SMALL_P and above > EXCESS else "fine",
        count=round(blind.accuracy * blind.n),
        of=blind.n,
        note=f"right {blind.accuracy:.3f}, chance {blind.chance:.3f}, p {blind.p:.2g}",
    )


def by_split(questions: Sequence[PictureQuestion]) -> Mapping[str, int]:
    """How many questions each split has."""
    return dict(sorted(Counter(q.split or "no split" for q in questions).items()))
