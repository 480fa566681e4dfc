"""Answers compared with answers to the same questions, and what a run says of it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import pytest

from benchmark.engine import noise_floor as determinism
from benchmark.engine.noise_document import document, parsed, sentence
from benchmark.engine.noise_floor import (
    DISTANCE,
    DISTANCE_SUBSTANTIVE,
    LEADER,
    OPTION_MASS,
    PROBABILITY,
    VARIATION_SUBSTANTIVE,
    Determinism,
    Movement,
    pooled,
    unmeasured,
)
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
    assert result.largest(PROBABILITY) == pytest.approx(0.1)
    assert result.largest(OPTION_MASS) == pytest.approx(0.01)
    assert result.largest(DISTANCE_SUBSTANTIVE) > result.largest(DISTANCE) > 0.07
    assert result.largest(VARIATION_SUBSTANTIVE) == pytest.approx(0.125)  # 5/8 and 3/8 to 1/2
    movement = result.movements[PROBABILITY]
    assert (movement.m, movement.moved) == (2, 1)
    assert (movement.mean, movement.sd) == pytest.approx((0.05, 0.1 / 2**0.5))
    assert result.largest(LEADER) == 0  # 0.4 and 0.4: the first still leads
    other = found(pair("c", (0.5, 0.3, 0.2), (0.3, 0.5, 0.2)))
    assert other.largest(LEADER) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_is_kept_is_found_in_every_order_of_asking(order: tuple[int, ...]) -> None:
    """Only the option that is no answer moved against the others: in opinions nothing did."""
    shown = [tuple(p[place] for place in order) for p in ((0.5, 0.3, 0.2), (0.25, 0.15, 0.6))]
    one = pair("a", shown[0], shown[1])
    request = replace(one.request, subject=replace(one.request.subject, order=order))
    result = found(replace(one, request=request))
    assert result.largest(DISTANCE) > 0.2
    assert result.largest(DISTANCE_SUBSTANTIVE) == pytest.approx(0, abs=1e-12)


def test_a_question_asked_in_two_ways_is_one_question() -> None:
    """``n`` is what the sample holds."""
    first = pair("a", (0.5, 0.5), (0.5, 0.5))
    assert found(first, replace(first)).n == 1


def test_an_answer_that_was_there_once_only_is_counted() -> None:
    """It has no distance."""
    result = found(pair("a", (0.5, 0.5), (NAN, NAN)))
    assert (result.n, result.n_missing) == (1, 1)
    assert math.isnan(result.of_mean(DISTANCE, 10))
    assert "none had an answer both times" in sentence(result)


def test_only_choices_can_be_compared() -> None:
    """A suite of stories says that it measured nothing, and why."""
    assert "no multiple-choice question" in sentence(found())
    with pytest.raises(TypeError, match="probabilities"):
        found(replace(pair("a", (1.0,), (1.0,)), again=Text(text="", finish="stop")))


def test_a_sample_in_which_nothing_moved_does_not_claim_exactness() -> None:
    """One step of a logit, as often as the sample allows; an unknown type is coarse."""
    still = [pair(str(i), (0.5, 0.3, 0.2), (0.5, 0.3, 0.2)) for i in range(64)]
    for dtype, step in (("float32", 3.4e-7), ("bfloat16", 0.0221), ("", 0.0221)):
        result = found(*still, dtype=dtype)
        assert result.of_one(DISTANCE) == pytest.approx(step, rel=0.01)
        # Of infinitely many answers at most 5.6 % move: Clopper and Pearson's limit.
        assert result.of_mean(DISTANCE, math.inf) == pytest.approx(0.056 * step, rel=0.01)
        assert result.of_mean(DISTANCE, 20) == pytest.approx(0.1 * step, rel=0.01)


def test_a_mean_of_many_answers_moves_by_their_mean_change() -> None:
    """Not by four times the largest: ten of 40 answers moved by 0.02, by hand."""
    result = Determinism(
        n=40, logit_step=0.125, movements={DISTANCE: Movement.of([0.02] * 10 + [0.0] * 30)}
    )
    sd = (0.02**2 * 10 * 30 / 40 / 39) ** 0.5
    wanted = 0.005 + 2.0227 * sd * (1 / 40 + 1 / 200) ** 0.5
    assert result.of_mean(DISTANCE, 200) == pytest.approx(wanted, rel=1e-4)
    assert result.of_one(DISTANCE) == pytest.approx(determinism.FACTOR * 0.02)


def test_a_rule_is_exact() -> None:
    """Zero, with nothing asked."""
    exact = document(determinism.exact())
    assert exact["noise_floor"] == {
        "js_similarity": 0.0, "js_similarity_substantive": 0.0, "option_mass": 0.0
    }  # fmt: skip
    assert exact["n"] == 0


def test_the_findings_of_several_workers_are_one() -> None:
    """As if all had been compared at once; a failure among them is left out."""
    changes = [1e-7, 3e-7, 0.0, 2e-7, 5e-7]
    parts = [
        Determinism(n=len(some), movements={DISTANCE: Movement.of(some)}, logit_step=1.0)
        for some in (changes[:3], changes[3:])
    ]
    both = pooled([parts[0], unmeasured("out of memory"), parts[1]])
    whole = Movement.of(changes)
    assert both.n == 5
    assert both.reason == ""
    assert both.movements[DISTANCE].moved == 4
    assert both.movements[DISTANCE].mean == pytest.approx(whole.mean)
    assert both.movements[DISTANCE].sd == pytest.approx(whole.sd)
    assert both.movements[DISTANCE].largest == whole.largest
    assert pooled([unmeasured("out of memory")]).reason == "out of memory"
    assert pooled([]).reason


def test_what_an_earlier_version_wrote_is_no_measurement_of_a_mean() -> None:
    """It kept the largest change alone; exact answers stay exact."""
    for result, reason in ((found(pair("a", (0.5, 0.5, 0), (0.4, 0.6, 0))), "earlier version"),
                           (determinism.exact(), "")):  # fmt: skip
        old = {k: v for k, v in document(result).items() if k not in ("movements", "drawn")}
        assert reason in parsed(old).reason
        assert parsed(old).exact is result.exact


def test_draws_are_covered_by_the_intervals() -> None:
    """Asking again draws again, so nothing is added."""
    assert determinism.drawn().of_mean(DISTANCE, 10) == 0
    assert parsed(document(determinism.drawn())) == determinism.drawn()


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
