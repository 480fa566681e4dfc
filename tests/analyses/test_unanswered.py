"""Unanswered is the model's doing, unasked the survey's: each scope counts the first alone."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchmark.analyses.unanswered import with_unanswered
from benchmark.gates import Gate, Status, judge
from benchmark.records import CaseRecord, Item, Score
from benchmark.vocabulary import Reading
from tests.analyses.building import item, record


def left_open(name: str) -> Item:
    """Asked, and not answered."""
    return replace(item(name, {}), model=None)


def unasked(name: str) -> Item:
    """Nobody in this country was asked."""
    return item(name, {}, scored=False)


def score(n: int, **scope: str) -> Score:
    """A similarity in a scope."""
    return Score(
        metric="js_similarity",
        reading="printed",
        value=0.9,
        low=0.89,
        high=0.91,
        scope=scope,
        n=n,
        n_clusters=n,
        higher_is_better=True,
    )


RECORDS = [
    record(item("a", {}), left_open("b"), unasked("c"), country="NGA"),
    record(item("a", {}), item("b", {}), unasked("c"), country="FRA", topic="race"),
    replace(
        record(left_open("a"), country="FRA"),
        case=replace(record(country="FRA").case, kind="control", proxy="none"),
    ),
]


@pytest.mark.parametrize(
    ("scope", "unanswered"),
    [
        ({}, 1),  # controls are in scopes that name them
        ({"country": "NGA"}, 1),
        ({"country": "FRA"}, 0),
        ({"proxy": "none"}, 1),
        ({"region": "Africa"}, 1),
        ({"topic": "race"}, 0),
        ({"contrast": "images-country", "country": "NGA"}, 1),  # which no case has
        ({"frame": "hofstede"}, 1),
    ],
)
def test_each_scope_counts_what_it_holds(scope: dict[str, str], unanswered: int) -> None:
    """Not what a survey did not ask."""
    (found,) = with_unanswered(RECORDS, [score(3, **scope)])
    assert found.n_unanswered == unanswered


def dont_know(name: str) -> Item:
    """Answered, all on what is no opinion."""
    asked = {"js_similarity_all_asked_substantive": 0.3, "js_similarity_substantive": math.nan}
    return item(name, {"js_similarity": 0.4, **asked, "w1_floor_uniform_substantive": 0.5})


@pytest.mark.parametrize(
    ("metric", "reading", "unanswered"),
    [
        ("js_similarity", "printed", 0),
        ("js_similarity", "substantive", 1),
        ("skill_world_average", "substantive", 1),
        ("w1_similarity", "substantive", 1),
        ("option_mass", "", 0),
    ],
)
def test_dont_know_is_no_answer_among_opinions(
    metric: str, reading: Reading, unanswered: int
) -> None:
    """Else a model would be judged on the questions that it chose to have an opinion on."""
    rows = [record(item("a", {}), dont_know("b"), unasked("c"))]
    (found,) = with_unanswered(rows, [replace(score(2), metric=metric, reading=reading)])
    assert found.n_unanswered == unanswered


def test_what_is_on_no_scale_is_not_missing_from_scales() -> None:
    """A question left open without an ordered scale costs no figure of those."""
    (found,) = with_unanswered(RECORDS, [replace(score(3), metric="w1_similarity")])
    assert found.n_unanswered == 0


def test_what_a_score_says_itself_stays() -> None:
    """An analysis may know better."""
    known = replace(score(3), n_unanswered=7)
    assert with_unanswered(RECORDS, [known]) == [known]


def test_a_refused_story_is_scored_as_one() -> None:
    """So none is unanswered."""
    told = replace(RECORDS[0], case=replace(RECORDS[0].case, kind="story"))
    (found,) = with_unanswered([told], [score(3)])
    assert found.n_unanswered == 0


def test_a_model_that_answers_only_where_it_is_sure_passes_no_gate() -> None:
    """120 of 267 questions, all of them right: the other 147 close the gate."""
    items = [item(str(i), {}) if i < 120 else left_open(str(i)) for i in range(267)]
    rows: list[CaseRecord] = [record(*items)]
    (found,) = with_unanswered(rows, [replace(score(120), n_missing=147)])
    verdict = judge(Gate(suite="wvs", metric="js_similarity", reading="printed", min=0.5), [found])
    assert verdict.status is Status.FAIL
    assert "147 of 267 questions asked were not answered, more than 5%" in verdict.sentence
