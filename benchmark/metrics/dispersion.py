"""How much several answer distributions differ from each other: one number for a group.

Knows arrays only: not whose answers they are, nor how rows are averaged.
"""

from __future__ import annotations

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
