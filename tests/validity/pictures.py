"""Simulations of gains where pictures are a sample, too.

Knows the two-way variance; no survey. Units are pictures: all of one country, or of several that
have unlike numbers of them and differ by themselves. ``python -m tests.validity.pictures`` prints
how often no gain at all is taken for one, pictures taken as they are and as a sample.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.skewed_means import skewed_p
from benchmark.metrics.stem_means import Estimates, jackknife_interval, stem_p
from benchmark.metrics.two_way import Crossed, for_other_pictures, picture_variance
from tests.validity.figure import Ends
from tests.validity.populations import IntArray, unit_values
from tests.validity.setting import UNITS, Setting

STEMS = 12
GAIN = 0.02
EFFECT = 0.05  # standard deviation of pictures, of stems, and of their pairs
BLOCK = 250  # repetitions that are in memory together


def gain_for_other_pictures(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """A gain of twelve stems under so many pictures."""
    found = [_found(rng, setting, n, GAIN)[1] for n in _blocks(repetitions)]
    low, high = (np.concatenate([getattr(f, end) for f in found]) for end in ("low", "high"))
    return Ends(low=low, high=high, truth=GAIN)


def p_for_other_pictures(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> FloatArray:
    """The p of that interval where there is no gain."""
    found = [_found(rng, setting, n, 0.0) for n in _blocks(repetitions)]
    return np.concatenate([skewed_p(f.value, f.error, f.skewness, df + 1) for _, f, df in found])


def p_for_these_pictures(
    rng: np.random.Generator, setting: Setting, repetitions: int
) -> FloatArray:
    """What the p would be if the pictures were taken as they are."""
    found = [_found(rng, setting, n, 0.0)[0] for n in _blocks(repetitions)]
    return np.concatenate([stem_p(stems) for stems in found])


def _blocks(repetitions: int) -> list[int]:
    whole, rest = divmod(repetitions, BLOCK)
    return [BLOCK] * whole + ([rest] if rest else [])


def _found(
    rng: np.random.Generator, setting: Setting, repetitions: int, gain: float
) -> tuple[Estimates, Estimates, IntArray]:
    """By stems alone, for other pictures, and the degrees of freedom of these, by repetition."""
    country = _countries(setting)
    countries = int(country.max()) + 1
    share = 1 / np.bincount(country)[country]
    own = np.linspace(-1, 1, countries) if countries > 1 else np.zeros(1)
    odd = 0.03 * own[country]  # that a country is asked about is no accident
    pictures = EFFECT * unit_values(rng, setting, repetitions)[:, None, :]
    stems = EFFECT * rng.standard_normal((repetitions, STEMS, 1))
    pairs = EFFECT * rng.standard_normal((repetitions, STEMS, setting.units))
    value = gain + odd + pictures + stems + pairs
    group, stem, picture = np.indices(value.shape)
    answers = Crossed(
        value=value.ravel(),
        share=np.broadcast_to(share, value.shape).ravel(),
        group=group.ravel(),
        stem=stem.ravel(),
        picture=picture.ravel(),
        stratum=np.broadcast_to(country, value.shape).ravel(),
    )
    of_stems = (value * share).sum(axis=-1) / countries
    where = np.repeat(np.arange(repetitions), STEMS)
    by_stems = jackknife_interval([of_stems.ravel()], where, repetitions)
    return by_stems, *for_other_pictures(by_stems, picture_variance(answers, repetitions))


def _countries(setting: Setting) -> IntArray:
    """The country of each picture: one, or countries of 1, 2, 3 … pictures."""
    if setting.equal:
        return np.zeros(setting.units, dtype=np.intp)
    sizes: list[int] = []
    while sum(sizes) < setting.units:
        sizes.append(min(len(sizes) + 1, setting.units - sum(sizes)))
    return np.repeat(np.arange(len(sizes)), sizes)


def main() -> None:
    """Print the table."""
    sys.stdout.write("| pictures | as they are | as a sample |\n|---|---|---|\n")
    for units in UNITS:
        setting = Setting(units=units, equal=True, skewed=False)
        shares = [
            float((of(np.random.default_rng(units), setting, 4_000) <= 0.05).mean())
            for of in (p_for_these_pictures, p_for_other_pictures)
        ]
        sys.stdout.write(f"| {units} | {shares[0]:.3f} | {shares[1]:.3f} |\n")


if __name__ == "__main__":
    main()
