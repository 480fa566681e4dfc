"""The lines below a run's table: what is there, beside chance; nothing that was not measured."""

from __future__ import annotations

import math

from benchmark.records import Score
from benchmark.suite.layout import Finding, Layout
from benchmark.suite.protocol import shipped_layout
from benchmark.vocabulary import Reading
from leaderboard.tables.findings import findings

WVS = shipped_layout("wvs")


def score(
    metric: str,
    value: float,
    *,
    reading: Reading = "substantive",
    low: float = math.nan,
    high: float = math.nan,
    method: str = "",
    **scope: str,
) -> Score:
    """A figure over 40 things."""
    return Score(
        metric=metric,
        value=value,
        reading=reading,
        scope=scope,
        n=40,
        low=low,
        high=high,
        method=method,
        higher_is_better=True,
    )


def test_every_figure_stands_beside_chance() -> None:
    """Values with intervals, in the words of a sentence."""
    lines = findings(
        [
            score("identification_top1", 0.5, low=0.25, high=0.75),
            score("identification_top1_chance", 0.1),
            score("spread_ratio", 0.4, low=0.3, high=0.6),
            score("distance_tau_b", -0.03, frame="people"),
            score("distance_tau_b_p", 0.61, frame="people"),
            score("js_similarity_gain", 0.011, low=-0.031, high=0.045, contrast="images-country"),
            score("js_similarity_gain_p_holm", 0.0001, contrast="images-country"),
            score("recognition_top1", 0.09, low=0.04, high=0.17, reading=""),
            score("recognition_top1_chance", 1 / 11, reading=""),
        ],
        WVS,
    )
    assert lines == (
        "identification: nearest to the right country in 0.50 [0.25, 0.75] of countries and "
        "proxies (chance 0.10)",
        "spread across countries: 0.40 [0.30, 0.60] of the people's; who is near to whom: "
        "tau -0.03 (p 0.610)",
        "pictures less name: similarity +0.01 [-0.03, +0.04], p < 0.001 (the larger of t and sign "
        "flips)",
        "pictures recognised at first guess: 0.09 [0.04, 0.17] of 40 (chance 0.09)",
    )


def test_ordered_scales_stand_with_their_own_floors_and_skill() -> None:
    """W1 is printed wherever a run has it, never without what needs no model."""
    (line,) = findings(
        [
            score("w1_similarity", 0.85, low=0.8, high=0.9),
            score("w1_floor_uniform", 0.774),
            score("w1_floor_world_average", 0.911),
            score("w1_floor_best_blind", 0.915),
            score("w1_ceiling_population", 0.99),
            score("w1_skill_world_average", -0.7, low=-0.9, high=-0.5),
        ],
        WVS,
    )
    assert line == (
        "ordered scales, 40 answers: W1 similarity 0.850 [0.800, 0.900] (uniform 0.774, world "
        "average 0.911, best blind 0.915, ceiling 0.990), skill -0.70 [-0.90, -0.50]"
    )


def test_the_paper_s_mean_and_both_ceilings_have_their_names() -> None:
    """The mean over questions has no interval; a sample against the people is not two samples."""
    lines = findings(
        [
            score("ceiling_population", 0.9828),
            score("ceiling_two_samples", 0.9755),
            score("js_similarity_items", 0.537),
            score("js_similarity_items", 0.41, reading="printed"),
            score("stems_effective", 21.4),
        ],
        WVS,
    )
    assert lines == (
        "ceiling: 0.983 is a fresh sample against the people; two samples against each other "
        "reach 0.976",
        "the paper's mean over questions, without interval: 0.537, all options as printed 0.410; "
        "it weighs these stems as if 21 were equal",
    )


def test_too_little_probability_on_the_options_is_said() -> None:
    """A mass that three decimals would hide is whole; a usual one is a plain figure."""
    (low,) = findings([score("option_mass", 1e-6, reading="")], WVS)
    assert low == (
        "probability on the options: 1e-06: below 0.1, so it answers something else than the "
        "options and is not ranked"
    )
    usual = findings([score("option_mass", 0.98, low=0.97, high=0.99, reading="")], WVS)
    assert usual == ("probability on the options: 0.980 [0.970, 0.990]",)


def test_no_zero_has_a_sign() -> None:
    """Rounding noise is no loss."""
    (line,) = findings(
        [score("js_similarity_gain", -1e-17, low=-1e-9, high=1e-9, contrast="images-country")], WVS
    )
    assert line == "pictures less name: similarity 0.00 [0.00, 0.00]"


def test_what_was_not_measured_has_no_line() -> None:
    """Neither a NaN nor another reading, proxy or suite makes one."""
    assert (
        findings(
            [
                score("identification_top1", math.nan),
                score("identification_top1_chance", 0.1),
                score("spread_ratio", 0.4, reading="printed"),
                score("js_similarity_gain", 0.1, contrast="food-country"),
                score("cross_country_cosine", 0.7, reading=""),
            ],
            WVS,
        )
        == ()
    )


def test_too_few_questions_are_said_instead_of_an_interval() -> None:
    """A gain over three stems is not left standing bare."""
    (line,) = findings(
        [
            score(
                "js_similarity_gain",
                0.2,
                method="too few stems (3 < 6)",
                contrast="images-country",
            )
        ],
        WVS,
    )
    assert line == "pictures less name: similarity +0.20 (too few stems (3 < 6))"


def test_a_sentence_goes_as_far_as_its_figures() -> None:
    """Whatever comes after the first part without a score is left out with it."""
    layout = Layout(findings=(Finding(text="a {a:2}", more=("; b {b:2}", " (c {c:2})")),))
    a, b, c = (score(name, 0.5, reading="") for name in "abc")
    assert findings([a, b, c], layout) == ("a 0.50; b 0.50 (c 0.50)",)
    assert findings([a, c], layout) == ("a 0.50",)
    assert findings([b, c], layout) == ()


def test_a_grouping_has_a_sentence_for_each_member() -> None:
    """In the order of their codes, those alone that were scored."""
    layout = Layout(findings=(Finding(text="{m:key-country}: {m:with2}", by="country"),))
    scores = [
        score("m", 0.25, reading="", country="NGA"),
        score("m", 0.5, reading="", country="GBR", low=0.4, high=0.6),
        score("m", math.nan, reading="", country="FRA"),
        score("m", 0.75, reading=""),
    ]
    assert findings(scores, layout) == ("GBR: 0.50 [0.40, 0.60]", "NGA: 0.25")
