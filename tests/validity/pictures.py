"""Simulations of gains where pictures are a sample, too.

Knows the two-way variance; no survey. Units are pictures: all of one country, or of several that
have unlike numbers of them and differ by themselves.
"""

from __future__ import annotations

import numpy as np

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.stem_means import Estimates, jackknife_interval
from benchmark.metrics.two_way import Crossed, for_other_pictures, picture_variance
from tests.validity.figure import Ends
from tests.validity.populations import IntArray, unit_values
from tests.validity.setting import Setting

STEMS = 12
GAIN = 0.02
EFFECT = 0.05  # standard deviation of pictures, of stems, and of their pairs
BLOCK = 250  # repetitions that are in memory together


def gain_for_other_pictures(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A gain of twelve stems under so many pictures."""
    found = [_found(rng, setting, n, GAIN)[0] for n in _blocks(repetitions)]
    low, high = (
        np.concatenate(ends) for ends in zip(*((f.low, f.high) for f in found), strict=True)
    )
    return Ends(low=low, high=high, truth=GAIN)


def p_for_other_pictures(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> FloatArray:
    """The p of that interval where there is no gain."""
    found = [_p(*_found(rng, setting, n, 0.0)) for n in _blocks(repetitions)]
    return np.concatenate(found)


def _blocks(repetitions: int) -> list[int]:
    whole, rest = divmod(repetitions, BLOCK)
    return [BLOCK] * whole + ([rest] if rest else [])


def _found(
    rng: np.random.Generator, setting: Setting, repetitions: int, gain: float
) -> tuple[Estimates, IntArray]:
    """The product's estimates of every repetition, and their degrees of freedom."""
    country = _countries(setting)
    share = 1 / np.bincount(country)[country] / (country.max() + 1)
    odd = 0.03 * np.linspace(-1, 1, int(country.max()) + 1)[country]  # a country is no accident
    pictures = EFFECT * unit_values(rng, setting, repetitions)[:, None, :]
    stems = EFFECT * rng.standard_normal((repetitions, STEMS, 1))
    pairs = EFFECT * rng.standard_normal((repetitions, STEMS, setting.units))
    value = gain + odd + pictures + stems + pairs
    group, stem, picture = np.indices(value.shape)
    answers = Crossed(
        value=value.ravel(),
        share=np.broadcast_to(share * (country.max() + 1), value.shape).ravel(),
        group=group.ravel(),
        stem=stem.ravel(),
        picture=picture.ravel(),
        stratum=np.broadcast_to(country, value.shape).ravel(),
    )
    of_stems = (value * share).sum(axis=-1)
    where = np.repeat(np.arange(repetitions), STEMS)
    by_stems = jackknife_interval([of_stems.ravel()], where, repetitions)
    return for_other_pictures(by_stems, picture_variance(answers, repetitions))


def _countries(setting: Setting) -> IntArray:
    """The country of each picture: one, or countries of 1, 2, 3 … pictures."""
    if setting.equal:
        return np.zeros(setting.units, dtype=np.intp)
    sizes: list[int] = []
    while sum(sizes) < setting.units:
        sizes.append(min(len(sizes) + 1, setting.units - sum(sizes)))
    return np.repeat(np.arange(len(sizes)), sizes)
