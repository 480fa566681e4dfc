"""The noise floor of a run: what run.json says, from whichever run, and that it holds."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from tests.plugin.running import SMALL, Place, answers
from tests.plugin.test_run_files import valid

DEMO = ("--countries", "NGA,BRA", "--topics", "religion,race,science", "--proxies", "country,food")
FLOORS = {
    "js_similarity": ("js_similarity", 1.0),
    "js_similarity_all_asked": ("js_similarity", 1.0),
    "js_similarity_pooled": ("js_similarity", 1.0),
    "js_similarity_all_asked_substantive": ("js_similarity_substantive", 1.0),
    "js_similarity_pooled_substantive": ("js_similarity_substantive", 1.0),
    # At most the total variation, which is at most √2 times the distance.
    "w1_similarity_substantive": ("js_similarity_substantive", 1.4143),
    "js_distance": ("js_similarity", 1.0),
    "js_divergence": ("js_similarity", 1.67),
    "js_similarity_substantive": ("js_similarity_substantive", 1.0),
    "js_distance_substantive": ("js_similarity_substantive", 1.0),
    "js_divergence_substantive": ("js_similarity_substantive", 1.67),
    "option_mass": ("option_mass", 1.0),
}


def found(place: Place) -> dict[str, Any]:
    """The object of the only run file."""
    document = place.document()
    valid(document, "run")
    content: dict[str, Any] = document["determinism"]
    return content


def test_a_reference_is_exact_and_says_so(place: Place) -> None:
    """Nothing is asked again of a rule."""
    done = place.run(*SMALL)
    assert done.code == 0
    assert done.sentence("determinism:", "exact")
    assert found(place)["exact"] is True
    assert set(found(place)["noise_floor"].values()) == {0.0}


@pytest.mark.slow
@pytest.mark.models
def test_runs_in_other_batches_differ_by_less_than_the_noise_floor(place: Place) -> None:
    """Batch sizes 1, 7 and auto, one process and two workers, each with a store of its own."""
    ways = {
        "one": ("--batch-size", "1", "-n", "0"),
        "seven": ("--batch-size", "7", "-n", "0"),
        "auto": ("-n", "0"),
        "workers": ("--batch-size", "7", "-n", "2"),
    }
    places = {name: Place(folder=place.folder / name) for name in ways}
    for name, arguments in ways.items():
        done = places[name].run(*DEMO, *arguments, model="demo")
        assert done.code == 0, done.out
        assert done.sentence("determinism:", "questions asked again")
        assert found(places[name])["n"] >= 16
        assert found(places[name])["reason"] == ""
    assert places["seven"].rows_text() == places["workers"].rows_text()
    assert places["one"].rows_text() != places["auto"].rows_text()
    for left, right in combinations(places.values(), 2):
        assert differences(left, right) == []


def differences(left: Place, right: Place) -> list[str]:
    """Scores of rows that differ by more than either run's noise floor."""
    floors = [found(place)["noise_floor"] for place in (left, right)]
    too_far = []
    for one, two in zip(left.document()["rows"], right.document()["rows"], strict=True):
        assert one["case_id"] == two["case_id"]
        for score, value in one.items():
            if not isinstance(value, float):
                continue
            name, times = FLOORS.get(score, ("", 0.0))
            bound = times * min(floor.get(name, 0.0) for floor in floors)
            if abs(value - two[score]) > bound:
                too_far.append(f"{one['case_id']} {score}: {value} and {two[score]} (> {bound})")
    return too_far


@pytest.mark.slow
@pytest.mark.models
def test_a_run_from_the_store_reports_what_was_found_when_it_was_filled(place: Place) -> None:
    """No model is loaded, and the finding is the same; a store without one says that."""
    assert place.run(*SMALL, model="demo").code == 0
    first = found(place)
    again = place.run(*SMALL, model="demo")
    assert answers(again)[0] == 0
    assert found(place) == first
    forget(place)
    assert place.run(*SMALL, model="demo").code == 0
    assert found(place)["max_js_distance"] is None
    assert found(place)["noise_floor"]["js_similarity"] is None
    assert "read from the store" in found(place)["reason"]


def forget(place: Place) -> None:
    """Make the store one of an earlier version."""
    import sqlite3

    store = sqlite3.connect(place.store)
    with store:
        store.execute("DROP TABLE noise")
    store.close()
