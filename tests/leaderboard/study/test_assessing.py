"""Intervals of ratings rest on who rated, and where there is none the reason is the right one."""

from __future__ import annotations

import numpy as np

from benchmark.metrics.divergence import FloatArray
from benchmark.records import Score
from leaderboard.study.dimensions import read_dimensions
from leaderboard.study.key import Key, KeyStory
from leaderboard.study.results import Results, assess, find
from leaderboard.study.sheet import Sheet
from leaderboard.study.table_parts import and_raters, interval

RATERS = 12
CONCEPTS = 6
COUNTRIES = ("BRA", "NGA", "VNM", "ITA")
STORIES = CONCEPTS * len(COUNTRIES)


def assessed(ratings: FloatArray) -> tuple[Key, list[Score]]:
    """Figures of one model's stories, six a country, rated as in (stories, raters)."""
    stories = {
        f"s{country}{concept}": KeyStory(
            model="m",
            country=country,
            concept=f"c{concept}",
            temperature=0.3,
            response=1,
            image="",
            values={},
        )
        for country in COUNTRIES
        for concept in range(CONCEPTS)
    }
    key = Key(
        seed=0,
        proxy="none",
        dimensions=read_dimensions(),
        models=(),
        stories=stories,
        checks={},
        raters={f"r{at}": tuple(stories) for at in range(ratings.shape[1])},
    )
    sheet = Sheet(
        study="x",
        key=key,
        items=tuple(stories),
        raters=tuple(key.raters),
        values=np.repeat(ratings[None], len(key.dimensions.names), axis=0),
    )
    return key, assess(sheet, by_dimension=False)


def one(scores: list[Score], name: str, **scope: str) -> Score:
    """The score of the first dimension, which must be there."""
    found = find(scores, name, dimension=read_dimensions().names[0], **scope)
    assert found is not None
    return found


def drawn() -> FloatArray:
    """Ratings from 1 to 5 by everybody of everything."""
    return np.random.default_rng(0).integers(1, 6, size=(STORIES, RATERS)).astype(np.float64)


def test_nearly_constant_ratings_are_not_too_few() -> None:
    """One 4 among 3s gives an alpha whose resamples may be all 3s: it says so."""
    ratings = np.full((STORIES, RATERS), 3.0)
    ratings[0, 0] = 4
    alpha = one(assessed(ratings)[1], "alpha")
    assert np.isnan(alpha.low)
    assert not np.isnan(alpha.value)
    assert alpha.method == "ordinal; hardly varies"
    assert interval(alpha).text.endswith("[hardly varies]")
    ratings[19:] = np.nan
    few = one(assessed(ratings)[1], "alpha")
    assert few.method == "ordinal; too few"
    assert interval(few).text.endswith("[too few]")


def test_a_groups_raters_are_those_who_rated_it() -> None:
    """Nine others who rated another country do not take the interval away, nor count as units."""
    ratings = drawn()
    ratings[CONCEPTS : 2 * CONCEPTS, 3:] = np.nan  # Nigeria by three
    ratings[:CONCEPTS, :3] = np.nan  # Brazil by the nine others
    key, scores = assessed(ratings)
    nigeria = one(scores, "mean_rating", country="NGA")
    assert nigeria.low < nigeria.value < nigeria.high
    assert nigeria.method.endswith("6 cells alone; 3 raters are too few to be drawn")
    brazil = one(scores, "mean_rating", country="BRA")
    assert brazil.low < brazil.value < brazil.high
    assert brazil.method.endswith("6 cells and 9 raters")
    found = Results(
        key=key,
        rule="",
        raters=(),
        notes=(),
        scores=tuple(scores),
        scores_without_dropping=(),
    )
    assert and_raters(found, "country") == " and, where six or more raters rated, other raters"
    assert and_raters(found, "model") == " and other raters"


def test_who_did_not_rate_a_group_is_no_matter_to_it() -> None:
    """The interval of a country is the same with and without raters who saw none of it."""
    ratings = drawn()
    ratings[CONCEPTS : 2 * CONCEPTS, 8:] = np.nan
    every, eight = (assessed(table)[1] for table in (ratings, ratings[:, :8]))
    for country, alike in (("NGA", True), ("BRA", False)):
        first, second = (one(scores, "mean_rating", country=country) for scores in (every, eight))
        assert ((first.low, first.high) == (second.low, second.high)) is alike


def test_ratings_too_scattered_to_be_drawn_are_said() -> None:
    """Six raters with a story each: some draws of both hold no rating, which is not too few."""
    ratings = drawn()
    ratings[CONCEPTS:] = np.nan
    diagonal = np.where(np.eye(CONCEPTS), [1, 2, 3, 4, 5, 5], np.nan)
    ratings[CONCEPTS : 2 * CONCEPTS, :CONCEPTS] = diagonal
    nigeria = one(assessed(ratings)[1], "mean_rating", country="NGA")
    assert np.isnan(nigeria.low)
    assert nigeria.method.startswith("hardly rated: ")
    assert interval(nigeria).text == "3.33 [hardly rated]"
