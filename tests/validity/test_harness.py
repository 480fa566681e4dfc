"""The harness itself: what holds is found to hold, what does not is found out, draws repeat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtr, stdtrit

from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.survey.survey import load_survey
from tests.validity import mechanisms, real_stems, running
from tests.validity.figure import NOMINAL, Ends, Figure, Measured, broken
from tests.validity.populations import unit_values
from tests.validity.running import measured, run, simulate
from tests.validity.setting import Setting, where
from tests.validity.tables import PAGE, section

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "global_opinions.csv"
SIX = Setting(units=6, equal=True, skewed=False)


def by_t(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """Student's interval of a mean that is 0."""
    return _mean(unit_values(rng, setting, repetitions), stdtrit(setting.units - 1, 0.975))


def by_z(rng: np.random.Generator, setting: Setting, repetitions: int) -> Ends:
    """The same with the normal distribution's quantile, which is too narrow."""
    return _mean(unit_values(rng, setting, repetitions), 1.96)


def p_by_t(rng: np.random.Generator, setting: Setting, repetitions: int) -> FloatArray:
    """Student's p of a mean that is 0; the first repetition has none."""
    x = unit_values(rng, setting, repetitions)
    t = x.mean(1) / (x.std(1, ddof=1) / np.sqrt(setting.units))
    p = np.asarray(2 * stdtr(setting.units - 1, -np.abs(t)), dtype=np.float64)
    p[0] = np.nan
    return p


def often(rng: np.random.Generator, _: Setting, repetitions: int) -> BoolArray:
    """A verdict that is wrong in one of ten."""
    return np.asarray(rng.random(repetitions) < 0.1)


def _mean(x: FloatArray, quantile: float) -> Ends:
    half = quantile * x.std(1, ddof=1) / np.sqrt(x.shape[1])
    return Ends(low=x.mean(1) - half, high=x.mean(1) + half, truth=0.0)


T = Figure(names=("by_t",), estimates="a mean", intervals=by_t, p_values=p_by_t)
Z = Figure(names=("by_z",), estimates="a mean", intervals=by_z)


def test_what_holds_is_found_to_hold() -> None:
    """Student's interval and p of normal values are exact."""
    found = simulate(T, SIX)
    assert broken(T, found) == []
    assert found.coverage == pytest.approx(NOMINAL, abs=0.015)
    assert found.given == 1 - 1 / T.repetitions
    assert simulate(T, SIX) == found  # the draws follow from the names


def test_what_does_not_hold_is_found_out() -> None:
    """Too narrow an interval, skew that Student does not know, a verdict too often wrong."""
    assert any("covers" in words for words in broken(Z, simulate(Z, SIX)))
    skewed = Setting(units=6, equal=True, skewed=True)
    assert simulate(T, skewed).above == pytest.approx(0.11, abs=0.02)  # docs/validity.md
    verdict = Figure(names=("often",), estimates="nothing", wrong=often)
    assert broken(verdict, simulate(verdict, SIX)) != []


def test_monte_carlo_error_is_allowed_for() -> None:
    """At 200 repetitions 0.91 may be chance, at 20 000 it is not."""
    for repetitions, held in ((200, True), (20_000, False)):
        assert (broken(T, Measured(repetitions=repetitions, coverage=0.91)) == []) is held


def test_a_row_says_why_it_does_not_hold_everywhere() -> None:
    """No setting is excused in silence, and none that does not exist."""
    with pytest.raises(ValueError, match="say in `note` why"):
        Figure(names=("x",), estimates="a mean", except_for=where(units=(6,)))
    with pytest.raises(ValueError, match="no settings"):
        Figure(names=("x",), estimates="a mean", except_for=frozenset({"7"}), note="why")


def test_what_was_measured_is_kept_and_shown(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file holds it to five places; a figure measured alone leaves the others' rows."""
    areas = {"values": (T, Z, Figure(names=("told",), estimates="a count"))}
    monkeypatch.setattr(running, "FOLDER", tmp_path)
    monkeypatch.setattr(running, "AREAS", areas)
    monkeypatch.setattr("tests.validity.tables.AREAS", areas)
    first = list(run("values", only=T.__eq__, seed=1, repetitions=50))
    list(run("values", only=Z.__eq__, seed=1, repetitions=50))
    kept = measured("values")
    assert set(kept) == {"by_t", "by_z"}
    for _, setting, found in first:
        assert kept["by_t"][setting.name].coverage == pytest.approx(found.coverage, abs=1e-5)
        assert kept["by_t"][setting.name].rejection == pytest.approx(found.rejection, abs=1e-5)
    made = section("values")
    assert "| `told` | a count | *not for decisions* | - |" in made
    assert "| `by_t` rejects at 0.05 | " in made


def shown(part: str) -> str:
    """A part of the page between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"<!-- {part} -->\n")[2].partition(f"<!-- end of {part} -->")[0].strip()


@pytest.mark.validity
def test_the_page_compares_the_intervals_as_they_are() -> None:
    """`python -m tests.validity.mechanisms` prints the table."""
    assert shown("mechanisms") == mechanisms.table().strip()


@pytest.mark.validity
@pytest.mark.skipif(not SHARED.exists(), reason="needs the survey's own file")
def test_the_page_says_how_skewed_real_stems_are() -> None:
    """`python -m tests.validity.real_stems FILE` prints the table."""
    assert shown("real stems") == real_stems.table(load_survey(SHARED).questions).strip()
