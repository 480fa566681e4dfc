"""Reference models: floors, ceiling and controls, worked by hand on tiny surveys."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models import registry
from benchmark.records import (
    Choice,
    Continuation,
    Embed,
    Generate,
    GenerationParams,
    LogLikelihoods,
    Model,
    Probabilities,
    Subject,
    Text,
)
from benchmark.survey.survey import Survey
from tests.models.asking import SUBJECT, choice, options, prompt, question, survey

SEED = 7


def ask(
    rule: str, people: Survey, country: str, item_id: str, *, seed: int = SEED
) -> Probabilities:
    """One answer of a reference."""
    opened = registry.ModelOptions(device="cpu", seed=seed)
    spec = registry.resolve(f"reference:{rule}")
    identity = registry.identify(spec, opened, survey=people)
    model = registry.load(spec, identity, opened, survey=people)
    n = next(len(q.options) for q in people.questions if q.question_id == item_id)
    (answer,) = model.answer([request(country, item_id, n)])
    assert isinstance(answer, Probabilities)
    return answer


def request(country: str, item_id: str, n: int) -> Choice:
    """A choice between the first n letters."""
    subject = Subject(country=country, item_id=item_id)
    return choice("Hm.\n", labels=tuple("ABCDEFGHIJ"[:n]), subject=subject)


@pytest.mark.parametrize("rule", ["world-average", "nearest-country", "resample", "uniform"])
def test_a_prompt_without_content_tells_a_rule_nothing(rule: str) -> None:
    """About no country: every label alike, however many the question has."""
    people = survey(question("q1", {"FRA": [0.7, 0.2, 0.1], "BRA": [0.2, 0.2, 0.6]}))
    assert ask(rule, people, "", "q1") == Probabilities(p=(1 / 3,) * 3, option_mass=1.0)


# --- uniform -----------------------------------------------------------------------------------


def test_uniform_gives_each_label_the_same() -> None:
    """Four labels, a quarter each, whoever is asked about."""
    people = survey(question("q1", {"FRA": [0.1, 0.2, 0.3, 0.4]}))
    assert ask("uniform", people, "FRA", "q1") == Probabilities(p=(0.25,) * 4, option_mass=1.0)


def test_hundred_thousand_uniform_requests_take_under_three_seconds() -> None:
    """The floor costs next to nothing beside the rest of a run."""
    opened = registry.ModelOptions(device="cpu")
    spec = registry.resolve("reference:uniform")
    identity = registry.identify(spec, opened, survey=None)
    model = registry.load(spec, identity, opened, survey=None)
    batch = [request("FRA", f"q{i}", 2 + i % 8) for i in range(1000)] * 100
    start = time.process_time()
    assert len(model.answer(batch)) == 100_000
    assert time.process_time() - start < 3


# --- world average -----------------------------------------------------------------------------


def test_world_average_leaves_the_country_itself_out() -> None:
    """The mean of the two others, each with equal weight."""
    people = survey(question("q1", {"FRA": [1, 0], "ITA": [0.2, 0.8], "NGA": [0.6, 0.4]}))
    assert ask("world-average", people, "FRA", "q1").p == pytest.approx((0.4, 0.6))
    assert ask("world-average", people, "ITA", "q1").p == pytest.approx((0.8, 0.2))


def test_world_average_of_nobody_else_is_not_scored() -> None:
    """NaN, not a guess; and no mass either."""
    people = survey(question("q1", {"FRA": [1, 0]}))
    answer = ask("world-average", people, "FRA", "q1")
    assert all(map(math.isnan, (*answer.p, answer.option_mass)))


# --- resample ----------------------------------------------------------------------------------


def test_resample_draws_as_many_respondents_as_there_were() -> None:
    """Frequencies are multiples of 1/n: of the survey's n where known, else of 1/1200."""
    shares = {"FRA": [0.5, 0.3, 0.2], "ITA": [0.5, 0.3, 0.2]}
    people = survey(question("q1", shares, respondents={"FRA": 40}))
    for country, n in (("FRA", 40), ("ITA", 1200)):
        counts = np.asarray(ask("resample", people, country, "q1").p) * n
        assert np.allclose(counts, counts.round())
        assert counts.sum() == pytest.approx(n)


def test_resample_repeats_with_its_seed_and_differs_between_cells() -> None:
    """Seeded by seed, country and question, so no order of asking can matter."""
    shares = {"FRA": [0.5, 0.3, 0.2], "ITA": [0.5, 0.3, 0.2]}
    people = survey(question("q1", shares), question("q2", shares))
    first = ask("resample", people, "FRA", "q1")
    assert ask("resample", people, "FRA", "q1") == first
    assert ask("resample", people, "FRA", "q2") != first
    assert ask("resample", people, "ITA", "q1") != first
    assert ask("resample", people, "FRA", "q1", seed=SEED + 1) != first


def test_resample_is_unbiased() -> None:
    """Over many questions the mean is the population's, within its standard error."""
    people = survey(*(question(f"q{i:03}", {"FRA": [0.7, 0.3]}) for i in range(200)))
    drawn = [ask("resample", people, "FRA", q.question_id).p[0] for q in people.questions]
    standard_error = math.sqrt(0.7 * 0.3 / 1200 / 200)
    assert abs(np.mean(drawn) - 0.7) < 4 * standard_error


def test_resample_of_a_country_that_was_not_asked_is_not_scored() -> None:
    """Nobody to sample from."""
    people = survey(question("q1", {"FRA": [1, 0]}))
    assert math.isnan(ask("resample", people, "ITA", "q1").p[0])


# --- nearest country ---------------------------------------------------------------------------


def neighbourhood(*, twin_on_politics: str, twin_on_religion: str) -> Survey:
    """France has one twin on six questions of politics, another on six of religion."""
    far = {"ITA": [0.2, 0.8], "NGA": [0.3, 0.7]}
    return survey(
        *(
            question(f"{topic}{i}", {"FRA": [0.9, 0.1], **far, twin: [0.88, 0.12]}, topic=topic)
            for topic, twin in (("politics", twin_on_politics), ("religion", twin_on_religion))
            for i in range(6)
        )
    )


def test_neighbour_is_chosen_on_the_other_topics() -> None:
    """On politics France answers as its twin on religion does, and the other way round."""
    people = neighbourhood(twin_on_politics="ITA", twin_on_religion="NGA")
    assert ask("nearest-country", people, "FRA", "politics0").p == (0.3, 0.7)
    assert ask("nearest-country", people, "FRA", "religion0").p == (0.2, 0.8)


def test_next_neighbour_answers_where_the_nearest_was_not_asked() -> None:
    """A question that the nearest skipped goes to the second nearest."""
    people = neighbourhood(twin_on_politics="ITA", twin_on_religion="ITA")
    extra = question("x", {"FRA": [0.5, 0.5], "NGA": [0.1, 0.9]}, topic="news")
    assert ask("nearest-country", survey(*people.questions, extra), "FRA", "x").p == (0.1, 0.9)


def test_few_shared_questions_serve_where_nobody_shares_more() -> None:
    """Four are too few to be preferred, but better than no answer; none at all is not an answer."""
    people = survey(
        *(question(f"p{i}", {"FRA": [1, 0], "ITA": [1, 0]}, topic="politics") for i in range(4)),
        *(question(f"s{i}", {"FRA": [1, 0], "NGA": [0.5, 0.5]}, topic="news") for i in range(5)),
        question("r", {"FRA": [1, 0], "ITA": [1, 0]}, topic="religion"),
        question("t", {"FRA": [1, 0], "ITA": [1, 0], "NGA": [0, 1]}, topic="religion"),
        question("u", {"FRA": [1, 0], "USA": [1, 0]}, topic="religion"),
    )
    assert ask("nearest-country", people, "FRA", "r").p == (1, 0)
    assert ask("nearest-country", people, "FRA", "t").p == (0, 1)
    assert math.isnan(ask("nearest-country", people, "FRA", "u").p[0])


# --- what they do not do -----------------------------------------------------------------------


def test_question_of_another_suite_is_refused() -> None:
    """A reference cannot answer what its survey does not hold."""
    people = survey(question("q1", {"FRA": [1, 0]}))
    opened = registry.ModelOptions(device="cpu")
    spec = registry.resolve("reference:world-average")
    identity = registry.identify(spec, opened, survey=people)
    model = registry.load(spec, identity, opened, survey=people)
    with pytest.raises(ModelProblem, match="'zzz' is not one of them"):
        model.answer([request("FRA", "zzz", 2)])
    with pytest.raises(ModelProblem, match="asked with 3 labels but has 2 options"):
        model.answer([request("FRA", "q1", 3)])


@pytest.mark.parametrize("rule", ["uniform", "world-average"])
def test_references_say_nothing_and_have_no_vectors(rule: str) -> None:
    """Asked for text they are silent; a vector is refused in one sentence."""
    model = loaded(rule, survey(question("q1", {"FRA": [1, 0]})))
    params = GenerationParams(max_new_tokens=3)
    (said,) = model.answer([Generate(prompt=prompt("x"), params=params, seed=1, subject=SUBJECT)])
    assert said == Text(text="", finish="stop")
    with pytest.raises(ModelProblem, match="has no vectors"):
        model.answer([Embed(content="x", encoder="e", subject=SUBJECT)])


def test_a_reference_is_told_which_country_a_picture_shows_and_uniform_is_not() -> None:
    """The right name is certain for a rule that reads subjects; uniform finds all alike."""
    people = survey(question("q1", {"FRA": [1, 0], "BRA": [0, 1]}))
    about = Subject(country="FRA", item_id="x.png", truth=1)
    asked = Continuation(prompt=prompt("x"), texts=(" A.", " B.", " C."), subject=about)
    (told,) = loaded("world-average", people).answer([asked])
    assert isinstance(told, LogLikelihoods)
    assert told.total[1] == 0 > max(told.total[0], told.total[2])
    (guess,) = loaded("uniform", people).answer([asked])
    assert isinstance(guess, LogLikelihoods)
    assert sum(math.exp(value) for value in guess.total) == pytest.approx(1)


def test_a_reference_answers_in_the_order_shown() -> None:
    """Under another order of the options its shares move with them."""
    people = survey(question("q1", {"FRA": [0.1, 0.2, 0.7], "BRA": [0.5, 0.3, 0.2]}))
    model = loaded("world-average", people)
    plain = Choice(
        prompt=prompt("x"), labels=("A", "B", "C"), subject=Subject(country="FRA", item_id="q1")
    )
    turned = replace(plain, subject=replace(plain.subject, order=(2, 0, 1)))
    answers = model.answer([plain, turned])
    assert [a.p for a in answers if isinstance(a, Probabilities)] == [
        (0.5, 0.3, 0.2),
        (0.2, 0.5, 0.3),
    ]


def loaded(rule: str, people: Survey) -> Model:
    """A reference over these people."""
    opened = registry.ModelOptions(device="cpu")
    spec = registry.resolve(f"reference:{rule}")
    return registry.load(
        spec, registry.identify(spec, opened, survey=people), opened, survey=people
    )


def test_reference_needs_its_survey(tmp_path: Path) -> None:
    """A suite without a survey is told which reference works there."""
    spec = registry.resolve("reference:world-average")
    with pytest.raises(UsageProblem, match="reference:random"):
        registry.identify(spec, options(tmp_path), survey=None)
