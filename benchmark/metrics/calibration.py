r"""Whether somebody who is 80 % sure is right in 80 % of cases: ECE, Brier score and its parts.

Knows arrays only: confidences, outcomes, clusters; not what was asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, ndtri  # scipy.stats alone would double the time to start

from benchmark.metrics.clustered import IntArray, stratified_variance
from benchmark.metrics.divergence import BoolArray, FloatArray

BINS = 15
LEAST_IN_BIN = 20
TINY = 1e-12
ROUNDING = 1e-12  # relative: a difference smaller than this is none


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationError:
    """``value`` without noise, with its interval; ``plain`` still contains the noise.

    ``perfect`` is what ``plain`` would be on average if every confidence were right.
    """

    value: float
    low: float
    high: float
    plain: float
    perfect: float
    bins: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BrierParts:
    """``brier`` = ``reliability`` - ``resolution`` + ``uncertainty`` + ``within``, exactly."""

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def equal_mass_bins(confidence: npt.ArrayLike, *, bins: int = BINS) -> IntArray:
    """The bin of each confidence, bins being as equal in size as ties allow; codes from 0 on.

    Equal confidences share a bin, so the order of rows does not matter. There are fewer bins if
    there would be less than `LEAST_IN_BIN` in each.

    >>> equal_mass_bins([0.1, 0.9, 0.9, 0.2] * 20, bins=2).tolist()[:4]
    [0, 1, 1, 0]
    """
    x = np.asarray(confidence, dtype=np.float64)
    number = max(1, min(bins, x.size // LEAST_IN_BIN))
    edges = np.quantile(x, np.arange(1, number) / number, method="inverted_cdf")
    _, code = np.unique(np.searchsorted(edges, x, side="left"), return_inverse=True)
    return code.astype(np.intp)


def expected_calibration_error(
    confidence: npt.ArrayLike,
    correct: npt.ArrayLike,
    clusters: IntArray,
    *,
    bins: int = BINS,
    level: float = 0.95,
) -> CalibrationError:
    r"""How far confidence and accuracy lie apart, over bins of equal mass.

    .. math:: \mathrm{ECE} = \sum_b w_b |d_b|, \qquad
              \widehat{\mathrm{ECE}} = \sum_b w_b |d_b| \sqrt{\frac{\tau^2}{\tau^2 + s_b^2}},
              \qquad \tau^2 = \max\big(0, \sum_b w_b (d_b^2 - s_b^2)\big)

    with d the bin's accuracy minus its mean confidence and s its standard error between clusters.
    The plain sum is above 0 even for perfect confidences, and more so with fewer questions; the
    second shrinks the bins until their squares are what they are without noise. If errors are
    small and alike, that goes too far, so the interval's upper end is that of the plain sum: with
    the smaller one, the truth lay above it in up to 8 % (docs/validity.md). The lower end is 0
    unless the bins together are farther off than chance would have them (a chi-squared test).

    Parameters
    ----------
    confidence, correct
        The probability of the answer given, in [0, 1], and whether it was right, ``(questions,)``.
    clusters
        Codes from 0, ``(questions,)``.
    bins
        At most so many (`equal_mass_bins`).
    level
        Intended coverage; the arms use the delta method on the signs of d.

    Returns
    -------
    In [0, 1]; lower is better, 0 is perfect.

    Raises
    ------
    ValueError
        No questions, shapes that differ, or a NaN.

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
    binning, doi:10.1609/aaai.v29i1.9602; Kumar, Liang & Ma (2019), Verified uncertainty
    calibration, arXiv:1909.10155, on the bias.

    Examples
    --------
    Always 0.9 sure and right in half of 40 cases: one bin, 0.4 apart.

    >>> found = expected_calibration_error([0.9] * 40, [1, 0] * 20, np.arange(40))
    >>> round(found.plain, 6), found.bins
    (0.4, 1)
    """
    x, y = _checked(confidence, correct)
    code = equal_mass_bins(x, bins=bins)
    number = int(code.max()) + 1
    n = np.bincount(code)
    apart = np.bincount(code, y - x) / n  # (bins,)
    residual = y - x - apart[code]
    errors = np.sqrt(_variance(residual, clusters, code, number)) / n
    # If a bin is all right or all wrong, its confidences show how far it could have varied.
    likely = np.sqrt(np.bincount(code, x * (1 - x))) / n
    errors = np.where(errors > 0, errors, likely)
    share = n / n.sum()
    plain = float(share @ np.abs(apart))
    excess = share * (apart**2 - errors**2)
    # Exact, since a root makes 1e-17 of rounding 3e-9, and another order of rows rounds otherwise.
    tau2 = _above_rounding(math.fsum(excess.tolist()), float(share @ (apart**2 + errors**2)))
    kept = np.sqrt(tau2 / (tau2 + errors**2)) if tau2 > 0 else np.zeros(number)
    value = float(share @ (np.abs(apart) * kept))
    surprise = float((apart**2 / np.maximum(np.maximum(errors, likely) ** 2, TINY)).sum())
    signed = np.sign(apart)[code] * residual
    spread = float(_variance(signed, clusters, np.zeros_like(code), 1)[0])
    arm = float(ndtri((1 + level) / 2)) * np.sqrt(spread) / x.size
    return CalibrationError(
        value=value,
        low=max(0.0, value - arm) if surprise > chdtri(number, (1 - level) / 2) else 0.0,
        high=min(1.0, plain + arm),
        plain=plain,
        perfect=float(share @ likely) * np.sqrt(2 / np.pi),
        bins=number,
    )


def brier_parts(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, *, bins: int = BINS
) -> BrierParts:
    r"""The Brier score of "my answer is right", and its parts.

    .. math:: \frac1N \sum (x - y)^2 = \sum_b w_b (\bar x_b - \bar y_b)^2
              - \sum_b w_b (\bar y_b - \bar y)^2 + \bar y (1 - \bar y) + \mathrm{within}

    each of the first three without its bias: a bin's accuracy of n answers varies by
    :math:`\bar y_b (1 - \bar y_b) / (n_b - 1)`, which would count as both unreliability and
    resolution. The last is what remains from differences inside bins.

    Parameters
    ----------
    confidence, correct
        As for `expected_calibration_error`.
    bins
        At most so many.

    Returns
    -------
    Brier in [0, 1], lower is better; reliability lower, resolution higher is better; corrected,
    both may be slightly below 0. Uncertainty, in [0, 1/4], belongs to the questions.

    Raises
    ------
    ValueError
        As above.

    References
    ----------
    Murphy (1973), A new vector partition of the probability score,
    doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2; Ferro & Fricker (2012), A bias-corrected
    decomposition of the Brier score, doi:10.1002/qj.1924.

    Examples
    --------
    >>> parts = brier_parts([0.9] * 40, [1, 0] * 20)
    >>> round(parts.brier, 6), round(parts.uncertainty, 4), round(parts.within, 6)
    (0.41, 0.2564, 0.0)
    """
    x, y = _checked(confidence, correct)
    code = equal_mass_bins(x, bins=bins)
    n = np.bincount(code)
    share, sure, right = n / n.sum(), np.bincount(code, x) / n, np.bincount(code, y) / n
    mean = float(y.mean())
    bias = float((share * right * (1 - right) / np.maximum(1, n - 1)).sum())
    base = mean * (1 - mean) / max(1, x.size - 1)
    reliability = float(share @ (sure - right) ** 2) - bias
    resolution = float(share @ (right - mean) ** 2) - bias + base
    uncertainty = mean * (1 - mean) + base
    brier = float(((x - y) ** 2).mean())
    return BrierParts(
        brier=brier,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=brier - (reliability - resolution + uncertainty),
    )


def _checked(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = (np.asarray(v, dtype=np.float64) for v in (confidence, correct))
    if x.ndim != 1 or x.size == 0 or x.shape != y.shape or not np.isfinite([x, y]).all():
        raise ValueError(f"confidence {x.shape} and correct {y.shape} must be equally many numbers")
    return x, y


def _variance(z: FloatArray, clusters: IntArray, cells: IntArray, n_cells: int) -> FloatArray:
    """Variance of the sum of z in each cell, between clusters; 0 if unknown."""
    width = int(clusters.max(initial=0)) + 1
    pairs, where = np.unique(cells * width + clusters, return_inverse=True)
    sums = np.bincount(where, z, len(pairs))
    found, _ = stratified_variance(sums, pairs // width, np.zeros_like(pairs), n_cells)
    known: BoolArray = np.isfinite(found)
    return np.where(known, found, 0.0)


def _above_rounding(total: float, of: float) -> float:
    """A difference of sums, or 0 where it is no more than what rounding leaves of the terms."""
    return total if total > ROUNDING * of else 0.0
