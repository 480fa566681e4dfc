"""Whether one member orders the others as the truth does: Kendall's tau-b of rows of distances.

Knows arrays only: not who the member is. `benchmark.metrics.mantel` compares whole matrices.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.mantel import DECIMALS


def row_tau_b(
    rows: npt.ArrayLike, truth: npt.ArrayLike, *, rng: np.random.Generator, permutations: int
) -> tuple[FloatArray, FloatArray]:
    """Kendall's tau-b of each row with the truth, and its p when the others change places.

    Parameters
    ----------
    rows
        A member's distances to the others by several measures, shape ``(measures, others)``.
    truth
        Its true distances to them, shape ``(others,)``.
    rng
        Shuffles the others.
    permutations
        B.

    Returns
    -------
    tau in [-1, 1], **distance against distance, positive is aligned**, and the one-sided
    (greater) p in (0, 1], :math:`(1 + k) / (1 + B)`; each shape ``(measures,)``. Both NaN if
    either side is constant or has a NaN, or with fewer than three others.

    References
    ----------
    Kendall (1945), The treatment of ties in ranking problems, doi:10.1093/biomet/33.3.239.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> tau, p = row_tau_b([[1, 2, 3, 4], [4, 3, 2, 1]], [1, 2, 4, 3], rng=rng, permutations=99)
    >>> tau.round(4).tolist()
    [0.6667, -0.6667]
    """
    x, y = np.atleast_2d(np.asarray(rows, dtype=np.float64)), np.asarray(truth, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[1:]:
        raise ValueError(f"rows {x.shape} must be (measures, others) and truth {y.shape} (others,)")
    first, second = np.triu_indices(y.size, 1)
    signs, mine = (
        np.sign(v.round(DECIMALS)[..., first] - v.round(DECIMALS)[..., second]) for v in (x, y)
    )
    size = positive_or_nan(np.abs(signs).sum(axis=1) * np.abs(mine).sum())
    found = signs @ mine
    tau = found / np.sqrt(size) if y.size > 2 else np.full(len(x), np.nan)
    orders = rng.permuted(np.broadcast_to(y.round(DECIMALS), (permutations, y.size)), axis=1)
    shuffled = signs @ np.sign(orders[:, first] - orders[:, second]).T  # (measures, permutations)
    p = (1 + (shuffled >= found[:, None] - 0.5).sum(axis=1)) / (1 + permutations)
    return tau, np.where(np.isnan(tau), np.nan, p)
