"""Answers compared with answers to the same questions, and what a run says of it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchmark.engine import noise_floor as determinism
from benchmark.engine.noise_floor import Determinism, document, parsed, sentence, unmeasured, worst
from benchmark.errors import BoardProblem
from benchmark.records import Probabilities, Text
from benchmark.scoring.asked_twice import Pair, compare
from tests.engine.asking import choice

NAN = math.nan


def pair(name: str, before: tuple[float, ...], after: tuple[float, ...], mass: float = 0.5) -> Pair:
    """One question with two answers."""
    return Pair(
        request=choice(name),
        stored=Probabilities(p=before, option_mass=0.5),
        again=Probabilities(p=after, option_mass=mass),
    )


def found(*pairs: Pair, dtype: str = "float32") -> Determinism:
    """What is found where all options but the last are substantive."""
    return compare(
        pairs, dtype=dtype, asked_again="alone", substantive=lambda _: (True, True, False)
    )


def test_the_largest_change_counts() -> None:
    """Of p, of the option mass, and of the distance over either set of options."""
    small = pair("a", (0.5, 0.3, 0.2), (0.5, 0.3, 0.2), mass=0.51)
    large = pair("b", (0.5, 0.3, 0.2), (0.4, 0.4, 0.2))
    result = found(small, large)
    assert (result.n, result.n_missing) == (2, 0)
    assert result.max_abs_difference_p == pytest.approx(0.1)
    assert result.max_abs_difference_option_mass == pytest.approx(0.01)
    assert result.max_js_distance_substantive > result.max_js_distance > 0.07


def test_a_question_asked_in_two_ways_is_one_question() -> None:
    """``n`` is what the sample holds."""
    first = pair("a", (0.5, 0.5), (0.5, 0.5))
    assert found(first, replace(first)).n == 1


def test_an_answer_that_was_there_once_only_is_counted() -> None:
    """It has no distance."""
    result = found(pair("a", (0.5, 0.5), (NAN, NAN)))
    assert (result.n, result.n_missing) == (1, 1)
    assert math.isnan(result.js_similarity)
    assert "none had an answer both times" in sentence(result)


def test_only_choices_can_be_compared() -> None:
    """A suite of stories says that it measured nothing, and why."""
    assert "no multiple-choice question" in sentence(found())
    with pytest.raises(TypeError, match="probabilities"):
        found(replace(pair("a", (1.0,), (1.0,)), again=Text(text="", finish="stop")))


def test_a_sample_in_which_nothing_moved_does_not_claim_exactness() -> None:
    """One step of a logit in the model's number type is the least; an unknown type is coarse."""
    still = pair("a", (0.5, 0.3, 0.2), (0.5, 0.3, 0.2))
    floors = {dtype: found(still, dtype=dtype).js_similarity for dtype in ("float32", "bfloat16")}
    assert floors == {
        "float32": pytest.approx(3.4e-7, rel=0.01),
        "bfloat16": pytest.approx(0.0221, rel=0.01),
    }
    assert found(still, dtype="").js_similarity == floors["bfloat16"]


def test_what_moved_is_multiplied() -> None:
    """The sample is smaller than the run."""
    result = found(pair("a", (0.5, 0.3, 0.2), (0.4, 0.4, 0.2)))
    assert result.js_similarity == determinism.FACTOR * result.max_js_distance


def test_a_rule_is_exact() -> None:
    """Zero, with nothing asked."""
    exact = document(determinism.exact())
    assert exact["noise_floor"] == {
        "js_similarity": 0.0, "js_similarity_substantive": 0.0, "option_mass": 0.0
    }  # fmt: skip
    assert exact["n"] == 0


def test_the_worst_of_several_workers() -> None:
    """The largest of each, over those that found anything; a failure among them is left out."""
    one = Determinism(n=3, max_js_distance=1e-7, max_abs_difference_p=3e-7, logit_step=1.0)
    two = Determinism(n=4, max_js_distance=2e-7, max_abs_difference_p=1e-7, logit_step=1.0)
    both = worst([one, unmeasured("out of memory"), two])
    assert (both.n, both.max_js_distance, both.max_abs_difference_p) == (7, 2e-7, 3e-7)
    assert both.reason == ""
    assert worst([unmeasured("out of memory")]).reason == "out of memory"
    assert worst([]).reason


@pytest.mark.parametrize(
    "result",
    [
        unmeasured("why"),
        determinism.exact(),
        found(pair("a", (0.5, 0.3, 0.2), (0.4, 0.4, 0.2))),
    ],
)
def test_a_document_comes_back(result: Determinism) -> None:
    """What run.json and store hold is what was found; null is NaN."""
    assert str(parsed(document(result))) == str(result)


def test_a_document_of_somebody_else_is_refused() -> None:
    """By one sentence."""
    with pytest.raises(BoardProblem, match="determinism cannot be read"):
        parsed({"n": -1})
