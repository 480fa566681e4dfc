"""Similarity to a population of which only a sample was asked; knows arrays only.

A sample's shares scatter around the population's, so everything looks less similar to them than it
is, and the nearer the more: a fresh sample stops at the ceiling. On the scale of the divergence the
scatter is a sum to be taken off.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from benchmark.metrics.divergence import FloatArray


def scatter_across(ceiling: npt.ArrayLike, options: npt.ArrayLike) -> FloatArray:
    r"""How much a sample's scatter adds to the divergence of an answer that is not the population.

    Of the k - 1 directions in which a sample can be off, one is towards the answer and adds as
    often as it takes; the others add. The distance of a fresh sample is distributed as chi with
    k - 1 degrees of freedom, so the mean square of the others is known from its mean, 1 - c:

    .. math:: s = (1 - c)^2\, \frac{k - 2}{2}
              \left(\frac{\Gamma((k-1)/2)}{\Gamma(k/2)}\right)^2

    Parameters
    ----------
    ceiling
        The mean similarity c of a fresh sample to the people, any shape.
    options
        How many options anybody chose, from 1, same shape.

    Returns
    -------
    The shape of ``ceiling``, natural logarithm; 0 for one or two options. About (k - 2) / 8n.

    Examples
    --------
    Four options and 1 200 respondents scatter by 2 / 9600.

    >>> import numpy as np
    >>> from benchmark.metrics.ceilings import expected_sample_similarity
    >>> people = [[0.1, 0.2, 0.3, 0.4]]
    >>> rng = np.random.default_rng(0)
    >>> ceiling, _ = expected_sample_similarity(people, 1200, rng=rng, draws=20_000)
    >>> (scatter_across(ceiling, 4) * 9600).round(1).tolist()
    [2.0]
    """
    k = np.maximum(np.asarray(options, dtype=np.float64), 2.0)
    spread = (k - 2) / 2 * np.exp(2 * (gammaln((k - 1) / 2) - gammaln(k / 2)))
    found: FloatArray = (1 - np.asarray(ceiling, dtype=np.float64)) ** 2 * spread
    return found


def population_similarity(divergence: npt.ArrayLike, scatter: npt.ArrayLike) -> FloatArray:
    r"""The similarity to the population: ``1 - sqrt(max(D - s, 0))``.

    Parameters
    ----------
    divergence
        Jensen-Shannon divergence D to the sample's shares, natural logarithm, any shape.
    scatter
        `scatter_across` s of that sample; broadcasts.

    Returns
    -------
    In [0.167, 1], at least ``1 - sqrt(D)``. Unbiased to 0.001 where an answer is farther from the
    population than the sample is, as models are; too low where it is nearer: the population itself
    scores 0.991 at 1 200 respondents and five options, 0.981 without the correction.

    Examples
    --------
    >>> population_similarity([0.05, 0.01, 0.0005], 0.001).round(3).tolist()
    [0.779, 0.905, 1.0]
    """
    near = np.asarray(divergence, dtype=np.float64) - np.asarray(scatter, dtype=np.float64)
    found: FloatArray = 1 - np.sqrt(np.maximum(near, 0.0))
    return found
