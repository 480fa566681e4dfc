"""Which stories are rated, and by whom: every model in the same cells, all lists balanced.

Knows stories and numbers of raters; no page, no file. A *cell* is a nationality and a concept.
Each chosen cell has one story of every model, of one temperature and number, so that models are
compared on equal terms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.errors import UsageProblem
from leaderboard.study.balancing import Bounds, Edges, IntArray, balanced, even_shares, rounded
from leaderboard.study.stories import Place, Story

Cell = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a rater sees on one page: a story, or a check with its right answer instead."""

    story: int  # index of the design's story; of a check, the story whose picture it uses
    answer: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Design:
    """The stories of a study and each rater's pages in the order they are shown.

    ``uneven`` is the largest number of stories that one model, nationality or concept has more
    than another, over all stories and on one rater's list.
    """

    stories: tuple[Story, ...]
    lists: tuple[tuple[Page, ...], ...]

    @property
    def uneven(self) -> Mapping[str, int]:
        every = range(len(self.stories))
        rated = [[page.story for page in pages if page.answer is None] for pages in self.lists]
        return {
            "models": self._range(every, "model"),
            "nationalities": self._range(every, "country"),
            "concepts": self._range(every, "concept"),
            "models on a list": max(self._range(one, "model") for one in rated),
            "nationalities on a list": max(self._range(one, "country") for one in rated),
        }

    def _range(self, places: Sequence[int], field: str) -> int:
        known = {getattr(story.about, field) for story in self.stories}
        counts = Counter(getattr(self.stories[place].about, field) for place in places)
        return max(counts[one] for one in known) - min(counts[one] for one in known)


def choose(stories: Sequence[Story], number: int, *, rng: np.random.Generator) -> list[Story]:
    """At most ``number`` stories: one of each model from as many cells as that allows.

    Nationalities occur equally often up to one cell, and so do concepts, as far as the available
    stories allow; temperatures take turns.

    Raises
    ------
    UsageProblem
        No cell has a story of every model, or ``number`` is less than one of each model.
    """
    labels = sorted({story.about.model for story in stories})
    by_place: dict[Place, dict[str, Story]] = {}
    for story in stories:
        by_place.setdefault(story.place, {})[story.about.model] = story
    whole = sorted(place for place, held in by_place.items() if len(held) == len(labels))
    if not whole:
        raise UsageProblem(
            f"no nationality and concept has a story of each of {', '.join(labels)} with one "
            "temperature and number; name runs with the same --temperatures"
        )
    if number < len(labels):
        raise UsageProblem(f"--stories {number} is less than one story of each of {len(labels)}")
    places = _places(whole, min(number // len(labels), len(whole)), rng)
    return [by_place[place][label] for place in places for label in labels]


def _places(whole: Sequence[Place], number: int, rng: np.random.Generator) -> list[Place]:
    """``number`` of the places, balanced over nationalities and concepts."""
    slots: dict[Cell, list[Place]] = {}
    for place in whole:
        slots.setdefault(place[:2], []).append(place)
    cells = sorted(slots)
    held = np.array([len(slots[cell]) for cell in cells])
    most = np.ones_like(held)  # a cell is reused only when there are too few
    while np.minimum(held, most).sum() < number:
        most += 1
    left, right = (_codes([cell[side] for cell in cells]) for side in (0, 1))
    edges = Edges(
        left=left,
        right=right,
        least=np.zeros_like(held),
        most=np.minimum(held, most),
        cost=rng.random(len(cells)),
    )
    bounds = [rounded(even_shares(np.bincount(ends, edges.most), number)) for ends in (left, right)]
    taken = balanced(edges, number, *bounds)
    used: Counter[float] = Counter()
    found: list[Place] = []
    for at in rng.permutation(len(cells)):  # else the first cells would get the first temperature
        for _ in range(taken[at]):
            order = [slots[cells[at]][i] for i in rng.permutation(len(slots[cells[at]]))]
            place = min(
                (one for one in order if one not in found), key=lambda place: used[place[2]]
            )
            used[place[2]] += 1
            found.append(place)
    return sorted(found)


def deal(
    stories: Sequence[Story], *, raters: int, per_rater: int, rng: np.random.Generator
) -> list[IntArray]:
    """Lists of stories, each story on ``raters`` lists and on none twice.

    A list has at most ``per_rater`` stories; there are as few lists as that allows, equally long
    up to one. On each list every model occurs equally often up to one, and so does every
    nationality, as far as the stories allow.
    """
    models, nations = (
        _codes([getattr(story.about, name) for story in stories]) for name in ("model", "country")
    )
    need = np.full(len(stories), raters)
    size = min(per_rater, len(stories))
    number = max(raters, -(-len(stories) * raters // size))
    pages, longer = divmod(len(stories) * raters, number)
    sizes = [pages + (at < longer) for at in range(number)]
    found = []
    for at, wanted in enumerate(sizes):
        edges = Edges(
            left=models,
            right=nations,
            least=(need == number - at).astype(np.intp),  # else too few lists would be left for it
            most=(need > 0).astype(np.intp),
            cost=rng.random(len(stories)) - 10.0 * need,
        )
        taken = balanced(
            edges, wanted, *(_bounds(ends, need, sizes[at:]) for ends in (models, nations))
        )
        need -= taken
        found.append(np.flatnonzero(taken))
    return found


def _bounds(ends: IntArray, need: IntArray, sizes: Sequence[int]) -> Bounds:
    """Each member's rounded share of this list, such that later lists can have theirs."""
    whole = np.bincount(ends) / ends.size
    lows, highs = zip(*(rounded(size * whole) for size in sizes), strict=True)
    left = np.bincount(ends, need)
    return np.maximum(lows[0], left - sum(highs[1:])), np.minimum(highs[0], left - sum(lows[1:]))


def design(
    stories: Sequence[Story],
    *,
    number: int,
    raters: int,
    per_rater: int,
    attention: int,
    steps: Sequence[int],
    rng: np.random.Generator,
) -> Design:
    """The whole plan: stories, lists, the order of each list, and its randomly placed checks."""
    chosen = choose(stories, number, rng=rng)
    dealt = deal(chosen, raters=raters, per_rater=per_rater, rng=rng)
    lists = [
        _with_checks(rng.permutation(list_), attention, steps, len(chosen), rng) for list_ in dealt
    ]
    return Design(stories=tuple(chosen), lists=tuple(lists))


def _with_checks(
    order: IntArray, attention: int, steps: Sequence[int], stories: int, rng: np.random.Generator
) -> tuple[Page, ...]:
    """Insert checks, never first, with different right answers so that no one answer passes all."""
    answers = [int(one) for one in rng.permutation(steps)]
    at = rng.choice(np.arange(1, order.size + attention), size=attention, replace=False)
    checks = {
        int(place): Page(story=int(rng.integers(stories)), answer=answers[i % len(answers)])
        for i, place in enumerate(at)
    }
    rest = iter(order.tolist())
    return tuple(
        checks[place] if place in checks else Page(story=next(rest))
        for place in range(order.size + attention)
    )


def _codes(texts: Sequence[str]) -> IntArray:
    _, codes = np.unique(np.array(texts), return_inverse=True)
    return codes.astype(np.intp)
