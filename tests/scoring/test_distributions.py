"""From replies to a record: means over answers, sensitivity, what is missing and what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from scipy.spatial.distance import jensenshannon

from benchmark.records import Case, CaseRecord, Item, Probabilities, Reply
from benchmark.scoring.choice_answers import AskedChoice, layout
from benchmark.scoring.distributions import Extras, case_record
from benchmark.scoring.floors import Floors
from benchmark.survey.survey import Question
from benchmark.vocabulary import CEILING, FLOORS, TWO_SAMPLES
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
    questions: Sequence[Question] = (Q1, Q2),
) -> CaseRecord:
    """A case of two questions and one that France was not asked."""
    return case_record(
        CASE,
        questions=questions,
        unasked=[Q3],
        asked=asked,
        replies=answers,
        image_ids=[f"{i}.png" for i in range(pictures)],
        floors=Floors(SURVEY, seed=0),
        extras=extras,
    )


def items(found: CaseRecord) -> dict[str, Item]:
    """The record's items by question."""
    return {item.item_id: item for item in found.items}


def similarity(p: Sequence[float], q: Sequence[float]) -> float:
    """By SciPy."""
    return 1 - float(jensenshannon(p, q))


def test_each_picture_is_compared_and_the_similarities_are_averaged() -> None:
    """Two answers that only together are the people's are not the people's; pooled says 1."""
    asked = layout([Q1, Q2], pictures=2, orders=1)
    found = record(asked, replies([1, 0, 0], [0.5, 0.5], [0.2, 0.6, 0.2], [0.1, 0.9]), pictures=2)
    first = items(found)["q1"]
    both = [(1, 0, 0), (0.2, 0.6, 0.2)]
    mean = sum(similarity((0.6, 0.3, 0.1), p) for p in both) / 2
    assert first.model == pytest.approx((0.6, 0.3, 0.1))
    assert first.values["js_similarity"] == pytest.approx(mean)
    assert first.values["js_similarity_substantive"] == pytest.approx(mean)
    assert first.values["js_similarity_all_asked"] == first.values["js_similarity"]
    assert first.values["js_distance"] == pytest.approx(1 - mean)
    assert first.values["js_divergence"] == pytest.approx(
        sum((1 - similarity((0.6, 0.3, 0.1), p)) ** 2 for p in both) / 2
    )
    assert first.values["js_similarity_pooled"] == pytest.approx(1)
    assert first.values["js_similarity_pooled_substantive"] == pytest.approx(1)
    assert first.by_image == ((1, 0, 0), (0.2, 0.6, 0.2)) == first.each
    assert not first.by_order
    assert first.image_ids == ("0.png", "1.png")
    assert first.request_keys == ("k0", "k2")


def test_orders_are_undone_and_averaged_in_probability_space() -> None:
    """A model that always takes the first label ends uniform, and its sensitivity says why."""
    asked = layout([Q1, Q2], pictures=1, orders=None)
    assert [one.order for one in asked] == [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 1), (1, 0)]
    found = record(asked, replies(*[[1, 0, 0]] * 3, *[[1, 0]] * 2), pictures=1)
    first, second = (item for item in found.items if item.item_id in ("q1", "q2"))
    assert first.by_order == ((1, 0, 0), (0, 1, 0), (0, 0, 1)) == first.each
    assert first.values["js_similarity"] == pytest.approx(
        sum(similarity((0.6, 0.3, 0.1), p) for p in first.by_order) / 3
    )
    assert first.values["js_similarity_pooled"] == pytest.approx(
        similarity((0.6, 0.3, 0.1), (1 / 3,) * 3)
    )
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


def test_pictures_and_orders_are_one_list_of_answers() -> None:
    """The first picture's orders, then the second's, each as printed; the picture means beside."""
    asked = layout([Q2], pictures=2, orders=None)
    found = record(
        asked, replies([0.8, 0.2], [0.3, 0.7], [1, 0], [1, 0]), pictures=2, questions=[Q2]
    )
    first = items(found)["q2"]
    assert first.by_order == ((0.8, 0.2), (0.7, 0.3), (1, 0), (0, 1))
    assert [list(p) for p in first.by_image] == [
        pytest.approx([0.75, 0.25]),
        pytest.approx([0.5, 0.5]),
    ]
    assert first.values["js_similarity"] == pytest.approx(
        sum(similarity((0.5, 0.5), p) for p in first.by_order) / 4
    )


def test_an_unanswered_question_costs_the_worst_answer_to_it() -> None:
    """It has people and floors, no similarity; what nobody was asked has neither, and is free."""
    asked = layout([Q1, Q2], pictures=1, orders=1)
    found = record(asked, replies([math.nan] * 3, [0.5, 0.5]), pictures=1)
    lost, answered, unasked = (items(found)[q] for q in ("q1", "q2", "q3"))
    assert (lost.model, lost.human) == (None, (0.6, 0.3, 0.1))
    worst = similarity((0.6, 0.3, 0.1), (0, 0, 1))
    assert lost.values["js_similarity_all_asked"] == pytest.approx(worst)
    assert lost.values["js_similarity_all_asked_substantive"] == pytest.approx(worst)
    assert math.isnan(lost.values["js_similarity"])
    assert lost.values["floor_uniform"] > worst
    assert (unasked.model, unasked.human, unasked.values) == (None, None, {})
    scores = {score.name: score for score in found.scores}
    all_asked = scores["js_similarity_all_asked"]
    assert all_asked.value == pytest.approx((worst + answered.values["js_similarity"]) / 2)
    assert (all_asked.n, all_asked.n_missing) == (2, 1)
    assert (scores["js_similarity"].n, scores["js_similarity"].n_missing) == (1, 2)


def test_of_two_pictures_only_the_one_left_out_costs() -> None:
    """The question has no similarity, since its pictures are not the case's; the rest counts."""
    asked = layout([Q2], pictures=2, orders=1)
    found = record(asked, replies([0.5, 0.5], [math.nan] * 2), pictures=2, questions=[Q2])
    lost = items(found)["q2"]
    assert lost.model is None
    assert math.isnan(lost.values["js_similarity"])
    assert lost.values["js_similarity_all_asked"] == pytest.approx(
        (1 + similarity((0.5, 0.5), (1, 0))) / 2
    )


def test_answering_dont_know_alone_is_not_answering() -> None:
    """In the substantive reading nothing is left of it; in the printed one it is an answer."""
    asked_about = replace(Q1, substantive=(True, True, False))
    asked = layout([asked_about], pictures=1, orders=1)
    found = record(asked, replies([0, 0, 1]), pictures=1, questions=[asked_about])
    values = items(found)["q1"].values
    assert values["js_similarity_all_asked"] == values["js_similarity"]
    assert math.isnan(values["js_similarity_substantive"])
    assert values["js_similarity_all_asked_substantive"] == pytest.approx(
        similarity((2 / 3, 1 / 3), (0, 1))
    )


def test_one_substantive_option_is_not_scored_in_that_reading() -> None:
    """Everybody agrees on the only option: 1.0 for any answer, floors and ceiling too."""
    single = replace(Q2, substantive=(True, False))
    asked = layout([single], pictures=1, orders=1)
    found = record(asked, replies([0.2, 0.8]), pictures=1, questions=[single])
    values = items(found)["q2"].values
    assert {name for name, value in values.items() if math.isnan(value)} == {
        name for name in values if name.endswith("_substantive")
    }
    assert values["js_similarity"] == pytest.approx(similarity((0.5, 0.5), (0.2, 0.8)))


def test_an_ordered_scale_has_a_similarity_of_its_own() -> None:
    """A mean over answers, on questions with a scale alone; others are not missing there."""
    scaled = replace(Q1, ordered=True)
    asked = layout([scaled, Q2], pictures=2, orders=1)
    answers = replies([0, 1, 0], [1, 0], [0.6, 0.3, 0.1], [1, 0])
    found = record(asked, answers, pictures=2, questions=[scaled, Q2])
    first, second = items(found)["q1"].values, items(found)["q2"].values
    # People need .6 of one step up and .1 of one step down, of two steps in all.
    assert first["w1_similarity_substantive"] == pytest.approx((1 + 1 - 0.7 / 2) / 2)
    assert {f"w1_{mark}_substantive" for mark in (*FLOORS, CEILING, TWO_SAMPLES)} <= first.keys()
    assert not any(name.startswith("w1_") for name in second)
    assert "w1_similarity" not in first
    scores = {score.name: score for score in found.scores}
    mean = scores["w1_similarity_substantive"]
    assert (mean.n, mean.n_missing, mean.higher_is_better) == (1, 0, True)


def test_one_order_has_no_sensitivity() -> None:
    """Nothing is recorded that was not measured."""
    asked = layout([Q1, Q2], pictures=1, orders=1)
    found = record(asked, replies([1, 0, 0], [1, 0]), pictures=1)
    assert all("order_sensitivity" not in item.values for item in found.items)
    assert not found.items[0].by_image


def test_a_case_without_a_kept_picture_has_only_missing_items() -> None:
    """Vetted out: the model was asked nothing, so nothing is invented, missing is no cost."""
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


def test_every_picture_is_compared_with_the_country_shown() -> None:
    """A mean of similarities there, too."""
    asked = layout([Q2], pictures=2, orders=1)
    found = record(
        asked,
        replies([1, 0], [0.8, 0.2]),
        pictures=2,
        extras=Extras(shown="BRA"),
        questions=[Q2],
    )
    assert items(found)["q2"].values["js_similarity_shown"] == pytest.approx(
        (similarity((0.9, 0.1), (1, 0)) + similarity((0.9, 0.1), (0.8, 0.2))) / 2
    )


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
