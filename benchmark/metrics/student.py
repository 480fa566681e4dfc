"""Student's t, one number at a time: its quantiles and tails; knows nothing of what is compared."""

from __future__ import annotations

from scipy.special import stdtr, stdtrit  # scipy.stats alone would double the time to start


def student_quantile(share: float, df: float) -> float:
    r"""The value below which ``share`` of Student's t with ``df`` degrees of freedom lies.

    Parameters
    ----------
    share
        In (0, 1).
    df
        Above 0.

    Returns
    -------
    Any number; :math:`\Phi^{-1}` as ``df`` grows.

    Raises
    ------
    ValueError
        A share or ``df`` outside its range.

    References
    ----------
    Student (1908), The probable error of a mean, doi:10.1093/biomet/6.1.1.

    Examples
    --------
    >>> round(student_quantile(0.975, 5), 3)
    2.571
    """
    if not 0 < share < 1 or not df > 0:
        raise ValueError(f"share must lie in (0, 1) and df above 0, not {share!r} and {df!r}")
    return float(stdtrit(df, share))


def student_tail(t: float, df: float) -> float:
    """The chance that Student's t with ``df`` degrees of freedom is above ``t``; in [0, 1].

    ValueError where ``df`` is not above 0.

    >>> round(student_tail(2.571, 5), 3)
    0.025
    """
    if not df > 0:
        raise ValueError(f"df must be above 0, not {df!r}")
    return float(stdtr(df, -t))


def welch_df(first: float, n_first: int, second: float, n_second: int) -> float:
    r"""Degrees of freedom of the difference of two means with unlike standard errors.

    .. math:: (s_1^2 + s_2^2)^2 / (s_1^4 / (n_1 - 1) + s_2^4 / (n_2 - 1))

    Never below 1, also for samples of one. Of two errors of 0 the smaller sample's.

    References
    ----------
    Welch (1947), The generalization of 'Student's' problem, doi:10.1093/biomet/34.1-2.28.

    Examples
    --------
    >>> round(welch_df(0.1, 11, 0.1, 11), 9)
    20.0
    """
    least = max(1, min(n_first, n_second) - 1)
    below = first**4 / max(1, n_first - 1) + second**4 / max(1, n_second - 1)
    return max(1.0, (first**2 + second**2) ** 2 / below) if below > 0 else float(least)
