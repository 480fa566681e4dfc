"""Shares of yes-or-no outcomes with their intervals; counts in, numbers out."""

from __future__ import annotations

import math

from scipy.special import ndtri  # scipy.stats alone would double the time to start


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
        raise ValueError(f"{successes} of {n} is no share")
    z = float(ndtri((1 + level) / 2))
    share = successes / n
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (end / (1 + z**2 / n) for end in (middle - half, middle + half))
    # Exact at the ends, where the two terms cancel but for rounding.
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)
