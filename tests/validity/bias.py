"""Simulations of what letters, places, written answers and people's sampling do to figures.

Knows populations whose truth is known and the product's functions; no survey and no run. Each
returns the ends of intervals and the truth of many repetitions. ``python -m tests.validity.bias``
prints what decisions/0012 quotes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtrit

from benchmark.metrics.ceilings import expected_sample_similarity
from benchmark.metrics.divergence import FloatArray, js_distance, js_divergence, js_similarity
from benchmark.metrics.letters_against_shares import kappa_of_means
from benchmark.metrics.option_effects import calibrated, displaced, effect_shares, smoothed
from benchmark.metrics.population import population_similarity, scatter_across
from benchmark.metrics.proportions import share_of_units
from benchmark.scoring.latin_square import presentations

OPTIONS, RESPONDENTS = 5, 1200
MANY = 20_000  # items that stand for all


class Ends(NamedTuple):
    """Intervals of repetitions, the truth they should cover, and the mean error of the figure."""

    low: FloatArray
    high: FloatArray
    truth: float
    bias: float

    @property
    def coverage(self) -> float:
        """The share of intervals that hold the truth."""
        return float(np.mean((self.low <= self.truth) & (self.truth <= self.high)))


def _t(values: FloatArray, linear: FloatArray, truth: float) -> Ends:
    """Intervals by t on k - 1 from what each stem adds, (repetitions, stems)."""
    k = linear.shape[1]
    half = stdtrit(k - 1, 0.975) * linear.std(axis=1, ddof=1) / np.sqrt(k)
    return Ends(values - half, values + half, truth, float(values.mean() - truth))


def _stem_means(column: FloatArray, repetitions: int) -> FloatArray:
    """Of two items a stem, (repetitions, stems)."""
    means: FloatArray = column.reshape(repetitions, -1, 2).mean(axis=2)
    return means


# --- people's sampling ------------------------------------------------------------------------


class Model(NamedTuple):
    """How a model follows countries: the share of their shift, a constant, and noise."""

    share: float
    off: float
    noise: float


MODELS = {
    "far": Model(0.5, 0.3, 0.2),
    "middling": Model(0.5, 0.0, 0.3),
    "good": Model(0.9, 0.0, 0.1),
    "nearer than a sample": Model(1.0, 0.0, 0.03),
}


class Items(NamedTuple):
    """People, the world's average and a model, (items, options); thresholds and shifts behind."""

    people: FloatArray
    world: FloatArray
    model: FloatArray
    thresholds: FloatArray
    shift: FloatArray


def people_items(
    rng: np.random.Generator, stems: FloatArray, errors: FloatArray, model: Model
) -> Items:
    """Ordered answers, cut from a normal that each country shifts.

    ``stems`` and ``errors`` say of each item how its stem is shifted, and how the model errs on it.
    """
    n = len(stems)
    base = rng.dirichlet(np.full(OPTIONS, 2.0), n)
    cuts = ndtri(np.clip(np.cumsum(base, axis=1)[:, :-1], 1e-6, 1 - 1e-6))
    shift = 0.35 * stems + rng.normal(0, 0.25, n)
    noise = 0.7 * (errors + rng.normal(size=n))
    answer = model.share * shift + model.off + model.noise * noise
    here, world, said = (_shares(cuts, by) for by in (shift, np.zeros(n), answer))
    return Items(people=here, world=world, model=said, thresholds=cuts, shift=shift)


def _items(rng: np.random.Generator, stems: int, model: Model) -> Items:
    """Two items a stem, of a normal population."""
    shifts, errors = (np.repeat(rng.standard_normal(stems), 2) for _ in range(2))
    return people_items(rng, shifts, errors, model)


def _shares(cuts: FloatArray, shift: FloatArray) -> FloatArray:
    below = ndtr(cuts - shift[:, None])
    ends = np.zeros((len(cuts), 1)), np.ones((len(cuts), 1))
    found: FloatArray = np.diff(np.concatenate([ends[0], below, ends[1]], axis=1), axis=1)
    return found


def _asked(rng: np.random.Generator, items: Items, repetitions: int, alike: float) -> FloatArray:
    """Shares of a sample; ``alike`` is the correlation of a respondent's answers across items."""
    if not alike:
        drawn: FloatArray = rng.multinomial(RESPONDENTS, items.people) / RESPONDENTS
        return drawn
    found = np.empty_like(items.people)
    for block in np.array_split(np.arange(len(found)), repetitions):  # one sample a repetition
        factor = np.sqrt(alike) * rng.normal(size=(RESPONDENTS, 1))
        own = np.sqrt(1 - alike) * rng.normal(size=(RESPONDENTS, block.size))
        answer = factor + own + items.shift[block]
        chosen = (answer[:, :, None] > items.thresholds[block]).sum(axis=2)
        for option in range(OPTIONS):
            found[block, option] = (chosen == option).mean(axis=0)
    return found


def people(
    rng: np.random.Generator,
    stems: int,
    repetitions: int,
    *,
    model: Model,
    alike: float = 0.0,
    corrected: bool,
) -> tuple[Ends, Ends]:
    """Similarity and skill against the population, from a sample; the truth is of all items."""
    every = _items(rng, MANY // 2, model)
    score, floor = (js_similarity(every.people, p).mean() for p in (every.model, every.world))
    items = _items(rng, stems * repetitions, model)
    sample = _asked(rng, items, repetitions, alike)
    near = [js_divergence(sample, answer) for answer in (items.model, items.world)]
    ceiling, _ = expected_sample_similarity(sample, RESPONDENTS, rng=rng, draws=30)
    scatter = scatter_across(ceiling, (sample > 0).sum(axis=1)) if corrected else 0.0
    s, f = (_stem_means(population_similarity(d, scatter), repetitions) for d in near)
    similarity = _t(s.mean(axis=1), s, float(score))
    top = 1.0 - f.mean(axis=1)
    skill = (s - f).mean(axis=1) / top
    linear = (s - f - skill[:, None] * (1 - f)) / top[:, None]
    return similarity, _t(skill, linear, float((score - floor) / (1 - floor)))


# --- letters and places -----------------------------------------------------------------------


def noise_alone(rng: np.random.Generator, k: int, sd: float, questions: int = 2000) -> float:
    """The mean ``label_bias`` of answers with no bias, whose logits wobble by ``sd``."""
    square = presentations(k)
    content, letters = rng.normal(size=(questions, k)), np.array([one.letters for one in square])
    logits = np.stack([content[:, list(one.order)] for one in square], axis=1)
    p = np.exp(logits + sd * rng.normal(size=logits.shape))
    p /= p.sum(axis=2, keepdims=True)
    return float(np.mean([displaced(effect_shares(rows, letters)) for rows in p]))


def answers_alone(rng: np.random.Generator, k: int, n: int, questions: int = 2000) -> float:
    """The same of shares of n written answers to each presentation."""
    square = presentations(k)
    content, letters = (
        rng.dirichlet(np.ones(k), questions),
        np.array([one.letters for one in square]),
    )
    p = np.stack([content[:, list(one.order)] for one in square], axis=1)
    drawn = rng.multinomial(n, p) / n
    rows = smoothed(drawn, np.full(drawn.shape[:-1], n))
    return float(np.mean([displaced(effect_shares(one, letters)) for one in rows]))


def calibration(rng: np.random.Generator, *, multiplies: bool, questions: int = 4000) -> FloatArray:
    """Mean distance to the unbiased answer before and after calibration.

    A bias that multiplies is taken off; one that a prompt without content shows and the question
    does not have is put on.
    """
    content = rng.dirichlet(np.ones(OPTIONS), questions)
    bias = rng.dirichlet(np.full(OPTIONS, 3.0), questions)
    inverse = 1 / bias / (1 / bias).sum(axis=1, keepdims=True)
    biased = calibrated(content, inverse) if multiplies else content
    found = [js_distance(content, p).mean() for p in (biased, calibrated(biased, bias))]
    return np.array(found)


# --- what is written --------------------------------------------------------------------------


def agreement(
    rng: np.random.Generator, stems: int, repetitions: int, *, rate: float, alike: float
) -> Ends:
    """Wilson's interval over stems of two questions; ``alike`` is Beta's correlation in a stem."""
    a = rate * (1 / alike - 1)
    chance = rng.beta(a, (1 - rate) * (1 / alike - 1), (repetitions, stems))
    won = rng.binomial(2, chance)
    found = [share_of_units(row, np.full(stems, 2)) for row in won]
    low, high, value = (np.array([getattr(f, n) for f in found]) for n in ("low", "high", "value"))
    return Ends(low, high, rate, float(value.mean() - rate))


def kappa(rng: np.random.Generator, stems: int, repetitions: int, *, copies: float) -> Ends:
    """Cohen's kappa by the delete-one-stem jackknife; the truth is ``copies``."""
    size = (repetitions, stems, 2)
    shares = np.array([0.5, 0.2, 0.15, 0.1, 0.05])
    scored, other = rng.choice(OPTIONS, size, p=shares), rng.choice(OPTIONS, size, p=shares)
    written = np.where(rng.random(size) < copies, scored, other)
    marks = [(scored == written)[None], scored[None] == _places(), written[None] == _places()]
    means = [mark.mean(axis=3) for mark in marks]  # (…, repetitions, stems)

    def value(columns: list[FloatArray]) -> FloatArray:
        return kappa_of_means(columns[0][0], columns[1], columns[2])

    whole = value([m.mean(axis=2) for m in means])
    without = value([(m.sum(axis=2, keepdims=True) - m) / (stems - 1) for m in means])
    return _t(whole, -(stems - 1) * without, copies)


def _places() -> npt.NDArray[np.intp]:
    return np.arange(OPTIONS, dtype=np.intp)[:, None, None, None]


def lines() -> Iterator[str]:
    """Every figure that the documents quote."""
    rng = np.random.default_rng(0)
    for name, alike, stems, corrected in product(MODELS, (0.0, 0.3), (12, 40), (False, True)):
        repetitions = 200 if alike else 1000
        model = MODELS[name]
        s, k = people(rng, stems, repetitions, model=model, alike=alike, corrected=corrected)
        yield (
            f"{name}, {stems} stems, alike {alike}, corrected {corrected}: "
            f"similarity {s.truth:.3f} bias {s.bias:+.4f} covers {s.coverage:.3f}, "
            f"skill {k.truth:.2f} bias {k.bias:+.3f} covers {k.coverage:.3f}"
        )
    for options in (3, 5, 6, 10):
        wobbles = [f"{noise_alone(rng, options, sd):.3f}" for sd in (0.1, 0.5, 1.0)]
        few = [f"{answers_alone(rng, options, n):.3f}" for n in (4, 16, 64)]
        yield f"{options} options: label bias of noise {wobbles}, of written answers {few}"
    for multiplies in (True, False):
        before, after = calibration(rng, multiplies=multiplies)
        yield f"calibration, bias multiplies {multiplies}: {before:.3f} before, {after:.3f} after"
    for stems in (6, 12, 20, 40):
        shares = [agreement(rng, stems, 2000, rate=r, alike=0.3).coverage for r in (0.5, 0.8, 0.95)]
        kappas = [kappa(rng, stems, 2000, copies=c).coverage for c in (0.0, 0.5, 0.8)]
        yield f"{stems} stems: agreement covers {shares}, kappa covers {kappas}"


if __name__ == "__main__":
    for line in lines():
        sys.stdout.write(f"{line}\n")
