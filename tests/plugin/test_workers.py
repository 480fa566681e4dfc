"""xdist: the same rows as without it, and a worker's death costs one case and no more."""

from __future__ import annotations

import pytest

from tests.plugin.running import ALWAYS, BROAD, SMALL, Outcome, Place, answers

WIDER = ("--countries", "NGA,BRA,KOR", "--topics", "religion,race,science", "--proxies", "country")
N_WIDER = 9

# Kills the worker that is about to run a case, the first time only: the case is then lost, and
# the worker that takes its place must carry on.
CRASH = """
import os, pathlib, signal

MARKER = pathlib.Path(__file__).with_suffix(".done")

def pytest_runtest_call(item):
    if item.name.endswith("[{case_id}]") and not MARKER.exists():
        MARKER.touch()
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    "model",
    [
        "reference:resample",
        pytest.param("reference:random", marks=pytest.mark.slow),
    ],
)
def test_two_workers_write_the_rows_of_one_process(place: Place, model: str) -> None:
    """``-n 0`` and ``-n 2``: byte-identical rows, identical scores, every answer computed once."""
    other = Place(folder=place.folder / "other")
    one = place.run(*BROAD, "-n", "0", model=model)
    two = other.run(*BROAD, "-n", "2", model=model)
    assert (one.code, two.code) == (0, 0), one.out + two.out
    assert place.rows_text() == other.rows_text()
    assert place.document()["scores"] == other.document()["scores"]
    assert answers(one) == answers(two)
    assert answers(one)[1] == 0
    assert other.document()["provenance"]["workers"] == 2


@pytest.mark.slow
@pytest.mark.models
def test_the_demo_model_answers_alike_on_two_workers(place: Place) -> None:
    """Real forward passes in two processes: byte-identical rows, the same number of threads."""
    other = Place(folder=place.folder / "other")
    words = (*SMALL, "--proxies", "country,food", "--threads", "1")
    one = place.run(*words, "-n", "0", model="demo")
    two = other.run(*words, "-n", "2", model="demo")
    assert (one.code, two.code) == (0, 0), one.out + two.out
    assert place.rows_text() == other.rows_text()
    # The reason without a cue is asked in several units, by each worker that has one of them.
    assert sum(answers(one)) == sum(answers(two))
    told = other.document()["provenance"]["model"]
    alone = place.document()["provenance"]["model"]
    assert told == alone
    assert (told["token_budget"], told["token_budget_after_halving"]) == (1024, None)


# --- death ---------------------------------------------------------------------------------


def crash(place: Place, workers: int, case_id: str) -> Outcome:
    """Run nine cases on so many workers, one of which dies at the case."""
    env, plugins = place.plugin("crash", CRASH.format(case_id=case_id))
    return place.run(*WIDER, "-n", str(workers), env=env, plugins=plugins, timeout_s=180)


def check_crash(place: Place, done: Outcome, case_id: str) -> None:
    """One case failed with the reason, all others are measured, nobody hangs."""
    assert done.code == 1, done.out
    document = place.document()
    assert [entry["case_id"] for entry in document["failed"]] == [case_id]
    assert "crashed" in document["failed"][0]["reason"]
    measured = {row["case_id"] for row in document["rows"]}
    assert len(measured) == N_WIDER - 1
    assert case_id not in measured
    assert document["partial_because"] == ["1 cases failed"]


def test_a_crashed_worker_costs_its_case_only(place: Place) -> None:
    """The case that killed a worker is reported failed and the other eight are measured."""
    done = crash(place, 2, "wvs/BRA/religion/country")
    check_crash(place, done, "wvs/BRA/religion/country")


@pytest.mark.slow
def test_the_same_command_after_a_crash_measures_what_is_left(place: Place) -> None:
    """Run again, the lost case is measured from stored answers and the run is complete."""
    crash(place, 2, "wvs/BRA/race/country")
    again = place.run(*WIDER)
    assert again.code == 0
    assert place.document()["complete"] is True
    assert len(place.document()["rows"]) == N_WIDER


# --- without ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plugins", "arguments"),
    [
        (("-p", "no:cacheprovider"), ()),
        (("-p", "no:cacheprovider"), ("-p", "no:xdist")),
        (ALWAYS, ("-p", "no:terminal")),
    ],
    ids=["not there", "switched off", "no terminal"],
)
def test_neither_xdist_nor_the_terminal_is_needed(
    place: Place, plugins: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    """Without one or the other the same files are written."""
    assert place.run(*SMALL, *arguments, plugins=plugins).code == 0
    assert place.document()["complete"] is True


@pytest.mark.slow
def test_all_installed_plugins_together(place: Place) -> None:
    """With whatever pytest plugins are installed and loaded by themselves, a run still works."""
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""}
    done = place.run(*SMALL, "-n", "2", env=env, plugins=("-p", "no:cacheprovider"))
    assert done.code == 0, done.out
