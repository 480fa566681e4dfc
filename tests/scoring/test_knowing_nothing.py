"""What a model gains without knowing anything: nothing from more pictures, nothing from silence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.divergence import FloatArray
from benchmark.models.rules.random_answers import RandomAnswers
from benchmark.records import Answer, Case, CaseRecord, ModelIdentity, Probabilities, Reply
from benchmark.scoring.choice_answers import layout
from benchmark.scoring.distributions import case_record
from benchmark.scoring.floors import Floors
from benchmark.survey.survey import Question
from tests.metrics.strategies import unhurried
from tests.models.asking import choice, picture, survey

OPTIONS, N_BY_CHANCE = 5, 200
LABELS = tuple("ABCDE")
CASE = Case(suite="wvs", country="FRA", topic="religion", proxy="food")
RANDOM = RandomAnswers(
    ModelIdentity(name="random", model_id="random", revision="1", backend="reference")
)


@cache
def asked_of_two(n: int, *, seed: int = 0) -> tuple[Question, ...]:
    """Questions with a last option that is no opinion, answered in France and Brazil."""
    rng = np.random.default_rng(seed)
    people = 0.95 * rng.dirichlet(np.full(OPTIONS - 1, 0.8), size=(n, 2))
    return tuple(
        Question(
            question_id=f"q{i:03}",
            text="",
            options=LABELS,
            substantive=(*(True,) * (OPTIONS - 1), False),
            topic="religion",
            stem=f"s{i // 2:03}",
            human={c: (*p.tolist(), 0.05) for c, p in zip(("FRA", "BRA"), row, strict=True)},
            respondents={},
            source="made up",
        )
        for i, row in enumerate(people)
    )


@cache
def floors(n: int, *, seed: int = 0) -> Floors:
    """Of these questions; they cost more than everything else here."""
    return Floors(survey(*asked_of_two(n, seed=seed)), seed=0)


def record(
    n: int, answers: Sequence[Answer], *, pictures: int, orders: int = 1, seed: int = 0
) -> CaseRecord:
    """The suite's own record of these answers to so many questions."""
    questions = asked_of_two(n, seed=seed)
    return case_record(
        CASE,
        questions=questions,
        unasked=[],
        asked=layout(questions, pictures=pictures, orders=orders),
        replies=[Reply(key="k", answer=answer) for answer in answers],
        image_ids=[f"{k}.png" for k in range(pictures)],
        floors=floors(n, seed=seed),
    )


def mean(found: CaseRecord, name: str) -> float:
    """One of the record's scores."""
    return next(score.value for score in found.scores if score.name == name)


@cache
def by_chance() -> list[list[Answer]]:
    """For each of 44 pictures what `reference:random` answers to all questions."""
    shown = [picture("white", (8 + k, 8)) for k in range(44)]
    return [
        RANDOM.answer(
            [choice(one, question=f"Question {i}?", labels=LABELS) for i in range(N_BY_CHANCE)]
        )
        for one in shown
    ]


@cache
def by_chance_alone() -> list[CaseRecord]:
    """The record of each picture by itself."""
    return [record(N_BY_CHANCE, row, pictures=1) for row in by_chance()]


@pytest.mark.parametrize("k", [1, 5, 44])
def test_pictures_give_a_model_that_knows_nothing_nothing(k: int) -> None:
    """Averaged answers would gain 0.07 from five and 0.09 from 44 pictures: those are pooled."""
    every = by_chance()
    scored = [
        record(N_BY_CHANCE, [a for row in every[start : start + k] for a in row], pictures=k)
        for start in range(0, 44, k)
        if start + k <= 44
    ]
    single = by_chance_alone()
    for name in ("js_similarity", "js_similarity_substantive"):
        alone = np.mean([mean(one, name) for one in single])
        assert abs(np.mean([mean(one, name) for one in scored]) - alone) < 0.01
    if k > 1:
        pooled = np.mean([mean(one, "js_similarity_pooled_substantive") for one in scored])
        assert pooled - np.mean([mean(one, "js_similarity_substantive") for one in single]) > 0.05


@pytest.mark.parametrize("orders", [2, 5])
def test_orders_give_a_model_that_knows_nothing_nothing(orders: int) -> None:
    """Each order is another question to such a model, as each picture is."""
    every = by_chance()[:orders]
    answers = [row[i] for i in range(N_BY_CHANCE) for row in every]
    several = record(N_BY_CHANCE, answers, pictures=1, orders=orders)
    single = by_chance_alone()[:orders]
    for name in ("js_similarity", "js_similarity_substantive"):
        gain = mean(several, name) - np.mean([mean(one, name) for one in single])
        assert abs(gain) < 0.01


# --- answering only where it is sure -------------------------------------------------------------

N = 12
QUESTIONS = asked_of_two(N, seed=1)


def of_stems(found: CaseRecord, name: str) -> float:
    """The mean of stem means."""
    stems: dict[str, list[float]] = {}
    for item in found.items:
        stems.setdefault(item.cluster, []).append(item.values[name])
    return float(np.mean([np.mean(values) for values in stems.values()]))


def silent_on(answers: FloatArray, left_out: Sequence[bool]) -> CaseRecord:
    """The answers, with none where they are left out."""
    return record(
        N,
        [
            Probabilities(p=(math.nan,) * OPTIONS, option_mass=0.0)
            if out
            else Probabilities(p=tuple(p), option_mass=1.0)
            for p, out in zip(answers.tolist(), left_out, strict=True)
        ],
        pictures=1,
        seed=1,
    )


@unhurried
@given(st.lists(st.booleans(), min_size=N, max_size=N), st.integers(0, 10**6))
def test_leaving_out_any_subset_never_raises_what_counts_all_asked(
    left_out: list[bool], seed: int
) -> None:
    """Whatever the answers and whichever are left out, in both readings."""
    answers = np.random.default_rng(seed).dirichlet(np.full(OPTIONS, 0.3), size=N)
    whole, part = silent_on(answers, [False] * N), silent_on(answers, left_out)
    for name in ("js_similarity_all_asked", "js_similarity_all_asked_substantive"):
        assert of_stems(part, name) <= of_stems(whole, name) + 1e-12


def test_a_model_that_answers_where_it_is_sure_gains_only_in_the_other_column() -> None:
    """Half the questions, the better half: the plain mean rises, the one of all asked falls."""
    rng = np.random.default_rng(3)
    answers = rng.dirichlet(np.ones(OPTIONS), size=N)
    whole = silent_on(answers, [False] * N)
    own = {item.item_id: item.values["js_similarity"] for item in whole.items}
    middle = float(np.median(list(own.values())))
    part = silent_on(answers, [own[q.question_id] < middle for q in QUESTIONS])
    assert mean(part, "js_similarity") > mean(whole, "js_similarity") + 0.05
    assert mean(part, "js_similarity_all_asked") < mean(whole, "js_similarity_all_asked")


def test_a_certainty_is_the_least_similar_answer_there_is() -> None:
    """No answer costs more than none: the bound is reached, and never passed."""
    rng = np.random.default_rng(4)
    nothing = silent_on(np.ones((N, OPTIONS)), [True] * N)
    least = {item.item_id: item.values["js_similarity_all_asked"] for item in nothing.items}
    for answers in (rng.dirichlet(np.full(OPTIONS, a), size=N) for a in (0.01, 0.1, 1.0)):
        for item in silent_on(answers, [False] * N).items:
            assert item.values["js_similarity"] >= least[item.item_id] - 1e-12
    worst = np.eye(OPTIONS)[[int(np.argmin(q.human["FRA"])) for q in QUESTIONS]]
    for item in silent_on(worst, [False] * N).items:
        assert item.values["js_similarity"] == pytest.approx(least[item.item_id])


# --- the references stand on their marks ---------------------------------------------------------


def told(rule: str) -> Mapping[str, float]:
    """Means of a case in which a rule over people answers under three pictures."""
    questions = asked_of_two(200, seed=5)
    rows = {
        "uniform": [np.full(OPTIONS, 1 / OPTIONS)] * len(questions),
        "world_average": [np.array(q.human["BRA"]) for q in questions],
    }[rule]
    answers = [Probabilities(p=tuple(p.tolist()), option_mass=1.0) for p in rows] * 3
    return {s.name: s.value for s in record(len(questions), answers, pictures=3, seed=5).scores}


@pytest.mark.parametrize("rule", ["uniform", "world_average"])
@pytest.mark.parametrize("suffix", ["", "_substantive"])
def test_a_floor_is_what_its_reference_scores(rule: str, suffix: str) -> None:
    """Under however many pictures."""
    found = told(rule)
    assert found[f"js_similarity{suffix}"] == pytest.approx(found[f"floor_{rule}{suffix}"])
