"""Shares of yes-or-no outcomes with their intervals; counts in, numbers out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray, positive_or_nan

ROUNDING = 1e-15  # a share below is that of sums rounded


def wilson_interval(successes: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, without a continuity correction.

    Parameters
    ----------
    successes
        How many of the trials came out right, from 0 to ``n``.
    n
        Independent trials, at least one.
    level
        Coverage aimed at.

    Returns
    -------
    tuple of float
        Lower and upper end, within [0, 1]; never of no width, also at 0 of n and n of n.

    Raises
    ------
    ValueError
        The counts are impossible.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
    (1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson_interval(0, 10)]
    [0.0, 0.278]
    """
    if not 0 <= successes <= n or n < 1:
        raise ValueError(f"{successes} of {n} is not a share")
    z = float(ndtri((1 + level) / 2))
    share = successes / n
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (end / (1 + z**2 / n) for end in (middle - half, middle + half))
    # Exact at the ends, where the two terms cancel but for rounding.
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def wilson_bounds(
    share: npt.ArrayLike, n: npt.ArrayLike, *, level: npt.ArrayLike = 0.95
) -> tuple[FloatArray, FloatArray]:
    """`wilson_interval` of many shares, whose numbers of trials may be effective ones.

    Parameters
    ----------
    share
        In [0, 1], any shape.
    n
        Independent trials that the share is worth, above 0; need not be whole.
    level
        Coverage aimed at; all three broadcast.

    Returns
    -------
    Lower and upper ends within [0, 1]; NaN where the share is NaN or ``n`` is not above 0.

    References
    ----------
    Franco, Little, Louis & Slud (2019), Comparative study of confidence intervals for proportions
    in complex sample surveys, doi:10.1093/jssam/smy019, where Wilson's with the effective number
    does well.

    Examples
    --------
    >>> low, high = wilson_bounds([0.0, 0.5], [10.0, 4.5])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.161], [0.278, 0.839])
    """
    p, number = np.asarray(share, dtype=np.float64), positive_or_nan(n)
    z2 = ndtri((1 + np.asarray(level, dtype=np.float64)) / 2) ** 2
    middle = p + z2 / (2 * number)
    half = np.sqrt(z2 * (p * (1 - p) / number + z2 / (4 * number**2)))
    low, high = (end / (1 + z2 / number) for end in (middle - half, middle + half))
    known = ~np.isnan(low)
    return np.where(known & (p == 0), 0.0, low), np.where(known & (p == 1), 1.0, high)


class Share(NamedTuple):
    """A share with its interval, the units behind it, and the trials that these are worth.

    ``n_effective`` independent trials would have a Wilson interval as wide.
    """

    value: float
    low: float
    high: float
    n_effective: float
    n_units: int


def share_of_units(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> Share:
    r"""A share when trials come in units (concepts, countries, pictures) that may be alike.

    Wilson's interval for units whose own shares :math:`s_u` are what was drawn. Its lower end is
    the lowest share x that the score test with the variance of the units would not reject, if x
    came about by some further units of which every trial fails:

    .. math:: k_e (p - x)^2 = z^2 \Big(\frac{x}{p} M_2
              - x^2 \Big(\frac{2 M_1}{p} - 1\Big)\Big), \qquad
              M_j = k_e \sum_u w_u^2 s_u^j, \quad k_e = \frac{1}{\sum_u w_u^2}

    with :math:`w_u` a unit's part of the trials; the upper end is that of the failures. So it is
    Wilson's own with k trials where each unit is all right or all wrong, and where all are equal
    it does not collapse: few units do not show that none is different. Never narrower than
    Wilson's of as many independent trials.

    Parameters
    ----------
    successes, trials
        Of each unit, shape ``(units,)``; units without a trial do not count. Successes may be
        fractions of trials, as where ties are shared out.
    level
        Coverage aimed at. Units all right or all wrong: as Wilson's, which is at ``level`` on
        average over shares and can be 0.06 below within 1/k of 0 and 1; others: above it.

    Returns
    -------
    All NaN with no units but ``n_units``; the interval is also NaN with one unit. Fewer successes
    in any unit never raise an end.

    Raises
    ------
    ValueError
        Shapes that differ, or more successes than trials.

    References
    ----------
    E. B. Wilson (1927), as above. That a mean of k bounded values cannot be known better than this
    without further assumptions: Learned-Miller & Thomas (2019), A new confidence interval for the
    mean of a bounded random variable, arXiv:1905.06208, whose bound adds one worst value to the
    sample as here; `tests.validity.stories` has the coverage.

    Examples
    --------
    Six concepts, all stories of each usable: worth six trials, however many stories.

    >>> found = share_of_units([42] * 6, [42] * 6)
    >>> found.value, round(found.low, 2), found.high, round(found.n_effective, 9)
    (1.0, 0.61, 1.0, 6.0)
    """
    won, tried = (np.asarray(v, dtype=np.float64) for v in (successes, trials))
    if won.shape != tried.shape or won.ndim != 1 or (won > tried).any() or (won < 0).any():
        raise ValueError(f"{won} of {tried} are not the successes and trials of units")
    won, tried = won[tried > 0], tried[tried > 0]
    k, n = int(won.size), float(tried.sum())
    share = float(won.sum() / n) if k else math.nan
    if k < 2:
        return Share(share, math.nan, math.nan, math.nan, k)
    z2 = float(ndtri((1 + level) / 2)) ** 2
    alone = [float(end) for end in wilson_bounds(share, n, level=level)]
    low = min(alone[0], _least_share(won / tried, tried / n, share, z2))
    high = max(alone[1], 1 - _least_share(1 - won / tried, tried / n, 1 - share, z2))
    return Share(share, low, high, min(n, _trials_as_wide(high - low, share, z2)), k)


def _least_share(s: FloatArray, weights: FloatArray, share: float, z2: float) -> float:
    """The lower end of `share_of_units`: the smaller root of its equation, which is quadratic."""
    if share <= ROUNDING:
        return 0.0
    worth = 1 / float(weights @ weights)
    first, second = (worth * float(weights**2 @ s**power) for power in (1, 2))
    square = worth + z2 * (2 * first / share - 1)
    linear = 2 * worth * share + z2 * second / share
    root = math.sqrt(max(0.0, linear**2 - 4 * square * worth * share**2))
    # The other form of the smaller root: it does not cancel, nor divide by a square near 0.
    return 2 * worth * share**2 / (linear + root)


def _trials_as_wide(width: float, share: float, z2: float) -> float:
    """How many trials have a Wilson interval of this width, solved for z² / n."""
    half = 2 * share * (1 - share) - width**2
    room = max(1 - width**2, ROUNDING)
    return z2 * (half + math.sqrt(half**2 + room * width**2)) / width**2


def simultaneous_bounds(
    shares: npt.ArrayLike, n: float, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Intervals that cover all shares of one distribution together.

    Wilson's for each share, at a level at which the k of them together miss as often as one may
    (Bonferroni's; Goodman's intervals except for the normal distribution's quantile).

    Parameters
    ----------
    shares
        Of the k options, summing to 1, shape ``(k,)``.
    n
        Independent draws behind the shares, above 0; need not be whole.
    level
        Intended coverage of all k together.

    Returns
    -------
    Lower and upper ends within [0, 1], shape ``(k,)``; NaN where the shares are.

    References
    ----------
    L. A. Goodman, On simultaneous confidence intervals for multinomial proportions, Technometrics
    7 (1965), doi:10.1080/00401706.1965.10490252.

    Examples
    --------
    Ten draws say little.

    >>> low, high = simultaneous_bounds([0.6, 0.4, 0.0], 10)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.27, 0.14, 0.0], [0.86, 0.73, 0.36])
    """
    p = np.asarray(shares, dtype=np.float64)
    return wilson_bounds(p, n, level=1 - (1 - level) / max(p.shape[-1], 1))
