"""How good an answer is when one option is right: arrays in, numbers out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray

# Means over orders of equal answers differ by rounding.
TIE = 1e-12


def share_of_best(p: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    r"""The chance that the likeliest option is the right one, ties broken evenly.

    Parameters
    ----------
    p
        Probabilities, (…, options).
    right
        The right option's place, (…,).

    Returns
    -------
    (…,), in [0, 1], higher is better: 1 if the right option is likeliest, 1/m if it is one of m
    equally likely best ones, else 0. Equal probabilities for k options give 1/k, which is chance.
    NaN where p is.

    Examples
    --------
    >>> share_of_best([[0.7, 0.3], [0.5, 0.5], [0.2, 0.8]], [0, 0, 0]).tolist()
    [1.0, 0.5, 0.0]
    """
    p = np.asarray(p, dtype=np.float64)
    best = p >= p.max(axis=-1, keepdims=True) - TIE
    shares = right_probability(best, right) / np.maximum(best.sum(axis=-1), 1)
    found: FloatArray = np.where(np.isnan(p).any(axis=-1), np.nan, shares)
    return found


def right_probability(p: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    """The probability of the right option, (…,), in [0, 1]; higher is better.

    Examples
    --------
    >>> right_probability([[0.7, 0.3], [0.5, 0.5]], [1, 0]).tolist()
    [0.3, 0.5]
    """
    p, places = np.asarray(p, dtype=np.float64), np.asarray(right)[..., None]
    found: FloatArray = np.take_along_axis(p, places, axis=-1)[..., 0]
    return found


def brier(p: npt.ArrayLike, right: npt.ArrayLike) -> FloatArray:
    r"""Squared distance from certainty in the right option.

    .. math:: \sum_k (p_k - [k = right])^2

    Parameters
    ----------
    p
        Probabilities, (…, options); columns of zeros change nothing.
    right
        The right option's place, (…,).

    Returns
    -------
    (…,), in [0, 2], lower is better: 0 is certain and right, 2 certain and wrong, 1 - 1/k equal
    probabilities for k options. NaN where p is.

    References
    ----------
    Brier (1950), Verification of forecasts expressed in terms of probability,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    Examples
    --------
    >>> brier([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]], [0, 0, 0]).tolist()
    [0.0, 0.5, 2.0]
    """
    p = np.asarray(p, dtype=np.float64)
    found: FloatArray = (p**2).sum(axis=-1) - 2 * right_probability(p, right) + 1
    return found
