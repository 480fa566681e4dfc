"""How far the mean of n further values may lie off, from m values that were seen.

Knows numbers only: not what moved, nor why. A bound of one value is no bound of a mean: the mean of
many answers of which few move hardly moves at all.
"""

from __future__ import annotations

import math

from scipy.special import (  # scipy.stats alone would double the time to start
    betaincinv,
    gammaln,
    stdtrit,
)

LEVEL = 0.975  # of one side
FEW = 6  # fewer values above 0 say nothing of how they spread


def mean_limit(mean: float, sd: float, m: int, n: float, *, level: float = LEVEL) -> float:
    r"""Upper prediction limit of the mean of n further values.

    .. math:: \bar d + t_{m-1}\, s \sqrt{1/m + 1/n}

    Parameters
    ----------
    mean, sd
        Of the m values seen; ``sd`` with m - 1.
    m, n
        Numbers of values seen and to come; n may be infinite.
    level
        Chance that the mean of the n further values lies below.

    Returns
    -------
    In the unit of the values. NaN with fewer than two values seen.

    References
    ----------
    Hahn & Meeker (1991), Statistical Intervals, section 4.8, doi:10.1002/9780470316771.

    Examples
    --------
    Ten values with mean 1 and standard deviation 1; the mean of ten more is below 2.01.

    >>> round(mean_limit(1.0, 1.0, 10, 10), 2)
    2.01
    """
    if m < 2:
        return math.nan
    return mean + float(stdtrit(m - 1, level)) * sd * math.sqrt(1 / m + 1 / n)


def share_limit(hits: int, m: int, n: float, *, level: float = LEVEL) -> float:
    """Upper prediction limit of the share of hits among n further trials, given ``hits`` of m.

    The largest count y of n for which at most ``hits`` of the ``hits + y`` would have fallen among
    the first m with a chance above 1 - level (the hypergeometric distribution, whatever the true
    share). With n it falls to Clopper and Pearson's upper limit of the true share.

    Returns
    -------
    In [0, 1], in steps of 1/n; 1 where every trial was a hit or nothing was tried.

    Raises
    ------
    ValueError
        The counts are impossible.

    References
    ----------
    Thatcher (1964), Relationships between Bayesian and confidence limits for predictions, JRSS B
    26, doi:10.1111/j.2517-6161.1964.tb00554.x; Clopper & Pearson (1934),
    doi:10.1093/biomet/26.4.404.

    Examples
    --------
    None of 64 moved: at most 5.6 % do, and of 20 further ones at most two.

    >>> round(share_limit(0, 64, math.inf), 3), share_limit(0, 64, 20)
    (0.056, 0.1)
    """
    if not 0 <= hits <= m or n < 1:
        raise ValueError(f"{hits} of {m} says nothing of {n} more")
    if hits == m:
        return 1.0
    if math.isinf(n):
        return float(betaincinv(hits + 1, m - hits, level))
    number = int(n)
    below, above = 0, number + 1  # the largest count that is likely enough lies in [below, above)
    while above - below > 1:
        middle = (below + above) // 2
        if _at_most(hits, m, number, hits + middle) > 1 - level:
            below = middle
        else:
            above = middle
    return below / number


def _at_most(hits: int, m: int, n: int, marked: int) -> float:
    """Chance that at most ``hits`` of the marked among m + n are among the first m."""
    least = max(0, marked - n)
    logs = [
        _log_choose(m, x) + _log_choose(n, marked - x) - _log_choose(m + n, marked)
        for x in range(least, hits + 1)
    ]
    return math.fsum(map(math.exp, logs))


def _log_choose(n: int, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def moved_limit(
    *, m: int, moved: int, mean: float, sd: float, largest: float, step: float, n: float
) -> float:
    """How far the mean of n further values may lie above 0 where few or many of m seen do.

    `mean_limit` where six or more of the m values are above 0. Fewer say nothing of the others'
    size, and a mean and deviation of zeros would claim that nothing moves: there it is the largest
    step a value can make times `share_limit`.

    Parameters
    ----------
    m, moved, mean, sd, largest
        Values seen, those above 0 among them, and their mean, deviation and maximum.
    step
        What a value is where it is not 0, if ``largest`` is not even more.
    n
        Further values.

    Returns
    -------
    At least 0; NaN if nothing was seen.

    Examples
    --------
    None of 64 bfloat16 answers moved; one step of a logit is a distance of 0.022.

    >>> still = dict(m=64, moved=0, mean=0.0, sd=0.0, largest=0.0, step=0.0221)
    >>> round(moved_limit(**still, n=1000), 4)
    0.0013
    """
    if m < 1:
        return math.nan
    if moved >= FEW:
        return mean_limit(mean, sd, m, n)
    return max(step, largest) * share_limit(moved, m, n)
