r"""Means of groups as if all had the same mix of kinds: standardised by an additive model.

Knows counts and sums of groups and kinds: not what they are. Groups that were asked other kinds of
questions differ by that alone; here each group's mean is what it would be at everybody's mix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import BoolArray, FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class SameMix:
    """How to standardise the means of these groups, and what that costs.

    ``inflation`` is by how much the variance of a standardised mean exceeds that of the group's
    own mean, questions being alike: 1 where all groups have the same mix. ``comparable`` says
    which groups share kinds, directly or through others, with the group that has most questions;
    others cannot be standardised (NaN).
    """

    counts: FloatArray  # (groups, kinds)
    totals: FloatArray  # (kinds,): sums over all groups
    comparable: BoolArray  # (groups,)
    inflation: FloatArray  # (groups,)
    inverse: FloatArray  # (kinds, kinds)

    def means(self, sums: npt.ArrayLike) -> FloatArray:
        """Standardised means of groups with these sums, ``(..., groups)``, same totals of kinds."""
        own = np.asarray(sums, dtype=np.float64) / _sizes(self.counts)
        kinds = (self.totals - own @ self.counts) @ self.inverse  # effects, (..., kinds)
        found: FloatArray = own - kinds @ _away(self.counts).T
        return np.where(self.comparable, found, np.nan)


def same_mix(counts: npt.ArrayLike, totals: npt.ArrayLike) -> SameMix:
    r"""The additive model of groups and kinds, by least squares over questions.

    .. math:: y_i = \alpha_{g(i)} + \beta_{c(i)} + e_i, \qquad
              \text{standardised mean} = \alpha_g + \sum_c \frac{n_{\cdot c}}{n} \beta_c

    Parameters
    ----------
    counts
        Questions of each group and kind, shape ``(groups, kinds)``, none of a group 0 in all.
    totals
        Sum of the outcome over all questions of each kind, shape ``(kinds,)``.

    Returns
    -------
    SameMix
        With one kind, or one mix, its means are the groups' own.

    References
    ----------
    Yates (1934), The analysis of multiple classifications with unequal numbers in the different
    classes, doi:10.1080/01621459.1934.10502686, whose adjusted means these are; Keiding & Clayton
    (2014), Standardization and control for confounding in observational studies,
    doi:10.1214/13-STS453.

    Examples
    --------
    An easy kind (1 right of 1) and a hard one (0 right), asked 3 to 1 and 1 to 3: equal groups.

    >>> mix = same_mix([[3, 1], [1, 3]], [4, 0])
    >>> mix.means([3, 1]).round(6).tolist(), mix.inflation.round(3).tolist()
    ([0.5, 0.5], [1.167, 1.167])
    """
    n = np.asarray(counts, dtype=np.float64)
    sizes = _sizes(n)
    normal = np.diag(n.sum(axis=0)) - n.T @ (n / sizes[:, None])
    inverse: FloatArray = np.linalg.pinv(normal, hermitian=True).astype(np.float64)
    comparable = _connected(n)
    return SameMix(
        counts=n,
        totals=np.asarray(totals, dtype=np.float64),
        comparable=comparable,
        inflation=np.where(comparable, _inflation(n, sizes, inverse), np.nan),
        inverse=inverse,
    )


def _inflation(n: FloatArray, sizes: FloatArray, inverse: FloatArray) -> FloatArray:
    """Size of each group times the sum of squared weights of all questions in its mean."""
    away = _away(n) @ inverse  # (groups, kinds)
    found = np.empty(len(n))
    for g in range(len(n)):
        # By how much a question of group h and kind c counts in the mean of g, (groups, kinds).
        weight = (n @ away[g] / sizes)[:, None] - away[g]
        weight[g] += 1 / sizes[g]
        found[g] = sizes[g] * float((n * weight**2).sum())
    return found


def _away(n: FloatArray) -> FloatArray:
    """By how much each group's mix differs from everybody's, (groups, kinds)."""
    away: FloatArray = n / _sizes(n)[:, None] - n.sum(axis=0) / n.sum()
    return away


def _sizes(n: FloatArray) -> FloatArray:
    sizes: FloatArray = n.sum(axis=1)
    return sizes


def _connected(n: FloatArray) -> BoolArray:
    """Groups that share a kind with the largest, or with a group that does, and so on."""
    there = n > 0
    reached: BoolArray = np.zeros(len(n), dtype=np.bool_)
    reached[_sizes(n).argmax()] = True
    while True:
        kinds = there[reached].any(axis=0)
        wider: BoolArray = np.asarray(there[:, kinds].any(axis=1))
        if (wider == reached).all():
            return reached
        reached = wider
