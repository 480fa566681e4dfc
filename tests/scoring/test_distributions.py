"""From replies to a record: means over orders and pictures, sensitivity, what is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from scipy.spatial.distance import jensenshannon

from benchmark.records import Case, CaseRecord, Probabilities, Reply
from benchmark.scoring.distributions import AskedChoice, Extras, case_record, layout
from benchmark.scoring.floors import Floors
from tests.models.asking import question, survey

CASE = Case(suite="wvs", country="FRA", topic="religion", proxy="food")
Q1 = question("q1", {"FRA": [0.6, 0.3, 0.1], "BRA": [0.2, 0.2, 0.6]})
Q2 = question("q2", {"FRA": [0.5, 0.5], "BRA": [0.9, 0.1]})
Q3 = question("q3", {"BRA": [0.9, 0.1]})
SURVEY = survey(Q1, Q2, Q3)


def replies(*shares: Sequence[float]) -> list[Reply]:
    """Answers as a model gives them, in the order shown."""
    return [
        Reply(key=f"k{i}", answer=Probabilities(p=tuple(p), option_mass=0.5))
        for i, p in enumerate(shares)
    ]


def record(
    asked: Sequence[AskedChoice],
    answers: Sequence[Reply],
    *,
    pictures: int,
    extras: Extras | None = None,
) -> CaseRecord:
    """A case of two questions and one that France was not asked."""
    return case_record(
        CASE,
        questions=[Q1, Q2],
        unasked=[Q3],
        asked=asked,
        replies=answers,
        image_ids=[f"{i}.png" for i in range(pictures)],
        floors=Floors(SURVEY, seed=0),
        extras=extras,
    )


def test_pictures_are_averaged_before_the_comparison_and_each_is_kept() -> None:
    """The mean distribution is compared; the similarity is not a mean of similarities."""
    asked = layout([Q1, Q2], pictures=2, orders=1)
    found = record(asked, replies([1, 0, 0], [0.5, 0.5], [0.2, 0.6, 0.2], [0.1, 0.9]), pictures=2)
    first = next(item for item in found.items if item.item_id == "q1")
    assert first.model == pytest.approx((0.6, 0.3, 0.1))
    assert first.values["js_similarity"] == pytest.approx(1)
    assert first.by_image == ((1, 0, 0), (0.2, 0.6, 0.2))
    assert first.image_ids == ("0.png", "1.png")
    assert first.request_keys == ("k0", "k2")


def test_orders_are_undone_and_averaged_in_probability_space() -> None:
    """A model that always takes the first label ends uniform, and its sensitivity says why."""
    asked = layout([Q1, Q2], pictures=1, orders=None)
    assert [one.order for one in asked] == [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 1), (1, 0)]
    found = record(asked, replies(*[[1, 0, 0]] * 3, *[[1, 0]] * 2), pictures=1)
    first, second = (item for item in found.items if item.item_id in ("q1", "q2"))
    assert first.model == pytest.approx((1 / 3,) * 3)
    assert second.model == pytest.approx((0.5, 0.5))
    assert second.values["order_sensitivity"] == pytest.approx(jensenshannon([1, 0], [0.5, 0.5]))
    assert first.values["order_sensitivity"] == pytest.approx(jensenshannon([1, 0, 0], [1 / 3] * 3))
    mean = next(score for score in found.scores if score.metric == "order_sensitivity")
    assert mean.higher_is_better is False
    assert mean.n == 2


def test_a_model_that_follows_the_option_is_not_sensitive() -> None:
    """The same option under whatever label: sensitivity 0, the answer that option."""
    asked = layout([Q1, Q2], pictures=1, orders=None)
    shown = [[float(place == 2) for place in one.order] for one in asked if one.question == 0]
    found = record(asked, replies(*shown, [0.3, 0.7], [0.7, 0.3]), pictures=1)
    first = next(item for item in found.items if item.item_id == "q1")
    assert first.model == (0, 0, 1)
    assert first.values["order_sensitivity"] == 0


def test_one_order_has_no_sensitivity() -> None:
    """Nothing is recorded that was not measured."""
    asked = layout([Q1, Q2], pictures=1, orders=1)
    found = record(asked, replies([1, 0, 0], [1, 0]), pictures=1)
    assert all("order_sensitivity" not in item.values for item in found.items)
    assert not found.items[0].by_image


def test_a_case_without_a_kept_picture_has_only_missing_items() -> None:
    """Vetted out: no value is invented, and every question is counted as missing."""
    found = record([], [], pictures=0)
    assert [item.item_id for item in found.items] == ["q1", "q2", "q3"]
    assert all(item.model is None and item.human is None for item in found.items)
    assert found.scores == ()


def test_the_country_shown_is_compared_too() -> None:
    """It says whether the model answers for the picture or for the prompt."""
    asked = layout([Q1, Q2], pictures=1, orders=1)
    found = record(
        asked, replies([0.2, 0.2, 0.6], [0.5, 0.5]), pictures=1, extras=Extras(shown="BRA")
    )
    first, second = (item.values for item in found.items if item.item_id in ("q1", "q2"))
    assert first["js_similarity_shown"] == pytest.approx(1)
    assert second["js_similarity_shown"] == pytest.approx(1 - jensenshannon([0.5, 0.5], [0.9, 0.1]))
    names = {score.name for score in found.scores}
    assert {"js_similarity_shown", "js_similarity_shown_substantive"} <= names


def test_figures_beside_are_means_over_the_questions_that_have_them() -> None:
    """A reason is asked on some questions only."""
    asked = layout([Q1, Q2], pictures=1, orders=1)
    extras = Extras(
        values={"q1": {"rationale_words": 7.0}, "q2": {"rationale_words": math.nan}},
        keys={"q1": ("r1",)},
    )
    found = record(asked, replies([1, 0, 0], [1, 0]), pictures=1, extras=extras)
    words = next(score for score in found.scores if score.metric == "rationale_words")
    assert (words.value, words.n, words.n_missing) == (7.0, 1, 1)
    assert found.items[0].request_keys == ("k0", "r1")
