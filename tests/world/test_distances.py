"""Distances between countries: by hand, symmetric, and NaN instead of a guess."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchmark
from benchmark.errors import DataProblem
from benchmark.world.countries import countries, resolve_label
from benchmark.world.distances import (
    DIMENSIONS,
    FRAMES,
    distance_matrix,
    hofstede_distance,
    inglehart_welzel,
    inglehart_welzel_distance,
    wvs_vector_distance,
)

WORLD = Path(__file__).parents[3] / "shared" / "data" / "world"
needs_world = pytest.mark.skipif(
    not WORLD.exists(), reason="the reference data is not on this machine"
)
CODES = sorted(countries())


def hofstede(iso3: str) -> dict[str, float]:
    """A country's row of the shipped table; NaN for what was not measured."""
    with (Path(benchmark.__file__).parent / "data" / "hofstede.csv").open(encoding="utf-8") as file:
        rows = {row["iso3"]: row for row in csv.DictReader(file)}
    return {name: float(rows.get(iso3, {}).get(name) or "nan") for name in DIMENSIONS}


def _rows(name: str) -> list[dict[str, str]]:
    with (WORLD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("frame", FRAMES)
@given(a=st.sampled_from(CODES), b=st.sampled_from(CODES))
def test_every_frame_is_symmetric_and_never_guesses(frame: str, a: str, b: str) -> None:
    """A country with itself is 0 or unknown; unknown with itself is unknown with all."""
    distance = FRAMES[frame]
    assert distance(a, b) == pytest.approx(distance(b, a), nan_ok=True)
    assert distance(a, a) == 0 or math.isnan(distance(a, a))
    assert not distance(a, b) < 0
    if math.isnan(distance(a, a)):
        assert math.isnan(distance(a, b))


@pytest.mark.parametrize("frame", FRAMES)
def test_an_unknown_code_is_an_error_and_not_a_missing_country(frame: str) -> None:
    """Small letters or a name would otherwise be NaN without a word."""
    with pytest.raises(DataProblem, match=r"unknown country code 'usa'.*USA"):
        FRAMES[frame]("usa", "FRA")


def test_hofstede_by_hand() -> None:
    """Six dimensions: France and Italy differ by 18, 5, 27, 11, 2 and 18 points."""
    squares = 18**2 + 5**2 + 27**2 + 11**2 + 2**2 + 18**2
    assert hofstede_distance("FRA", "ITA") == pytest.approx(math.sqrt(squares))


def test_fewer_shared_dimensions_do_not_bring_countries_closer() -> None:
    """Jamaica has four dimensions: the root mean square, not the sum, is what is compared."""
    france, jamaica = hofstede("FRA"), hofstede("JAM")
    known = [d for d in DIMENSIONS if not math.isnan(jamaica[d])]
    assert len(known) == 4
    mean = math.fsum((france[d] - jamaica[d]) ** 2 for d in known) / 4
    assert hofstede_distance("FRA", "JAM") == pytest.approx(math.sqrt(6 * mean))


def test_two_dimensions_are_too_few() -> None:
    """Nigeria has only the two newest; a distance on those is another one."""
    known = [d for d in DIMENSIONS if not math.isnan(hofstede("NGA")[d])]
    assert known == ["long_term_orientation", "indulgence"]
    assert math.isnan(hofstede_distance("NGA", "NGA"))
    assert all(math.isnan(value) for value in hofstede("SSD").values())


def test_the_map_runs_from_traditional_to_secular_and_from_survival_to_self_expression() -> None:
    """Japan is secular and Egypt traditional; Sweden is self-expressive and Zimbabwe is not."""
    assert (
        inglehart_welzel("JPN").secular_rational > 1 > -1 > inglehart_welzel("EGY").secular_rational
    )
    assert inglehart_welzel("SWE").self_expression > 2
    assert inglehart_welzel("ZWE").self_expression < -1


def test_the_map_by_hand() -> None:
    """A right-angled triangle of the two factor scores; unknown is NaN with year 0."""
    one, other = inglehart_welzel("USA"), inglehart_welzel("NGA")
    assert (one.year, other.year) == (2017, 2018)
    assert inglehart_welzel_distance("USA", "NGA") == pytest.approx(
        math.sqrt((0.2976 + 1.2763) ** 2 + (1.2056 + 1.0782) ** 2), abs=1e-3
    )
    assert inglehart_welzel("SSD").year == 0
    assert math.isnan(inglehart_welzel_distance("SSD", "USA"))


def test_question_means_are_weighed_equally() -> None:
    """Squared distances of standardised means average 2 · n / (n - 1) over n countries."""
    known = [code for code in CODES if wvs_vector_distance(code, code) == 0]
    assert len(known) == 58
    squares = [wvs_vector_distance(a, b) ** 2 for a, b in itertools.combinations(known, 2)]
    assert np.mean(squares) == pytest.approx(2 * 58 / 57, rel=0.01)
    assert math.isnan(wvs_vector_distance("FRA", "USA"))
    assert math.isnan(wvs_vector_distance("FRA", "FRA"))


def test_neighbours_in_values_are_closer_than_strangers() -> None:
    """All frames agree on this one."""
    for distance in FRAMES.values():
        assert distance("GBR", "AUS") < distance("GBR", "CHN")


def test_a_matrix_holds_every_pair() -> None:
    """Symmetric, zero diagonal for the known, NaN row and column for the unknown."""
    codes = ["USA", "FRA", "JPN", "SSD"]
    for frame, distance in FRAMES.items():
        matrix = distance_matrix(frame, codes)
        expected = [[distance(a, b) for b in codes] for a in codes]
        np.testing.assert_array_equal(matrix, expected)
        np.testing.assert_array_equal(matrix, matrix.T)
    with pytest.raises(DataProblem, match="did you mean hofstede"):
        distance_matrix("hofsted", codes)


@needs_world
def test_hofstedes_table_holds_the_source_by_country() -> None:
    """One row a country; regions and parts of countries are left out, Malaysia is not."""
    dropped = {"AFE", "AFW", "ARA", "BEF", "BEN", "CAF", "GEE", "SAW", "SWF", "SWG"}
    rows = [row for row in _rows("hofstede.csv") if row["ctr"] not in dropped]
    known = [code for code in CODES if any(v == v for v in hofstede(code).values())]
    assert len(rows) == len(known) == 101
    for row in rows:
        if (iso3 := resolve_label(row["country"]).iso3) is None:
            continue  # short names of this one source
        ours = ["#NULL!" if math.isnan(v) else f"{v:.0f}" for v in hofstede(iso3).values()]
        assert ours == [row[k] for k in ("pdi", "idv", "mas", "uai", "ltowvs", "ivr")]
    malay = next(row for row in rows if row["Demonym"] == "Malay")
    assert resolve_label(malay["country"]).iso3 == "MYS"


@needs_world
def test_the_map_holds_the_latest_year_of_the_source() -> None:
    """With the source's second factor turned round."""
    latest: dict[str, dict[str, str]] = {}
    for row in sorted(_rows("inglehart_welzel.csv"), key=lambda row: int(row["year"])):
        if iso3 := resolve_label(row["country"]).iso3:
            latest[iso3] = row
    assert len(latest) >= 104
    for iso3, row in latest.items():
        found = inglehart_welzel(iso3)
        assert found.year >= int(row["year"])
        if found.year == int(row["year"]):
            assert found.secular_rational == pytest.approx(float(row["trad_agg"]), abs=1e-4)
            assert found.self_expression == pytest.approx(-float(row["surv_agg"]), abs=1e-4)


@needs_world
def test_how_many_nationalities_of_the_story_paper_each_frame_covers() -> None:
    """Of 42; the others must be left out of a rank correlation and counted."""
    codes = [row["iso3"] for row in _rows("story_identities.csv")]
    covered = {
        frame: sum(not math.isnan(distance(code, code)) for code in codes)
        for frame, distance in FRAMES.items()
    }
    assert len(codes) == 42
    assert covered == {"hofstede": 30, "inglehart-welzel": 40, "wvs": 26}
