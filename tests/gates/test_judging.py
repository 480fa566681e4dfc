"""What a gate looks at, what it says, and every reason why it is closed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmark.analyses import ANALYSES
from benchmark.engine.noise_floor import (
    LEADER,
    LOGIT_STEPS,
    STEPS,
    Determinism,
    Movement,
    unmeasured,
)
from benchmark.gates import Against, Gate, Status, judge
from benchmark.gates.noise import UnknownNoise, noise_floor
from benchmark.gates.rules import UnitChanges
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
        "n_clusters": 200,
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
            {"min": 0.644},
            "wanted >= 0.644; about 936 more stems would settle it (power 80 %), and there are no "
            "more in this selection: INCONCLUSIVE, counts as fail",
        ),
        ({"min": 0.65}, "0.650 [0.640, 0.660] wanted >= 0.65: INCONCLUSIVE"),
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
    assert "Italy: no interval (too few stems (3 < 6))" in verdict.sentence


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


def moved(changes: Sequence[float], kinds: Sequence[str] = tuple(STEPS)) -> Determinism:
    """Answers that moved so far when they were asked again, in bfloat16."""
    return Determinism(
        n=len(changes),
        logit_step=LOGIT_STEPS["bfloat16"],
        movements=dict.fromkeys((*kinds, LEADER), Movement.of(list(changes))),
        asked_again="alone",
    )


def test_noise_of_run_and_baseline_add_up() -> None:
    """Each may have moved by its own floor; the margin stays what it is."""
    floor = moved([0.004] * 10)
    against = Against(name="old", changes=CHANGES, determinism=floor)
    verdict = judge(
        gate(compare="non-inferiority", margin=0.02), SCORES, noise=floor, against=against
    )
    assert verdict.cell is not None
    assert verdict.cell.noise == pytest.approx(0.008)
    assert verdict.status is Status.INCONCLUSIVE
    assert "± 0.008 noise floor" in verdict.sentence


def paired(change: float, *, stems: int = 58, sd: float = 0.0, **about: Any) -> Against:
    """A change over stems, found in run files whose answers moved in bfloat16 as CPUs have them."""
    values = change + sd * np.random.default_rng(0).standard_normal(stems)
    arm = 2.0 * float(values.std(ddof=1)) / stems**0.5
    found = score(float(values.mean()), arm, n=271, n_clusters=stems, method="paired", **about)
    units = UnitChanges(values=tuple(values.tolist()), weights=(1.0,) * stems)
    return Against(name="old", changes=[found], units={0: units}, determinism=STILL)


STILL = moved([0.0] * 64)
SELDOM = moved([0.0] * 62 + [0.022, 0.015])


@pytest.mark.parametrize("noise", [STILL, SELDOM], ids=["none of 64 moved", "two of 64 did"])
def test_a_model_in_bfloat16_is_not_inferior_to_itself_by_a_hundredth(noise: Determinism) -> None:
    """Two equal runs; a bound of 0.022 for every answer (and twice that) let nothing pass."""
    same = judge(
        gate(compare="non-inferiority", margin=0.01), SCORES, noise=noise, against=paired(0.0)
    )
    assert same.status is Status.PASS, same.sentence


@pytest.mark.parametrize(("drop", "sd"), [(0.05, 0.03), (0.086, 0.05)])
def test_a_planted_drop_fails_in_bfloat16(drop: float, sd: float) -> None:
    """0.05 overall, and the 0.086 of a country that used to lie within the noise floor."""
    for worst in ("", "country"):
        about: dict[str, Any] = {"country": "NGA"} if worst else {}
        against = paired(-drop, sd=sd, **about)
        asked = gate(compare="non-inferiority", margin=0.01, worst=worst)
        verdict = judge(asked, [*SCORES], noise=SELDOM, against=against)
        assert verdict.status is Status.FAIL, verdict.sentence


def test_a_change_passes_only_where_the_tests_agree_with_the_interval() -> None:
    """Eleven stems hardly changed, and the tail is seen once: interval and t are too sure."""
    values = (0.004, 0.005, 0.006, 0.005, 0.004, 0.006, 0.005, 0.004, 0.006, 0.005, 0.003, -0.045)
    change = score(float(np.mean(values)), 0.009, n_clusters=12)
    units = UnitChanges(values=values, weights=(1.0,) * 12)
    asked = gate(compare="non-inferiority", margin=0.0085)
    alone = judge(asked, SCORES, against=Against(name="old", changes=[change]))
    both = judge(asked, SCORES, against=Against(name="old", changes=[change], units={0: units}))
    assert alone.status is Status.PASS
    assert both.status is Status.INCONCLUSIVE


def test_a_board_row_is_taken_to_move_as_the_run_does() -> None:
    """It holds no noise floor; none at all would be the most favourable there is."""
    against = Against(name="old", changes=CHANGES)
    verdict = judge(
        gate(compare="non-inferiority", margin=0.02),
        SCORES,
        noise=moved([0.001] * 10),
        against=against,
    )
    assert verdict.cell is not None
    assert verdict.cell.noise == pytest.approx(0.002)


ALL_METRICS = sorted(
    {name for one in ANALYSES.values() for name in one.provides if "*" not in name}
)


@pytest.mark.parametrize("metric", ALL_METRICS)
def test_unmeasured_noise_of_no_metric_counts_as_none(metric: str) -> None:
    """A rule for texts and for what holds no answer of the model; else the gate stays open."""
    asked = score(0.5, metric=metric)
    if noise_free(metric):
        assert noise_floor(asked, [], unmeasured("no store")) == 0
        return
    with pytest.raises(UnknownNoise):
        noise_floor(asked, [], unmeasured("no store"))


def noise_free(metric: str) -> bool:
    """Texts are draws; floors, ceilings and chance hold no answer."""
    texts = (
        *("usable", "refusal", "empty", "truncated", "echo", "in_language", "n_words", "mtld"),
        *("hdd", "self_similarity", "pictures", "answers", "chance", "distance_tau_b_people"),
    )
    starts = ("story_", "encoder_", "distinct_", "floor_", "ceiling_", "w1_floor", "w1_ceiling")
    guessing = metric.endswith("_chance") and metric != "skill_chance"
    return metric in texts or metric.startswith(starts) or guessing


def test_a_skill_moves_by_more_than_the_similarity_in_it() -> None:
    """By hand: over ceiling 0.98 less floor 0.78 a floor of 0.004 is 0.02."""
    floor = moved([0.004] * 10)
    skill = score(0.5, metric="skill_uniform")
    beside = [score(0.98, metric="ceiling_population"), score(0.78, metric="floor_uniform")]
    assert noise_floor(skill, beside, floor) == pytest.approx(0.02)
    with pytest.raises(UnknownNoise, match="not above the floor"):
        noise_floor(skill, [], floor)
    assert noise_floor(score(0.5, metric="js_divergence"), [], floor) == pytest.approx(0.00668)
    with pytest.raises(UnknownNoise, match="nothing says how far spread_ratio"):
        noise_floor(score(0.5, metric="spread_ratio"), [], floor)
    with pytest.raises(UnknownNoise, match="of_my_suite"):
        noise_floor(score(0.5, metric="of_my_suite"), [], floor)


@pytest.mark.parametrize(
    ("metric", "floor"),
    [
        ("accuracy", 0.3),  # 30 of 100 answers had another option in the lead
        ("image_gain_accuracy", 0.6),
        ("p_right", 0.3),
        ("js_similarity_gain", 0.6),
        ("js_similarity_shown", 0.3),
    ],
)
def test_a_moved_answer_moves_other_metrics_too(metric: str, floor: float) -> None:
    """Each by its own rule, and never by nothing."""
    changes = [1.0] * 30 + [0.0] * 70
    found = noise_floor(score(0.5, metric=metric, n=10**9, n_clusters=0), [], moved(changes))
    times = floor / 0.3
    assert found == pytest.approx(times * (0.3 + 1.9842 * 0.460566 / 10), rel=1e-3)


def test_a_distance_to_the_mean_answer_moves_at_both_ends() -> None:
    """The answer's own distance, and the root of the mean square for the mean of all."""
    orders = score(0.5, metric="order_sensitivity", n=10**9, n_clusters=0)
    found = noise_floor(orders, [], moved([1.0] * 30 + [0.0] * 70))
    distance = 0.3 + 1.9842 * 0.460566 / 10
    assert found == pytest.approx(distance + math.hypot(distance, 0.460566), rel=1e-3)


def test_in_float32_ranks_and_taus_can_be_decided() -> None:
    """Where no answer moves by a printed digit, nothing made of them is taken to jump."""
    tiny = replace(moved([1e-7] * 20), logit_step=LOGIT_STEPS["float32"])
    assert 0 < noise_floor(score(0.5, metric="identification_top1"), [], tiny) < 1e-3


def test_the_worst_group_moves_as_the_smallest_does() -> None:
    """Its score does not say which one is small; the accuracies by group do."""
    groups = [score(0.5, metric="accuracy", n=n, region=str(n)) for n in (12, 3000)]
    worst = score(0.5, metric="worst_region", n=3000)
    still = moved([0.0] * 64)
    assert noise_floor(worst, groups, still) == noise_floor(groups[0], [], still)
    assert noise_floor(worst, groups, still) > noise_floor(groups[1], [], still)


@pytest.mark.parametrize(
    ("n", "missing", "unanswered", "closed"),
    [
        (200, 0, 0, False),
        (200, 5000, 0, False),  # not asked in this country
        (190, 10, 10, False),  # one in twenty
        (189, 11, 11, True),
        (6, 5000, None, True),  # nothing says that it was not the model
        (6, 5000, 5000, True),
    ],
)
def test_a_model_may_not_choose_what_it_answers(
    n: int, missing: int, unanswered: int | None, closed: bool
) -> None:
    """Above 5 % unanswered the gate closes, however good the rest is."""
    found = score(0.9, 0.01, n=n, n_missing=missing, n_unanswered=unanswered)
    verdict = judge(gate(min=0.5), [found])
    assert verdict.holds is not closed
    assert ("were not answered" in verdict.reason) is closed


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        (score(0.9, metric="spread_ratio", n=200), "js_similarity_all_asked"),
        (score(0.9, metric="distance_tau_b", n=10, frame="people"), "js_similarity_all_asked"),
        (score(0.9, metric="js_similarity_gain", n=90, contrast="food-country"), ""),
        (score(0.9, metric="worst_country", reading="", n=15), "accuracy_unscored_wrong"),
    ],
)
@pytest.mark.parametrize(("unanswered", "closed"), [(20, False), (101, True)])
def test_the_unanswered_are_held_against_all_that_were_asked(
    found: Score, whole: str, unanswered: int, closed: bool
) -> None:
    """Of 2 000: n may count countries, or the questions of the worst one alone."""
    metric = whole or "js_similarity_all_asked"
    asked = score(0.9, metric=metric, reading=found.reading, n=2000)
    part = score(0.9, metric=metric, reading=found.reading, n=7, country="NGA")
    rule = gate(metric=found.metric, reading=found.reading, scope=found.scope, min=0.5)
    verdict = judge(rule, [replace(found, n_unanswered=unanswered), part, asked])
    assert ("101 of 2000 questions" in verdict.reason) is closed
    assert verdict.holds is not closed


def test_scales_are_held_against_scales() -> None:
    """Three of forty ordered scales left open are too many, whatever else was asked."""
    found = score(0.9, metric="w1_similarity", reading="substantive", n=37, n_unanswered=3)
    whole = score(0.9, metric="js_similarity_all_asked", reading="substantive", n=2000)
    rule = gate(metric="w1_similarity", reading="substantive", min=0.5)
    assert "3 of 40 questions" in judge(rule, [found, whole]).reason


def test_a_p_is_decided_as_it_is() -> None:
    """It has no interval, and needs none."""
    for value, status in ((0.04, Status.PASS), (0.06, Status.FAIL)):
        p = score(value, NAN, metric="gini_p", reading="", higher_is_better=None)
        asked = gate(metric="gini_p", reading="", max=0.05)
        assert judge(asked, [p]).status is status


def test_a_mass_of_a_millionth_is_not_waved_through() -> None:
    """Too few stems have no interval; doubt may pass, but not what is itself outside."""
    mass = score(1e-6, NAN, metric="option_mass", reading="", method="too few stems (3 < 6)")
    asked = gate(metric="option_mass", reading="", min=0.5, inconclusive=Status.PASS)
    verdict = judge(asked, [mass])
    assert not verdict.holds
    assert "counts as fail" in verdict.sentence


@pytest.mark.parametrize(
    ("rule", "holds"),
    [({"compare": "non-inferiority", "margin": 0.02}, False), ({"compare": "regression"}, True)],
)
def test_a_drop_beyond_the_margin_is_not_waved_through(rule: dict[str, Any], holds: bool) -> None:
    """Three stems have no interval; what is itself below the margin is no doubt."""
    few = score(-0.3, NAN, n=3, n_clusters=3, method="too few stems (3 < 6)")
    against = Against(name="old", changes=[few])
    verdict = judge(gate(inconclusive=Status.PASS, **rule), SCORES, against=against)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.holds is holds


@pytest.mark.parametrize("metric", ["js_similarity_population", "skill_population"])
def test_nearness_to_the_population_may_jump(metric: str) -> None:
    """It is the root of what is left of a divergence, which may be next to nothing."""
    with pytest.raises(UnknownNoise, match="nothing says how far"):
        noise_floor(score(0.99, metric=metric), [], moved([0.004] * 10))


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
    verdicts = [judge(gate(min=0.6), SCORES), judge(gate(min=0.644), SCORES)]
    text = report(verdicts, model="<script>|x", problems=["a `problem`"])
    assert text.startswith("### Gates for &lt;script&gt;\\|x: 1 of 2 gates do not hold\n")
    assert "| ✅ pass |" in text
    assert "| ❔ inconclusive (counts as fail) |" in text
    assert "- a \\`problem\\`" in text


@pytest.mark.parametrize(
    ("metric", "units", "is_decided"),
    [
        ("recognition_top1", 11, False),
        ("recognition_top1", 12, True),
        ("js_similarity_gain_p_t", 6, False),
        ("js_similarity_gain_p_holm", 12, False),
        ("js_similarity_gain_p_holm", 20, True),
        ("js_similarity_gain_q_bh", 0, False),
    ],
)
def test_few_units_with_which_a_figure_does_not_hold_decide_nothing(
    metric: str, units: int, is_decided: bool
) -> None:
    """Of skewed units: docs/validity.md; a score that says nothing of its units has too few."""
    is_p = "gain" in metric
    value, arm = (0.001, NAN) if is_p else (0.9, 0.1)
    found = score(value, arm, metric=metric, reading="", n=99, n_clusters=units)
    asked = gate(metric=metric, reading="", **({"max": 0.05} if is_p else {"min": 0.5}))
    verdict = judge(asked, [found])
    assert verdict.status is (Status.PASS if is_decided else Status.INCONCLUSIVE)
    assert is_decided or "units, of " in verdict.sentence
