"""Countries, their names and groups, and what a survey's country labels stand for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import DataProblem
from benchmark.world.countries import countries, country, resolve_label

WORLD = Path(__file__).parents[3] / "shared" / "data" / "world"
TEN = {
    "BRA": "Brazil",
    "CHN": "China",
    "FRA": "France",
    "ITA": "Italy",
    "MEX": "Mexico",
    "NGA": "Nigeria",
    "PAK": "Pakistan",
    "KOR": "South Korea",
    "USA": "United States",
    "VNM": "Vietnam",
}


def test_the_ten_countries_have_the_names_one_says_in_a_prompt() -> None:
    """No official long forms such as "Republic of Korea (the)"."""
    assert {iso3: countries()[iso3].name for iso3 in TEN} == TEN


def test_names_are_unique_and_regions_and_groups_come_from_closed_lists() -> None:
    """A name leads back to its country; every value is one that tables can group by."""
    found = countries().values()
    assert len({c.name for c in found}) == len(found) == 249
    regions = {"Africa", "Americas", "Asia", "Europe", "Oceania", ""}
    assert {c.region for c in found} == regions
    assert {c.income_group for c in found} == {"high", "upper-middle", "lower-middle", "low", ""}
    assert all(country(c.name) is c for c in found)


@pytest.mark.skipif(not WORLD.exists(), reason="the reference data is not on this machine")
def test_regions_and_income_groups_agree_with_the_reference_tables() -> None:
    """Our own layout holds the same facts."""
    with (WORLD / "countries.csv").open(encoding="utf-8", newline="") as file:
        regions = {r["iso3"]: (r["region"], r["sub_region"]) for r in csv.DictReader(file)}
    with (WORLD / "income_groups.csv").open(encoding="utf-8", newline="") as file:
        groups = {r["iso3"]: r["income_group"] for r in csv.DictReader(file)}
    assert {k: (c.region, c.sub_region) for k, c in countries().items()} == regions
    ours = {k: c.income_group for k, c in countries().items() if c.income_group}
    assert ours == {k: v.removesuffix("_income").replace("_", "-") for k, v in groups.items()}


@pytest.mark.parametrize(
    ("label", "iso3"),
    [
        ("S. Korea", "KOR"),
        ("South Korea", "KOR"),
        ("Palest. ter.", "PSE"),
        ("Taiwan ROC", "TWN"),
        ("Great Britain", "GBR"),
        ("Britain", "GBR"),
        ("Czechia", "CZE"),
        ("Czech Rep.", "CZE"),
        ("Macau SAR", "MAC"),
        ("India (Current national sample)", "IND"),
        ("S. Korea (Current national sample)", "KOR"),
        ("VNM", "VNM"),
    ],
)
def test_a_label_of_a_whole_country_resolves(label: str, iso3: str) -> None:
    """Abbreviations, other names and the current national sample mean the country."""
    assert resolve_label(label).iso3 == iso3


@pytest.mark.parametrize(
    "label",
    [
        "Northern Ireland",
        "China (Non-national sample)",
        "India (Old national sample)",
        "West Germany",
        "Kosovo",
    ],
)
def test_a_label_of_less_than_a_country_stays_out_with_a_reason(label: str) -> None:
    """A part or another sampling frame is not the country, and the table says why."""
    found = resolve_label(label)
    assert found.iso3 is None
    assert found.reason not in ("", resolve_label("Atlantis").reason)


def test_an_unknown_label_is_none_and_not_an_error() -> None:
    """The survey reader reports it and goes on."""
    assert resolve_label("Atlantis").iso3 is None
    assert resolve_label("Atlantis (Current national sample)").iso3 is None


def test_labels_of_one_country_have_a_stated_order() -> None:
    """ISO3 code, then the English name, then the table from the top."""
    labels = ("GBR", "United Kingdom", "Great Britain", "Britain", "UK")
    ranks = [resolve_label(label).rank for label in labels]
    assert ranks == sorted(set(ranks))


@given(st.sampled_from(sorted(countries())), st.sampled_from(("lower", "upper", "title")))
def test_a_country_is_found_by_code_or_name_in_any_case(iso3: str, case: str) -> None:
    """What a user types need not match our capitals."""
    for text in (iso3, countries()[iso3].name):
        assert country(f" {getattr(text, case)()} ").iso3 == iso3


def test_an_unknown_country_names_near_ones() -> None:
    """One sentence with the value and what it may have meant."""
    with pytest.raises(DataProblem, match=r"unknown country 'Nigerai'.*did you mean Nigeria"):
        country("Nigerai")
    with pytest.raises(DataProblem, match="not one whole country: a part of the United Kingdom"):
        country("Scotland")


@pytest.mark.skipif(not WORLD.exists(), reason="the reference data is not on this machine")
def test_every_country_of_the_survey_means_table_is_known() -> None:
    """The World Values Survey's own spellings resolve."""
    with (WORLD / "wvs_question_means.csv").open(encoding="utf-8", newline="") as file:
        names = [row["country"] for row in csv.DictReader(file)]
    assert {name for name in names if resolve_label(name).iso3 is None} <= {"Northern Ireland"}
