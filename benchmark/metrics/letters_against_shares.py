"""Whether what is written agrees with what is scored: kappa and total variation; arrays only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from benchmark.metrics.divergence import FloatArray, positive_or_nan


def kappa_of_means(agree: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    r"""Cohen's kappa of two raters from means: ``(p_o - p_e) / (1 - p_e)``, ``p_e = Σ a_j b_j``.

    Parameters
    ----------
    agree
        Share of things on which both say the same, shape ``(...)``.
    first, second
        Share of things to which each rater gives category j, shape ``(categories, ...)``.

    Returns
    -------
    Shape ``(...)``, at most 1: they always agree; 0 is chance. NaN where both always say the same
    single thing: chance explains all.

    References
    ----------
    Cohen (1960), A coefficient of agreement for nominal scales,
    doi:10.1177/001316446002000104.

    Examples
    --------
    Of four, three alike; either rater says the first thing of half and of a quarter.

    >>> float(kappa_of_means(0.75, [0.5, 0.5], [0.25, 0.75]))
    0.5
    """
    expected = (np.asarray(first) * np.asarray(second)).sum(axis=0)
    room = np.where(1 - expected > 1e-12, 1 - expected, 0.0)
    found: FloatArray = (np.asarray(agree) - expected) / positive_or_nan(room)
    return found


def total_variation(p: npt.ArrayLike, q: npt.ArrayLike) -> FloatArray:
    """Half the sum of absolute differences, in [0, 1]; 0 only where ``p == q``.

    >>> total_variation([0.5, 0.5, 0.0], [1.0, 0.0, 0.0]).tolist()
    0.5
    """
    difference = np.asarray(p, dtype=np.float64) - np.asarray(q, dtype=np.float64)
    found: FloatArray = np.abs(difference).sum(axis=-1) / 2
    return found


def expected_total_variation(p: npt.ArrayLike, n: int) -> FloatArray:
    r"""The mean total variation between ``p`` and the shares of n draws from it: noise alone.

    Half the sum of the mean absolute deviations of binomials, in De Moivre's closed form,
    :math:`E|X/n - p| = 2\, p (1-p) \binom{n-1}{m} p^m (1-p)^{n-1-m}` with
    :math:`m = \lfloor np \rfloor`.

    Parameters
    ----------
    p
        Probabilities, shape ``(..., options)``.
    n
        Draws, from 1.

    Returns
    -------
    Shape ``(...)``, from 0 for a certainty; NaN for NaN rows.

    Raises
    ------
    ValueError
        ``n`` below 1.

    References
    ----------
    Diaconis & Zabell (1991), Closed form summation for classical distributions: variations on a
    theme of De Moivre, doi:10.1214/ss/1177011699.

    Examples
    --------
    One draw of two equal options is always half wrong; of two draws, half are.

    >>> expected_total_variation([0.5, 0.5], 1).tolist()
    0.5
    >>> round(float(expected_total_variation([0.5, 0.5], 2)), 3)
    0.25
    """
    if n < 1:
        raise ValueError(f"there must be at least one draw, not {n}")
    share = np.clip(np.asarray(p, dtype=np.float64), 0.0, 1.0)
    m = np.minimum(np.floor(n * share), n - 1)
    # The binomial's probability of m of n - 1, as a difference of distribution functions.
    at_most = 1 - betainc(m + 1, np.maximum(n - 1 - m, 1e-300), share)
    below = np.where(m > 0, 1 - betainc(np.maximum(m, 1), n - m, share), 0.0)
    chance = np.where(n - 1 - m > 0, at_most, 1.0) - below
    found: FloatArray = (2 * share * (1 - share) * chance).sum(axis=-1) / 2
    return found
