"""Groups as if all had the same mix of kinds."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.metrics.same_mix import same_mix


def test_groups_that_are_equal_within_kinds_are_equal() -> None:
    """Kinds of 0.9, 0.5 and 0.2; whatever the mixes, nothing is left, and all has the mean."""
    counts = np.array([[80, 15, 5], [10, 30, 60], [33, 33, 34]])
    right = counts * np.array([0.9, 0.5, 0.2])
    mix = same_mix(counts, right.sum(axis=0))
    expected = counts.sum(axis=0) / counts.sum() @ np.array([0.9, 0.5, 0.2])
    assert mix.means(right.sum(axis=1)) == pytest.approx(np.full(3, expected))
    assert (mix.inflation > 1).all()


def test_the_same_mix_changes_nothing() -> None:
    """Means are the groups' own, and as certain."""
    mix = same_mix([[3, 6], [1, 2]], [5, 2])
    assert mix.means([5.0, 2.0]) == pytest.approx([5 / 9, 2 / 3])
    assert mix.inflation == pytest.approx([1, 1])


def test_it_is_least_squares_over_questions() -> None:
    """Dummies of groups and kinds, and each group at everybody's mix; its variance, too."""
    rng = np.random.default_rng(0)
    group, kind = rng.integers(0, 4, 300), rng.integers(0, 3, 300)
    y = rng.random(300) + 0.3 * group - 0.2 * kind
    counts = np.zeros((4, 3))
    np.add.at(counts, (group, kind), 1)
    mix = same_mix(counts, np.bincount(kind, y))
    design = np.column_stack([np.eye(4)[group], np.eye(3)[kind]])
    map_ = np.linalg.pinv(design)  # (coefficients, questions)
    rows = map_[:4] + (counts.sum(axis=0) / 300) @ map_[4:]
    assert mix.means(np.bincount(group, y)) == pytest.approx(rows @ y)
    assert mix.inflation == pytest.approx(np.square(rows).sum(axis=1) * np.bincount(group))


def test_groups_that_share_no_kind_are_not_compared() -> None:
    """The third shares one with the first through the second; the last with nobody."""
    mix = same_mix([[5, 0, 0, 0], [1, 3, 0, 0], [0, 2, 2, 0], [0, 0, 0, 4]], [3, 2, 1, 2])
    assert mix.comparable.tolist() == [True, True, True, False]
    assert np.isnan(mix.means([2, 3, 1, 2])).tolist() == [False, False, False, True]
