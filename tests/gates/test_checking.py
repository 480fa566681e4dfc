"""What a run could not decide is refused before it begins, with what there is instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import DataProblem
from benchmark.gates import Gate, Measured, check_gates, load_gates, members_of
from benchmark.metrics.ranges import units_needed
from benchmark.records import Case

REPO = Path(__file__).parents[2]


def case(country: str, topic: str, proxy: str) -> Case:
    """A cell of the suite."""
    return Case(suite="wvs", country=country, topic=topic, proxy=proxy)


CASES = (case("NGA", "religion", "food"), case("BRA", "race", "income-low"))
SUITE = Measured(
    suite="wvs",
    metrics=("js_similarity", "identification_top1", "mine", "rationale_*", "bare"),
    bare=frozenset({"bare"}),
    own=frozenset({"mine"}),
    members=members_of(CASES),
)


def gate(**changes: Any) -> Gate:
    """A gate on the similarity."""
    return Gate(**{"suite": "wvs", "metric": "js_similarity", "min": 0.5, "place": "g", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scope": {"country": "NGA"}},
        {"scope": {"proxy": "images"}},  # the pictures together
        {"scope": {"proxy": "households"}},
        {"worst": "region", "among": ("Africa",)},  # which the analysis alone knows
        {"metric": "mine", "worst": "of_my_suite"},
        {"compare": "regression"},
    ],
)
def test_what_the_run_will_have_is_let_through(changes: Any) -> None:
    """Members of the selection, groupings of the analyses, and whatever a suite calls its own."""
    check_gates([gate(**changes)], [SUITE], {"wvs"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"suite": "wsv"}, "unknown suite 'wsv'.* did you mean wvs"),
        ({"metric": "js_similarty"}, "did you mean js_similarity"),
        ({"metric": "bare"}, "has no interval in suite"),
        ({"worst": "contry"}, "did you mean country"),
        ({"scope": {"contry": "NGA"}}, "did you mean country"),
        ({"scope": {"country": "FRA"}}, "the selection has none"),
        ({"worst": "country", "among": ("NGA", "FRA")}, "'FRA'.*the selection has none"),
        ({"scope": {"topic": "religon"}}, "did you mean religion"),
        ({"scope": {"proxy": "sports"}}, "the selection has none"),
        ({"compare": "regression"}, "needs a baseline"),
        ({"metric": "identification_top1"}, "cannot be passed with 2 countries.* it takes 4"),
    ],
)
def test_what_it_cannot_have_is_refused(changes: Any, words: str) -> None:
    """In one sentence that begins with the place in the file."""
    with pytest.raises(DataProblem, match=words):
        check_gates([gate(**changes)], [SUITE], ())


def stories(concepts: int) -> Measured:
    """Stories about so many concepts."""
    cases = [case("NGA", f"concept-{i}", "none") for i in range(concepts)]
    metrics = ("usable", "refusal", "truncated")
    return Measured(suite="stories", metrics=metrics, members=members_of(cases))


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"metric": "usable", "min": 0.9}, 35),
        ({"metric": "usable", "min": 0.6}, 6),
        ({"metric": "refusal", "max": 0.05}, 73),
        ({"metric": "refusal", "max": 0.1}, 35),
    ],
)
def test_a_share_needs_as_many_concepts_as_its_threshold_does(changes: Any, needed: int) -> None:
    """Wilson's interval of six of six begins at 0.61: 0.9 could not be passed by anybody."""
    low, high = changes.get("min", -float("inf")), changes.get("max", float("inf"))
    assert units_needed(low=low, high=high) == needed
    asked = Gate(suite="stories", place="g", **changes)
    check_gates([asked], [stories(needed)], ())
    with pytest.raises(DataProblem, match=f"with {needed - 1} concepts, .* it takes {needed}"):
        check_gates([asked], [stories(needed - 1)], ())


def test_the_shipped_gates_on_stories_can_be_passed_with_all_concepts() -> None:
    """And each says how many it needs."""
    gates = load_gates(REPO / "docs" / "gates" / "stories.toml")
    check_gates(gates, [stories(35)], ())
