"""`pytest suites/cultureverse` as a user runs it: few processes, many assertions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leaderboard.__main__ import main
from tests.plugin.running import Place, answers

SUITE = "suites/cultureverse"


def rows(place: Place) -> dict[str, dict[str, Any]]:
    """The rows of the only run file by case id."""
    return {found["case_id"]: found for found in place.document()["rows"]}


def test_oracle_scores_one_in_all_orders_and_controls_stand_beside(place: Place) -> None:
    """Every label finds its way back; each question has its two controls; one unit a country."""
    done = place.run(
        "--countries", "JPN,Egypt", "--permutations", "all", suite=SUITE, model="reference:oracle"
    )
    assert done.code == 0, done.out
    assert "too few to judge a model" in done.out
    found = rows(place)
    assert len(found) == 2 * 2 * 3 * 3  # countries, categories of each, types, with controls
    assert {one["accuracy"] for one in found.values()} == {1.0}
    assert {one["unit"] for one in found.values()} == {"cultureverse/JPN", "cultureverse/EGY"}
    seen = found["cultureverse/JPN/food/scene-reasoning"]
    blind = found["cultureverse/JPN/food/scene-reasoning/none"]
    assert (seen["kind"], blind["kind"]) == ("question", "control")
    (item,), (alone,) = seen["items"], blind["items"]
    assert item["values"]["blind_correct"] == 1.0
    assert (item["values"]["image_gain"], item["values"]["order_sensitivity"]) == (0.0, 0.0)
    assert item["request_keys"][4:] == alone["request_keys"]
    assert answers(done) == (12 * 4 * 3, 0)  # the blind ones are asked once
    bundle = place.folder / "run.zip"
    pack = ("bundle", str(place.run_file()), "--store", str(place.store), "--out", str(bundle))
    assert main(pack) == 0
    assert main(("replay", str(bundle), "--exact")) == 0
    config = place.document()["config"]
    assert (config["controls"], config["permutations"]) == (["none", "blank"], "all")


@pytest.mark.slow
def test_uniform_scores_chance_and_two_workers_agree_with_one(place: Place) -> None:
    """Ties are shared, so whoever knows nothing is right in one of four, in every cell."""
    other = Place(folder=place.folder / "other")
    one = place.run("--countries", "FRA,NZL", suite=SUITE)
    two = other.run("--countries", "FRA,NZL", "-n", "2", suite=SUITE)
    assert (one.code, two.code) == (0, 0), one.out + two.out
    assert place.rows_text() == other.rows_text()
    assert {found["accuracy"] for found in rows(place).values()} == {0.25}


def test_generated_answers_are_read(place: Place) -> None:
    """The oracle's letters are all read; without controls there are questions alone."""
    narrow = ("--answering", "generated", "--countries", "IND", "--controls", "off")
    done = place.run(*narrow, suite=SUITE, model="reference:oracle")
    assert done.code == 0, done.out
    assert {(r["accuracy"], r["unscored"]) for r in rows(place).values()} == {(1.0, 0.0)}
    assert len(rows(place)) == 6


def test_a_wrong_option_is_one_sentence(place: Place) -> None:
    """The run does not start, and the exit code is 4."""
    done = place.run("--controls", "nothing", suite=SUITE)
    assert done.code == 4
    done.sentence("--controls 'nothing'", "none, blank, off")


@pytest.mark.slow
@pytest.mark.models
def test_demo_measures_the_whole_sample(place: Place) -> None:
    """216 cases from picture to board, with a real model's machinery."""
    pytest.importorskip("torch")
    done = place.run(suite=SUITE, model="demo")
    assert done.code == 0, done.out
    assert len(rows(place)) == 216
    assert len(json.loads(Path(place.leaderboard).read_text("utf-8"))["rows"]) == 1
