"""The rank of the right one among rivals, ties broken evenly, and what guessing would reach.

Knows arrays only: counts of rivals that are better or equal; not what is ranked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray


def top1(better: npt.ArrayLike, tied: npt.ArrayLike) -> FloatArray:
    r"""The chance of coming first when ties are broken at random: ``1 / (1 + tied)``, or 0.

    Parameters
    ----------
    better, tied
        Rivals that are better than the right one, and equally good; whole numbers from 0 that
        broadcast together.

    Returns
    -------
    The broadcast shape, in [0, 1]; higher is better.

    Examples
    --------
    >>> top1([0, 0, 1], [0, 1, 0]).tolist()
    [1.0, 0.5, 0.0]
    """
    first = np.asarray(better) == 0
    found: FloatArray = first / (1.0 + np.asarray(tied))
    return found


def reciprocal_rank(better: npt.ArrayLike, tied: npt.ArrayLike) -> FloatArray:
    r"""The mean of 1 / rank over all ways to break the ties.

    .. math:: \frac{1}{t + 1} \sum_{j=1}^{t+1} \frac{1}{b + j}

    Parameters
    ----------
    better, tied
        b and t, as for `top1`.

    Returns
    -------
    The broadcast shape, in (0, 1]; higher is better, 1 is first without ties.

    References
    ----------
    McSherry & Najork (2008), Computing information retrieval performance measures efficiently in
    the presence of tied scores, doi:10.1007/978-3-540-78646-7_38.

    Examples
    --------
    Second; first or second; second, third or fourth.

    >>> reciprocal_rank([1, 0, 1], [0, 1, 2]).round(4).tolist()
    [0.5, 0.75, 0.3611]
    """
    above, ties = np.asarray(better, dtype=np.intp), np.asarray(tied, dtype=np.intp)
    harmonic = _harmonic(int((above + ties).max(initial=0)) + 1)
    found: FloatArray = (harmonic[above + ties + 1] - harmonic[above]) / (ties + 1)
    return found


def chance_of_top1(candidates: npt.ArrayLike) -> FloatArray:
    """What guessing reaches: 1 / candidates, including the right one.

    >>> chance_of_top1([2, 10]).tolist()
    [0.5, 0.1]
    """
    return np.asarray(1.0 / np.asarray(candidates, dtype=np.float64))


def chance_of_reciprocal_rank(candidates: npt.ArrayLike) -> FloatArray:
    """The mean reciprocal rank of guessing: the mean of 1/1 … 1/k over k candidates.

    >>> chance_of_reciprocal_rank([2, 10]).round(4).tolist()
    [0.75, 0.2929]
    """
    number = np.asarray(candidates, dtype=np.intp)
    found: FloatArray = _harmonic(int(number.max(initial=1)))[number] / number
    return found


def _harmonic(n: int) -> FloatArray:
    """Sums of 1/1 … 1/k for k from 0 to n."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
