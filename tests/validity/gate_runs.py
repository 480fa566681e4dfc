"""How often gates decide wrongly: simulations of their error rates, as plain functions.

Knows gates and NumPy; each returns a share of simulated runs. The figures of docs/gates.md are
theirs, `python -m tests.validity.gate_runs` prints them.
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from benchmark.gates.deciding import Bounds, decide, more_units
from benchmark.gates.gaps import gap_of
from benchmark.gates.rules import Cell, Status
from benchmark.metrics.above import p_above
from benchmark.metrics.prediction import moved_limit
from benchmark.metrics.proportions import wilson_interval

Floats = npt.NDArray[np.float64]
ALPHA = 0.025
BETA = (4.0, 0.6)  # left-skewed, as similarities near their ceiling are; scaled to mean 0, sd 1


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Values of a scaled Beta(4, 0.6): mean 0, standard deviation 1, skewness -1.6."""
    a, b = BETA
    sd = np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    found: Floats = (rng.beta(a, b, shape) - a / (a + b)) / sd
    return found


def t_cell(values: Floats, *, n: int = 0, n_clusters: int | None = None) -> Cell:
    """The mean of values with Student's interval."""
    k = values.size
    arm = float(stdtrit(k - 1, 1 - ALPHA)) * float(values.std(ddof=1)) / k**0.5
    mean = float(values.mean())
    known = k if n_clusters is None else n_clusters
    return Cell(label="", value=mean, low=mean - arm, high=mean + arm, n=n or k, n_clusters=known)


def false_fails(
    *, groups: int, stems: int, questions: int, seed: int, runs: int = 400, by_stems: bool = True
) -> float:
    """Share of runs in which one of equal groups, all exactly on the floor, is called a failure.

    Each stem has so many questions with the same answer; ``by_stems`` false counts questions as if
    they were independent, for comparison.
    """
    rng = np.random.default_rng(seed)
    known = stems if by_stems else stems * questions
    failed = 0
    for _ in range(runs):
        table = rng.normal(0.7, 0.1, size=(groups, stems))
        cells = [t_cell(row, n=stems * questions, n_clusters=known) for row in table]
        failed += decide(cells, Bounds(min=0.7)).status is Status.FAIL
    return failed / runs


def false_passes(*, stems: int, skew: bool, seed: int, runs: int = 4000) -> float:
    """Share of runs in which a score exactly on the floor passes `min`."""
    rng = np.random.default_rng(seed)
    table = skewed(rng, (runs, stems)) if skew else rng.standard_normal((runs, stems))
    passed = sum(decide([t_cell(row)], Bounds(min=0.0)).status is Status.PASS for row in table)
    return passed / runs


def non_inferior_at_the_margin(
    *, stems: int, skew: bool, seed: int, runs: int = 2000, agreeing: bool = True
) -> float:
    """Share of runs in which a change of exactly minus the margin passes non-inferiority.

    ``agreeing`` false decides by the interval alone, for comparison.
    """
    rng = np.random.default_rng(seed)
    table = skewed(rng, (runs, stems)) if skew else rng.standard_normal((runs, stems))
    passed = 0
    for row in table:
        cell = t_cell(row)
        if cell.low >= 0:
            passed += not agreeing or p_above(row, rng=rng, resamples=2000) <= ALPHA
    return passed / runs


def share_settled(*, units: int, distance: float, seed: int, runs: int = 2000) -> float:
    """Share of undecided gates that are settled by as many more units as they ask for.

    ``distance`` is the true distance to the bound, in standard deviations of a unit. As stated, the
    number follows from the value seen, so the simulation takes the value seen as the true one.
    """
    rng = np.random.default_rng(seed)
    settled = asked = 0
    for _ in range(runs):
        row = rng.normal(distance, 1, units)
        cell = t_cell(row)
        if decide([cell], Bounds(min=0.0)).status is not Status.INCONCLUSIVE:
            continue
        needed = more_units(cell, Bounds(min=0.0))
        if needed is None or needed.more is None or needed.more > 20_000:
            continue
        asked += 1
        # All units anew, from a population in which what was seen is true.
        more = rng.normal(cell.value, row.std(ddof=1), units + needed.more)
        settled += decide([t_cell(more)], Bounds(min=0.0)).status is not Status.INCONCLUSIVE
    return settled / max(1, asked)


def false_gaps(*, groups: int, stems: int, seed: int, runs: int = 400, skew: bool = False) -> float:
    """Share of runs in which equal groups are said to have a gap."""
    rng = np.random.default_rng(seed)
    declared = 0
    for _ in range(runs):
        table = skewed(rng, (groups, stems)) if skew else rng.standard_normal((groups, stems))
        gap = gap_of([t_cell(row) for row in table]).cell
        declared += decide([gap], Bounds(max=0.0)).status is Status.FAIL
    return declared / runs


def noise_missed(
    *, share: float, asked: int, n: int, seed: int, runs: int = 2000, step: float = 0.0221
) -> float:
    """Share of runs in which the mean of n answers moves further than the noise floor says.

    Answers move with the given chance, by between half a step and one; as many as ``asked`` of
    others were asked for again to find the floor.
    """
    rng = np.random.default_rng(seed)
    missed = 0
    for _ in range(runs):
        seen, true = (
            np.where(rng.random(k) < share, step * rng.uniform(0.5, 1, k), 0.0) for k in (asked, n)
        )
        limit = moved_limit(
            m=asked,
            moved=int((seen > 0).sum()),
            mean=float(seen.mean()),
            sd=float(seen.std(ddof=1)),
            largest=float(seen.max()),
            step=step,
            n=n,
        )
        missed += float(true.mean()) > limit
    return missed / runs


def worst_missed(*, countries: int, questions: int, low: float, bound: float, seed: int) -> float:
    """Share of runs in which one country truly below a bound passes it, by Wilson's intervals."""
    rng = np.random.default_rng(seed)
    runs = 400
    passed = 0
    for _ in range(runs):
        right = rng.binomial(questions, [low, *[0.7] * (countries - 1)])
        cells = []
        for count in right.tolist():
            ends = wilson_interval(count, questions)
            share = count / questions
            cells.append(
                Cell(
                    label="",
                    value=share,
                    low=ends[0],
                    high=ends[1],
                    n=questions,
                    n_clusters=questions,
                )
            )
        passed += decide(cells, Bounds(min=bound)).status is Status.PASS
    return passed / runs


def _print() -> None:
    lines = []
    for skew in (False, True):
        for stems in (6, 12, 40):
            both = [
                non_inferior_at_the_margin(stems=stems, skew=skew, seed=stems, agreeing=agreeing)
                for agreeing in (False, True)
            ]
            lines.append(
                f"non-inferior at the margin, {stems} stems, skew {skew}: {both[0]:.3f} by the "
                f"interval alone, {both[1]:.3f} where the tests agree"
            )
    for by_stems in (False, True):
        found = false_fails(groups=50, stems=6, questions=10, seed=1, by_stems=by_stems)
        lines.append(f"false FAIL, 50 groups of 6 stems, df by stems {by_stems}: {found:.3f}")
    for groups, stems in ((10, 6), (50, 15)):
        found = false_fails(groups=groups, stems=stems, questions=1, seed=2)
        lines.append(f"false FAIL, {groups} groups of {stems} stems: {found:.3f}")
    for distance in (0.2, 0.3, 0.5):
        found = share_settled(units=20, distance=distance, seed=3)
        lines.append(f"settled by the units stated, 20 units, distance {distance}: {found:.3f}")
    for share in (0.001, 0.01, 0.05, 0.3):
        for asked, n in ((16, 20), (64, 20), (64, 270)):
            missed = noise_missed(share=share, asked=asked, n=n, seed=4)
            lines.append(f"noise floor exceeded, {share} move, {asked} asked, n {n}: {missed:.3f}")
    for groups, stems in ((2, 20), (10, 6), (10, 20), (50, 15)):
        gap = false_gaps(groups=groups, stems=stems, seed=5)
        lines.append(f"gap declared, {groups} equal groups of {stems}: {gap:.3f}")
    found = worst_missed(countries=40, questions=12, low=0.25, bound=0.4, seed=6)
    lines.append(f"worst country of 40 at 0.25 passes 0.4: {found:.3f}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    _print()
