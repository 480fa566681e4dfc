"""The square is balanced: every pair of option, place and letter as often as any other."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmark.scoring.latin_square import latin_layout, presentations
from tests.models.asking import question


@pytest.mark.parametrize("k", range(2, 15))
def test_each_pair_of_factors_is_crossed_equally_often(k: int) -> None:
    """Twice for even numbers, whose rotations have no square of one each, and for 3; else once."""
    cells = [
        (place, option, letter)
        for one in presentations(k)
        for place, (option, letter) in enumerate(zip(one.order, one.letters, strict=True))
    ]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        counts = Counter((cell[first], cell[second]) for cell in cells)
        assert set(counts.values()) == {1 + (k % 2 == 0 or k == 3)}
        assert len(counts) == k * k


def test_the_first_presentation_is_the_printed_one() -> None:
    """What is written is compared with that."""
    plain = tuple(range(4))
    assert presentations(4)[0] == (plain, plain)
    asked = latin_layout([question("q", {"FRA": [0.5, 0.3, 0.2]})], pictures=2)
    assert [(one.picture, one.order) for one in asked[:2]] == [(0, (0, 1, 2)), (0, (1, 2, 0))]
    assert len(asked) == 12
