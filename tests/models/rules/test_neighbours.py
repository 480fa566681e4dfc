"""Neighbours: ranked by mean distance on other topics, against a plain double loop."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from benchmark.models.rules.neighbours import MIN_SHARED, Neighbours
from benchmark.survey.survey import Question, Survey
from tests.models.asking import question, survey

TOPICS = ("politics", "religion", "news")


def random_survey(rng: np.random.Generator, *, n_questions: int, n_countries: int) -> Survey:
    """Two to six options, each country asked with probability 0.7."""
    countries = [f"C{i:02}" for i in range(n_countries)]
    questions = []
    for i in range(n_questions):
        ones = np.ones(int(rng.integers(2, 7)))
        asked = [c for c in countries if rng.random() < 0.7] or countries[:1]
        human = {c: rng.dirichlet(ones).tolist() for c in asked}
        questions.append(question(f"q{i:03}", human, topic=TOPICS[i % len(TOPICS)]))
    return survey(*questions)


def by_hand(people: Survey, country: str, topic: str) -> list[str]:
    """The definition, written as loops over SciPy's distance."""
    means = {}
    for other in sorted(people.countries() - {country}):
        distances = [
            jensenshannon(q.human[country], q.human[other])
            for q in people.questions
            if q.topic != topic and country in q.human and other in q.human
        ]
        if distances:
            means[other] = (len(distances) < MIN_SHARED, np.mean(distances))
    return sorted(means, key=lambda other: (*means[other], other))


@pytest.mark.parametrize("seed", range(3))
def test_ranking_is_the_definitions(seed: int) -> None:
    """Subtracting a topic's sums gives the same order as leaving its questions out."""
    people = random_survey(np.random.default_rng(seed), n_questions=30, n_countries=7)
    neighbours = Neighbours(people)
    for country in people.countries():
        for topic in (*TOPICS, "unlabelled"):
            assert list(neighbours.ranked(country, topic)) == by_hand(people, country, topic)


def test_ties_go_by_iso3() -> None:
    """Equal answers, alphabetical order."""
    same = {"NGA": [0.5, 0.5], "ITA": [0.5, 0.5], "FRA": [0.4, 0.6]}
    people = survey(*(question(f"q{i}", same, topic="news") for i in range(5)))
    assert Neighbours(people).ranked("FRA", "politics") == ("ITA", "NGA")


def test_country_outside_the_survey_has_no_neighbours() -> None:
    """Nobody to compare with."""
    people = survey(question("q", {"FRA": [1, 0]}))
    assert Neighbours(people).ranked("XXX", "news") == ()


def test_sixty_countries_and_271_questions_take_under_five_seconds() -> None:
    """The control must not cost more than the models it controls."""
    people = random_survey(np.random.default_rng(0), n_questions=271, n_countries=60)
    start = time.process_time()
    neighbours = Neighbours(people)
    topics: set[str] = {q.topic for q in people.questions if isinstance(q, Question)}
    assert all(neighbours.ranked(c, t) for c in people.countries() for t in topics)
    assert time.process_time() - start < 5
