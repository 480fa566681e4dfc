r"""Shares of small cells drawn towards those of similar cells: empirical Bayes.

Knows arrays only: shares and (effective) numbers of trials of exchangeable cells, not
what they are. The beta-binomial model: a cell's true share is drawn from a beta distribution of
mean μ and intraclass correlation r, its successes are binomial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, betaln

from benchmark.metrics.clustered import anova_icc
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.proportions import wilson_bounds

GRID = 200  # values of the correlation over which its uncertainty is averaged
LEAST_ICC, MOST_ICC = 1e-5, 0.999


@dataclass(frozen=True, kw_only=True, slots=True)
class ShrunkenShares:
    """Shrunken shares with their intervals, all ``(cells,)``, and what they were drawn to.

    ``icc`` 0 means that the cells do not differ measurably: all are then at ``mean``.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    mean: float
    icc: float


def shrunken(share: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> ShrunkenShares:
    r"""Each cell's share drawn towards the mean of all.

    .. math:: \hat\theta_i = \frac{s \mu + n_i p_i}{s + n_i}, \qquad s = \frac{1}{r} - 1

    r by moments (the intraclass correlation of cells, `anova_icc`, 0 if the estimate is
    negative), μ the mean of shares weighted by :math:`n_i / (1 + (n_i - 1) r)`.

    The intervals allow for not knowing r: mean and variance of the cell's posterior averaged over
    a flat prior of r on (0, 1) by the cells' likelihood, and the beta distribution with these.

    Parameters
    ----------
    share, n
        Shape ``(cells,)``: shares in [0, 1] and trials above 0, effective ones for clusters.
    level
        Intended coverage of a cell drawn at random.

    Returns
    -------
    Values within the range of the shares. A single cell keeps its own, with Wilson's interval.

    Raises
    ------
    ValueError
        No cells, a share outside [0, 1] or a number of trials not above 0.

    References
    ----------
    Kleinman (1973), Proportions with extraneous variance, doi:10.1080/01621459.1973.10481332;
    Kass & Steffey (1989), Approximate Bayesian inference in conditionally independent
    hierarchical models, doi:10.1080/01621459.1989.10478825.

    Examples
    --------
    Cells that differ less than chance would make them count as equal.

    >>> found = shrunken([0.4, 0.6, 0.5], [20, 20, 20])
    >>> found.icc, found.value.round(3).tolist()
    (0.0, [0.5, 0.5, 0.5])
    """
    p, trials = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if p.ndim != 1 or p.size == 0 or not ((p >= 0) & (p <= 1) & (trials > 0)).all():
        raise ValueError("shares must lie in [0, 1] and trials above 0, at least one of each")
    if p.size == 1:
        low, high = wilson_bounds(p, trials, level=level)
        return ShrunkenShares(value=p, low=low, high=high, mean=float(p[0]), icc=0.0)
    # Trials below 1 say less than one question and cannot vary within themselves.
    icc = anova_icc(p * trials, p * trials, trials, np.zeros(p.size, dtype=np.intp))
    mean = float(_means(p, trials, np.array([icc]))[0])
    value = mean + _own_weight(trials, np.array([icc]))[:, 0] * (p - mean)
    low, high = _interval(p, trials, level)
    return ShrunkenShares(
        value=value, low=np.minimum(low, value), high=np.maximum(high, value), mean=mean, icc=icc
    )


def _own_weight(n: FloatArray, icc: FloatArray) -> FloatArray:
    """Weight of a cell's own share, n / (n + s), as (cells, correlations)."""
    weight: FloatArray = n[:, None] * icc / (1 + (n[:, None] - 1) * icc)
    return weight


def _means(p: FloatArray, n: FloatArray, icc: FloatArray) -> FloatArray:
    weights = n[:, None] / (1 + (n[:, None] - 1) * icc)  # (cells, correlations)
    mean: FloatArray = (weights * p[:, None]).sum(axis=0) / weights.sum(axis=0)
    return mean


def _interval(p: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Ends of the beta distribution with the moments of the averaged posterior."""
    icc = np.geomspace(LEAST_ICC, MOST_ICC, GRID)
    size = 1 / icc - 1  # (correlations,)
    mean = np.clip(_means(p, n, icc), 1e-6, 1 - 1e-6)
    a, b = mean * size, (1 - mean) * size
    right = (p * n)[:, None]
    after_a, after_b = a + right, b + n[:, None] - right  # (cells, correlations)
    logs = (betaln(after_a, after_b) - betaln(a, b)).sum(axis=0) + np.log(icc)  # flat in r
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    centre = after_a / (after_a + after_b)
    within = centre * (1 - centre) / (after_a + after_b + 1)
    middle = centre @ weight
    # The common mean is uncertain too: a cell moves with it by as much as it is shrunk.
    common = mean * (1 - mean) / (n[:, None] / (1 + (n[:, None] - 1) * icc)).sum(axis=0)
    spread = within + (1 - _own_weight(n, icc)) ** 2 * common + (centre - middle[:, None]) ** 2
    variance = np.minimum(spread @ weight, middle * (1 - middle) * 0.999)
    equal = middle * (1 - middle) / variance - 1
    tail = (1 - level) / 2
    low, high = (
        betaincinv(middle * equal, (1 - middle) * equal, share) for share in (tail, 1 - tail)
    )
    return low, high
