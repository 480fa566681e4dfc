r"""How certain a mean of stem means is when the pictures, too, are a sample.

Knows arrays only: answers with their group, row, stem, picture and stratum; not what is averaged.
Stems are crossed with pictures, pictures lie within strata (the pictures of one kind of one
country), and strata are fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmark.metrics.clustered import stratified_variance
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.skewed_means import skewed_ends
from benchmark.metrics.stem_means import Estimates, IntArray

LEAST_PICTURES = 6  # below, they say nothing about other pictures


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossed:
    """Answers by picture; all (answers,).

    ``share`` is an answer's part in the figure of its row (question of a country), adding up to 1;
    ``group`` and the others are codes from 0.
    """

    value: FloatArray
    share: FloatArray
    group: IntArray
    stem: IntArray
    picture: IntArray
    stratum: IntArray


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureVariance:
    """What pictures add to the variance of each group's mean; all (groups,).

    ``of_pictures`` is the variance that drawing other pictures would give, ``of_both`` that part of
    it (and of the stems' variance) that belongs to single pairs of stem and picture; ``df`` are the
    degrees of freedom of the first, pictures less strata, and ``pictures`` how many there are.
    """

    of_pictures: FloatArray
    of_both: FloatArray
    df: IntArray
    pictures: IntArray


def picture_variance(answers: Crossed, n_groups: int) -> PictureVariance:
    r"""The variance of a mean of stem means over pictures, and over pairs of stem and picture.

    With :math:`a` the weight of an answer in the mean (1 / stems, over the rows of its stem, times
    its share), :math:`d` its value and :math:`\bar d_s` its stem's mean,

    .. math:: z_p = \sum a\,(d - \bar d_s), \qquad
              V_\mathrm{picture} = \sum_h \frac{P_h}{P_h - 1} \sum_{p \in h} (z_p - \bar z_h)^2

    over the strata h with :math:`P_h` pictures; strata of one picture are taken together. With
    :math:`e_{sp}` the doubly centred mean of a stem under a picture of a stratum with
    :math:`k_h` stems,

    .. math:: V_\mathrm{both} = \sum_h \frac{k_h P_h}{(k_h - 1)(P_h - 1)}
              \sum_{s,p} a_{sp}^2\, e_{sp}^2 .

    Parameters
    ----------
    answers
        As in `Crossed`; no NaN.
    n_groups
        How many groups there are.

    Returns
    -------
    PictureVariance
        ``of_pictures`` is NaN for a group of fewer than two pictures.

    References
    ----------
    Cameron, Gelbach & Miller (2011), Robust inference with multiway clustering,
    doi:10.1198/jbes.2010.07136; Owen (2007), The pigeonhole bootstrap, doi:10.1214/07-AOAS122.

    Examples
    --------
    Two stems under two pictures, of which the second is better by 2 for either: the mean of two
    pictures has the variance 2 / 2, and nothing belongs to a pair.

    >>> two = np.array([0, 0, 1, 1])
    >>> answers = Crossed(value=np.array([0.0, 2, 5, 7]), share=np.full(4, 0.5), group=0 * two,
    ...     stem=two, picture=np.array([0, 1, 0, 1]), stratum=0 * two)
    >>> found = picture_variance(answers, 1)
    >>> found.of_pictures.tolist(), found.of_both.tolist(), found.df.tolist()
    ([1.0], [0.0], [1])
    """
    weight, centred = _weights(answers, n_groups)
    (group, stratum, _), at = _cells(answers.group, answers.stratum, answers.picture)
    z = np.bincount(at, weight * centred, len(group))
    of_pictures, df = stratified_variance(z, group, stratum, n_groups)
    return PictureVariance(
        of_pictures=of_pictures,
        of_both=_of_both(answers, weight, n_groups),
        df=df,
        pictures=np.bincount(group, minlength=n_groups),
    )


def for_other_pictures(
    estimates: Estimates, pictures: PictureVariance, *, level: float = 0.95
) -> tuple[Estimates, IntArray]:
    r"""Estimates with the two-way variance, and their degrees of freedom.

    .. math:: V = \max(V_\mathrm{stem} + V_\mathrm{picture} - V_\mathrm{both},\
              V_\mathrm{stem},\ V_\mathrm{picture})

    with Student's t on the fewer of k - 1 and the pictures' degrees of freedom, wider for the skew
    of the stems (`skewed_ends`). NaN with fewer than `LEAST_PICTURES` pictures, or `MIN_STEMS`
    stems.

    >>> from benchmark.metrics.stem_means import jackknife_interval
    >>> found = jackknife_interval([[0.5, 1.5] * 4], [0] * 8, 1)
    >>> more = PictureVariance(of_pictures=np.array([0.2]), of_both=np.array([0.02]),
    ...     df=np.array([5]), pictures=np.array([6]))
    >>> wide, df = for_other_pictures(found, more)
    >>> round(float(wide.error[0]) ** 2, 3), df.tolist()
    (0.216, [5])
    """
    of_stems = estimates.error**2
    both = of_stems + pictures.of_pictures - pictures.of_both
    variance = np.maximum(both, np.maximum(of_stems, pictures.of_pictures))
    df = np.minimum(estimates.k - 1, pictures.df)
    known = (pictures.pictures >= LEAST_PICTURES) & (estimates.k >= MIN_STEMS) & (df > 0)
    error = np.where(known, np.sqrt(variance), np.nan)
    ends = skewed_ends(estimates.value, error, estimates.skewness, df + 1, level=level)
    return replace(estimates, error=error, low=ends[0], high=ends[1]), df


def _weights(answers: Crossed, n_groups: int) -> tuple[FloatArray, FloatArray]:
    """The weight of each answer in the mean of its group, and its value less its stem's mean."""
    (group, _), at = _cells(answers.group, answers.stem)
    rows = np.bincount(at, answers.share)
    mean = np.bincount(at, answers.share * answers.value) / rows
    k = np.bincount(group, minlength=n_groups)
    return answers.share / rows[at] / k[answers.group], answers.value - mean[at]


def _of_both(answers: Crossed, weight: FloatArray, n_groups: int) -> FloatArray:
    """The variance that belongs to pairs of stem and picture, (groups,)."""
    cells, at = _cells(answers.group, answers.stratum, answers.stem, answers.picture)
    group, stratum, stem, picture = cells
    a = np.bincount(at, weight)
    mean = np.bincount(at, weight * answers.value) / a
    (inside, *_), of_stratum = _cells(group, stratum)
    (of_stems, *_), of_stem = _cells(of_stratum, stem)
    (of_shown, *_), of_picture = _cells(of_stratum, picture)
    rest = (mean - _mean(mean, of_stem)[of_stem] - _mean(mean, of_picture)[of_picture]) + _mean(
        mean, of_stratum
    )[of_stratum]
    k = np.bincount(of_stems, minlength=len(inside))
    p = np.bincount(of_shown, minlength=len(inside))
    factor = np.where((k > 1) & (p > 1), k * p / positive_or_nan((k - 1) * (p - 1)), 0.0)
    return np.asarray(
        np.bincount(group, factor[of_stratum] * (a * rest) ** 2, n_groups), dtype=np.float64
    )


def _cells(*codes: IntArray) -> tuple[tuple[IntArray, ...], IntArray]:
    """The distinct combinations of codes, column by column, and which of them each row is."""
    shape = tuple(int(code.max(initial=0)) + 1 for code in codes)
    joint = np.ravel_multi_index(codes, shape)
    distinct, at = np.unique(joint, return_inverse=True)
    return tuple(np.unravel_index(distinct, shape)), at


def _mean(values: npt.ArrayLike, of: IntArray) -> FloatArray:
    mean: FloatArray = np.bincount(of, values) / np.bincount(of)
    return mean
