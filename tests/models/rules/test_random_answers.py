"""The answerer that knows nothing: every task, always the same, blind to the subject."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

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
    Request,
    Subject,
    Task,
    Text,
    Vector,
)
from tests.models.asking import SUBJECT, choice, picture, prompt


@pytest.fixture
def model() -> Model:
    """`reference:random`, without a survey."""
    opened = registry.ModelOptions(device="cpu")
    spec = registry.resolve("reference:random")
    identity = registry.identify(spec, opened, survey=None)
    return registry.load(spec, identity, opened, survey=None)


def requests() -> list[Request]:
    """One of each task, and an embedding of a picture."""
    asked = prompt("Look:\n", picture("red"))
    params = GenerationParams(max_new_tokens=6, temperature=0.7)
    return [
        choice("Look:\n", picture("red")),
        Continuation(prompt=asked, texts=("one", "two words"), subject=SUBJECT),
        Generate(prompt=asked, params=params, seed=1, subject=SUBJECT),
        Embed(content="text", encoder="clip", subject=SUBJECT),
        Embed(content=picture("red"), encoder="clip", subject=SUBJECT),
    ]


def test_every_task_is_answered_in_its_kind(model: Model) -> None:
    """A suite of any shape can be tried without weights."""
    assert model.supports == frozenset(Task)
    chosen, likely, text, vector, seen = model.answer(requests())
    assert isinstance(chosen, Probabilities)
    assert math.isclose(sum(chosen.p), 1)
    assert chosen.option_mass == 1
    assert isinstance(likely, LogLikelihoods)
    assert likely.n_tokens == (1, 2)
    assert max(likely.total) < 0
    assert isinstance(text, Text)
    assert 1 <= len(text.text.split()) <= 6
    assert isinstance(vector, Vector)
    assert isinstance(seen, Vector)
    assert len(vector.values) == len(seen.values) == 32
    assert vector != seen


def test_vectors_are_exact_float32(model: Model) -> None:
    """They survive a store that keeps four bytes a value."""
    vector = model.answer(requests())[3]
    assert isinstance(vector, Vector)
    assert all(float(np.float32(value)) == value for value in vector.values)


def test_answers_do_not_depend_on_the_subject(model: Model) -> None:
    """It is not a rule over the survey: whom a request is about is not part of what is asked."""
    assert not model.identity.reads_subject
    elsewhere = Subject(country="NGA", item_id="q9")
    others = [dataclasses.replace(request, subject=elsewhere) for request in requests()]
    assert model.answer(others) == model.answer(requests())


def test_answers_depend_on_what_is_asked(model: Model) -> None:
    """Another word, picture, label or seed is another answer."""
    base = choice("Look:\n", picture("red"))
    asked: list[Choice] = [
        base,
        choice("Look!\n", picture("red")),
        choice("Look:\n", picture("blue")),
        choice("Look:\n", picture("red"), labels=("A", "B", "D")),
    ]
    assert (
        len({answer.p for answer in model.answer(asked) if isinstance(answer, Probabilities)}) == 4
    )
    story = requests()[2]
    assert isinstance(story, Generate)
    one, two = model.answer([story, dataclasses.replace(story, seed=2)])
    assert one != two


def test_order_and_company_do_not_matter(model: Model) -> None:
    """Each answer comes from its own request alone."""
    forward = list(model.answer(requests()))
    assert list(model.answer(requests()[::-1]))[::-1] == forward


def test_text_longer_than_allowed_is_cut(model: Model) -> None:
    """`finish` says which."""
    params = GenerationParams(max_new_tokens=1000)
    whole = Generate(prompt=prompt("x"), params=params, seed=1, subject=SUBJECT)
    short = dataclasses.replace(whole, params=GenerationParams(max_new_tokens=1))
    finishes = [a.finish for a in model.answer([whole, short]) if isinstance(a, Text)]
    assert finishes == ["stop", "length"]
