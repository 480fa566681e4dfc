"""Which stories are chosen and dealt: balance, no repeats, checks, holes in what is there."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest

from benchmark.errors import UsageProblem
from leaderboard.study.balancing import Edges, balanced, rounded
from leaderboard.study.design import Design, choose, design
from leaderboard.study.key import KeyStory
from leaderboard.study.stories import Story

STEPS = (1, 2, 3, 4, 5)


def told(models: int = 3, countries: int = 7, concepts: int = 5, responses: int = 2) -> list[Story]:
    """Every cell's stories of every model, at two temperatures."""
    return [
        Story(
            about=KeyStory(
                model=f"m{model}",
                country=f"C{country}",
                concept=f"t{concept}",
                temperature=temperature,
                response=response,
                image="",
                values={},
            ),
            text="…",
        )
        for model, country, concept, temperature, response in product(
            range(models), range(countries), range(concepts), (0.3, 0.7), range(responses)
        )
    ]


def made(
    stories: list[Story],
    number: int,
    raters: int,
    per_rater: int,
    attention: int = 2,
    seed: int = 0,
) -> Design:
    """A design drawn by a seed."""
    return design(
        stories,
        number=number,
        raters=raters,
        per_rater=per_rater,
        attention=attention,
        steps=STEPS,
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize(
    ("models", "number", "raters", "per_rater"),
    [(3, 60, 3, 20), (2, 50, 2, 7), (1, 23, 5, 23), (5, 100, 4, 33), (2, 24, 3, 100)],
)
def test_everything_is_balanced(models: int, number: int, raters: int, per_rater: int) -> None:
    """Stories, raters and lists: each model and nationality equally often up to one."""
    plan = made(told(models), number, raters, per_rater)
    stories = plan.stories
    assert len(stories) == number // models * models
    assert set(Counter(story.about.model for story in stories).values()) == {number // models}
    cells = Counter((story.about.country, story.about.concept) for story in stories)
    assert set(cells.values()) == {models}, "each cell has a story of each model"
    of_cells = [Counter(cell[side] for cell in cells) for side in (0, 1)]
    assert all(max(one.values()) - min(one.values()) <= 1 for one in of_cells)
    rated = [[page.story for page in pages if page.answer is None] for pages in plan.lists]
    assert Counter(story for pages in rated for story in pages) == dict.fromkeys(
        range(len(stories)), raters
    )
    for pages in rated:
        assert len(set(pages)) == len(pages) <= per_rater, "nobody sees a story twice"
        for field in ("model", "country"):
            counts = Counter(getattr(stories[at].about, field) for at in pages)
            for name, whole in Counter(getattr(story.about, field) for story in stories).items():
                assert abs(counts[name] - whole * len(pages) / len(stories)) <= 1
    sizes = {len(pages) for pages in rated}
    assert max(sizes) - min(sizes) <= 1


def test_even_stories_make_even_lists() -> None:
    """Where every nationality has as many stories, each list has each as often up to one."""
    for models, cells, per_rater in ((3, 21, 20), (2, 35, 9), (5, 14, 33), (4, 28, 14)):
        uneven = made(told(models), models * cells, 3, per_rater).uneven
        assert uneven["models"] == uneven["nationalities"] == 0
        assert uneven["models on a list"] <= 1
        assert uneven["nationalities on a list"] <= 1


def test_models_are_held_against_each_other_on_equal_ground() -> None:
    """Of a chosen place each model has its story; temperatures take turns."""
    plan = made(told(), 60, 3, 20)
    places = Counter(story.place for story in plan.stories)
    assert set(places.values()) == {3}
    heat = Counter(place[2] for place in places)
    assert heat[0.3] == heat[0.7] == 10


def test_checks_are_there_and_never_first() -> None:
    """As many as asked for on each list, at places that differ, with answers that differ."""
    plan = made(told(), 60, 3, 20, attention=3)
    where: Counter[int] = Counter()
    for pages in plan.lists:
        at = [place for place, page in enumerate(pages) if page.answer is not None]
        answers = [page.answer for page in pages if page.answer is not None]
        assert len(at) == 3
        assert 0 not in at
        assert len(set(answers)) == 3
        assert set(answers) <= set(STEPS)
        where.update(at)
    assert len(where) > 8, "at random places"
    assert all(page.answer is None for pages in made(told(), 9, 1, 9, 0).lists for page in pages)


def test_the_seed_decides() -> None:
    """The same study twice; another seed, another; the order of the stories does not matter."""
    stories = told()
    one, again, other = (made(stories, 30, 2, 10, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.lists != other.lists
    assert {s.place for s in one.stories} != {s.place for s in other.stories}
    assert sorted(one.lists[0], key=repr) != list(one.lists[0]), "shuffled"


def test_holes_give_way_as_little_as_they_must() -> None:
    """A nationality with one concept only: it has its one cell, the others stay even."""
    stories = [s for s in told() if s.about.country != "C0" or s.about.concept == "t0"]
    chosen = choose(stories, 3 * 15, rng=np.random.default_rng(0))
    cells = Counter(country for country, _ in {(s.about.country, s.about.concept) for s in chosen})
    assert cells["C0"] == 1
    assert sum(cells.values()) == 15
    assert max(cells.values()) - min(n for c, n in cells.items() if c != "C0") <= 1


def test_a_story_that_one_model_lacks_is_not_chosen() -> None:
    """A cell needs one of each model; where there is none of all, the sentence says so."""
    lacking = [s for s in told(2) if s.about.model == "m0" or s.about.country != "C1"]
    chosen = choose(lacking, 40, rng=np.random.default_rng(0))
    assert "C1" not in {story.about.country for story in chosen}
    apart = [s for s in told(2) if (s.about.model == "m0") == (s.about.temperature == 0.3)]
    with pytest.raises(UsageProblem, match="no nationality and concept has a story of each"):
        choose(apart, 40, rng=np.random.default_rng(0))
    with pytest.raises(UsageProblem, match="less than one story of each"):
        choose(told(2), 1, rng=np.random.default_rng(0))


def test_all_stories_can_be_asked_for() -> None:
    """More than there are: all, and more than one of a cell only when cells run out."""
    stories = told(1, 2, 2, 2)
    assert len(choose(stories, 999, rng=np.random.default_rng(0))) == len(stories) == 16
    four = choose(stories, 4, rng=np.random.default_rng(0))
    assert len({(story.about.country, story.about.concept) for story in four}) == 4


def test_balance_is_exact_for_any_ends() -> None:
    """Whole numbers within the shares rounded up and down, with what must be taken."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        left, right = rng.integers(4, size=60), rng.integers(6, size=60)
        edges = Edges(
            left=left,
            right=right,
            least=(np.arange(60) == 7).astype(np.intp),
            most=np.ones(60, dtype=np.intp),
            cost=rng.random(60),
        )
        shares = [np.bincount(ends).astype(np.float64) / 2 for ends in (left, right)]
        taken = balanced(edges, 30, rounded(shares[0]), rounded(shares[1]))
        assert taken.sum() == 30
        assert taken[7] == 1
        for ends, share in zip((left, right), shares, strict=True):
            assert (np.abs(np.bincount(ends, taken) - share) < 1).all()
    with pytest.raises(ValueError, match="cannot be taken"):
        balanced(edges, 61, rounded(shares[0]), rounded(shares[1]))
