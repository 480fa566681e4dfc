"""What a gate looks at, what it says, and every reason why it is closed."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.engine.noise_floor import Determinism
from benchmark.gates import Against, Gate, Status, judge
from benchmark.gates.judging import noise_floor
from benchmark.gates.wording import document, report
from benchmark.records import Score

NAN = float("nan")
COUNTRIES = {"VNM": 0.58, "NGA": 0.70, "BRA": 0.66}


def score(value: float, arm: float = 0.03, **changes: Any) -> Score:
    """A similarity over printed options; ``country=`` and the like give its scope."""
    fields: dict[str, Any] = {
        "metric": "js_similarity",
        "reading": "printed",
        "n": 200,
        "higher_is_better": True,
    }
    fields |= {key: changes.pop(key) for key in [*changes] if key in Score.__dataclass_fields__}
    return Score(value=value, low=value - arm, high=value + arm, scope=changes, **fields)


def gate(**changes: Any) -> Gate:
    """A gate on that similarity."""
    return Gate(**{"suite": "wvs", "metric": "js_similarity", "reading": "printed", **changes})


SCORES = [score(0.65, 0.01), *(score(v, country=c) for c, v in COUNTRIES.items())]
CHANGES = [score(-0.01, 0.005, method="paired over 200 of 200 questions")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"worst": "country", "min": 0.62},
            "wvs js_similarity printed, worst country: Vietnam 0.580 [0.550, 0.610] < 0.62: FAIL",
        ),
        (
            {"worst": "country", "min": 0.5},
            "wvs js_similarity printed, worst country: Vietnam 0.580 [0.550, 0.610] >= 0.5: PASS",
        ),
        (
            {"worst": "country", "max": 0.6, "among": ("NGA", "BRA")},
            "worst country: Nigeria 0.700 [0.670, 0.730] > 0.6 and 1 more of 2: FAIL",
        ),
        ({"scope": {"country": "NGA"}, "min": 0.6}, "country Nigeria: 0.700 [0.670, 0.730] >= 0.6"),
        ({"min": 0.6, "max": 0.7}, "0.650 [0.640, 0.660] >= 0.6 and <= 0.7: PASS"),
        (
            {"min": 0.645},
            "wanted >= 0.645; about 600 more questions would settle it, and the survey has no "
            "more in this selection: INCONCLUSIVE, counts as fail",
        ),
        ({"min": 0.65}, "no number of questions would settle it"),
        ({"gap": "country", "max": 0.3}, "(Vietnam 0.580 to Nigeria 0.700; equal ones would show"),
        ({"gap": "country", "max": 0.05}, "> 0.05"),
    ],
)
def test_the_sentence_says_what_was_found_and_wanted(changes: Any, sentence: str) -> None:
    """One line a gate, for people."""
    assert sentence in judge(gate(**changes), SCORES).sentence


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"metric": "js_similarty", "min": 0}, "did you mean js_similarity"),
        ({"reading": "substantive", "min": 0}, "unknown reading 'substantive'"),
        ({"worst": "contry", "min": 0}, "did you mean country"),
        ({"scope": {"country": "NGR"}, "min": 0}, "did you mean NGA"),
        ({"worst": "country", "among": ("NGA", "ITA"), "min": 0}, "no such score of ITA"),
        ({"gap": "country", "among": ("NGA",), "max": 0}, "a gap needs two"),
        ({"compare": "regression"}, "needs a baseline, and none was given"),
    ],
)
def test_what_is_missing_closes_the_gate(changes: Any, reason: str) -> None:
    """Fail, never pass, with what may have been meant."""
    verdict = judge(gate(**changes), SCORES)
    assert verdict.status is Status.FAIL
    assert reason in verdict.reason


def test_a_member_that_is_not_scored_closes_the_gate() -> None:
    """The worst country may be the one without a number."""
    verdict = judge(gate(worst="country", min=0.1), [*SCORES, score(NAN, country="ITA")])
    assert verdict.status is Status.FAIL
    assert "country Italy" in verdict.reason


def test_a_gap_over_members_without_interval_is_inconclusive() -> None:
    """The countries are named, with the reason."""
    scores = [*SCORES, score(0.5, NAN, country="ITA", method="too few stems (3 < 6)")]
    verdict = judge(gate(gap="country", max=0.1), scores)
    assert verdict.status is Status.INCONCLUSIVE
    assert "no interval for Italy (too few stems (3 < 6))" in verdict.sentence


@pytest.mark.parametrize(
    ("compare", "margin", "status"),
    [
        ("regression", 0.0, Status.FAIL),
        ("non-inferiority", 0.02, Status.PASS),
        ("non-inferiority", 0.012, Status.INCONCLUSIVE),
        ("non-inferiority", 0.004, Status.FAIL),
    ],
)
def test_a_change_is_held_to_its_margin(compare: Any, margin: float, status: Status) -> None:
    """Worse by 0.01 [0.005, 0.015]: shown worse, but not by 0.02."""
    verdict = judge(
        gate(compare=compare, margin=margin), SCORES, against=Against(name="old", changes=CHANGES)
    )
    assert verdict.status is status
    assert "against old: change -0.010" in verdict.sentence
    assert "paired over 200" in verdict.sentence


def test_a_distance_regresses_upwards() -> None:
    """For what is better when lower, more is worse; without direction there is no regression."""
    ways = {True: Status.PASS, False: Status.FAIL}
    for higher, status in ways.items():
        grown = Against(name="old", changes=[score(0.05, 0.01, higher_is_better=higher)])
        assert judge(gate(compare="regression"), SCORES, against=grown).status is status
    neither = Against(name="old", changes=[score(0.05, 0.01, higher_is_better=None)])
    assert "no better or worse" in judge(gate(compare="regression"), SCORES, against=neither).reason


def test_a_baseline_that_cannot_be_compared_closes_the_gate() -> None:
    """Its problem is the reason."""
    other = Against(name="old", problem="the baseline has other survey than the run")
    verdict = judge(gate(compare="regression"), SCORES, against=other)
    assert verdict.status is Status.FAIL
    assert verdict.reason == other.problem


def test_a_board_row_without_the_scope_says_where_to_find_it() -> None:
    """It holds no figures by country."""
    against = Against(name="old", changes=CHANGES)
    verdict = judge(gate(compare="regression", worst="country"), SCORES, against=against)
    assert verdict.status is Status.FAIL
    assert "a run file all" in verdict.reason


def test_noise_of_run_and_baseline_add_up() -> None:
    """Each may have moved by its own floor; the margin stays what it is."""
    floor = Determinism(n=1, max_js_distance=0.001, logit_step=0.0)
    assert floor.js_similarity == pytest.approx(0.004)
    against = Against(name="old", changes=CHANGES, determinism=floor)
    verdict = judge(
        gate(compare="non-inferiority", margin=0.02), SCORES, noise=floor, against=against
    )
    assert verdict.cell is not None
    assert verdict.cell.noise == pytest.approx(0.008)
    assert verdict.status is Status.INCONCLUSIVE
    assert "± 0.008 noise floor" in verdict.sentence


def test_a_skill_moves_by_more_than_the_similarity_in_it() -> None:
    """By hand: over ceiling 0.98 less floor 0.78 a floor of 0.004 is 0.02."""
    floor = Determinism(n=1, max_js_distance=0.001, logit_step=0.0)
    skill = score(0.5, metric="skill_uniform")
    beside = [score(0.98, metric="ceiling_population"), score(0.78, metric="floor_uniform")]
    assert noise_floor(skill, beside, floor) == pytest.approx(0.02)
    assert noise_floor(skill, [], floor) == 0
    assert noise_floor(score(0.5, metric="js_divergence"), [], floor) == pytest.approx(0.00668)
    assert noise_floor(score(0.5, metric="spread_ratio"), [], floor) == 0


def test_run_json_holds_the_numbers_apart_from_the_words() -> None:
    """Finite numbers or null, so that a machine need not read the sentence."""
    entry = document(judge(gate(worst="country", min=0.62), SCORES))
    assert (entry["status"], entry["holds"], entry["failing"]) == ("fail", False, ["Vietnam"])
    assert (entry["member"], entry["min"], entry["max"]) == ("Vietnam", 0.62, None)
    closed = document(judge(gate(min=0.1), []))
    assert closed["value"] is None
    assert closed["reason"] == "the run has no such score"


def test_markdown_is_a_table_that_a_name_cannot_break() -> None:
    """A model called like a tag stays text."""
    verdicts = [judge(gate(min=0.6), SCORES), judge(gate(min=0.645), SCORES)]
    text = report(verdicts, model="<script>|x", problems=["a `problem`"])
    assert text.startswith("### Gates for &lt;script&gt;\\|x: 1 of 2 gates do not hold\n")
    assert "| ✅ pass |" in text
    assert "| ❔ inconclusive (counts as fail) |" in text
    assert "- a \\`problem\\`" in text
