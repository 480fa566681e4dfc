"""Changes since another run: paired by question, resampled by stem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.change import paired_changes
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Case, CaseRecord, Item, Score

NAN = float("nan")
EASY = np.linspace(0.2, 0.9, 20)  # questions differ far more than models do


def records(values: Mapping[str, FloatArray]) -> list[CaseRecord]:
    """One case a country; question i is stem i in all of them."""
    found = []
    for country, column in values.items():
        case = Case(suite="wvs", country=country, topic="race", proxy="country")
        items = tuple(
            Item(
                case_id=case.case_id,
                item_id=f"q{i:02}",
                cluster=f"s{i:02}",
                human=(1.0,),
                model=(1.0,),
                values={"js_similarity": float(value)},
            )
            for i, value in enumerate(column)
        )
        found.append(CaseRecord(case=case, scores=(), items=items))
    return found


def wanted(value: float, metric: str = "js_similarity", **scope: str) -> Score:
    """The score whose change is asked for."""
    return Score(
        metric=metric, reading="printed", value=value, n=20, scope=scope, higher_is_better=True
    )


def change(
    now: Mapping[str, FloatArray], before: Mapping[str, FloatArray], score: Score
) -> Score | None:
    """The change of one score."""
    return paired_changes(records(now), records(before), [score]).get(0)


def test_a_shift_of_every_question_has_no_width() -> None:
    """What questions differ by among themselves cancels: that is why it is paired."""
    found = change({"NGA": EASY + 0.01}, {"NGA": EASY}, wanted(float((EASY + 0.01).mean())))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.01, 0.01, 0.01))
    assert found.method == "paired over 20 of 20 questions"


def test_the_interval_covers_the_true_change() -> None:
    """In 95 % of simulated runs, up to chance."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(100):
        now = EASY + 0.02 + rng.normal(0, 0.05, 20)
        found = change({"NGA": now}, {"NGA": EASY}, wanted(float(now.mean())))
        assert found is not None
        covered += found.low <= 0.02 <= found.high
    assert covered >= 89


def test_each_scope_has_its_own_change() -> None:
    """Overall is over all countries."""
    now, before = {"NGA": EASY + 0.02, "BRA": EASY}, {"NGA": EASY, "BRA": EASY}
    mean = float(EASY.mean())
    for score, value in (
        (wanted(mean + 0.02, country="NGA"), 0.02),
        (wanted(mean, country="BRA"), 0.0),
        (wanted(mean + 0.01), 0.01),
    ):
        found = change(now, before, score)
        assert found is not None
        assert found.value == pytest.approx(value)


def test_questions_that_one_run_lacks_are_counted_not_compared() -> None:
    """One lost and one gained are missing; what neither has is not."""
    now, before = EASY + 0.01, EASY.copy()
    now[0], before[1] = NAN, NAN
    now[2] = before[2] = NAN
    found = change({"NGA": now}, {"NGA": before}, wanted(float(np.nanmean(now))))
    assert found is not None
    assert (found.n, found.n_missing) == (17, 2)
    assert found.value == pytest.approx(0.01)


def test_too_few_stems_give_no_interval_and_the_reason() -> None:
    """As for any score."""
    few = EASY[:4]
    found = change({"NGA": few}, {"NGA": few}, wanted(float(few.mean())))
    assert found is not None
    assert np.isnan(found.low)
    assert "too few stems (4 < 6)" in found.method


@pytest.mark.parametrize(
    "score",
    [
        wanted(0.123),  # not the mean of these items
        wanted(0.5, metric="skill_uniform"),
        wanted(0.5, frame="hofstede"),
    ],
)
def test_what_is_no_mean_of_items_is_not_paired(score: Score) -> None:
    """A ratio or a rank is for the caller to compare in another way."""
    assert change({"NGA": EASY}, {"NGA": EASY}, score) is None


def test_items_of_one_question_pair_in_order_of_their_pictures() -> None:
    """Two items of one id are told apart, in whatever order they stand."""
    (now,) = records({"NGA": EASY})
    twice = tuple(
        replace(item, image_ids=(name,), values={"js_similarity": value})
        for item in now.items
        for name, value in (("a", 0.2), ("b", 0.8))
    )
    now, before = replace(now, items=twice), replace(now, items=twice[::-1])
    found = paired_changes([now], [before], [wanted(0.5)])[0]
    assert (found.value, found.low, found.high) == pytest.approx((0, 0, 0))
