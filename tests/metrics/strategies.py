"""Hypothesis strategies for probability vectors; knows no metric."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from benchmark.metrics.divergence import FloatArray

unhurried = settings(deadline=None)  # a busy machine is not a counterexample


def probabilities(options: int) -> st.SearchStrategy[FloatArray]:
    """One distribution over so many options, zeros and very small entries included."""
    weight = st.one_of(st.just(0.0), st.floats(1e-12, 1.0))
    return (
        st.lists(weight, min_size=options, max_size=options)
        .filter(any)
        .map(lambda weights: np.array(weights) / np.sum(weights))
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    """Two distributions over the same one to nine options."""
    options = draw(st.integers(1, 9))
    return draw(probabilities(options)), draw(probabilities(options))
