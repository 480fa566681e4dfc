"""Ways to an interval of a mean over skewed units, compared: why `skewed_means` is as it is.

Knows populations of unit values; no metric. ``python -m tests.validity.mechanisms`` prints the
table of docs/validity.md. Those not chosen are written out here as in their papers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.skewed_means import mean_interval, safe_level
from tests.validity.populations import BETA
from tests.validity.setting import UNITS

Pair = tuple[FloatArray, FloatArray]
Mechanism = Callable[[FloatArray, np.random.Generator], Pair]
Draw = Callable[[np.random.Generator, tuple[int, int]], FloatArray]
REPETITIONS, DRAWS = 4_000, 400
BLOCK = 500  # repetitions whose resamples are in memory together


def student(x: FloatArray, _: np.random.Generator) -> Pair:
    """Student's t."""
    mean, error = _mean_and_error(x)
    half = _quantile(x) * error
    return mean - half, mean + half


def johnson(x: FloatArray, rng: np.random.Generator) -> Pair:
    """Johnson (1978), doi:10.1080/01621459.1978.10480051: Student's, moved by the skewness."""
    low, high = student(x, rng)
    moved = _mean_and_error(x)[1] * _skewness(x) / (6 * np.sqrt(x.shape[1]))
    return low + moved, high + moved


def hall(x: FloatArray, _: np.random.Generator) -> Pair:
    """Hall (1992) alone: the cubic transformation with Student's quantiles."""
    mean, error = _mean_and_error(x)
    bend, quantile = _skewness(x) / np.sqrt(x.shape[1]), _quantile(x)

    def end(q: float) -> FloatArray:
        return np.asarray(mean - error * 3 / bend * (np.cbrt(1 + bend * (q - bend / 6)) - 1))

    return end(quantile), end(-quantile)


def studentised(x: FloatArray, rng: np.random.Generator) -> Pair:
    """The bootstrap-t: quantiles of t over resamples."""
    mean, error = _mean_and_error(x)

    def block(rows: FloatArray, drawn: FloatArray) -> FloatArray:
        centre = rows.mean(1)[:, None]
        spread = drawn.std(-1, ddof=1) / np.sqrt(rows.shape[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (drawn.mean(-1) - centre) / spread
        t = np.where(np.isnan(t) | np.isinf(t), np.sign(drawn.mean(-1) - centre) * 1e9, t)
        return np.asarray(np.quantile(t, [0.025, 0.975], axis=1))

    low, high = np.concatenate([block(*part) for part in _resampled(x, rng)], axis=1)
    return mean - error * high, mean - error * low


def bca(x: FloatArray, rng: np.random.Generator) -> Pair:
    """Efron (1987), doi:10.1080/01621459.1987.10478410: bias-corrected and accelerated."""

    def block(rows: FloatArray, drawn: FloatArray) -> FloatArray:
        means = np.sort(drawn.mean(-1), axis=1)
        below = (means < rows.mean(1)[:, None]).mean(1)
        bias = ndtri(np.clip(below, 1 / DRAWS, 1 - 1 / DRAWS))
        bend = _skewness(rows, unbiased=False) / (6 * np.sqrt(rows.shape[1]))
        ends = []
        for z in ndtri([0.025, 0.975]):
            share = ndtr(bias + (bias + z) / (1 - bend * (bias + z)))
            place = np.clip((share * DRAWS).astype(np.intp), 0, DRAWS - 1)
            ends.append(np.take_along_axis(means, place[:, None], axis=1)[:, 0])
        return np.array(ends)

    low, high = np.concatenate([block(*part) for part in _resampled(x, rng)], axis=1)
    return low, high


MECHANISMS: Mapping[str, Mechanism] = {
    "Student's t": student,
    "Johnson's t": johnson,
    "BCa bootstrap": bca,
    "studentised bootstrap": studentised,
    "Hall's cubic": hall,
    "`mean_interval`": lambda x, _: mean_interval(x),
    "`mean_interval` at `safe_level`": lambda x, _: mean_interval(x, level=safe_level(x.shape[1])),
}
POPULATIONS: Mapping[str, tuple[Draw, float]] = {
    "normal": (lambda rng, shape: rng.standard_normal(shape), 0.0),
    f"Beta{BETA}": (lambda rng, shape: rng.beta(*BETA, shape), BETA[0] / sum(BETA)),
    "exponential, tail below": (lambda rng, shape: -rng.exponential(1, shape), -1.0),
    "t, 5 degrees of freedom": (lambda rng, shape: rng.standard_t(5, shape), 0.0),
}


def table() -> str:
    """Coverage, share wholly above the truth, and width by Student's, with 6, 12, 20, 40 units."""
    lines = [
        "| population | interval | covers | lies above the truth | width |",
        "|---|" + "---|" * 4,
    ]
    for population, (draw, truth) in POPULATIONS.items():
        for name, mechanism in MECHANISMS.items():
            cells = zip(*_rows(draw, truth, mechanism), strict=True)
            lines.append("| " + " | ".join([population, name, *map(" ".join, cells)]) + " |")
    return "\n".join(lines) + "\n"


def _rows(draw: Draw, truth: float, mechanism: Mechanism) -> Iterator[tuple[str, str, str]]:
    for units in UNITS:
        rng = np.random.default_rng(units)
        x = draw(rng, (REPETITIONS, units))
        (low, high), (least, most) = mechanism(x, rng), student(x, rng)
        covers = ((low <= truth) & (truth <= high)).mean()
        width = np.median(high - low) / np.median(most - least)
        yield _share(covers), _share((low > truth).mean()), f"{width:.2f}"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _mean_and_error(x: FloatArray) -> Pair:
    return x.mean(1), x.std(1, ddof=1) / np.sqrt(x.shape[1])


def _quantile(x: FloatArray) -> float:
    return float(stdtrit(x.shape[1] - 1, 0.975))


def _skewness(x: FloatArray, *, unbiased: bool = True) -> FloatArray:
    k = x.shape[1]
    apart = x - x.mean(1)[:, None]
    plain = (apart**3).mean(1) / (apart**2).mean(1) ** 1.5
    return np.asarray(plain * np.sqrt(k * (k - 1)) / (k - 2) if unbiased else plain)


def _resampled(x: FloatArray, rng: np.random.Generator) -> Iterator[tuple[FloatArray, FloatArray]]:
    for start in range(0, len(x), BLOCK):
        rows = x[start : start + BLOCK]
        drawn = rng.integers(x.shape[1], size=(len(rows), DRAWS, x.shape[1]))
        yield rows, np.take_along_axis(rows[:, None, :], drawn, axis=2)


if __name__ == "__main__":
    sys.stdout.write(table())
