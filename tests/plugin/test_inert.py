"""Where no suite is asked for, the plugin does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.suite.protocol import find_suites
from tests.plugin.running import ALWAYS, LENIENT, REPO, Outcome, run_pytest

OURS = ("survey", "store", "leaderboard", "answers:", "reference:")


def silent(outcome: Outcome) -> bool:
    """Whether nothing of ours was printed."""
    return not any(word in outcome.out for word in OURS)


def test_other_tests_of_this_repository_are_left_alone(tmp_path: Path) -> None:
    """``pytest tests/gates/test_gates.py`` prints no line of ours and writes no file of ours."""
    cache, runs = tmp_path / "cache", tmp_path / "runs"
    env = {"CULTURE_CACHE": str(cache)}
    done = run_pytest("tests/gates/test_gates.py", "--runs", str(runs), env=env)
    assert done.code == 0, done.out
    assert silent(done)
    assert not cache.exists()
    assert not runs.exists()


def test_another_project_is_left_alone(tmp_path: Path) -> None:
    """``-p benchmark.plugin`` elsewhere: a test with a ``case`` fixture of its own just runs."""
    (tmp_path / "test_mine.py").write_text(
        "import pytest\n"
        "@pytest.fixture(params=[1, 2])\n"
        "def case(request): return request.param\n"
        "def test_mine(case): assert case\n",
        encoding="utf-8",
    )
    env = {"CULTURE_CACHE": str(tmp_path / "cache")}
    done = run_pytest(cwd=tmp_path, env=env, plugins=(*ALWAYS, "-p", "benchmark.plugin"))
    assert done.code == 0, done.out
    assert "2 passed" in done.out
    assert silent(done)
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "leaderboard").exists()


def test_another_project_s_way_to_share_tests_out_is_left_alone(tmp_path: Path) -> None:
    """Without a suite ``--dist loadfile`` does what it says: a file's tests meet in one worker."""
    for name in ("test_one.py", "test_other.py"):
        (tmp_path / name).write_text(
            "import os, pathlib, pytest\n"
            "@pytest.mark.parametrize('n', range(6))\n"
            "def test_mine(n):\n"
            "    seen = pathlib.Path(__file__).with_suffix('.seen')\n"
            "    seen.open('a').write(os.environ['PYTEST_XDIST_WORKER'] + ' ')\n",
            encoding="utf-8",
        )
    words = ("-n", "2", "--dist", "loadfile")
    done = run_pytest(*words, cwd=tmp_path, plugins=(*LENIENT, "-p", "benchmark.plugin"))
    assert done.code == 0, done.out
    seen = [sorted(path.read_text("utf-8").split()) for path in tmp_path.glob("*.seen")]
    assert sorted(seen) == [["gw0"] * 6, ["gw1"] * 6]


def test_the_suites_in_test_data_are_not_found_from_above() -> None:
    """``pytest tests`` does not run the toy suite; naming its folder does."""
    toy = REPO / "tests" / "data" / "toy_suite"
    assert find_suites([REPO / "tests"], ignore=["tests/data"]) == ()
    assert find_suites([toy], ignore=["tests/data"]) == (toy,)


def test_a_folder_above_the_repository_may_have_any_name(tmp_path: Path) -> None:
    """A checkout under ``build/`` or ``.work/`` has its suites found all the same."""
    suite = tmp_path / "build" / ".work" / "suites" / "mine"
    suite.mkdir(parents=True)
    (suite / "suite.toml").touch()
    ignore = [".*", "build"]
    assert find_suites([suite.parent], ignore=ignore) == (suite,)
    assert find_suites([tmp_path / "build" / ".work"], ignore=ignore) == (suite,)
    assert find_suites([tmp_path], ignore=ignore) == ()


@pytest.mark.parametrize("below", ["suites/wvs", "suites/wvs/test_alignment.py"])
def test_a_suite_is_found_by_folder_and_by_file(below: str) -> None:
    """The suite may be named itself, or by its test file."""
    assert find_suites([REPO / below]) == (REPO / "suites" / "wvs",)


def test_every_suite_is_found_from_above() -> None:
    """``pytest suites`` runs all that lie there."""
    below = sorted(path.parent for path in (REPO / "suites").glob("*/suite.toml"))
    assert len(below) > 1
    assert find_suites([REPO / "suites"]) == tuple(below)
