"""`suites.wvs` without pytest: what is asked, and what the suite says of its survey."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.models.rules.reference import resample
from benchmark.records import Choice, Generate, Request
from benchmark.suite.protocol import read_meta
from benchmark.suite.suite_options import replayed_values, with_own
from suites.wvs.options import OPTIONS
from suites.wvs.suite import PROMPTS, WvsSuite, build
from tests.settings import settings

SUITE = Path(__file__).parents[2] / "suites" / "wvs"


def suite(folder: Path, **changes: object) -> WvsSuite:
    """The suite under changed settings, its own options among them."""
    return build(read_meta(SUITE), with_own(SUITE, settings(folder, **changes)))


def first_requests(found: WvsSuite, case_id: str) -> list[Request]:
    """What the script of a case asks."""
    case = next(case for case in found.select().cases if case.case_id == case_id)
    return list(next(found.interview(case)))


def test_the_demo_gives_reasons_only_where_the_template_can_ask_for_them(tmp_path: Path) -> None:
    """It chose them itself, so a prompt file without the words for them is no fault of the user."""
    shipped = (PROMPTS / "default.toml").read_text("utf-8")
    bare = re.sub(r'^reason = """.*?^"""\n|^reason_lead_in = .*?\n', "", shipped, flags=re.M | re.S)
    mine = tmp_path / "mine.toml"
    mine.write_text(bare, "utf-8")
    case = "wvs/NGA/religion/country"
    kinds = {type(one) for one in first_requests(suite(tmp_path), case)}
    assert kinds == {Choice, Generate}
    without = suite(tmp_path, prompts=mine)
    assert {type(one) for one in first_requests(without, case)} == {Choice}
    assert "a reason in each case" not in " ".join(without.header())
    assert "a reason in each case" in " ".join(suite(tmp_path).header())


def test_a_design_effect_is_part_of_the_survey_and_of_the_configuration(tmp_path: Path) -> None:
    """So floors, ceiling and references use one number of respondents, and a replay the same."""
    plain, weighted = suite(tmp_path), suite(tmp_path, design_effect=2.0)
    question = weighted.survey.questions[0]
    country = min(question.human)
    assert question.respondents_of(country) == 600
    assert plain.survey.questions[0].respondents_of(country) == 1200
    shares = resample(0)(question, country)
    assert shares is not None
    assert {round(600 * p, 6) % 1 for p in shares} == {0}
    assert weighted.config()["design_effect"] == 2.0
    assert "design_effect" not in plain.config()
    config = json.loads(json.dumps(weighted.config()))
    assert replayed_values(SUITE, config, {})["design_effect"] == 2.0
    assert config["survey"] != json.loads(json.dumps(plain.config()))["survey"]


@pytest.mark.parametrize("text", ["0.5", "none", "nan", "inf"])
def test_a_design_effect_below_one_is_refused(text: str) -> None:
    """Weights never add respondents."""
    option = next(one for one in OPTIONS if one.name == "--design-effect")
    with pytest.raises(UsageProblem, match="not a number of at least 1"):
        option.value(text)
