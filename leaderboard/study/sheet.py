"""The ratings that are assessed, as arrays of stories by raters, with the key's facts on each.

Knows ratings and the key; no statistic. Random draws for a figure follow from the study's id and
the figure's name, so that nothing depends on the order of annotations or on other figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.crossed import IntArray
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.means import mean_along
from leaderboard.study.dimensions import OVERALL
from leaderboard.study.key import Key


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The ratings that are assessed: stories in the key's order, and the remaining raters."""

    study: str
    key: Key
    items: tuple[str, ...]
    raters: tuple[str, ...]
    values: FloatArray  # (dimensions, items, raters), NaN is missing

    @property
    def cells(self) -> list[str]:
        return [self.key.stories[item].cell for item in self.items]

    def codes(self, field: str) -> tuple[list[str], IntArray]:
        """The members of a factor, and the index of each item's member."""
        members = [str(getattr(self.key.stories[item], field)) for item in self.items]
        names, codes = np.unique(np.array(members), return_inverse=True)
        return names.tolist(), codes.astype(np.intp)

    def assigned(self) -> BoolArray:
        """Which items are on which rater's list, (items, raters)."""
        lists = [set(self.key.raters[rater]) for rater in self.raters]
        return np.array([[item in mine for mine in lists] for item in self.items], dtype=np.bool_)

    def rng(self, *words: str) -> np.random.Generator:
        """The figure's own generator, by its name."""
        seed = hashlib.sha256("/".join((self.study, *words)).encode()).digest()
        return np.random.default_rng(list(seed))

    def columns(self) -> Iterator[tuple[str, FloatArray]]:
        """Each dimension's ratings, and last each rater's mean of all for each story."""
        yield from zip(self.key.dimensions.names, self.values, strict=True)
        yield OVERALL, mean_along(self.values)
