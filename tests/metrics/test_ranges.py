"""What metrics can be, and which of them a gate can decide on."""

from __future__ import annotations

import math

import pytest

from benchmark.analyses import ANALYSES, provided
from benchmark.metrics.proportions import wilson_interval
from benchmark.metrics.ranges import (
    is_p,
    range_of,
    readings_of,
    units_needed,
    why_no_interval,
)

METRICS = sorted(name for name in provided(ANALYSES) if "*" not in name)
TOO_SURE = (  # p that reject too often in some population of docs/validity.md
    *("js_similarity_gain_p", "story_dispersion_p", "story_group_dispersion_p"),
    *("encoder_favour_p", "encoder_favour_p_holm"),
)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_range_and_is_decided_in_one_way(metric: str) -> None:
    """A p as it is, information not at all, all else by intervals."""
    span = range_of(metric)
    assert span.low < span.high
    assert not (is_p(metric) and math.isinf(span.width))
    no_test = "published" in metric or "_word_" in metric or metric in TOO_SURE
    assert not (is_p(metric) and why_no_interval(metric)) or no_test


def test_the_units_needed_are_those_of_wilsons_interval() -> None:
    """One fewer, all as they should be, does not reach the threshold."""
    for threshold in (0.5, 0.6, 0.8, 0.9, 0.95):
        needed = units_needed(low=threshold)
        assert wilson_interval(needed, needed)[0] >= threshold
        assert wilson_interval(needed - 1, needed - 1)[0] < threshold
        assert units_needed(high=1 - threshold) == needed


def test_readings_are_those_of_the_scores() -> None:
    """Of each metric that has any."""
    assert readings_of("identification_top1") == ("printed", "substantive")
    assert readings_of("w1_skill_uniform") == ("substantive",)
    assert readings_of("accuracy") == ()
