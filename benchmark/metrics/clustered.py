r"""How certain a share is when questions come in clusters that stand or fall together.

Knows arrays only: sums and counts of clusters, and their cells and strata; not what a cluster is.
Cells are fixed, clusters are a sample; a stratum (a country) keeps its number of clusters, so
differences between strata are not noise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray, positive_or_nan

IntArray = npt.NDArray[np.intp]

MIN_DF = 100  # below, a cell's own variance between clusters is too rough to use
LEAST_DEFF = 0.5  # strata that differ may sharpen a share, within reason


def anova_icc(
    sums: npt.ArrayLike, squares: npt.ArrayLike, counts: npt.ArrayLike, groups: npt.ArrayLike
) -> float:
    r"""How alike the items of one cluster are, within groups: the intraclass correlation.

    .. math:: r = \frac{B - W}{B + (n_0 - 1) W}, \qquad
              n_0 = \frac{1}{M - G} \Big(N - \sum_g \frac{\sum_{i \in g} n_i^2}{N_g}\Big)

    with B the mean square between the M clusters of the G groups (about each group's mean) and W
    the mean square of the N items within clusters.

    Parameters
    ----------
    sums, squares, counts
        Sum of the values, of their squares, and number of items of each cluster, ``(clusters,)``.
    groups
        The group of each cluster, a code from 0, ``(clusters,)``.

    Returns
    -------
    In [0, 1]; negative estimates become 0. 0 also if nothing varies or nothing can be estimated
    (no cluster of two items, or no group of two clusters).

    References
    ----------
    Donner (1986), A review of inference procedures for the intraclass correlation coefficient,
    doi:10.2307/1403259.

    Examples
    --------
    Two pairs that agree within and differ between; two that differ within only.

    >>> anova_icc([2, 0], [2, 0], [2, 2], [0, 0]), anova_icc([1, 1], [1, 1], [2, 2], [0, 0])
    (1.0, 0.0)
    """
    total, square, n = (np.asarray(v, dtype=np.float64) for v in (sums, squares, counts))
    kept = n > 0
    total, square, n = total[kept], square[kept], n[kept]
    group = np.asarray(groups, dtype=np.intp)[kept]
    if not n.size:
        return 0.0
    size = np.bincount(group, n)
    used = size > 0
    freedom_between = n.size - int(used.sum())
    freedom_within = n.sum() - n.size
    if freedom_between < 1 or freedom_within < 1:
        return 0.0
    means = np.bincount(group, total)[used] ** 2 / size[used]
    between = ((total**2 / n).sum() - means.sum()) / freedom_between
    within = (square.sum() - (total**2 / n).sum()) / freedom_within
    n0 = (n.sum() - (np.bincount(group, n**2)[used] / size[used]).sum()) / freedom_between
    below = between + (n0 - 1) * within
    return float(np.clip((between - within) / below, 0.0, 1.0)) if below > 0 else 0.0


def stratified_variance(
    residuals: npt.ArrayLike, cells: IntArray, strata: IntArray, n_cells: int
) -> tuple[FloatArray, IntArray]:
    r"""Variance of each cell's sum of cluster residuals, and its degrees of freedom.

    .. math:: \sum_h \frac{m_h}{m_h - 1} \sum_{i \in h} (z_i - \bar z_h)^2

    over the strata h of a cell. Strata of one cluster are merged into one.

    Parameters
    ----------
    residuals
        z: for each cluster in each cell, the sum of value minus cell mean, shape ``(rows,)``.
    cells, strata
        Codes from 0 of each row, shape ``(rows,)``.
    n_cells
        How many cells there are.

    Returns
    -------
    Variances, and clusters minus strata, each ``(cells,)``. NaN with fewer than two clusters.

    References
    ----------
    Binder (1983), On the variances of asymptotically normal estimators from complex surveys,
    doi:10.2307/1402588.

    Examples
    --------
    Residuals 1 and -1 in one stratum: 2 * (1 + 1) = 4; each in a stratum alone: the same.

    >>> both = np.array([0, 0])
    >>> stratified_variance([1.0, -1.0], both, both, 1)[0].tolist()
    [4.0]
    >>> stratified_variance([1.0, -1.0], both, np.array([0, 1]), 1)[0].tolist()
    [4.0]
    """
    z = np.asarray(residuals, dtype=np.float64)
    width = int(strata.max(initial=-1)) + 2  # one more for the merged strata
    key = cells * width + strata
    alone = np.bincount(key, minlength=n_cells * width)[key] == 1
    key = np.where(alone, cells * width + width - 1, key)
    m = np.bincount(key, minlength=n_cells * width)
    mean = np.bincount(key, z, n_cells * width) / np.maximum(1, m)
    inner = np.bincount(key, (z - mean[key]) ** 2, n_cells * width)
    stray = np.bincount(key, z**2, n_cells * width)  # one stratum of one, alone in its cell
    spread = np.where(m > 1, m / np.maximum(1, m - 1) * inner, stray)
    by_cell = m.reshape(n_cells, width)
    df = (by_cell - (by_cell > 0)).sum(axis=1)
    variance = spread.reshape(n_cells, width).sum(axis=1)
    return np.where(df > 0, variance, np.nan), df


def design_effect(
    share: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    variance: npt.ArrayLike,
    df: npt.ArrayLike,
    alike: npt.ArrayLike,
    icc: float,
) -> FloatArray:
    r"""How many questions in clusters say as much as one question alone, by cell.

    From a cell's own variance if that is known well enough (`MIN_DF` degrees of freedom and a
    share that is neither 0 nor 1), with Student's t instead of the normal; else Kish's
    :math:`1 + (\tilde n - 1) r` with r from the whole run.

    Parameters
    ----------
    share, n
        Share and items of each cell, shape ``(cells,)``.
    variance, df
        Of the share, and its degrees of freedom (`stratified_variance`), ``(cells,)``.
    alike
        :math:`\tilde n = \sum n_i^2 / \sum n_i`: items in the cluster of a random item.
    icc
        r, from `anova_icc`.

    Returns
    -------
    Shape ``(cells,)``, at least `LEAST_DEFF`; n over it is the effective number of questions.

    References
    ----------
    Rao & Scott (1992), A simple method for the analysis of clustered binary data,
    doi:10.2307/2532311; Kish (1965), Survey Sampling, section 5.4; Korn & Graubard (1998),
    Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data, Survey Methodology 24, for the degrees of freedom.

    Examples
    --------
    Three questions per picture that are half alike, in a cell too small for its own variance.

    >>> design_effect([0.5], [30], variance=[0.01], df=[9], alike=[3], icc=0.5).tolist()
    [2.0]
    """
    p, number, own = (np.asarray(v, dtype=np.float64) for v in (share, n, variance))
    freedom = np.asarray(df, dtype=np.float64)
    wide = stdtrit(np.maximum(1.0, freedom), 0.975) / ndtri(0.975)
    ratio = own / positive_or_nan(p * (1 - p) / positive_or_nan(number)) * wide**2
    kish = 1 + (np.asarray(alike, dtype=np.float64) - 1) * icc
    known = (freedom >= MIN_DF) & np.isfinite(ratio) & (ratio > 0)
    return np.where(known, np.maximum(LEAST_DEFF, ratio), kish)
