"""How far apart two answer distributions are: Jensen-Shannon divergence, distance, similarity.

Knows arrays only: not what an option means, whose answer a row is, or how rows are averaged.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

TOLERANCE = 1e-6


def js_divergence(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    r"""Jensen-Shannon divergence between rows of probabilities.

    .. math:: \tfrac12 KL(p \| m) + \tfrac12 KL(q \| m), \qquad m = (p + q) / 2

    Parameters
    ----------
    p, q
        Probabilities over the same options, shape ``(..., options)``; leading axes broadcast.
        A row sums to 1 within 1e-6. Options padded with zeros on both sides change nothing.
    base
        Base of the logarithm, above 1.

    Returns
    -------
    Shape ``(...)``, in [0, ln 2 / ln base]; lower is closer, exactly 0 where ``p == q``.
    NaN where a row holds NaN or sums to 0: nobody answered.

    Raises
    ------
    ValueError
        A negative entry, a row that sums to anything else, last axes that differ, a bad base.

    References
    ----------
    Lin (1991), Divergence measures based on the Shannon entropy, doi:10.1109/18.61115.

    Examples
    --------
    Opposite certainties are ln 2 apart; a certainty and an even split are
    ``ln 2 - 0.75 ln 3 + 0.5 ln 2`` apart, worked out by hand.

    >>> js_divergence([1, 0], [[0, 1], [1, 0], [0.5, 0.5]]).round(4).tolist()
    [0.6931, 0.0, 0.2158]
    """
    if not base > 1:
        raise ValueError(f"the base of the logarithm must be above 1, not {base!r}")
    rows_p, rows_q = checked(p, name="p"), checked(q, name="q")
    if rows_p.shape[-1] != rows_q.shape[-1]:
        raise ValueError(
            f"p has {rows_p.shape[-1]} options and q has {rows_q.shape[-1]}: "
            "both must be over the same options"
        )
    return divergence_unchecked(rows_p, rows_q) / math.log(base)


def js_distance(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    r"""Jensen-Shannon distance, the square root of `js_divergence`, and a metric.

    Parameters
    ----------
    p, q, base
        As for `js_divergence`, which also says what raises and what gives NaN.

    Returns
    -------
    Shape ``(...)``, in [0, √(ln 2 / ln base)]; lower is closer, 0 only where ``p == q``.

    References
    ----------
    Endres & Schindelin (2003), A new metric for probability distributions,
    doi:10.1109/TIT.2003.813506.

    Examples
    --------
    With base 2 the largest distance is 1.

    >>> js_distance([1, 0, 0], [[0, 0.25, 0.75], [1, 0, 0]], base=2).tolist()
    [1.0, 0.0]
    """
    return np.sqrt(js_divergence(p, q, base=base))


def js_similarity(p: npt.ArrayLike, q: npt.ArrayLike, *, base: float = math.e) -> FloatArray:
    r"""One minus `js_distance`: what papers print as "1 - JSD".

    Parameters
    ----------
    p, q, base
        As for `js_divergence`, which also says what raises and what gives NaN.

    Returns
    -------
    Shape ``(...)``, in [1 - √(ln 2 / ln base), 1], that is [0.167, 1] by default; higher is
    closer, 1 only where ``p == q``. Two certainties that contradict each other do not score 0.

    References
    ----------
    Durmus et al. (2023), Towards measuring the representation of subjective global opinions in
    language models, doi:10.48550/arXiv.2306.16388, which uses the distance.

    Examples
    --------
    >>> js_similarity([[1, 0], [0.5, 0.5]], [0, 1]).round(4).tolist()
    [0.1674, 0.5355]
    """
    return 1.0 - js_distance(p, q, base=base)


def restrict(p: npt.ArrayLike, keep: npt.ArrayLike) -> FloatArray:
    r"""Drop options and renormalise: ``p_i / Σ_kept p`` where kept, 0 elsewhere.

    Parameters
    ----------
    p
        Probabilities or counts, not negative, shape ``(..., options)``.
    keep
        True for options that stay, same last axis; leading axes broadcast.

    Returns
    -------
    The broadcast shape; rows sum to 1. NaN rows where nothing kept was ever chosen or ``p``
    holds NaN.

    Raises
    ------
    ValueError
        A negative entry, or last axes that differ.

    Examples
    --------
    Without the "don't know" of 20 %, 60 % becomes 75 %.

    >>> restrict([0.6, 0.2, 0.2], [True, True, False]).round(4).tolist()
    [0.75, 0.25, 0.0]
    """
    rows = np.asarray(p, dtype=np.float64)
    mask = np.asarray(keep, dtype=np.bool_)
    if rows.shape[-1:] != mask.shape[-1:]:
        raise ValueError(f"p has shape {rows.shape} but keep {mask.shape}: last axes must match")
    if np.any(rows < 0):
        raise ValueError(f"probabilities cannot be negative: the smallest is {np.nanmin(rows)}")
    return restrict_unchecked(rows, mask)


def checked(p: npt.ArrayLike, *, name: str) -> FloatArray:
    """Rows as float64 with the all-zero ones as NaN, or ValueError if they are not probabilities.

    >>> checked([[0.5, 0.5], [0, 0]], name="p").tolist()
    [[0.5, 0.5], [nan, nan]]
    """
    rows = np.asarray(p, dtype=np.float64)
    if rows.ndim == 0 or rows.shape[-1] == 0:
        raise ValueError(f"{name} needs at least one option on its last axis, not {rows.shape}")
    if np.any(rows < 0):
        raise ValueError(f"{name} has a negative entry: the smallest is {np.nanmin(rows)}")
    total = rows.sum(axis=-1, keepdims=True)
    wrong = (total != 0) & (np.abs(total - 1) > TOLERANCE)  # NaN compares False: exempt
    if np.any(wrong):
        raise ValueError(f"a row of {name} sums to {total[wrong][0]}, not to 1")
    return np.where(total == 0, np.nan, rows)


def divergence_unchecked(p: FloatArray, q: FloatArray) -> FloatArray:
    """Natural `js_divergence` of rows known to be probabilities or NaN."""
    both = p + q  # twice the midpoint: halving it would underflow for the tiniest entries
    terms = rel_entr(2 * p, both) + rel_entr(2 * q, both)
    mean: FloatArray = terms.sum(axis=-1) / 4
    return np.clip(mean, 0.0, math.log(2))


def restrict_unchecked(p: FloatArray, keep: BoolArray) -> FloatArray:
    """`restrict` of rows known not to be negative."""
    kept = p * keep  # NaN stays NaN, dropped or not
    return kept / positive_or_nan(kept.sum(axis=-1, keepdims=True))


def positive_or_nan(x: npt.ArrayLike) -> FloatArray:
    """A denominator: where it is not above 0, the quotient is NaN.

    >>> positive_or_nan([2, 0, -1]).tolist()
    [2.0, nan, nan]
    """
    number = np.asarray(x, dtype=np.float64)
    return np.where(number > 0, number, np.nan)
