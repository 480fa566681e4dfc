"""A figure over stories and its interval over other concepts, which are what was drawn.

Knows sums and counts of stories by concept; not what was measured. The stories on one concept share
a picture and a theme, whatever their nationality, which is fixed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.proportions import share_of_units
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.skewed_means import mean_interval


@dataclass(frozen=True, kw_only=True, slots=True)
class OfConcepts:
    """A value with the ends of its 95 % interval, the concepts behind it, and how it was found."""

    value: float
    low: float
    high: float
    concepts: int
    method: str


def share_of_concepts(sums: Mapping[str, float], counts: Mapping[str, int]) -> OfConcepts:
    """The share of stories, by `share_of_units`."""
    names = sorted(counts)
    found = share_of_units([sums[name] for name in names], [counts[name] for name in names])
    if found.n_units < MIN_STEMS:
        return _too_few(found.value, found.n_units)
    return OfConcepts(
        value=found.value,
        low=found.low,
        high=found.high,
        concepts=found.n_units,
        method=f"Wilson over {found.n_units} concepts, worth {found.n_effective:.0f} stories, 95 %",
    )


def mean_of_concepts(sums: Mapping[str, float], counts: Mapping[str, int]) -> OfConcepts:
    """The mean of the concepts' means, each concept once, and its interval (`mean_interval`)."""
    names = sorted(counts)
    means = np.array([sums[name] / counts[name] for name in names], dtype=np.float64)
    k = means.size
    value = math.fsum(means) / k if k else math.nan
    if k < MIN_STEMS:
        return _too_few(value, k)
    low, high = (float(end) for end in mean_interval(means))
    how = "mean of concepts' means"
    if low < high:
        method = f"{how}, Student's t over {k} concepts, wider where they are skewed, 95 %"
        return OfConcepts(value=value, low=low, high=high, concepts=k, method=method)
    why = f"{how}; no interval: the {k} concepts do not differ"
    return OfConcepts(value=value, low=math.nan, high=math.nan, concepts=k, method=why)


def _too_few(value: float, concepts: int) -> OfConcepts:
    method = f"too few concepts ({concepts} < {MIN_STEMS})"
    return OfConcepts(value=value, low=math.nan, high=math.nan, concepts=concepts, method=method)
