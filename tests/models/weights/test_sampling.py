"""Drawing tokens: the right distribution, each row from its own numbers, greedy and nucleus."""

from __future__ import annotations

import math
from typing import Any

import pytest

from benchmark.errors import RequestProblem
from benchmark.models.weights.sampling import next_tokens, uniforms
from benchmark.records import GenerationParams

torch: Any = pytest.importorskip("torch")

LOGITS = [math.log(p) for p in (0.5, 0.125, 0.25, 0.125)]


def drawn(numbers: list[float], **more: float) -> list[int]:
    """Tokens of rows with equal logits."""
    params = GenerationParams(max_new_tokens=1, **{"temperature": 1.0, **more})
    rows = torch.tensor([LOGITS] * len(numbers))
    found = next_tokens(rows, [params] * len(numbers), torch.tensor(numbers, dtype=torch.float64))
    tokens: list[int] = found.tolist()
    return tokens


def test_token_is_where_the_cumulated_probabilities_pass_the_number() -> None:
    """Worked by hand: 0.5, 0.625, 0.875, 1."""
    assert drawn([0.0, 0.49, 0.51, 0.63, 0.87, 0.88, 1 - 1e-12]) == [0, 0, 1, 2, 2, 3, 3]


def test_shares_are_the_probabilities() -> None:
    """Of 4 000 numbers of one seed, within five standard errors; heat flattens them."""
    numbers = uniforms(7, 4000).tolist()
    for temperature in (1.0, 2.0):
        p = torch.tensor(LOGITS).div(temperature).softmax(0).tolist()
        tokens = drawn(numbers, temperature=temperature)
        for token, share in enumerate(p):
            found = tokens.count(token) / len(tokens)
            assert abs(found - share) < 5 * math.sqrt(share * (1 - share) / len(tokens))


def test_greedy_and_nucleus() -> None:
    """Temperature 0 takes the likeliest; top_p 0.6 keeps the two that pass it, and no other."""
    assert drawn([0.99], temperature=0.0) == [0]
    assert drawn([0.0, 0.66, 0.67, 0.999], top_p=0.6) == [0, 0, 2, 2]


def test_numbers_follow_from_the_seed() -> None:
    """More of them begin alike; another seed has others; torch's own generator is not touched."""
    state = torch.random.get_rng_state()
    assert uniforms(3, 9).tolist()[:4] == uniforms(3, 4).tolist()
    assert uniforms(3, 4).tolist() != uniforms(4, 4).tolist()
    assert torch.equal(torch.random.get_rng_state(), state)


def test_logits_that_are_no_numbers_are_refused() -> None:
    """Nothing can be drawn from them."""
    with pytest.raises(RequestProblem, match="not finite"):
        next_tokens(
            torch.tensor([[math.nan, 0.0]]),
            [GenerationParams(max_new_tokens=1, temperature=1.0)],
            torch.tensor([0.5]),
        )
