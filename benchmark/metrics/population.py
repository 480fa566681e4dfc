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


def sampling_divergence(ceiling: npt.ArrayLike, options: npt.ArrayLike) -> FloatArray:
    r"""The mean Jensen-Shannon divergence of a fresh sample, from its mean similarity.

    The distance of a large sample is distributed as chi with k - 1 degrees of freedom, whose mean
    square is known from its mean:

    .. math:: E[D] = (1 - c)^2\, \frac{k - 1}{2}
              \left(\frac{\Gamma((k-1)/2)}{\Gamma(k/2)}\right)^2

    Parameters
    ----------
    ceiling
        The mean similarity c of a fresh sample to the people, any shape.
    options
        How many options anybody chose, from 1, same shape.

    Returns
    -------
    The shape of ``ceiling``, natural logarithm; 0 for one option. About (k - 1) / 8n.

    Examples
    --------
    Four options and 1 200 respondents scatter by 3 / 9600.

    >>> import numpy as np
    >>> from benchmark.metrics.baselines import expected_sample_similarity
    >>> people = [[0.1, 0.2, 0.3, 0.4]]
    >>> rng = np.random.default_rng(0)
    >>> ceiling, _ = expected_sample_similarity(people, 1200, rng=rng, draws=20_000)
    >>> (sampling_divergence(ceiling, 4) * 9600).round(1).tolist()
    [3.0]
    """
    k = np.maximum(np.asarray(options, dtype=np.float64), 2.0)
    spread = (k - 1) / 2 * np.exp(2 * (gammaln((k - 1) / 2) - gammaln(k / 2)))
    found: FloatArray = (1 - np.asarray(ceiling, dtype=np.float64)) ** 2 * spread
    return np.where(np.asarray(options) > 1, found, 0.0 * found)


def population_similarity(divergence: npt.ArrayLike, scatter: npt.ArrayLike) -> FloatArray:
    r"""The similarity to the population: ``1 - sqrt(max(D - s, 0))``.

    Parameters
    ----------
    divergence
        Jensen-Shannon divergence D to the sample's shares, natural logarithm, any shape.
    scatter
        `sampling_divergence` s of that sample; broadcasts.

    Returns
    -------
    In [0.167, 1], at least ``1 - sqrt(D)``. Close to unbiased until an answer is nearer to the
    population than the sample is; the population itself scores about 0.994 at 1 200 respondents,
    as what falls below 0 counts as 0.

    Examples
    --------
    >>> population_similarity([0.05, 0.01, 0.0005], 0.001).round(3).tolist()
    [0.779, 0.905, 1.0]
    """
    near = np.asarray(divergence, dtype=np.float64) - np.asarray(scatter, dtype=np.float64)
    found: FloatArray = 1 - np.sqrt(np.maximum(near, 0.0))
    return found
