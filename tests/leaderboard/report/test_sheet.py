"""`sheet` and `Measured`: what is a mean of what, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from leaderboard.report.measured import Measured
from leaderboard.report.sheet import sheet
from tests.leaderboard.report.made_up import NAN, PLAIN, contrasts, long, made, measured, score


def only(**changes: object) -> Measured:
    """The plain run as a report sees it."""
    return measured(made(**changes))[0]  # type: ignore[arg-type]


def test_images_are_the_mean_over_categories_question_by_question() -> None:
    """Nigeria's first question: food 0.75, sports 0.5; its second 0.75 and 0.5."""
    found = sheet(made().rows, "substantive")
    nigeria = found.where({"country": "NGA"})
    assert found.similarity["images"][nigeria].tolist() == [0.625, 0.625]


def test_order_of_rows_does_not_matter() -> None:
    """A sheet is sorted, so a report does not depend on who finished first."""
    rows = made().rows
    left, right = sheet(rows, "printed"), sheet(rows[::-1], "printed")
    for proxy, column in left.similarity.items():
        np.testing.assert_array_equal(column, right.similarity[proxy])


def test_recognition_cases_are_no_similarities() -> None:
    """A case of another kind is left out, whatever values its items carry."""
    extra = made(values={("NGA", "recognition", "food"): (0.0,)}, kind="recognition").rows
    assert sheet((*made().rows, *extra), "substantive").members("topic") == ("race", "religion")


@pytest.mark.parametrize(
    ("scope", "country", "images"),
    [
        ({"country": "NGA"}, 0.625, 0.625),
        ({"country": "USA", "topic": "religion"}, 0.5, 0.75),
        ({"income": "high"}, 0.5, 0.75),
        ({}, 0.5625, 0.6875),
    ],
)
def test_a_comparison_is_over_the_questions_both_have(
    scope: dict[str, str], country: float, images: float
) -> None:
    """The United States' question on race has no picture and does not count."""
    both = only().compare("images", scope)
    assert (both.second.value, both.first.value) == (country, images)
    assert both.gain.value == pytest.approx(images - country, abs=1e-15)
    assert both.relative == pytest.approx((images - country) / country, abs=1e-15)
    assert both.relative_of_first == pytest.approx((images - country) / images, abs=1e-15)


def test_a_mean_is_over_all_questions_of_its_condition() -> None:
    """(0.25 + 0.75 + 0.25) / 3, and one answer is missing."""
    cell = only().mean("country", {"country": "USA"})
    assert cell.value == pytest.approx(1.25 / 3, abs=1e-15)
    assert (cell.n, cell.n_missing) == (3, 1)


def test_the_printed_reading_takes_the_printed_values() -> None:
    """They are half of the substantive ones here."""
    (run,) = measured(made(), reading="printed")
    assert run.mean("country", {"country": "NGA"}).value == 0.3125


def test_the_runs_own_score_is_taken_where_there_is_one() -> None:
    """With its interval, even where the rows would say something else."""
    scope = {"country": "NGA", "proxy": "country"}
    own = score("js_similarity", 0.875, scope, low=0.5, high=1.0)
    cell = only(scores=(own,)).mean("country", {"country": "NGA"}, interval=True)
    assert (cell.value, cell.low, cell.high, cell.source) == (0.875, 0.5, 1.0, "scores")


def test_contrast_scores_are_taken_where_there_are_some() -> None:
    """Gain, both relative gains and significance come from the run."""
    where = {"contrast": "images-country", "country": "NGA"}
    scores = (
        score("js_similarity_gain", 0.25, where, low=0.125, high=0.5),
        score("relative_gain", 0.3, where),
        score("relative_gain_of_image", 0.2, where),
        *contrasts(0.01, 0.04, 0.2, country="NGA"),
    )
    both = only(scores=scores).compare("images", {"country": "NGA"})
    assert (both.gain.value, both.gain.low, both.gain.high) == (0.25, 0.125, 0.5)
    assert (both.relative, both.relative_of_first) == (0.3, 0.2)


@pytest.mark.parametrize(("reading", "expected"), [("substantive", True), ("paper", False)])
def test_the_reading_says_which_p_decides(reading: str, expected: bool) -> None:
    """Holm's, in the paper's reading the published one."""
    scores = contrasts(0.01, 0.04, 0.2, country="NGA")
    (run,) = measured(made(scores=scores), reading=reading)  # type: ignore[arg-type]
    assert run.significant("images", {"country": "NGA"}) is expected
    assert not run.significant("images", {"country": "USA"})


def test_intervals_need_six_stems() -> None:
    """Five questions have none; eight have one around their mean, always the same."""
    few, enough = (measured(made(values=long(questions=n)))[0] for n in (5, 8))
    assert math.isnan(few.mean("food", {}, interval=True).low)
    cell = enough.mean("food", {}, interval=True)
    assert cell.low < cell.value < cell.high
    (again,) = measured(made("other", values=long()))
    assert again.mean("food", {}, interval=True) == cell


def test_floors_are_of_the_questions_scored() -> None:
    """A question without an answer brings no floor; no question gives no floor."""
    run = only()
    assert run.mark("floor_uniform", "country", {"country": "USA"}) == 0.5
    assert math.isnan(run.mark("ceiling_population", "country", {"country": "BRA"}))


def test_nothing_scored_is_not_zero() -> None:
    """A run of NaN alone has no mean, no gain and no pictures."""
    run = only(values={key: [NAN] for key in PLAIN})
    assert not run.has("images")
    assert math.isnan(run.mean("country", {}).value)
    assert math.isnan(run.compare("images", {}).relative)
