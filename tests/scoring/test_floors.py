"""Floors and ceiling of questions: the same whatever is asked beside them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.divergence import js_similarity
from benchmark.metrics.ordered import w1_similarity
from benchmark.scoring.floors import Floors, option_mask, stack, substantive_mask
from benchmark.survey.survey import SAMPLE, Question, Survey, load_survey, with_design_effect

KEYS = ("floor_uniform", "floor_world_average", "floor_best_blind", "ceiling_population")


@pytest.fixture(scope="module")
def survey() -> Survey:
    """The embedded survey: questions of three to ten options."""
    return load_survey(SAMPLE)


def asked(survey: Survey, country: str) -> list[Question]:
    """All questions with an answer from the country."""
    return [q for q in survey.questions if country in q.human]


def test_figures_do_not_depend_on_which_country_came_first(survey: Survey) -> None:
    """Workers meet cases in another order than one process; not a bit may differ."""
    first, second = Floors(survey, seed=0), Floors(survey, seed=0)
    countries = ["NGA", "BRA", "FRA"]
    there = {c: first.values(c, asked(survey, c)) for c in countries}
    back = {c: second.values(c, asked(survey, c)) for c in reversed(countries)}
    for country in countries:
        for key, column in there[country].items():
            assert column.tobytes() == back[country][key].tobytes(), (country, key)


def test_floors_order_as_their_definitions_say(survey: Survey) -> None:
    """On average the best single answer beats the mean of others, and fresh people beat both."""
    values = Floors(survey, seed=0).values("NGA", asked(survey, "NGA"))
    uniform, world, blind, ceiling = (float(np.mean(values[key])) for key in KEYS)
    assert uniform < world < blind < ceiling < 1


def test_a_question_of_one_country_has_no_floor_of_others() -> None:
    """What nobody else was asked has no world average and no blind answer, but a ceiling."""
    question = Question(
        question_id="q",
        text="Well?",
        options=("Yes", "No", "Don't know"),
        substantive=(True, True, False),
        topic="race",
        stem="s",
        human={"NGA": (0.5, 0.4, 0.1)},
        respondents={},
        source="invented",
    )
    alone = Survey(
        name="one", revision="1", digest="1", licence="", questions=(question,), problems=()
    )
    values = Floors(alone, seed=0).values("NGA", [question])
    missing = {key for key, column in values.items() if np.isnan(column).all()}
    assert missing == {
        f"floor_{floor}{reading}"
        for floor in ("world_average", "best_blind")
        for reading in ("", "_substantive")
    }
    assert values["ceiling_population"][0] > values["floor_uniform"][0]


@pytest.mark.parametrize("answers", [4, 16])
def test_drawn_answers_are_held_against_floors_and_a_ceiling_drawn_likewise(
    survey: Survey, answers: int
) -> None:
    """Whoever answers as the people do reaches the ceiling, whoever knows the world its floor."""
    questions = asked(survey, "NGA")
    drawn = [answers] * len(questions)
    values = Floors(survey, seed=0, answers=answers).values("NGA", questions, drawn=drawn)
    exact = Floors(survey, seed=0).values("NGA", questions)
    people = stack([[q.human["NGA"]] for q in questions])[:, 0]
    uniform = option_mask(questions) / option_mask(questions).sum(axis=1, keepdims=True)
    rng = np.random.default_rng(1)
    for key, told in (("ceiling_population", people), ("floor_uniform", uniform)):
        shares = told / told.sum(axis=1, keepdims=True)
        sets = rng.multinomial(answers, shares, size=(200, len(told)))
        found = float(js_similarity(people, sets / answers).mean())
        assert found == pytest.approx(float(values[key].mean()), abs=0.006)
        assert found < float(exact[key].mean())


def test_draws_that_differ_by_question_are_matched_by_question(survey: Survey) -> None:
    """A question whose answers were half unreadable has a ceiling of its own."""
    questions = asked(survey, "NGA")[:2]
    floors = Floors(survey, seed=0, answers=8)
    eight = floors.values("NGA", questions, drawn=[8, 8])["ceiling_population"]
    mixed = floors.values("NGA", questions, drawn=[8, 2])["ceiling_population"]
    assert mixed[1] < eight[1] - 0.05
    assert mixed[0] == pytest.approx(eight[0], abs=0.02)


def test_means_over_answers_are_held_against_means_over_answers(survey: Survey) -> None:
    """Three pictures of four texts each are no better known than one: nothing is pooled."""
    questions = asked(survey, "NGA")
    floors = Floors(survey, seed=0, answers=4)
    one = floors.of_answers("NGA", questions, [[4]] * len(questions))
    three = floors.of_answers("NGA", questions, [[4, 4, 4]] * len(questions))
    for key in KEYS:
        np.testing.assert_array_equal(one[key], three[key])


def test_answers_of_several_lengths_are_weighted_by_how_many_there_are(survey: Survey) -> None:
    """Two of eight texts and one of two: a mixture of their floors, question by question."""
    questions = asked(survey, "NGA")[:3]
    floors = Floors(survey, seed=0, answers=8)
    mixed = floors.of_answers("NGA", questions, [[8, 2, 8], [8, 8, 8], [2, 0, 1]])
    for key in KEYS:
        at = {n: floors.values("NGA", questions, drawn=[n] * 3)[key] for n in (8, 2, 1)}
        right = [(2 * at[8][0] + at[2][0]) / 3, at[8][1], (at[2][2] + 2 * at[1][2]) / 3]
        np.testing.assert_allclose(mixed[key], right, atol=0.03)


def test_people_asked_again_reach_less_than_a_fresh_sample_of_the_people(survey: Survey) -> None:
    """Everywhere, in both readings and on scales: the published figures are a sample, too."""
    values = Floors(survey, seed=0).values("NGA", asked(survey, "NGA"))
    for name in ("", "w1_"):
        for suffix in ("", "_substantive") if not name else ("_substantive",):
            population, again = (
                float(np.nanmean(values[f"{name}ceiling_{kind}{suffix}"]))
                for kind in ("population", "two_samples")
            )
            assert again < population < 1


def test_weighting_lowers_what_people_can_reach(survey: Survey) -> None:
    """A quarter of the respondents are twice as far from the people."""
    weighted = with_design_effect(survey, 4.0)
    far = {
        name: 1 - np.mean(Floors(s, seed=0).values("NGA", asked(s, "NGA"))["ceiling_population"])
        for name, s in (("plain", survey), ("weighted", weighted))
    }
    assert far["weighted"] / far["plain"] == pytest.approx(2, abs=0.1)


def test_a_scale_has_floors_of_its_own(survey: Survey) -> None:
    """In their order; a question without a scale has none, and only there they are missing."""
    questions = asked(survey, "NGA")
    values = Floors(survey, seed=0).values("NGA", questions)
    scales = np.array([q.ordered for q in questions])
    uniform, world, blind, ceiling = (values[f"w1_{key}_substantive"] for key in KEYS)
    for column in (uniform, world, blind, ceiling):
        np.testing.assert_array_equal(np.isfinite(column), scales)
    assert 0 < uniform[scales].mean() < world[scales].mean() < blind[scales].mean()
    assert blind[scales].mean() < ceiling[scales].mean() < 1


def test_drawn_answers_on_a_scale_are_held_against_floors_drawn_likewise(survey: Survey) -> None:
    """Few draws are farther from the people there, too."""
    questions = [q for q in asked(survey, "NGA") if q.ordered]
    few = Floors(survey, seed=0, answers=4).values("NGA", questions, drawn=[4] * len(questions))
    exact = Floors(survey, seed=0).values("NGA", questions)
    people = stack([[q.human["NGA"]] for q in questions])[:, 0]
    sets = np.random.default_rng(1).multinomial(4, people / people.sum(axis=1, keepdims=True),
                                                size=(400, len(questions)))  # fmt: skip
    found = np.nanmean(w1_similarity(people, sets / 4, keep=substantive_mask(questions)))
    key = "w1_ceiling_population_substantive"
    assert found == pytest.approx(float(few[key].mean()), abs=0.006)
    assert found < float(exact[key].mean()) - 0.05
