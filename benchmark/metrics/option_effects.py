"""What an option's place and its letter do to its probability, content apart; knows arrays only.

A probability is taken to be a product of what the option says, where it stands and which letter it
has, up to a constant for each presentation: additive in logarithms, as logits are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmark.metrics.divergence import FloatArray, checked, positive_or_nan

TINY = 1e-9  # a probability below this counts as this: its logarithm would outweigh all others


def effect_shares(p: npt.ArrayLike, levels: npt.ArrayLike) -> FloatArray:
    r"""The shares that levels (places, letters) alone would give to options that are alike.

    .. math:: e_l \propto \exp\Big(\frac{1}{n_l} \sum_{r, i:\ \text{level}_{ri} = l} \ln p_{ri}\Big)

    In a balanced design (`benchmark.scoring.latin_square`) every level meets every option, and
    every level of the other factor, equally often, so both cancel exactly where the three multiply.

    Parameters
    ----------
    p
        Probabilities as shown, shape ``(presentations, places)``; rows sum to 1. Values below 1e-9
        count as 1e-9.
    levels
        The level of each, whole numbers from 0, same shape.

    Returns
    -------
    Shape ``(levels,)``, summing to 1; uniform where the level changes nothing. All NaN where ``p``
    holds NaN.

    Raises
    ------
    ValueError
        Shapes that differ, or rows of ``p`` that are not probabilities.

    References
    ----------
    Zheng et al. (2024), Large language models are not robust multiple choice selectors,
    doi:10.48550/arXiv.2309.03882, who separate the two biases.

    Examples
    --------
    Two equal options; the first place is three times as likely, whatever its letter.

    >>> shown = [[0.75, 0.25]] * 4
    >>> effect_shares(shown, [[0, 1]] * 4).round(3).tolist()
    [0.75, 0.25]
    >>> effect_shares(shown, [[0, 1], [0, 1], [1, 0], [1, 0]]).round(3).tolist()
    [0.5, 0.5]
    """
    rows, level = checked(p, name="p"), np.asarray(levels, dtype=np.intp)
    if rows.shape != level.shape or rows.ndim != 2:
        raise ValueError(f"p has shape {rows.shape} and levels {level.shape}; they must be alike")
    n = int(level.max()) + 1
    if np.isnan(rows).any():
        return np.full(n, np.nan)
    logs = np.log(np.maximum(rows, TINY)).ravel()
    counts = positive_or_nan(np.bincount(level.ravel(), minlength=n))
    means = np.bincount(level.ravel(), logs, n) / counts
    shares = np.exp(means - means.max())
    found: FloatArray = shares / shares.sum()
    return found


def displaced(p: npt.ArrayLike) -> FloatArray:
    r"""The total variation distance to uniform: ``½ Σ |p_i - 1/k|``.

    Parameters
    ----------
    p
        Probabilities, shape ``(..., k)``.

    Returns
    -------
    Shape ``(...)``, in [0, 1 - 1/k]: the share of probability that is not where it would be; 0 is
    uniform. NaN for NaN rows.

    Examples
    --------
    >>> displaced([[0.5, 0.5], [0.75, 0.25], [1, 0]]).tolist()
    [0.0, 0.25, 0.5]
    """
    rows = np.asarray(p, dtype=np.float64)
    found: FloatArray = np.abs(rows - 1 / rows.shape[-1]).sum(axis=-1) / 2
    return found


def displaced_by_noise(p: npt.ArrayLike, contents: npt.ArrayLike, letters: npt.ArrayLike) -> float:
    r"""What `displaced` of `effect_shares` would be on average with no effect but noise.

    The standard deviation s of what content, place, letter and presentation leave of the logarithms
    is that of noise; of the mean of R of them, k levels show

    .. math:: \frac{1}{2} \sqrt{\frac{2}{\pi}}\, s\, \sqrt{\frac{1 - 1/k}{R}}.

    Parameters
    ----------
    p
        Probabilities as shown, shape ``(presentations, places)``, R by k, in a balanced design.
    contents, letters
        Place of the option and of the letter of each, whole numbers from 0, same shape.

    Returns
    -------
    From 0; the same for letters and for places. NaN where nothing is left to tell noise by.

    Examples
    --------
    Answers that follow the option, whatever its place and letter, have no noise.

    >>> order = [[0, 1], [1, 0], [0, 1], [1, 0]]
    >>> letters = [[0, 1], [0, 1], [1, 0], [1, 0]]
    >>> round(displaced_by_noise([[0.8, 0.2], [0.2, 0.8]] * 2, order, letters), 6)
    0.0
    """
    logs = np.log(np.maximum(checked(p, name="p"), TINY))
    rows, k = logs.shape
    left = logs - logs.mean(axis=1, keepdims=True)
    places = np.broadcast_to(np.arange(k), logs.shape)
    factors = [np.asarray(level, dtype=np.intp) for level in (contents, places, letters)]
    effects = [np.bincount(f.ravel(), left.ravel(), k) / rows for f in factors]
    for factor, effect in zip(factors, effects, strict=True):
        left = left - effect[factor]
    freedom = rows * k - rows - 3 * (k - 1)
    if freedom < 1:
        return float("nan")
    deviation = np.sqrt((left**2).sum() / freedom)
    return float(deviation * np.sqrt((1 - 1 / k) / rows / (2 * np.pi)))


def smoothed(shares: npt.ArrayLike, answers: npt.ArrayLike) -> FloatArray:
    r"""Shares of so few answers with half an answer added to each option, ``(c + ½) / (n + k/2)``.

    Without it an option that was not drawn would be impossible.

    Parameters
    ----------
    shares
        Shape ``(..., k)``.
    answers
        How many answers each row is of, above 0, shape ``(...)``.

    Returns
    -------
    The shape of ``shares``; NaN rows stay NaN.

    References
    ----------
    The posterior mean under the prior of Jeffreys, Dirichlet(½, …, ½).

    Examples
    --------
    >>> smoothed([1.0, 0.0], 4).tolist()
    [0.9, 0.1]
    """
    rows = np.asarray(shares, dtype=np.float64)
    n = np.asarray(answers, dtype=np.float64)[..., None]
    found: FloatArray = (rows * n + 0.5) / (n + rows.shape[-1] / 2)
    return found


def calibrated(p: npt.ArrayLike, content_free: npt.ArrayLike) -> FloatArray:
    r"""Contextual calibration: ``p_i / c_i``, renormalised; c answers a prompt without content.

    Parameters
    ----------
    p, content_free
        Probabilities over the same labels in the same places, shape ``(..., k)``; leading axes
        broadcast. Values of ``content_free`` below 1e-9 count as 1e-9.

    Returns
    -------
    The broadcast shape, rows summing to 1; ``p`` itself where ``content_free`` is uniform. NaN rows
    where either is NaN.

    Raises
    ------
    ValueError
        Rows that are not probabilities.

    References
    ----------
    Zhao et al. (2021), Calibrate before use: improving few-shot performance of language models,
    doi:10.48550/arXiv.2102.09690.

    Examples
    --------
    A model that says A three times as often as B before it is asked anything.

    >>> calibrated([0.75, 0.25], [0.75, 0.25]).tolist()
    [0.5, 0.5]
    """
    rows, free = checked(p, name="p"), checked(content_free, name="content_free")
    divided = rows / np.maximum(free, TINY)
    found: FloatArray = divided / positive_or_nan(divided.sum(axis=-1, keepdims=True))
    return found
