"""Are the figures of disparity true? Simulated worlds without and with a planted gap.

Columns go straight into the table, so that thousands of worlds fit into a test.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.item_table import ItemTable
from benchmark.analyses.questions.disparity import gap_of_shares
from benchmark.analyses.questions.question_cells import Shares, picture_icc, shares
from benchmark.analyses.questions.shuffled_countries import shuffled_countries
from benchmark.gates.deciding import Bounds, decide
from benchmark.gates.gaps import gap_of
from benchmark.gates.rules import Cell, Status
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.gaps import expected_range
from benchmark.metrics.inequality import gini
from benchmark.metrics.shuffling import shuffled_p
from benchmark.world.countries import countries
from tests.analyses.questioning import INHABITED, table_of

WORLD = INHABITED[:188]
ICC = 0.3


class World:
    """Countries with so many pictures of so many questions; draws outcomes again and again."""

    def __init__(self, names: tuple[str, ...], pictures: np.ndarray, questions: int) -> None:
        self.place = np.repeat(np.arange(len(names)), pictures)  # (pictures,)
        self.picture = np.repeat(np.arange(self.place.size), questions)
        self.table = table_of(
            np.zeros(self.picture.size),
            [names[c] for c in self.place[self.picture]],
            self.picture.tolist(),
            (self.picture % 3).tolist(),
        )

    def draw(self, p: FloatArray, icc: float, rng: np.random.Generator) -> ItemTable:
        """Outcomes where a picture's chance is beta about its country's p."""
        chance = p[self.place]
        if icc > 0:
            chance = rng.beta(chance * (1 / icc - 1), (1 - chance) * (1 / icc - 1))
        right = rng.random(self.picture.size) < chance[self.picture]
        return replace(self.table, values={"correct": right.astype(np.float64)})


def cells(table: ItemTable, factor: str) -> Shares:
    """Accuracy by a factor, as the analyses see it."""
    return shares(table, table.group((factor,)), "correct", icc=picture_icc(table, "correct"))


def gate_cells(found: Shares) -> list[Cell]:
    """What a gate makes of the scores."""
    low, high = found.bounds()
    rows = zip(
        found.of.mean.tolist(), low.tolist(), high.tolist(), found.of.n.tolist(), strict=True
    )
    return [
        Cell(label="", value=v, low=lo, high=hi, n=n, method="Wilson, 95 %")
        for v, lo, hi, n in rows
    ]


def equal_worlds(pictures: np.ndarray, questions: int, p: float, runs: int) -> dict[str, float]:
    """Share of equal worlds where a gap is declared, and the mean gaps."""
    rng, world = np.random.default_rng(5), World(WORLD, pictures, questions)
    rate, declared, gated, plain, value = np.full(188, p), 0, 0, 0.0, 0.0
    for _ in range(runs):
        found = cells(world.draw(rate, ICC if questions > 1 else 0.0, rng), "country")
        gap = gap_of_shares(found, list(range(188)))
        gated += decide([gap_of(gate_cells(found)).cell], Bounds(max=0.0)).status is Status.FAIL
        declared += gap.low > 0
        plain += gap.plain / runs
        value += gap.value / runs
    return {"declared": declared / runs, "gate": gated / runs, "plain": plain, "value": value}


UNEVEN = np.random.default_rng(0).integers(1, 100, 188)


@pytest.mark.parametrize(
    ("pictures", "questions", "p"),
    [(np.full(188, 50), 1, 0.6), (np.full(188, 10), 3, 0.6), (UNEVEN, 1, 0.9)],
)
def test_188_equal_countries_have_no_gap(pictures: np.ndarray, questions: int, p: float) -> None:
    """Declared in 5 % of worlds at most, by analysis and gate; most of the plain gap is gone."""
    found = equal_worlds(pictures, questions, p, runs=40)
    assert found["declared"] <= 0.05
    assert found["gate"] <= 0.05
    assert found["value"] < found["plain"] / 4


@pytest.mark.slow
def test_188_equal_countries_have_no_gap_in_many_worlds() -> None:
    """Three hundred worlds of 50 questions a country: declared in 5 % at most; plain it is 0.37."""
    found = equal_worlds(np.full(188, 50), 1, 0.6, runs=300)
    assert found["declared"] <= 0.05
    assert found["gate"] <= 0.05
    assert found["plain"] == pytest.approx(0.37, abs=0.01)
    assert found["plain"] == pytest.approx(expected_range([np.sqrt(0.24 / 50)] * 188), abs=0.02)


def planted(runs: int, factor: str = "region") -> float:
    """How often the difference of two regions named in advance is held by its interval.

    Countries differ within regions too; Africa is 0.08 below Europe on average.
    """
    rng = np.random.default_rng(7)
    names = tuple(c for c in WORLD if countries()[c].region in {"Africa", "Europe"})
    africa = np.array([countries()[c].region == "Africa" for c in names])
    p = np.clip(rng.normal(np.where(africa, 0.6, 0.68), 0.06), 0.3, 0.9)
    pictures = rng.integers(3, 12, len(names))
    world, held = World(names, pictures, 3), 0
    truth = np.average(p[africa], weights=pictures[africa]) - np.average(
        p[~africa], weights=pictures[~africa]
    )
    for _ in range(runs):
        found = cells(world.draw(p, ICC, rng), factor)
        (low_a, low_b), (high_a, high_b) = found.bounds()
        a, b = found.of.mean
        low = a - b - np.hypot(a - low_a, high_b - b)
        high = a - b + np.hypot(high_a - a, b - low_b)
        held += low <= truth <= high
    return held / runs


def test_a_planted_gap_is_covered() -> None:
    """Of 300 worlds 95 %, within three standard errors of the simulation."""
    assert planted(300) == pytest.approx(0.95, abs=0.038)


@pytest.mark.slow
def test_a_planted_gap_is_covered_in_many_worlds() -> None:
    """Of 4 000 worlds 95 +- 1.5 %; the simulation's own error is 0.35 %."""
    assert planted(4000) == pytest.approx(0.95, abs=0.015)


def test_permutation_ps_of_equal_countries_are_even() -> None:
    """Gini and gap: at most 5 % below 0.05, up to the simulation's error."""
    rng, world = np.random.default_rng(3), World(WORLD[:30], np.full(30, 8), 2)
    runs, low = 120, np.zeros(2)
    for _ in range(runs):
        table = world.draw(np.full(30, 0.7), ICC, rng)
        mean = cells(table, "country").of.mean
        null = shuffled_countries(table, "correct", rng=rng, resamples=99).of("country").shares
        low += [
            shuffled_p(float(gini(mean)), gini(null)) <= 0.05,
            shuffled_p(float(np.ptp(mean)), np.ptp(null, axis=1)) <= 0.05,
        ]
    assert (low / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)).all()


def test_unequal_countries_are_seen() -> None:
    """Accuracies from 0.4 to 0.9: the permutation says so, and the corrected Gini is about true."""
    rng, world = np.random.default_rng(4), World(WORLD[:40], np.full(40, 30), 2)
    p = np.linspace(0.4, 0.9, 40)
    table = world.draw(p, ICC, rng)
    found = cells(table, "country")
    null = shuffled_countries(table, "correct", rng=rng, resamples=199).of("country").shares
    assert shuffled_p(float(gini(found.of.mean)), gini(null)) == pytest.approx(1 / 200)
    gap = gap_of_shares(found, list(range(40)))
    assert gap.low < 0.5 < gap.high
    assert gap.low > 0.05


def test_the_permutation_keeps_what_every_country_was_asked() -> None:
    """A country's sum stays between none and all right, and the world's sum stays as it is."""
    rng, world = np.random.default_rng(6), World(WORLD[:20], np.arange(1, 21), 3)
    table = world.draw(np.full(20, 0.6), ICC, rng)
    drawn = shuffled_countries(table, "correct", rng=rng, resamples=50)
    assert (drawn.sums.sum(axis=1) == table.values["correct"].sum()).all()
    assert (drawn.sums <= drawn.counts).all()
    regions = drawn.of("region").shares
    assert regions.shape == (50, len(table.group(("region",)).scopes))
