"""`reference:oracle`: the right label whatever is asked, and a refusal where none is right."""

from __future__ import annotations

import pytest

from benchmark.errors import ModelProblem
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
from tests.models.asking import SUBJECT, choice, prompt

KNOWN = Subject(country="FRA", item_id="q1", order=(2, 0, 1), truth=1)


def oracle() -> Model:
    """The model, which needs no survey."""
    options = registry.ModelOptions()
    spec = registry.resolve("reference:oracle")
    identity = registry.identify(spec, options, survey=None)
    assert (identity.revision, identity.reads_subject) == ("1", True)
    return registry.load(spec, identity, options, survey=None)


def test_the_right_label_text_or_letter_is_certain() -> None:
    """The subject's truth is a place among what is shown, whatever the order behind it."""
    asked: tuple[Choice | Continuation | Generate, ...] = (
        choice("Hm.\n", subject=KNOWN),
        Continuation(prompt=prompt("Hm.\n"), texts=(" a.", " b."), subject=KNOWN),
        Generate(
            prompt=prompt("Hm.\n"),
            params=GenerationParams(max_new_tokens=5),
            seed=0,
            subject=KNOWN,
        ),
    )
    picked, likely, written = oracle().answer(asked)
    assert picked == Probabilities(p=(0.0, 1.0, 0.0), option_mass=1.0)
    assert isinstance(likely, LogLikelihoods)
    assert likely.total[1] > likely.total[0]
    assert written == Text(text="Answer: B", finish="stop")


def test_without_a_right_answer_it_refuses() -> None:
    """A survey has none, and nothing has a vector here."""
    with pytest.raises(ModelProblem, match="which has no right answer"):
        oracle().answer([choice("Hm.\n", subject=SUBJECT)])
    with pytest.raises(ModelProblem, match="no vectors"):
        oracle().answer([Embed(content="a", encoder="e", subject=SUBJECT)])
