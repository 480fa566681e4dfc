"""Countries by ISO 3166-1 alpha-3 code: English names, UN regions, income groups, survey labels.

Knows nothing of questions, images or models. Sources, all facts: ISO 3166-1 codes and UN M49
regions (public domain); World Bank income groups (vintage not stated by the copy we had;
territories the Bank does not class have none). Names are what one says in an English sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from benchmark import data
from benchmark.errors import DataProblem, unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """A country or territory; ``income_group`` is high, upper-middle, lower-middle, low or ''."""

    iso3: str
    name: str
    region: str
    sub_region: str
    income_group: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyLabel:
    """What a survey's country label stands for: an ISO3 code, or None and the reason.

    ``rank`` orders labels of one country, lowest first: code, English name, then the table.
    """

    iso3: str | None
    reason: str
    rank: int


UNKNOWN_LABEL = "unknown country label"


@cache
def countries() -> Mapping[str, Country]:
    """All countries and territories, by ISO3 code in alphabetical order."""
    return {row["iso3"]: Country(**row) for row in data.rows("countries.csv")}


def country(text: str, *, source: str = "ISO 3166-1 code or English name") -> Country:
    """The country that an ISO3 code, English name or survey label means, in any case.

    >>> country("s. korea").iso3, country("VNM").name
    ('KOR', 'Vietnam')
    """
    found = _resolved(text.strip())
    if found.iso3:
        return countries()[found.iso3]
    if found.reason != UNKNOWN_LABEL:
        raise DataProblem(
            f"{text!r} ({source}) is not one whole country: {found.reason}; name a country"
        )
    known = [*countries(), *(c.name for c in countries().values())]
    raise DataProblem(unknown("country", text, known, source=source))


@cache
def resolve_label(label: str) -> SurveyLabel:
    """What a survey's country label stands for.

    >>> resolve_label("India (Current national sample)").iso3
    'IND'
    """
    return _resolved(label.strip())


def by_rank(labels: Iterable[str]) -> list[tuple[str, SurveyLabel]]:
    """Each label with what it stands for, sorted by rank, and by the label where that is equal."""
    found = ((label, resolve_label(label)) for label in labels)
    return sorted(found, key=lambda one: (one[1].rank, one[0]))


def _resolved(label: str) -> SurveyLabel:
    folded = label.casefold()
    if exact := _exact_labels().get(folded):
        return exact
    for suffix, found in _suffixes().items():
        base = folded.removesuffix(suffix)
        if base != folded and found.iso3 == "*":
            inner = _resolved(base)
            return SurveyLabel(iso3=inner.iso3, reason=inner.reason, rank=found.rank)
        if base != folded:
            return found
    return SurveyLabel(iso3=None, reason=UNKNOWN_LABEL, rank=0)


@cache
def _exact_labels() -> Mapping[str, SurveyLabel]:
    labels = {k: v for k, v in _label_table() if not k.startswith("*")}
    for found in countries().values():
        labels[found.name.casefold()] = SurveyLabel(iso3=found.iso3, reason="", rank=1)
        labels[found.iso3.casefold()] = SurveyLabel(iso3=found.iso3, reason="", rank=0)
    return labels


@cache
def _suffixes() -> Mapping[str, SurveyLabel]:
    return {k.removeprefix("*"): v for k, v in _label_table() if k.startswith("*")}


def _label_table() -> Iterator[tuple[str, SurveyLabel]]:
    for place, row in enumerate(data.rows("survey_labels.csv")):
        found = SurveyLabel(iso3=row["iso3"] or None, reason=row["reason"], rank=2 + place)
        yield row["label"].casefold(), found
