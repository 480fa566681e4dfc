"""How much several answer distributions differ from each other: one number for a group.

Knows arrays only: not whose answers they are, nor how rows are averaged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from benchmark.metrics.divergence import FloatArray, checked, positive_or_nan


def group_js_divergence(p: npt.ArrayLike) -> FloatArray:
    r"""Generalised Jensen-Shannon divergence of a group of distributions, equally weighted.

    .. math:: H\!\left(\tfrac1k \sum_c p_c\right) - \tfrac1k \sum_c H(p_c)

    with H the entropy in natural units: what knowing the member says about the answer, the mutual
    information of member and answer. For two members it is
    `benchmark.metrics.divergence.js_divergence`.

    Parameters
    ----------
    p
        Probabilities, shape ``(..., members, options)``; NaN rows are members without an answer
        and are left out. Options padded with zeros change nothing.

    Returns
    -------
    Shape ``(...)``, in [0, ln k] for k members that answered; 0 if all answer alike. NaN if fewer
    than two did.

    Raises
    ------
    ValueError
        Fewer than two axes, a negative entry, or a row that does not sum to 1.

    References
    ----------
    Lin (1991), Divergence measures based on the Shannon entropy, doi:10.1109/18.61115, section V.

    Examples
    --------
    Two contradictory certainties are ln 2 apart; with a third that agrees with one, 0.6365.

    >>> group_js_divergence([[1, 0], [0, 1]]).round(4).tolist()
    0.6931
    >>> group_js_divergence([[1, 0], [0, 1], [1, 0], [np.nan, np.nan]]).round(4).tolist()
    0.6365
    """
    rows = checked(p, name="p")
    if rows.ndim < 2:
        raise ValueError(f"p must be (..., members, options), not {rows.shape}")
    answered = np.asarray(np.isfinite(rows).all(axis=-1))  # (..., members)
    known = np.where(answered[..., None], rows, 0.0)
    number = answered.sum(axis=-1)
    several = np.where(number > 1, positive_or_nan(number), np.nan)
    mean = known.sum(axis=-2) / several[..., None]
    own = -xlogy(known, known).sum(axis=(-2, -1)) / several
    between: FloatArray = -xlogy(mean, mean).sum(axis=-1) - own
    alike = (known == known.max(axis=-2, keepdims=True, initial=0.0)) | ~answered[..., None]
    same = alike.all(axis=(-2, -1))  # exactly 0, without rounding error
    return np.where(np.isnan(several), np.nan, np.where(same, 0.0, np.maximum(between, 0.0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """How noisy means of several answers are.

    ``own`` is by how much noise lowers the entropy of each mean, (..., members), 0 where nothing
    is known; ``variance`` is in proportion to the variance of each option, (..., members, options).
    """

    own: FloatArray
    variance: FloatArray


def noise_in_group(p: FloatArray, noise: Noise) -> FloatArray:
    r"""What noise adds to `group_js_divergence` of means of several answers.

    .. math:: \sum_c b_c \Big(\frac1k - \frac{1}{k^2}
              \frac{\sum_i v_{ci} / \bar p_i}{\sum_i v_{ci} / p_{ci}}\Big)

    where :math:`b_c` is by how much noise lowers the entropy of member c's mean (``noise.own``, by
    the jackknife over its answers: :math:`(m - 1)(H(\bar x) - \overline{H(\bar x_{-j})})`), and
    the second term is its share in the entropy of the group's mean, to second order. To be
    subtracted; the difference can fall below 0 where the members are equal.

    Parameters
    ----------
    p
        Probabilities as for `group_js_divergence`, shape ``(..., members, options)``.
    noise
        Of the same members.

    Returns
    -------
    Shape ``(...)``; 0 without noise, NaN where fewer than two members answered.

    References
    ----------
    Quenouille (1956), Notes on bias in estimation, doi:10.1093/biomet/43.3-4.353; Zahl (1977),
    Jackknifing an index of diversity, doi:10.2307/1936227.

    Examples
    --------
    Two members who gave 0.4 and 0.6 once each: all of their divergence is noise, were they equal.

    >>> p = np.array([[0.5, 0.5], [0.5, 0.5]])
    >>> own = entropy(p) - entropy(np.array([0.4, 0.6]))
    >>> noise = Noise(own=own, variance=np.full((2, 2), 0.01))
    >>> noise_in_group(p, noise).round(4).tolist()
    0.0101
    """
    answered = np.asarray(np.isfinite(p).all(axis=-1))  # (..., members)
    known = np.where(answered[..., None], p, 0.0)
    number = positive_or_nan(answered.sum(axis=-1))
    number = np.where(number > 1, number, np.nan)[..., None]
    mean = known.sum(axis=-2, keepdims=True) / number[..., None]
    at_own, at_mean = (
        (noise.variance / np.where(at > 0, at, np.inf)).sum(axis=-1) for at in (known, mean)
    )
    share = at_mean / np.where(at_own > 0, at_own, np.inf) / number**2
    added: FloatArray = (np.where(answered, noise.own, 0.0) * (1 / number - share)).sum(axis=-1)
    return added


def entropy(p: npt.ArrayLike) -> FloatArray:
    """Shannon's entropy of each row in natural units, ``(..., options)`` to ``(...)``.

    >>> entropy([[0.5, 0.5], [1, 0]]).round(4).tolist()
    [0.6931, 0.0]
    """
    found: FloatArray = -xlogy(p, p).sum(axis=-1)
    return found + 0.0
