r"""The largest gap between groups, less what noise alone would show, with an interval.

Knows cells with intervals; not what they measure. The plain difference between the best and the
worst of many groups is above 0 whether they differ or not, so

* the **value** is the plain gap times :math:`\sqrt{1 - \bar{s^2} / \mathrm{var}(x)}`: the groups
  drawn together until they vary as much as the groups without noise would (Louis 1984,
  doi:10.1080/01621459.1984.10478062); 0 where noise explains all of it;
* the **upper end** is the largest upper end of any pair's difference: whichever pair is truly the
  widest, it is among them, so no correction is needed;
* the **lower end** is the largest lower end of any pair's, and the pair was chosen for being the
  widest, so each arm is stretched to the studentised range of that many groups (Tukey-Kramer,
  conservative for unequal errors: Hayter 1984, doi:10.1214/aos/1176346392).

A pair's interval comes from the two groups' own (MOVER: Zou & Donner 2008,
doi:10.1002/sim.3095). Groups are taken as independent; those that share questions are positively
related, so the interval is rather too wide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from statistics import NormalDist, variance

from benchmark.gates.deciding import ALPHA, NORMAL, Z
from benchmark.gates.rules import Cell

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
    errors = [(cell.high - cell.low) / (2 * Z) for cell in cells]
    varied = variance(cell.value for cell in cells)
    share = max(0.0, 1 - math.fsum(s * s for s in errors) / len(errors) / varied) if varied else 0.0
    stretch = studentised_range(len(cells)) / math.sqrt(2) / Z
    pairs = list(permutations(cells, 2))
    low = max(difference(a, b, stretch=stretch)[0] - a.noise - b.noise for a, b in pairs)
    high = max(difference(a, b)[1] + a.noise + b.noise for a, b in pairs)
    low = max(0.0, low)
    corrected = min(max(plain * math.sqrt(share), low), high)
    cell = Cell(label="", value=corrected, low=low, high=high, n=sum(c.n for c in cells))
    return Gap(cell=cell, plain=plain, by_noise=expected_range(errors), least=least, most=most)


def difference(a: Cell, b: Cell, *, stretch: float = 1.0) -> tuple[float, float]:
    """Low and high of ``a`` minus ``b`` from their intervals, each arm times ``stretch``.

    >>> a, b = (Cell(label="", value=v, low=v - s, high=v + s) for v, s in ((0.5, 0.3), (0.1, 0.4)))
    >>> [round(end, 6) for end in difference(a, b)]
    [-0.1, 0.9]
    """
    apart = a.value - b.value
    down = math.hypot(a.value - a.low, b.high - b.value)
    up = math.hypot(a.high - a.value, b.value - b.low)
    return apart - stretch * down, apart + stretch * up


@cache
def studentised_range(groups: int, alpha: float = ALPHA) -> float:
    """The range of so many standard normals that is exceeded with chance ``alpha``.

    >>> round(studentised_range(10, 0.05), 2)
    4.47
    """
    low, high = 0.0, 2 * REACH
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (middle, high) if _range_below(middle, groups) < 1 - alpha else (low, middle)
    return high


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


def _range_below(q: float, groups: int) -> float:
    step = 2 * REACH / STEPS
    places = (-REACH + place * step for place in range(STEPS + 1))
    return step * math.fsum(
        groups * NORMAL.pdf(z) * (NORMAL.cdf(z) - NORMAL.cdf(z - q)) ** (groups - 1) for z in places
    )
