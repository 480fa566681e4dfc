"""Ranks of models; models that their intervals do not tell apart share one.

Knows intervals, not what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """A figure that is better when higher; without an interval, both ends are the value."""

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def ends(self) -> tuple[float, float]:
        """Lower and upper end."""
        unknown = math.isnan(self.low) or math.isnan(self.high)
        return (self.value, self.value) if unknown else (self.low, self.high)


def ranks(contenders: Sequence[Contender | None]) -> list[int | None]:
    """Each rank is one more than the number of contenders whose whole interval lies above.

    Overlapping intervals share a rank with the best of those they overlap, so a model is never
    placed behind another that it may equal. The rule is not transitive: A may share a rank with
    B, and B with C, where A is above C. None stays unranked.

    >>> ranks([Contender(value=0.8, low=0.7, high=0.9), Contender(value=0.7, low=0.65, high=0.75)])
    [1, 1]
    >>> ranks([Contender(value=0.8), None, Contender(value=0.7), Contender(value=0.7)])
    [1, None, 2, 2]
    """
    lows = [c.ends[0] for c in contenders if c is not None and not math.isnan(c.value)]
    return [
        None if one is None or math.isnan(one.value) else 1 + sum(low > one.ends[1] for low in lows)
        for one in contenders
    ]
