"""Whether several judges rank alike, and whom one of them favours; knows scores only.

A judge is whatever gives scores: an encoder, a metric, a person.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.mantel import DECIMALS, kendall_tau_b


def kendall_w(scores: npt.ArrayLike) -> float:
    r"""Kendall's coefficient of concordance, corrected for ties.

    .. math:: W = \frac{12 \sum_i (R_i - \bar R)^2}{m^2 (n^3 - n) - m \sum_j T_j}

    with :math:`R_i` the sum of the ranks of object i and :math:`T_j = \sum (t^3 - t)` over the
    groups of t ties of judge j.

    Parameters
    ----------
    scores
        Shape ``(judges, objects)``; objects that a judge did not score (NaN) are left out.

    Returns
    -------
    In [0, 1]: 1 if all rank alike, about 1/m if m judges have nothing in common. NaN for fewer
    than two judges or objects, or if every judge ties everything.

    References
    ----------
    Kendall & Babington Smith (1939), The problem of m rankings, doi:10.1214/aoms/1177732186.

    Examples
    --------
    >>> kendall_w([[1, 2, 3], [1, 2, 3]]), kendall_w([[1, 2, 3], [3, 2, 1]])
    (1.0, 0.0)
    """
    table = _complete(scores)
    judges, objects = table.shape
    if judges < 2 or objects < 2:
        return float("nan")
    ranks = np.array([_ranks(row) for row in table])
    ties = 0.0
    for row in table:
        t = np.unique(row.round(DECIMALS), return_counts=True)[1].astype(np.float64)
        ties += float((t**3 - t).sum())
    spread = np.square(ranks.sum(axis=0) - judges * (objects + 1) / 2).sum()
    size = judges**2 * (objects**3 - objects) - judges * ties
    return float(12 * spread / positive_or_nan(size))


def tau_matrix(scores: npt.ArrayLike) -> FloatArray:
    """Kendall's tau-b of each pair of judges, (judges, judges), over the objects all scored.

    >>> tau_matrix([[1, 2, 3], [1, 3, 2]]).round(4).tolist()
    [[1.0, 0.3333], [0.3333, 1.0]]
    """
    table = _complete(scores)
    size = len(table)
    found = np.full((size, size), np.nan)
    for a in range(size):
        for b in range(a + 1):
            found[a, b] = found[b, a] = kendall_tau_b(table[a], table[b])
    return found


def favour(scores: npt.ArrayLike) -> FloatArray:
    r"""How much a judge favours a candidate beyond the other judges, object by object.

    Each judge's scores are divided by their standard deviation; what remains after subtracting the
    judge's and the candidate's mean is the favour:

    .. math:: s_{jco} - \bar s_{j \cdot o} - \bar s_{\cdot co} + \bar s_{\cdot\cdot o}

    Parameters
    ----------
    scores
        Shape ``(judges, candidates, objects)``: what encoder j gives the stories of model c in
        case o, say. Objects with a NaN are left out (NaN in the result).

    Returns
    -------
    The same shape, in standard deviations of that judge; sums to 0 over judges and over
    candidates. Above 0: favoured. NaN for a judge who gives everything the same score.

    References
    ----------
    The interaction term of a two-way layout; Fisher (1925), Statistical Methods for Research
    Workers.

    Examples
    --------
    >>> favour([[[2.0], [1.0]], [[1.0], [2.0]]]).round(4).ravel().tolist()
    [1.0, -1.0, -1.0, 1.0]
    """
    table = np.asarray(scores, dtype=np.float64)
    known = ~np.isnan(table).any(axis=(0, 1))
    table = np.where(known, table, np.nan)
    inside = table[..., known].reshape(len(table), -1)
    scale = positive_or_nan(inside.std(axis=1)) if inside.size else np.full(len(table), np.nan)
    s = table / scale[:, None, None]
    found: FloatArray = (
        s
        - s.mean(axis=1, keepdims=True)
        - s.mean(axis=0, keepdims=True)
        + s.mean(axis=(0, 1), keepdims=True)
    )
    return found


def _complete(scores: npt.ArrayLike) -> FloatArray:
    table = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    kept: FloatArray = table[:, ~np.isnan(table).any(axis=0)]
    return kept


def _ranks(row: FloatArray) -> FloatArray:
    """Ranks from 1, the mean rank for ties."""
    _, place, counts = np.unique(row.round(DECIMALS), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: FloatArray = (last - (counts - 1) / 2)[place]
    return ranks
