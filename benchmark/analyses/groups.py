"""How items are grouped beyond their fields: which cases count, groups of countries, sections.

Knows records and the world's tables; no values. UN regions and World Bank groups are facts about a
country; the two incomes are the paper's halves of the Bank's four groups; a continent is the UN
region, with the Americas in two. A section is that of the wave 7 questionnaire, for questions where
it was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmark.records import Case, CaseRecord, Item
from benchmark.vocabulary import SIMILARITY_KINDS, TWO_INCOMES
from benchmark.world.countries import countries
from benchmark.world.sections import section_of

SOUTH_AMERICA = frozenset(  # UN M49, intermediate region 005; the world table has no such column
    {
        *("ARG", "BOL", "BRA", "BVT", "CHL", "COL", "ECU", "FLK"),
        *("GUF", "GUY", "PER", "PRY", "SGS", "SUR", "URY", "VEN"),
    }
)


def similarity_records(records: Iterable[CaseRecord]) -> list[CaseRecord]:
    """The records whose items compare a model with people, by case; those of recognition do not."""
    mine = (record for record in records if record.case.kind in SIMILARITY_KINDS)
    return sorted(mine, key=lambda record: record.case.case_id)


def in_order(items: Iterable[Item]) -> list[Item]:
    """A case's items sorted, so that nothing depends on the order in which they came."""
    return sorted(items, key=lambda item: (item.item_id, item.image_ids))


def region(iso3: str) -> str:
    """The country's UN region; empty for any other code.

    >>> region("NGA"), region("XXX")
    ('Africa', '')
    """
    return countries()[iso3].region if iso3 in countries() else ""


def income_group(iso3: str) -> str:
    """The country's World Bank group, one of four; empty where the Bank has none.

    >>> income_group("NGA"), income_group("AIA")
    ('lower-middle', '')
    """
    return countries()[iso3].income_group if iso3 in countries() else ""


def income(iso3: str) -> str:
    """``high`` or ``low``, as the paper halves the Bank's groups; empty where there is none.

    >>> income("BRA"), income("NGA")
    ('high', 'low')
    """
    group = income_group(iso3)
    return TWO_INCOMES[group] if group else ""


def continent(iso3: str) -> str:
    """One of six: the UN region, with the Americas in two; empty for any other code.

    >>> continent("NGA"), continent("BRA"), continent("MEX"), continent("XXX")
    ('Africa', 'South America', 'North America', '')
    """
    if region(iso3) != "Americas":
        return region(iso3)
    return "South America" if iso3 in SOUTH_AMERICA else "North America"


OF_COUNTRY: Mapping[str, Callable[[str], str]] = {
    "region": region,
    "continent": continent,
    "income_group": income_group,
    "income": income,
}
OF_CASE = ("country", "topic", "proxy", "variant")
SECTION = "section"
FACTORS = (*OF_CASE, *OF_COUNTRY, SECTION)


def factor(name: str, rows: Sequence[tuple[Case, Item]]) -> list[str]:
    """The member of a factor that each item belongs to; empty where it belongs to none."""
    if name in OF_COUNTRY:
        return [OF_COUNTRY[name](case.country) for case, _ in rows]
    if name == SECTION:
        return [section_of(item.item_id) for _, item in rows]
    return [getattr(case, name) for case, _ in rows]
