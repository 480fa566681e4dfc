r"""The largest gap between groups, less what noise alone would show, with an interval.

Knows cells with intervals; not what they measure. The plain difference between the best and the
worst of many groups is above 0 whether they differ or not, so

* the **value** is the plain gap times :math:`\sqrt{1 - \bar{s^2} / \mathrm{var}(x)}`: the groups
  drawn together until they vary as much as the groups without noise would (Louis 1984,
  doi:10.1080/01621459.1984.10478062); 0 where noise explains all of it;
* the **upper end** is the largest upper end of any pair's difference: whichever pair is truly the
  widest, it is among them, so no correction is needed;
* the **lower end** is the largest lower end of any pair's, and the pair was chosen for being the
  widest, so each is taken at the level that holds for all pairs at once (Bonferroni, on Welch's
  t: a normal's tails declared a gap among 50 equal groups of 15 in 7 % of simulations).

The ends of a pair come from those of the two groups (MOVER: Zou & Donner 2008,
doi:10.1002/sim.3095). Groups are taken as independent; those that share questions are positively
related, so the interval is rather too wide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import NormalDist, variance

from benchmark.gates.deciding import ALPHA
from benchmark.gates.rules import Cell
from benchmark.metrics.student import student_quantile, welch_df

STEPS = 400
REACH = 8.5  # standard deviations, beyond which nothing is left


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """The corrected gap; ``plain`` is uncorrected, ``by_noise`` what equal ones would show."""

    cell: Cell
    plain: float
    by_noise: float
    least: Cell
    most: Cell


def gap_of(cells: Sequence[Cell]) -> Gap:
    """The gap between the members, at least two and all with intervals."""
    least = min(cells, key=lambda cell: cell.value)
    most = max(cells, key=lambda cell: cell.value)
    plain = most.value - least.value
    errors = [error_of(cell) for cell in cells]
    varied = variance(cell.value for cell in cells)
    share = max(0.0, 1 - math.fsum(s * s for s in errors) / len(errors) / varied) if varied else 0.0
    pairs = list(permutations(cells, 2))
    low = max(_least_apart(a, b, ALPHA / len(pairs)) - a.noise - b.noise for a, b in pairs)
    high = max(difference(a, b)[1] + a.noise + b.noise for a, b in pairs)
    low = max(0.0, low)
    corrected = min(max(plain * math.sqrt(share), low), high)
    cell = Cell(label="", value=corrected, low=low, high=high, n=sum(c.n for c in cells))
    return Gap(cell=cell, plain=plain, by_noise=expected_range(errors), least=least, most=most)


def difference(a: Cell, b: Cell) -> tuple[float, float]:
    """Low and high of ``a`` minus ``b`` from their intervals.

    >>> a, b = (Cell(label="", value=v, low=v - s, high=v + s) for v, s in ((0.5, 0.3), (0.1, 0.4)))
    >>> [round(end, 6) for end in difference(a, b)]
    [-0.1, 0.9]
    """
    apart = a.value - b.value
    down = math.hypot(a.value - a.low, b.high - b.value)
    up = math.hypot(a.high - a.value, b.value - b.low)
    return apart - down, apart + up


def error_of(cell: Cell) -> float:
    """The standard error that the interval's width tells of."""
    return (cell.high - cell.low) / 2 / student_quantile(1 - ALPHA, cell.df)


def _least_apart(a: Cell, b: Cell, alpha: float) -> float:
    """What ``a`` is above ``b`` at least, wrongly with chance ``alpha``."""
    down = (a.value - a.low) / student_quantile(1 - ALPHA, a.df)
    up = (b.high - b.value) / student_quantile(1 - ALPHA, b.df)
    df = welch_df(down, a.df + 1, up, b.df + 1)
    return a.value - b.value - student_quantile(1 - alpha, df) * math.hypot(down, up)


def expected_range(errors: Sequence[float]) -> float:
    """The mean range of normals around one centre with these standard errors.

    >>> round(expected_range([1.0, 1.0]), 4)  # 2 / sqrt(pi)
    1.1284
    """
    known = [NormalDist(0, error) for error in errors if error > 0]
    if not known:
        return 0.0
    reach = REACH * max(errors)
    step = 2 * reach / STEPS
    total = 0.0
    for place in range(STEPS + 1):
        z = -reach + place * step
        below = [normal.cdf(z) for normal in known] + [float(z >= 0)] * (len(errors) - len(known))
        total += 1 - math.prod(below) - math.prod(1 - share for share in below)
    return total * step
