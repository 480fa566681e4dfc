r"""The largest gap between groups, minus what noise alone would show, with an interval.

Knows arrays: values, the ends of their intervals, degrees of freedom; not what they measure. The
plain difference between the best and the worst of many groups is above 0 whether they differ or
not, so

* the **value** is the gap of the groups drawn together, each by
  :math:`\sqrt{\tau^2 / (\tau^2 + s_i^2)}`, until they vary as much as they would without noise
  (Louis 1984, doi:10.1080/01621459.1984.10478062); 0 if noise explains all of it;
* the **upper end** is the largest upper end of any pair's difference: whichever pair is truly the
  widest, it is among them, so no correction is needed;
* the **lower end** is the largest lower end of any pair's; since the pair was chosen for being the
  widest, each is taken at the level that holds for all pairs at once (Bonferroni, on Welch's t:
  with normal tails, 7 % of simulations declared a gap among 50 equal groups of 15).

The ends of a pair come from those of the two groups (MOVER: Zou & Donner 2008,
doi:10.1002/sim.3095). Groups are treated as independent; those that share questions are positively
correlated, so the interval is rather too wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtrit  # scipy.stats alone would double the time to start

from benchmark.metrics.divergence import FloatArray

ALPHA = 0.025  # of one side: what a 95 % interval leaves there
STEPS = 400
REACH = 8.5  # standard deviations beyond which nothing is left


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectedGap:
    """The corrected gap and its interval; ``least`` and ``most`` are the places of the two groups.

    ``plain`` is uncorrected, ``by_noise`` what equal groups would show.
    """

    value: float
    low: float
    high: float
    plain: float
    by_noise: float
    least: int
    most: int


def corrected_gap(
    values: npt.ArrayLike,
    lows: npt.ArrayLike,
    highs: npt.ArrayLike,
    *,
    df: npt.ArrayLike,
    errors: npt.ArrayLike | None = None,
    weights: npt.ArrayLike = 1.0,
    noise: npt.ArrayLike = 0.0,
) -> CorrectedGap:
    """The gap as the module's first lines define it.

    Parameters
    ----------
    values, lows, highs
        Of each group, with the ends of its 95 % interval, shape ``(groups,)``, at least two.
    df
        Degrees of freedom of each interval, shape ``(groups,)``, at least 1.
    errors
        Standard errors, shape ``(groups,)``; default: half the width over Student's quantile.
    weights
        For `between_variance`: the groups' numbers of questions, or equal; broadcasts.
    noise
        By how much to widen each interval on either side; broadcasts.

    Returns
    -------
    Value and ends from 0 up; higher is a wider gap.

    Raises
    ------
    ValueError
        Fewer than two groups, or a NaN.

    Examples
    --------
    Without width there is no noise.

    >>> gap = corrected_gap([0.5, 0.8], [0.5, 0.8], [0.5, 0.8], df=[9, 9])
    >>> round(gap.value, 6), round(gap.low, 6), round(gap.high, 6), gap.least, gap.most
    (0.3, 0.3, 0.3, 0, 1)
    """
    x, low, high, wide = (np.asarray(v, dtype=np.float64) for v in (values, lows, highs, noise))
    if x.ndim != 1 or x.size < 2 or not np.isfinite([x, low, high]).all():
        raise ValueError(f"a gap needs two groups with values and intervals, not {x!r}")
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), x.shape)
    quantile = stdtrit(freedom, 1 - ALPHA)
    known = (high - low) / 2 / quantile if errors is None else np.asarray(errors, dtype=np.float64)
    drawn = drawn_in(x, known, weights=weights)
    widening = np.broadcast_to(wide, x.shape)
    apart = np.subtract.outer(x, x) - np.where(np.eye(x.size, dtype=np.bool_), np.inf, 0.0)
    widened = np.add.outer(widening, widening)
    above = apart + np.hypot.outer(high - x, x - low) + widened
    below = _least_apart(apart, (x - low) / quantile, (high - x) / quantile, freedom) - widened
    ends = max(0.0, float(below.max())), float(above.max())
    least, most = int(x.argmin()), int(x.argmax())
    plain = float(x[most] - x[least])
    return CorrectedGap(
        value=min(max(float(np.ptp(drawn)), ends[0]), ends[1]),
        low=ends[0],
        high=ends[1],
        plain=plain,
        by_noise=expected_range(known),
        least=least,
        most=most,
    )


def between_variance(
    values: npt.ArrayLike, errors: npt.ArrayLike, *, weights: npt.ArrayLike = 1.0
) -> float:
    r"""How much groups vary beyond their noise: τ², 0 if the estimate is negative.

    .. math:: \frac{\sum w_i (x_i - \bar x_w)^2 - \sum w_i (1 - w_i / W) s_i^2}
              {W - \sum w_i^2 / W}

    Parameters
    ----------
    values, errors
        Of the groups and their standard errors, shape ``(groups,)``, at least two.
    weights
        w, above 0; known numbers such as counts of questions. Weights from the estimated errors
        would favour groups whose errors were estimated too small.

    References
    ----------
    DerSimonian & Kacker (2007), Random-effects model for meta-analysis of clinical trials: an
    update, doi:10.1016/j.cct.2006.04.004, the general method of moments.

    Examples
    --------
    Variance 1/2, of which 1/4 is noise.

    >>> between_variance([0.0, 1.0], [0.5, 0.5])
    0.25
    """
    x, s = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    w = np.broadcast_to(np.asarray(weights, dtype=np.float64), x.shape)
    total = w.sum()
    varied = (w * (x - (w * x).sum() / total) ** 2).sum() - (w * (1 - w / total) * s * s).sum()
    return max(0.0, float(varied / (total - (w * w).sum() / total)))


def reliability(values: npt.ArrayLike, errors: npt.ArrayLike) -> float:
    """The share of the groups' variance that is not noise, in [0, 1]; 0 if nothing varies.

    >>> reliability([0.0, 1.0], [0.5, 0.5])  # variance 1/2, of it 1/4 noise
    0.5
    """
    varied = float(np.var(np.asarray(values, dtype=np.float64), ddof=1))
    return min(1.0, between_variance(values, errors) / varied) if varied > 0 else 0.0


def drawn_in(
    values: npt.ArrayLike, errors: npt.ArrayLike, *, weights: npt.ArrayLike = 1.0
) -> FloatArray:
    """The groups as far apart as they are without noise, in expectation; shape ``(groups,)``.

    Each keeps its side of the common mean. Shrinking to the best estimate of each group would draw
    them too close together. All are equal if noise explains everything.

    >>> drawn_in([0.0, 1.0], [0.5, 0.5]).round(4).tolist()  # by the root of 1/4 over 1/2
    [0.1464, 0.8536]
    """
    x, s = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    tau2 = between_variance(x, s, weights=weights)
    if tau2 == 0:
        return np.full(x.shape, x.mean())
    precision = 1 / (tau2 + s * s)
    centre = (precision * x).sum() / precision.sum()
    drawn: FloatArray = centre + np.sqrt(tau2 * precision) * (x - centre)
    return drawn


def expected_range(errors: npt.ArrayLike) -> float:
    """The mean range of normal variables around one centre with these standard errors.

    >>> round(expected_range([1.0, 1.0]), 4)  # 2 / sqrt(pi)
    1.1284
    """
    scale = np.asarray(errors, dtype=np.float64)
    if not (scale > 0).any():
        return 0.0
    grid = np.linspace(-1.0, 1.0, STEPS + 1)[:, None] * REACH * scale.max()  # (steps, 1)
    positive = np.where(scale > 0, scale, 1.0)
    below = np.where(scale > 0, ndtr(grid / positive), grid >= 0)  # (steps, groups)
    inside = 1 - below.prod(axis=1) - (1 - below).prod(axis=1)
    return float(inside.sum() * (grid[1, 0] - grid[0, 0]))


def _least_apart(apart: FloatArray, down: FloatArray, up: FloatArray, df: FloatArray) -> FloatArray:
    """By how much row exceeds column at least, with error `ALPHA` over all pairs; (groups, groups).

    Exact where above 0; elsewhere only known not to be.
    """
    pairs = apart.size - len(apart)
    below = np.add.outer(down**4 / df, up**4 / df)
    together = np.add.outer(down**2, up**2)
    smaller = np.minimum.outer(df, df)
    freedom = np.divide(together**2, below, out=smaller.copy(), where=below > 0)
    error = np.sqrt(together)
    # Student's quantile is what costs, and never below the normal's: where that leaves nothing,
    # nothing is left.
    least: FloatArray = apart + ndtri(ALPHA / pairs) * error
    some = least > 0
    quantile = stdtrit(np.maximum(1.0, freedom[some]), 1 - ALPHA / pairs)
    least[some] = apart[some] - quantile * error[some]
    return least
