"""The lines below a run's table: what is there, beside chance; nothing that was not measured."""

from __future__ import annotations

import math

from benchmark.records import Reading, Score
from leaderboard.tables.findings import findings


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
            score("js_similarity_gain_p", 0.0001, contrast="images-country"),
            score("recognition_top1", 0.09, low=0.04, high=0.17, reading=""),
            score("recognition_top1_chance", 1 / 11, reading=""),
        ]
    )
    assert lines == (
        "identification: nearest to the right country in 0.50 [0.25, 0.75] of countries and "
        "proxies (chance 0.10)",
        "spread across countries: 0.40 [0.30, 0.60] of the people's; who is near to whom: "
        "tau -0.03 (p 0.610)",
        "pictures less name: similarity +0.01 [-0.03, +0.04], p < 0.001",
        "pictures recognised at first guess: 0.09 [0.04, 0.17] of 40 (chance 0.09)",
    )


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
            ]
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
        ]
    )
    assert line == "pictures less name: similarity +0.20 (too few stems (3 < 6))"


def test_questions_with_a_right_answer_have_lines_of_their_own() -> None:
    """Accuracy beside chance and blind, the picture's gain, the worst region by name."""
    told = "Africa, lowest of 5; ends for the truly lowest (Šidák)"
    figures = {
        "accuracy": (0.61, 0.55, 0.66, ""),
        "floor_chance": (0.25, math.nan, math.nan, ""),
        "blind_accuracy": (0.31, 0.25, 0.37, ""),
        "image_gain_accuracy": (0.3, 0.22, 0.38, ""),
        "questions_answerable_blind": (7.0, math.nan, math.nan, ""),
        "worst_region": (0.5, 0.4, 0.6, told),
        "accuracy_gap_region": (0.1, 0.0, 0.2, ""),
        "accuracy_gap_region_p": (0.041, math.nan, math.nan, ""),
    }
    scores = [
        score(name, value, low=low, high=high, method=method, reading="")
        for name, (value, low, high, method) in figures.items()
    ]
    assert findings(scores) == (
        "right: 0.61 [0.55, 0.66] of 40 questions (chance 0.25, blind 0.31)",
        "pictures add: +0.30 [+0.22, +0.38]; right without any picture: 7 of 40",
        "worst region: Africa 0.50 [0.40, 0.60]; gap less noise 0.10 [0.00, 0.20], p 0.041",
    )
    assert findings(scores[:2]) == ("right: 0.61 [0.55, 0.66] of 40 questions (chance 0.25)",)
    assert findings(scores[:1]) == ()
