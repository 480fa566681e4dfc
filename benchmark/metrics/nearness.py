"""How far apart two nearly equal answers are, without the cancellation of the general formula.

Knows arrays only. `js_distance` subtracts numbers near ln 2: for two answers that differ by less
than 1e-8 it only sees rounding. The noise of a device is of that size, and is measured here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import xlog1py

from benchmark.metrics.divergence import FloatArray, checked, restrict

SMALL = 0.1  # below, the series is exact to the last digits; above, the closed form is
TERMS = 8


def js_distance_near(p: npt.ArrayLike, q: npt.ArrayLike) -> FloatArray:
    r"""Jensen-Shannon distance (natural logarithm), precise even if ``p`` and ``q`` almost agree.

    With :math:`m = (p + q) / 2` and :math:`d = (p - q) / (p + q)` the divergence is

    .. math:: \sum_i m_i h(d_i), \qquad
        h(d) = \tfrac12 [(1 + d) \ln(1 + d) + (1 - d) \ln(1 - d)]
             = \sum_{k \ge 1} \frac{d^{2k}}{2k (2k - 1)},

    a sum of terms that are never negative, so nothing cancels.

    Parameters
    ----------
    p, q
        Probabilities over the same options, shape ``(..., options)``; rows sum to 1 within 1e-6.

    Returns
    -------
    Shape ``(...)``, in [0, √ln 2]; lower is closer, 0 only where ``p == q``. NaN where a row holds
    NaN or sums to 0.

    Notes
    -----
    The distance is a metric (Endres & Schindelin 2003, doi:10.1109/TIT.2003.813506). By its
    triangle inequality the similarity of ``p`` to anybody's answer differs from that of ``q`` by
    at most this distance, and so does a mean of similarities by at most the largest of them.

    Examples
    --------
    Moving 1e-9 between two even options is a distance of 1e-9 / √2 (by the first term).

    >>> float(js_distance_near([0.5, 0.5], [0.5 + 1e-9, 0.5 - 1e-9]).round(15))
    7.07107e-10
    """
    rows_p, rows_q = checked(p, name="p"), checked(q, name="q")
    both = rows_p + rows_q
    share = np.divide(rows_p - rows_q, both, out=np.zeros_like(both), where=both != 0)
    share = np.where(np.isnan(both), np.nan, share)
    distance: FloatArray = np.sqrt((both * _bend(share)).sum(axis=-1) / 2)
    return distance


def kept_variation(p: npt.ArrayLike, q: npt.ArrayLike, keep: npt.ArrayLike) -> FloatArray:
    r"""Total variation :math:`\tfrac12 \sum |p - q|` of two answers over the kept options.

    No Wasserstein-1 similarity on an ordered scale changes by more: each of the k - 1 differences
    of :math:`\sum |F - G| / (k - 1)` is at most the total variation.

    Parameters
    ----------
    p, q
        As for `js_distance_near`.
    keep
        True for options that stay, shape ``(..., options)``.

    Returns
    -------
    Shape ``(...)``, in [0, 1]; NaN if either has nothing on what is kept.

    Examples
    --------
    >>> float(kept_variation([0.5, 0.5], [0.75, 0.25], [True, True]))
    0.25
    """
    found: FloatArray = np.abs(restrict(p, keep) - restrict(q, keep)).sum(axis=-1) / 2
    return found


def _bend(d: FloatArray) -> FloatArray:
    """The function h of `js_distance_near`: 0 at 0, ln 2 at 1, symmetric."""
    square = d * d
    series = np.zeros_like(d)
    for k in range(TERMS, 0, -1):
        series = square * (1 / (2 * k * (2 * k - 1)) + series)
    closed = (xlog1py(1 + d, d) + xlog1py(1 - d, -d)) / 2
    return np.where(np.abs(d) < SMALL, series, closed)
