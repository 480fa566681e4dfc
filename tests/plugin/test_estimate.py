"""``--estimate``: what it counts, that it runs nothing, and what it refuses."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from benchmark.plugin.forecast import Span, Timing, span
from tests.plugin.running import SMALL, Place, answers
from tests.plugin.test_toy_suite import FROM_ELSEWHERE, TOY

WIDE = ("--countries", "NGA,BRA,KOR", "--proxies", "country,food")


def test_it_counts_and_times_and_runs_nothing(place: Place) -> None:
    """Cases, prompts, pictures and a time; no run file and no board; exit 0."""
    done = place.run(*WIDE, "--estimate")
    assert done.code == 0, done.out
    assert done.sentence("cases:", " in 9 units")
    assert done.sentence("prefixes:", "with 3 pictures")
    assert done.sentence("measured:", "prompts/s")
    assert done.sentence("time:", "quickest")
    assert place.files() == []
    assert not place.leaderboard.exists()


def test_what_it_answered_is_not_computed_again(place: Place) -> None:
    """The run reads it from the store, and writes the rows of a run without an estimate."""
    other = Place(folder=place.folder / "other")
    plain = other.run(*WIDE, model="reference:random")
    estimate = place.run(*WIDE, "--estimate", model="reference:random")
    prompts = int(re.findall(r"(\d+) prompts now", estimate.sentence("answered:"))[0])
    done = place.run(*WIDE, model="reference:random")
    computed, stored = answers(done)
    assert computed == answers(plain)[0] - prompts
    assert stored == prompts > 0
    assert place.rows_text() == other.rows_text()


def test_where_everything_is_stored_no_model_is_needed(place: Place) -> None:
    """It says so and loads none."""
    assert place.run(*SMALL).code == 0
    done = place.run(*SMALL, "--estimate")
    assert done.code == 0
    assert done.sentence("time:", "nothing to compute, no model was loaded")
    assert done.sentence("prompts:", "9, 9 of them stored, 0 to compute")


def test_an_interrupted_run_can_still_go_on_after_an_estimate(place: Place) -> None:
    """Its journal stays, also where the estimate has another --limit."""
    env, plugins = place.plugin(
        "interrupt",
        "import os\n"
        "def pytest_runtest_call(item):\n"
        "    if 'wvs/BRA/race/country' in item.name and os.environ.get('STOP'):\n"
        "        raise KeyboardInterrupt\n",
    )
    assert place.run(*SMALL, env={**env, "STOP": "1"}, plugins=plugins).code == 2
    (journal,) = place.files("*.journal.jsonl")
    before = journal.read_bytes()
    assert place.run(*SMALL, "--limit", "1", "--estimate").code == 0
    assert journal.read_bytes() == before


def test_later_stages_are_named(place: Place, tmp_path: Path) -> None:
    """What a script asks next depends on answers and cannot be counted."""
    suite = str(shutil.copytree(TOY, tmp_path / "toy"))
    arguments = ("--rootdir", suite, "--import-mode=importlib", "--estimate")
    done = place.run(*arguments, suite=suite, model="reference:random", plugins=FROM_ELSEWHERE)
    assert done.code == 0, done.out
    assert done.sentence("prompts:", "24, 0 of them stored")
    assert done.sentence("not in it:", "later prompts")


@pytest.mark.parametrize(
    ("arguments", "suite", "words"),
    [
        (("-n", "2"), "suites/wvs", ("--estimate", "leave out -n")),
        (("-p", "no:terminal"), "suites/wvs", ("--estimate", "leave out -p no:terminal")),
        ((), "tests/world/test_countries.py", ("--estimate needs a suite",)),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    place: Place, arguments: tuple[str, ...], suite: str, words: tuple[str, ...]
) -> None:
    """One sentence and exit 4."""
    done = place.run("--estimate", *arguments, suite=suite)
    assert done.code == 4, done.out
    assert done.sentence(*words)


@pytest.mark.slow
@pytest.mark.models
def test_a_model_with_weights_counts_its_tokens(place: Place) -> None:
    """Shared ones and each prompt's own; a small selection is then computed whole."""
    done = place.run(*SMALL, "--estimate", model="demo")
    assert done.code == 0, done.out
    tokens = re.findall(r"about ([\d ]+) in prefixes and ([\d ]+) behind", done.out)[0]
    shared, own = (int(number.replace(" ", "")) for number in tokens)
    assert 0 < shared < own
    assert done.sentence("time:", "on cpu, float32")
    again = place.run(*SMALL, model="demo")
    computed, stored = answers(again)
    assert computed == 0
    assert stored >= 9
    assert again.sentence("determinism:", "questions asked again")


def test_a_group_that_was_cut_short_is_filled_up_at_the_price_of_its_later_batches() -> None:
    """The first batch also encodes the picture: 5 s and 1 s for ten each, then 8 more of 1 s."""
    cut = Timing(rows=(10, 10), elapsed_s=(5.0, 1.0), size=100)
    assert cut.prompt_s == pytest.approx((5 + 1 + 8) / 100)
    assert span([cut], 200).likely_s == pytest.approx(28.0)


def test_the_time_of_several_devices_is_divided() -> None:
    """Lowest, likely and highest alike."""
    whole = Span(low_s=8.0, likely_s=10.0, high_s=12.0)
    assert whole.over(2) == Span(low_s=4.0, likely_s=5.0, high_s=6.0)
