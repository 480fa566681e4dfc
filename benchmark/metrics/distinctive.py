"""Which words set a group apart: TF-IDF as published, and log-odds with an informative prior.

Knows counts of words by group: not what the groups are. A word has no meaning here, and one that is
distinctive may be a stereotype as well as a custom.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, positive_or_nan

# By simulation: below 3, words that only one group uses rank behind rare words of several.
PRIOR_GROUPS = 10.0


def tf_idf(counts: npt.ArrayLike) -> FloatArray:
    r"""Raw count times the logarithm of groups over groups that have the word.

    .. math:: c_{gw} \ln \frac{N}{df_w}

    Parameters
    ----------
    counts
        Words of each group, shape ``(groups, words)``; a group is one document.

    Returns
    -------
    Shape ``(groups, words)``, 0 or more. 0 for a word that every group uses, however unevenly:
    for such words use `log_odds`. 0 for a word that none uses.

    References
    ----------
    Bhatt & Diaz (2024), Extrinsic evaluation of cultural competence in large language models,
    doi:10.48550/arXiv.2406.11565.

    Examples
    --------
    >>> tf_idf([[3, 1], [0, 4]]).round(4).tolist()
    [[2.0794, 0.0], [0.0, 0.0]]
    """
    table = np.asarray(counts, dtype=np.float64)
    found_in = np.maximum((table > 0).sum(axis=0), 1)
    weighted: FloatArray = table * np.log(len(table) / found_in)
    return weighted


def log_odds(counts: npt.ArrayLike, *, prior_groups: float = PRIOR_GROUPS) -> FloatArray:
    r"""The z of each word's log-odds in a group against all other groups, with a Dirichlet prior.

    .. math:: \delta_{gw} = \ln\frac{y_{gw} + \alpha_w}{n_g + \alpha_0 - y_{gw} - \alpha_w}
              - \ln\frac{y_{\bar gw} + \alpha_w}{n_{\bar g} + \alpha_0 - y_{\bar gw} - \alpha_w},
              \qquad z = \delta \Big/ \sqrt{\frac{1}{y_{gw} + \alpha_w}
              + \frac{1}{y_{\bar gw} + \alpha_w}}

    The prior :math:`\alpha_w` is the word's share of all counts times :math:`\alpha_0`, which
    pulls rare words towards no difference.

    Parameters
    ----------
    counts
        Shape ``(groups, words)``.
    prior_groups
        :math:`\alpha_0` in counts of an average group, above 0.

    Returns
    -------
    Shape ``(groups, words)``; above 0 where the group uses the word more than the others. NaN
    for a word nobody uses, for the only word there is, and with fewer than two groups. Words
    come in stories, not alone, so z is not a normal deviate: a p needs shuffled labels.

    References
    ----------
    Monroe, Colaresi & Quinn (2008), Fightin' words, doi:10.1093/pan/mpn018, equations 16, 20, 22.

    Examples
    --------
    >>> log_odds([[8, 2], [2, 8]], prior_groups=1).round(4).tolist()
    [[2.6409, -2.6409], [-2.6409, 2.6409]]
    """
    if not prior_groups > 0:
        raise ValueError(f"the prior must weigh more than 0, not {prior_groups!r}")
    y = np.asarray(counts, dtype=np.float64)
    every = y.sum(axis=0)
    total = every.sum()
    if len(y) < 2 or not total > 0:
        return np.full(y.shape, np.nan)
    weight = prior_groups * total / len(y)
    alpha = np.where(every > 0, every, np.nan) / total * weight
    size = y.sum(axis=1, keepdims=True)
    mine, theirs = y + alpha, every - y + alpha
    rest = positive_or_nan(size + weight - mine), positive_or_nan(total - size + weight - theirs)
    odds = np.log(mine / rest[0]) - np.log(theirs / rest[1])
    found: FloatArray = odds / np.sqrt(1 / mine + 1 / theirs)
    return found


def max_t_p(observed: npt.ArrayLike, largest: npt.ArrayLike) -> FloatArray:
    r"""The p of each statistic against the largest of all under shuffled labels.

    Parameters
    ----------
    observed
        Any shape.
    largest
        The largest statistic of each of B shuffles, shape ``(B,)``.

    Returns
    -------
    The shape of ``observed``, :math:`(1 + k) / (1 + B)`: rejecting below 0.05 gives any false
    rejection in the whole family one time in twenty. NaN for NaN.

    References
    ----------
    Westfall & Young (1993), Resampling-based multiple testing, ISBN 978-0-471-55761-6 (maxT,
    single step).

    Examples
    --------
    >>> max_t_p([5.0, 2.5], [1.0, 2.0, 3.0]).tolist()
    [0.25, 0.5]
    """
    found = np.asarray(observed, dtype=np.float64)
    null = np.sort(np.asarray(largest, dtype=np.float64))
    above = null.size - np.searchsorted(null, found, side="left")
    return np.where(np.isnan(found), np.nan, (1 + above) / (1 + null.size))
