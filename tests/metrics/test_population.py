"""The population behind a sample: what scatters is known from the ceiling, and taken off."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.ceilings import expected_sample_similarity
from benchmark.metrics.divergence import FloatArray, js_divergence, js_similarity
from benchmark.metrics.population import population_similarity, scatter_across

N = 1200


@pytest.mark.parametrize("k", [3, 5, 10])
def test_the_scatter_is_that_of_drawn_samples(k: int) -> None:
    """From the ceiling alone; of the mean divergence of samples, all directions but one."""
    rng = np.random.default_rng(k)
    people = rng.dirichlet(np.full(k, 3.0))
    ceiling, _ = expected_sample_similarity([people], N, rng=rng, draws=30_000)
    drawn = js_divergence(people, rng.multinomial(N, people, size=30_000) / N).mean()
    assert scatter_across(ceiling, k)[0] == pytest.approx(drawn * (k - 2) / (k - 1), rel=0.05)


def test_what_cannot_scatter_across_does_not() -> None:
    """A sample that is always the same; one option, or two."""
    assert scatter_across([1.0, 0.98, 0.98], [4, 1, 2]).tolist() == [0.0, 0.0, 0.0]


def similarities(off: float, k: int) -> tuple[float, float, float]:
    """To the population, to a sample of it, and corrected: of answers off by such logits."""
    rng = np.random.default_rng(k)
    people = rng.dirichlet(np.full(k, 2.0), 10_000)
    answer: FloatArray = people * np.exp(off * rng.normal(size=people.shape))
    answer /= answer.sum(axis=1, keepdims=True)
    sample = rng.multinomial(N, people) / N
    ceiling, _ = expected_sample_similarity(sample, N, rng=rng, draws=20)
    scatter = scatter_across(ceiling, (sample > 0).sum(axis=1))
    corrected = population_similarity(js_divergence(sample, answer), scatter)
    truth, raw = js_similarity(people, answer), js_similarity(sample, answer)
    return float(truth.mean()), float(raw.mean()), float(corrected.mean())


@pytest.mark.parametrize("off", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("k", [3, 5, 10])
def test_similarity_to_the_population_is_that_to_the_population(off: float, k: int) -> None:
    """Within 0.001, where that to the sample is up to 0.012 too low."""
    truth, raw, corrected = similarities(off, k)
    assert corrected == pytest.approx(truth, abs=0.001)
    assert raw < truth


def test_the_population_itself_is_never_flattered() -> None:
    """Too low, and less so than without the correction."""
    truth, raw, corrected = similarities(0.0, 5)
    assert raw < corrected - 0.008
    assert corrected < truth - 0.005
