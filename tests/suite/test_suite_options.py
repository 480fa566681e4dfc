"""The options of a suite without pytest: their values, given, left out, and at a replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.suite.protocol import load_suite
from benchmark.suite.suite_options import (
    given_values,
    own_options,
    replayed_values,
    with_own,
)
from tests.settings import settings

SUITES = Path(__file__).parents[2] / "suites"
OWN: dict[str, dict[str, object]] = {
    "wvs": {
        "vetted": "top2",
        "recognition": "json",
        "rationales": 1,
        "min_images": 2,
        "income_cut": 300.0,
        "latin_square": True,
        "calibrate": "content-free",
        "written": 4,
    },
    "stories": {"responses": 3, "temperatures": (0.0, 0.7), "story_tokens": 64},
    "cultureverse": {"split": "all", "answering": "generated", "controls": ()},
}


@pytest.mark.parametrize("suite", OWN)
def test_a_configuration_gives_its_options_back(suite: str, tmp_path: Path) -> None:
    """As they stand in a run file; that is how a replay sets the suite up."""
    folder = SUITES / suite
    config = json.loads(json.dumps(load_suite(folder, settings(tmp_path, **OWN[suite])).config()))
    found = replayed_values(folder, config, {})
    assert {name: found[name] for name in OWN[suite]} == OWN[suite]
    again = load_suite(folder, settings(tmp_path, **found)).config()
    assert json.loads(json.dumps(again)) == config


def test_a_run_from_before_an_option_was_asked_as_its_default_is() -> None:
    """A configuration without a key is of a version without the option."""
    found = replayed_values(SUITES / "wvs", {}, {})
    assert (found["vetted"], found["recognition"], found["rationales"]) == (
        "off",
        "likelihood",
        None,
    )
    assert replayed_values(SUITES / "wvs", {"rationales": ["food"]}, {})["rationales"] is None


@pytest.mark.parametrize(("suite", "what"), [("stories", "groups"), ("cultureverse", "questions")])
def test_a_file_that_no_bundle_has_must_be_named_again(suite: str, what: str) -> None:
    """Its option is named; with it the value is what is typed."""
    config = {what: {"name": "mine", "digest": "0"}}
    with pytest.raises(UsageProblem, match=f"the {what} 'mine'; name it with --{what}"):
        replayed_values(SUITES / suite, config, {})
    found = replayed_values(SUITES / suite, config, {f"--{what}": "here.csv"})[what]
    assert str(Path.cwd() / "here.csv") in (found if isinstance(found, tuple) else (str(found),))


def test_a_suite_has_all_of_its_values_and_nobody_elses(tmp_path: Path) -> None:
    """Given ones are read, the others are the table's defaults."""
    given = {"--vetted": "top1", "--controls": "off", "--limit": "3"}
    own = given_values(SUITES / "wvs", given)
    assert own == {"vetted": "top1"}
    every = with_own(SUITES / "wvs", settings(tmp_path, **own)).own
    assert every.keys() == {option.dest for option in own_options(SUITES / "wvs")}
    assert (every["vetted"], every["min_images"], every["rationales"]) == ("top1", None, None)
