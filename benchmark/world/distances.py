"""How far apart countries are by published measures of culture: three frames beside the survey.

Knows no model and no answer. A country without figures is NaN and never at distance 0: pairs that
cannot be had must be left out and counted. Every frame is symmetric, lower is closer, and its unit
is its own, so compare ranks across frames and not values. Sources and terms: ``docs/data.md``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmark.errors import DataProblem, unknown
from benchmark.world.countries import countries

FloatArray = npt.NDArray[np.float64]

DIMENSIONS = (
    "power_distance",
    "individualism",
    "masculinity",
    "uncertainty_avoidance",
    "long_term_orientation",
    "indulgence",
)
FEWEST_DIMENSIONS = 4
FEWEST_QUESTIONS = 150

_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class MapPosition:
    """A country on the Inglehart-Welzel map: factor scores and the year they were measured in.

    ``secular_rational`` is higher where authority and religion weigh less (lower: traditional),
    ``self_expression`` where well-being and tolerance weigh more (lower: survival). ``year`` is
    0 where nothing was measured.
    """

    secular_rational: float
    self_expression: float
    year: int


def hofstede_distance(a: str, b: str) -> float:
    r"""Euclidean distance on Hofstede's dimensions, as if all six were known.

    .. math:: \sqrt{\frac{6}{k} \sum_{d} (a_d - b_d)^2}

    over the k dimensions that both countries have. A plain sum would put countries with fewer
    known dimensions closer together.

    Returns
    -------
    In points, 0 or more; lower is closer. NaN with fewer than four shared dimensions.

    References
    ----------
    Hofstede, Hofstede & Minkov (2010), Cultures and organizations, ISBN 978-0-07-166418-9.

    Examples
    --------
    Israel has no indulgence score: five dimensions, scaled up by 6/5.

    >>> round(hofstede_distance("AUT", "ISR"), 2)
    44.28
    """
    difference = _hofstede_row(a) - _hofstede_row(b)
    known = difference[~np.isnan(difference)]
    if known.size < FEWEST_DIMENSIONS:
        return math.nan
    return math.sqrt(len(DIMENSIONS) / known.size * float(known @ known))


def inglehart_welzel(iso3: str) -> MapPosition:
    """A country's position on the cultural map in the latest year it was measured.

    >>> inglehart_welzel("SWE").self_expression > inglehart_welzel("ZWE").self_expression
    True
    """
    return _map().get(_checked(iso3), _NOWHERE)


def inglehart_welzel_distance(a: str, b: str) -> float:
    """Euclidean distance on the Inglehart-Welzel map, each country in its latest year.

    Returns
    -------
    In factor scores, 0 or more; lower is closer. NaN where one country has no position.

    References
    ----------
    Inglehart & Welzel (2005), Modernization, cultural change, and democracy,
    doi:10.1017/CBO9780511790881.

    Examples
    --------
    >>> round(inglehart_welzel_distance("SWE", "ZWE"), 2), inglehart_welzel_distance("SWE", "SSD")
    (5.35, nan)
    """
    one, other = inglehart_welzel(a), inglehart_welzel(b)
    return math.hypot(
        one.secular_rational - other.secular_rational, one.self_expression - other.self_expression
    )


def wvs_vector_distance(a: str, b: str) -> float:
    r"""Root mean squared difference of standardised question means, wave 7.

    .. math:: \sqrt{\frac1k \sum_{q} \Bigl( \frac{a_q - b_q}{s_q} \Bigr)^2}

    over the k of 259 questions that both countries have; s_q is the standard deviation of the
    58 countries' means, so that a scale of ten points weighs no more than a yes or no. The mean
    keeps distances comparable where countries share fewer questions.

    Returns
    -------
    In standard deviations, 0 or more, √2 expected for countries picked at random; lower is
    closer. NaN with fewer than 150 shared questions, and for a country not in wave 7.

    References
    ----------
    Haerpfer et al. (eds.), World Values Survey: Round Seven, worldvaluessurvey.org. Means as a
    vector are from Bhatt & Diaz (2024), doi:10.48550/arXiv.2406.11565, whose distance is
    Euclidean over the shared questions.

    Examples
    --------
    >>> wvs_vector_distance("NLD", "NZL") < wvs_vector_distance("NLD", "PAK")
    True
    """
    table = _standardised()
    if _checked(a) not in table or _checked(b) not in table:
        return math.nan
    difference = table[a] - table[b]
    known = difference[~np.isnan(difference)]
    if known.size < FEWEST_QUESTIONS:
        return math.nan
    return math.sqrt(float(known @ known) / known.size)


FRAMES: Mapping[str, Callable[[str, str], float]] = {
    "hofstede": hofstede_distance,
    "inglehart-welzel": inglehart_welzel_distance,
    "wvs": wvs_vector_distance,
}


def distance_matrix(frame: str, codes: Sequence[str]) -> FloatArray:
    """Distances of every pair of countries in one frame, shape ``(codes, codes)``.

    Symmetric. A country without figures has a row and a column of NaN, its diagonal included.

    Raises
    ------
    DataProblem
        An unknown frame, or a code that is no country's.

    Examples
    --------
    >>> distance_matrix("hofstede", ["JPN", "NGA"]).tolist()
    [[0.0, nan], [nan, nan]]
    """
    if frame not in FRAMES:
        raise DataProblem(unknown("frame", frame, FRAMES, source="a matrix of distances"))
    matrix = np.empty((len(codes), len(codes)))
    for row, a in enumerate(codes):
        for column, b in enumerate(codes[: row + 1]):
            matrix[row, column] = matrix[column, row] = FRAMES[frame](a, b)
    return matrix


_NOWHERE = MapPosition(secular_rational=math.nan, self_expression=math.nan, year=0)


def _hofstede_row(iso3: str) -> FloatArray:
    return _hofstede().get(_checked(iso3), np.full(len(DIMENSIONS), np.nan))


@cache
def _hofstede() -> Mapping[str, FloatArray]:
    return {iso3: _numbers(row, DIMENSIONS) for iso3, row in _rows("hofstede.csv")}


@cache
def _map() -> Mapping[str, MapPosition]:
    return {
        iso3: MapPosition(
            secular_rational=float(row["secular_rational"]),
            self_expression=float(row["self_expression"]),
            year=int(row["year"]),
        )
        for iso3, row in _rows("inglehart_welzel.csv")
    }


@cache
def _standardised() -> Mapping[str, FloatArray]:
    rows = _rows("wvs_question_means.csv")
    questions = [name for name in rows[0][1] if name != "iso3"]
    means = np.array([_numbers(row, questions) for _, row in rows])  # (countries, questions)
    scores = (means - np.nanmean(means, axis=0)) / np.nanstd(means, axis=0)
    return dict(zip((iso3 for iso3, _ in rows), scores, strict=True))


def _numbers(row: Mapping[str, str], names: Sequence[str]) -> FloatArray:
    return np.array([float(row[name] or "nan") for name in names])


def _rows(name: str) -> list[tuple[str, dict[str, str]]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return [(row["iso3"], row) for row in csv.DictReader(file)]


def _checked(iso3: str) -> str:
    # Otherwise "usa" or a name would silently be a country without figures.
    if iso3 not in countries():
        raise DataProblem(unknown("country code", iso3, countries(), source="ISO 3166-1 alpha-3"))
    return iso3
