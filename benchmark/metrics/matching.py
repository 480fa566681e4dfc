"""Are answers with their own labels better off than with anybody else's? A permutation of labels.

Knows arrays only: not what is labelled, nor how a score comes about.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from benchmark.metrics.resampling import RESAMPLES

ROUNDING = 1e-9


def matching_p(
    scores: npt.ArrayLike, *, rng: np.random.Generator, permutations: int = RESAMPLES
) -> float:
    r"""The chance that shuffled labels fit as well: a p-value of the trace of a table.

    .. math:: p = P\Big(\sum_c s_{c\,\pi(c)} \ge \sum_c s_{cc}\Big)

    over permutations :math:`\pi` of the labels: all of them if the k! are at most
    ``permutations`` (seven labels at 10 000), else :math:`(1 + n) / (1 + B)` for B random ones.
    Under the null, that an answer has nothing to do with its label, all of them are equally likely.

    Parameters
    ----------
    scores
        What the answer of each row scores when it is taken for that of each column's label, shape
        ``(k, k)``, own labels on the diagonal; higher is a better fit.
    rng
        Draws the permutations.
    permutations
        B.

    Returns
    -------
    One-sided (greater), in (0, 1]; 1 if all rows score alike. NaN with fewer than two labels.

    Raises
    ------
    ValueError
        A table that is not square.

    References
    ----------
    Phipson & Smyth (2010), Permutation p-values should never be zero, doi:10.2202/1544-6115.1585.

    Examples
    --------
    Three answers, each nearest to its own people: one of six relabellings does as well.

    >>> round(matching_p(np.eye(3), rng=np.random.default_rng(0)), 4)
    0.1667
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"scores must be (labels, labels), not {table.shape}")
    k = len(table)
    if k < 2:
        return math.nan
    exact = all_matchings(k, permutations)
    if exact:
        labels = np.array(list(itertools.permutations(range(k))), dtype=np.intp)
    else:
        labels = rng.permuted(np.tile(np.arange(k), (permutations, 1)), axis=1)
    shuffled = table[np.arange(k), labels].sum(axis=1)
    extreme = int((shuffled >= np.trace(table) - ROUNDING).sum())
    return extreme / len(labels) if exact else (1 + extreme) / (1 + permutations)


def all_matchings(k: int, permutations: int = RESAMPLES) -> bool:
    """Whether k labels have few enough permutations to go through all of them.

    >>> all_matchings(7), all_matchings(8)
    (True, False)
    """
    return math.factorial(k) <= permutations
