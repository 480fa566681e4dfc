"""Accuracy, disparity, calibration and blind controls of questions: by hand, and whole."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses import ANALYSES
from benchmark.analyses.questions.disparity import disparity
from benchmark.errors import DataProblem
from benchmark.metrics.inequality import gini
from benchmark.metrics.proportions import wilson_interval
from benchmark.records import CaseRecord, Score
from tests.analyses.building import evidence, find
from tests.analyses.questioning import Asked, clustered_outcomes, pictures_of, question, records_of

NAMES = ("accuracy", "disparity", "calibration_error", "blind")
COUNTRIES = ("NGA", "KEN", "FRA", "ITA", "BRA", "MEX", "JPN", "IND")


def scores(name: str, records: list[CaseRecord], seed: int = 0) -> list[Score]:
    """The scores of one analysis."""
    given = evidence(records, seed=seed)
    if name == "disparity":
        return disparity(given, permutations=199)
    return list(ANALYSES[name].compute(given))


def world(seed: int = 0) -> list[CaseRecord]:
    """Eight countries of twenty pictures with three questions, and two blind controls."""
    rng = np.random.default_rng(seed)
    p = np.linspace(0.5, 0.8, len(COUNTRIES))
    seen = clustered_outcomes(p, 20, 3, 0.3, rng)
    grey = clustered_outcomes(p - 0.2, 20, 3, 0.3, rng)
    sure = rng.uniform(0.3, 1, seen.size)
    questions = [
        replace(
            one, values={**one.values, "confidence": float(c), "p_right": float(c), "brier": 0.4}
        )
        for one, c in zip(
            pictures_of(seen, COUNTRIES, topics=("food", "plants")), sure, strict=True
        )
    ]
    blind = pictures_of(grey, COUNTRIES, topics=("food", "plants"))
    return [
        *records_of(questions),
        *records_of(blind, kind="control", variant="none"),
        *records_of(blind, kind="control", variant="blank"),
    ]


def ten(right: int, *, of: int = 10, country: str = "NGA") -> list[Asked]:
    """So many questions about as many pictures, the first ones right."""
    return [
        question(
            float(i < right), country=country, picture=f"{country}{i}", item_id=f"{country}{i}"
        )
        for i in range(of)
    ]


def test_one_question_a_picture_has_wilsons_interval() -> None:
    """By hand: 7 of 10, and its skill over a chance of a quarter."""
    found = scores("accuracy", records_of(ten(7)))
    nigeria = find(found, "accuracy", country="NGA")
    assert nigeria.value == pytest.approx(0.7)
    assert (nigeria.low, nigeria.high) == pytest.approx(wilson_interval(7, 10))
    assert nigeria.method == "Wilson, 95 %"
    assert find(found, "floor_chance").value == 0.25
    skill = find(found, "skill_chance")
    assert skill.value == pytest.approx((0.7 - 0.25) / 0.75)
    assert skill.low == pytest.approx((nigeria.low - 0.25) / 0.75)


def test_questions_of_one_picture_count_less() -> None:
    """Ten pictures whose three questions agree are worth ten questions, not thirty."""
    outcomes = np.repeat((np.arange(10) < 7)[None, :, None] * 1.0, 3, axis=2)
    found = scores("accuracy", records_of(pictures_of(outcomes, ["NGA"])))
    nigeria = find(found, "accuracy", country="NGA")
    assert nigeria.n == 30
    assert (nigeria.low, nigeria.high) == pytest.approx(wilson_interval(7, 10))
    assert "10 effective" in nigeria.method


def test_the_unscored_are_missing_and_not_wrong() -> None:
    """Two of ten unread: accuracy over eight; if they were wrong it would be over ten."""
    asked = ten(6)
    unread = [replace(one, values={"correct": np.nan, "unscored": 1.0}) for one in asked[8:]]
    found = scores("accuracy", records_of([*asked[:8], *unread]))
    overall = find(found, "accuracy")
    assert (overall.value, overall.n, overall.n_missing) == (0.75, 8, 2)
    assert find(found, "unscored").value == pytest.approx(0.2)
    assert find(found, "accuracy_unscored_wrong").value == pytest.approx(0.6)


def test_answering_only_where_it_is_sure_gains_nothing() -> None:
    """Leaving the two wrong ones out makes accuracy 1, and what ranks stays where it was."""
    asked = ten(8)
    unread = [replace(one, values={"correct": np.nan, "unscored": 1.0}) for one in asked[8:]]
    every, sure = (scores("accuracy", records_of(rows)) for rows in (asked, asked[:8] + unread))
    assert find(sure, "accuracy").value == 1
    for found in (every, sure):
        score = find(found, "accuracy_unscored_wrong")
        assert (score.value, score.n_clusters) == (0.8, 10)


def test_a_country_without_a_scored_question_has_no_accuracy() -> None:
    """NaN with its missing ones, and nothing shrunk."""
    asked = [*ten(5), replace(ten(0, of=1, country="FRA")[0], values={"correct": np.nan})]
    found = scores("accuracy", records_of(asked))
    france = find(found, "accuracy", country="FRA")
    assert np.isnan(france.value)
    assert (france.n, france.n_missing, france.method) == (0, 1, "not scored")
    assert not [s for s in found if s.name == "accuracy_shrunk" and s.scope == {"country": "FRA"}]


def test_every_grouping_is_there() -> None:
    """Country, category, type, UN region, continent, income group, overall."""
    found = scores("accuracy", world())
    keys = {tuple(s.scope) for s in found if s.name == "accuracy" and len(s.scope) < 2}
    assert keys == {
        (),
        *((key,) for key in ("country", "topic", "proxy", "region", "continent", "income_group")),
    }
    assert find(found, "accuracy", continent="South America").n == 60
    lowest, mean = find(found, "accuracy", country="NGA"), find(found, "accuracy")
    shrunk = find(found, "accuracy_shrunk", country="NGA")
    assert min(lowest.value, mean.value) <= shrunk.value <= max(lowest.value, mean.value)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    """Shuffled records with shuffled items give the very same scores."""
    records = world()
    shuffler = random.Random(1)  # noqa: S311 - an order, not a secret
    mixed = [replace(r, items=tuple(shuffler.sample(r.items, len(r.items)))) for r in records]
    shuffler.shuffle(mixed)
    assert repr(scores(name, records)) == repr(scores(name, mixed))


@pytest.mark.parametrize("name", NAMES)
def test_other_suites_have_no_such_scores(name: str) -> None:
    """No question, no score; and no failure."""
    assert scores(name, []) == []
    assert scores(name, records_of(ten(3), kind="alignment")) == []


def test_an_item_without_outcome_is_told() -> None:
    """The sentence names item, case and value."""
    records = records_of([replace(question(1.0), values={})])
    with pytest.raises(DataProblem, match="has no value 'correct'"):
        scores("accuracy", records)


def test_the_worst_is_named_with_bounds_for_the_truly_lowest() -> None:
    """By hand: of two countries in two regions the lower one, its lower end uncorrected."""
    found = scores("disparity", records_of([*ten(3, of=40), *ten(30, of=40, country="FRA")]))
    worst = find(found, "worst_region")
    assert worst.value == pytest.approx(3 / 40)
    assert worst.method.startswith("Africa, lowest of 2")
    assert worst.low == pytest.approx(wilson_interval(3, 40)[0])
    assert worst.high == pytest.approx(wilson_interval(3, 40, level=0.95**0.5)[1])
    alone = find(found, "accuracy_simultaneous", region="Africa")
    assert alone.high == pytest.approx(worst.high)


def test_a_wide_gap_is_found_by_every_figure() -> None:
    """27 of 40 apart: gap, its p, the named pair, Gini and its p agree."""
    found = scores("disparity", records_of([*ten(3, of=40), *ten(30, of=40, country="FRA")]))
    gap, plain = find(found, "accuracy_gap_country"), find(found, "accuracy_gap_country_plain")
    assert plain.value == pytest.approx(27 / 40)
    assert 0 < gap.low < gap.value < plain.value < gap.high
    assert find(found, "accuracy_gap_country_null").value < 0.15
    assert find(found, "accuracy_gap_country_p").value == pytest.approx(1 / 200)
    pair = find(found, "accuracy_difference_region", contrast="Africa-Europe")
    assert pair.value == pytest.approx(-27 / 40)
    assert pair.high < 0
    assert find(found, "gini_plain").value == pytest.approx(float(gini([3 / 40, 30 / 40])))
    assert find(found, "gini").value < find(found, "gini_plain").value
    assert find(found, "gini_p").value == pytest.approx(1 / 200)


def test_one_country_has_no_gap() -> None:
    """Nor a Gini coefficient; the worst of one is itself."""
    found = scores("disparity", records_of(ten(3)))
    assert {s.name for s in found if "gap" in s.name or "gini" in s.name} == set()
    assert find(found, "worst_country").value == pytest.approx(0.3)


def test_the_picture_adds_what_the_control_lacks() -> None:
    """By hand: 8 of 10 with, 5 and 3 of 10 without; right in both controls: 3."""
    controls = [
        *records_of(ten(5), kind="control", variant="none"),
        *records_of(ten(3), kind="control", variant="blank"),
    ]
    found = scores("blind", [*records_of(ten(8)), *controls])
    assert find(found, "blind_accuracy").value == pytest.approx(0.4)
    assert find(found, "blind_accuracy", variant="none").value == pytest.approx(0.5)
    gain = find(found, "image_gain_accuracy")
    assert gain.value == pytest.approx(0.4)
    assert gain.low < 0.4 < gain.high
    assert find(found, "answerable_blind").value == pytest.approx(0.3)
    assert find(found, "questions_answerable_blind").value == 3
    assert find(found, "answerable_blind_chance").value == 0.25


def test_no_difference_is_not_proven_by_ten_questions() -> None:
    """All alike with and without: the gain is 0 with an interval of some width."""
    records = [*records_of(ten(10)), *records_of(ten(10), kind="control", variant="none")]
    gain = find(scores("blind", records), "image_gain_accuracy")
    assert gain.value == 0
    assert gain.high > 0.05


def test_controls_told_by_the_items_alone_are_read() -> None:
    """Without control cases the questions' own values serve."""
    asked = [
        replace(one, values={**one.values, "blind_correct": 0.0, "p_right": 0.9, "image_gain": 0.5})
        for one in ten(6)
    ]
    found = scores("blind", records_of(asked))
    assert find(found, "image_gain_accuracy").value == pytest.approx(0.6)
    assert find(found, "image_gain").value == pytest.approx(0.5)


def test_too_few_pictures_have_no_gain_interval() -> None:
    """As everywhere: below six nothing is resampled or trusted."""
    records = [*records_of(ten(3, of=4)), *records_of(ten(1, of=4), kind="control")]
    gain = find(scores("blind", records), "image_gain_accuracy")
    assert np.isnan(gain.low)
    assert gain.method.startswith("too few pictures")


def test_calibration_is_by_group_where_there_are_enough() -> None:
    """Overall 480 questions; a country's 60 are too few."""
    found = scores("calibration_error", world())
    assert find(found, "ece").low > 0
    assert find(found, "brier").value == pytest.approx(0.4)
    assert find(found, "ece", country="NGA").method.startswith("too few")
    parts = {name: find(found, f"brier_{name}").value for name in ("top", "reliability", "within")}
    rest = find(found, "brier_uncertainty").value - find(found, "brier_resolution").value
    assert parts["top"] == pytest.approx(parts["reliability"] + parts["within"] + rest)


def test_answers_in_words_have_no_calibration() -> None:
    """No confidence, no score."""
    assert scores("calibration_error", records_of(ten(5))) == []


def test_countries_that_share_no_category_cannot_be_compared() -> None:
    """An easy category here, a hard one there: no gap, no inequality, and the reason."""
    easy = [replace(one, topic="food") for one in ten(38, of=40)]
    hard = [replace(one, topic="plants") for one in ten(10, of=40, country="FRA")]
    found = scores("disparity", records_of([*easy, *hard]))
    for name in ("gini", "gini_p", "accuracy_gap_country", "accuracy_gap_country_p"):
        score = find(found, name)
        assert np.isnan(score.value)
        assert "nothing is comparable" in score.method


def test_another_mix_of_categories_is_not_a_gap() -> None:
    """Food is easy and plants are hard for both; one was asked more of the one."""
    rows = []
    for country, easy, hard in (("NGA", 80, 20), ("FRA", 20, 80)):
        rows += [replace(q, topic="food") for q in ten(easy * 9 // 10, of=easy, country=country)]
        rows += [replace(q, topic="plants") for q in ten(hard * 3 // 10, of=hard, country=country)]
    found = scores("disparity", records_of(rows))
    assert find(found, "accuracy_gap_country_plain").value == pytest.approx(0, abs=1e-9)
    assert find(found, "accuracy_gap_country").low == 0
    assert find(found, "gini_plain").value == pytest.approx(0, abs=1e-9)
    assert find(found, "accuracy_gap_country_p").value == 1
    (contrast,) = (s for s in found if s.metric == "accuracy_difference_region")
    assert contrast.value == pytest.approx(0, abs=1e-9)
