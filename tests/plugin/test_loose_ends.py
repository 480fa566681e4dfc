"""What is still to come, what cannot be measured, and what would be measured twice."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.plugin import pictures
from tests.plugin.running import REPO, SMALL, Place, answers

INTERRUPT = """
left = [3]

def pytest_runtest_call(item):
    left[0] -= 1
    if left[0] == 0:
        raise KeyboardInterrupt
"""
SKIP = """
import pytest

def pytest_runtest_call(item):
    if "NGA" in item.name:
        pytest.skip("not today")
"""
OUT_OF_ORDER = """
from benchmark.models.rules.random_answers import RandomAnswers

def answer(self, batch):
    with open({count!r}, "a") as file:
        file.write("asked\\n")
    raise RuntimeError("the device is on fire")

RandomAnswers.answer = answer
"""
FEW = (*SMALL, "--proxies", "country,food")


def interrupted(place: Place) -> None:
    """Leave a run behind that was broken off after two cases."""
    env, plugins = place.plugin("interrupt", INTERRUPT)
    assert place.run(*FEW, env=env, plugins=plugins).code == 2


def test_an_empty_selection_is_not_the_end_of_an_interrupted_run(place: Place) -> None:
    """A mistyped -k exits 5, and what was measured can still be continued."""
    interrupted(place)
    assert place.run(*FEW, "-k", "nothing_like_that").code == 5
    done = place.run(*FEW)
    assert done.code == 0
    assert "2 cases are done" in done.sentence("continuing an interrupted run")
    assert place.files("*.journal.jsonl") == []


@pytest.mark.slow
def test_a_part_of_an_interrupted_run_leaves_the_rest_to_come(place: Place) -> None:
    """-k after an interruption measures its cases and keeps the journal for the others."""
    interrupted(place)
    assert place.run(*FEW, "-k", "NGA and race and food").code == 0
    assert "3 cases are done" in place.run(*FEW).sentence("continuing an interrupted run")


def test_a_limited_run_that_ended_is_not_continued(place: Place) -> None:
    """Nothing is to come after --limit; the same command reads its answers from the store."""
    first, second = (place.run(*FEW, "--limit", "1") for _ in range(2))
    assert answers(first)[0] > 0
    assert answers(second) == (0, answers(first)[0])
    assert "continuing" not in second.out


def test_a_picture_that_changed_since_is_measured_again(place: Place) -> None:
    """An interrupted run is not continued over other pixels, even in a file of the same size."""
    folder = pictures.manifest(place.folder / "images", [("n.png", "NGA", "food")])
    pictures.sound(folder / "n.png")
    env, plugins = place.plugin("interrupt", INTERRUPT.replace("[3]", "[2]"))
    cells = ("--countries", "NGA", "--topics", "religion,race", "--proxies", "food")
    words = (*cells, "--images", str(folder))
    assert place.run(*words, env=env, plugins=plugins).code == 2
    pictures.sound(folder / "n.png", shade=91)
    done = place.run(*words)
    assert done.code == 0
    assert "continuing" not in done.out


def test_topics_that_the_survey_lacks_are_not_all_topics(place: Place) -> None:
    """``--topics unlabelled`` on a survey that labels all is an empty selection."""
    assert place.run("--topics", "unlabelled").code == 5


def test_countries_in_another_order_are_the_same_configuration(place: Place) -> None:
    """One run file and one row, however the list was typed."""
    words = ("--topics", "race", "--proxies", "country")
    for countries in ("NGA,BRA", "Brazil,Nigeria"):
        assert place.run(*words, "--countries", countries).code == 0
    assert len(place.files()) == len(place.board_rows()) == 1


def test_a_reference_without_data_leaves_its_cell_missing(place: Place) -> None:
    """Nobody else was asked: no world average, which is no failure of the model."""
    survey = place.folder / "survey.json"
    content = json.loads((REPO / "fixtures" / "data" / "sample_survey.json").read_text("utf-8"))
    for question in content["questions"]:
        shares = question["shares"]
        question["shares"] = {c: shares[c] for c in shares if c == "NGA"} or dict(
            list(shares.items())[:1]
        )
    survey.write_text(json.dumps(content), "utf-8")
    done = place.run(
        *SMALL, "--countries", "NGA", "--survey", str(survey), model="reference:world-average"
    )
    assert done.code == 0, done.out
    assert {row["n_scored"] for row in place.document()["rows"]} == {0}


def test_a_skipped_case_is_not_a_measured_one(place: Place) -> None:
    """Exit 0 means that all cases were measured; a skip is kept with its reason."""
    env, plugins = place.plugin("skipper", SKIP)
    done = place.run(*FEW, env=env, plugins=plugins)
    assert done.code == 1
    document = place.document()
    assert not document["complete"]
    assert {entry["case_id"].split("/")[1] for entry in document["failed"]} == {"NGA"}
    assert "not today" in document["failed"][0]["reason"]


@pytest.mark.parametrize("option", ["--runs", "--leaderboard"])
def test_a_place_that_cannot_be_written_is_said_first(place: Place, option: str) -> None:
    """One sentence before the first case, not a traceback after the last."""
    (place.folder / "file").write_text("in the way")
    done = place.run(*SMALL, option, str(place.folder / "file" / "below" / "x.json"))
    assert done.code == 4
    assert "pass another" in done.sentence("cannot be written to")


def test_two_suites_of_one_name_are_refused(place: Place) -> None:
    """A copied folder would mix its cases with the original's."""
    for name in ("one", "two"):
        shutil.copytree(REPO / "tests" / "data" / "toy_suite", place.folder / "suites" / name)
    done = place.run(
        "-p", "benchmark.plugin", suite=str(place.folder / "suites"), model="reference:random"
    )
    assert done.code == 4
    assert "rename one" in done.sentence("are both named 'toy'")


def test_a_model_that_breaks_is_asked_once(place: Place) -> None:
    """No other case asks it again, in this unit or a later one."""
    count = place.folder / "count"
    env, plugins = place.plugin("broken", OUT_OF_ORDER.format(count=str(count)))
    done = place.run(*SMALL, model="reference:random", env=env, plugins=plugins)
    assert done.code == 1
    assert "the device is on fire" in done.out
    assert len(count.read_text().splitlines()) == 1
