"""Shares of yes-or-no outcomes with their intervals; counts in, numbers out."""

from __future__ import annotations

from scipy.stats import binomtest


def wilson_interval(successes: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, by SciPy.

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
    ends = binomtest(successes, n).proportion_ci(confidence_level=level, method="wilson")
    return float(ends.low), float(ends.high)
