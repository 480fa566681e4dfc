"""Whether a mean of few units lies above 0, under skew, too.

Knows arrays only. Student's t and sign flips reject too often where the long tail of the units
points down, which is where similarities near their ceiling have it: both then mistake not having
seen the tail for precision. `skewed_means` looks at the skew, and the largest of the p is used.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from benchmark.metrics.permutation import sign_flip_p
from benchmark.metrics.resampling import RESAMPLES
from benchmark.metrics.skewed_means import mean_p

# Fewer units show too little of a skew: the p is divided by the square of their share of so many.
# With 10, twelve skewed units of noisy items still reject in 3.9 % where they should in 2.5.
ENOUGH = 14


def p_above(
    values: npt.ArrayLike, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> float:
    r"""One-sided p of "the mean is below 0": the larger of that for skewed units and sign flips'.

    The first is half of `mean_p`, which is never below Student's where the tail points down,
    divided by :math:`(k / 14)^2` for k units that are fewer than 14.

    Parameters
    ----------
    values
        One of each independent unit, such as a stem's mean difference less what is tested.
    rng, resamples
        For sign flips of more units than can be enumerated.

    Returns
    -------
    In [0, 1]; NaN below two units. For equal units 0 from 0 up, and 1 below. At 0.025 and with a
    mean of exactly 0 it rejects in at most 3.5 % of 6 to 40 units of a scaled Beta(4, 0.6), where
    Student's t alone does in 11.8 % of six (docs/gates.md).

    Examples
    --------
    Of the 64 signs of six units above 0 only one has so large a sum.

    >>> round(p_above([1.0, 1.1, 0.9, 1.0, 1.2, 0.8], rng=np.random.default_rng(0)), 4)
    0.0156
    """
    x = np.asarray(values, dtype=np.float64)
    k, mean = x.size, float(x.mean()) if x.size else math.nan
    if k < 2 or math.isnan(mean):
        return math.nan
    if float(np.ptp(x)) == 0.0:
        return 0.0 if mean >= 0 else 1.0
    share = min(1.0, (k / ENOUGH) ** 2)
    of_t = float(mean_p(x)) / 2
    of_signs = float(sign_flip_p(x[:, None], rng=rng, resamples=resamples)[0]) / 2
    return max(min(1.0, of_t / share), of_signs) if mean > 0 else 1 - max(of_t, of_signs)
