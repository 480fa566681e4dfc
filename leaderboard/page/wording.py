"""The page's words for metrics, readings, proxies and suites: the one place that names a suite.

Knows no run and no number. What a table here does not name is shown under its own name, so a new
suite needs no row; with one, its page reads better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.topics import topics
from benchmark.world import countries

READINGS: Mapping[str, str] = {
    "substantive": "substantive options",
    "printed": "all options as printed",
    "": "as measured",
}
FLOOR, CEILING, CHANCE = "floor_", "ceiling", "_chance"
REFERENCE, RANDOM = "reference", "random weights"
KINDS: Mapping[str, str] = {
    REFERENCE: "baseline: a rule that reads the survey, not a model",
    RANDOM: "random weights: tests the harness, its answers mean nothing",
}
TRUST: Mapping[str, str] = {
    "self-reported": "reported by who measured it; nobody has checked it",
    "replayed": "every number was recomputed from the stored answers",
    "re-run": "an independent run agrees within the noise floor",
}
PROXY_ORDER = (
    *("country", "food", "sports", "objects", "brands", "geography", "tradition", "pop-culture"),
    *("income-low", "income-high", "none", "blank", "other-country", "country+image"),
)
PROXIES: Mapping[str, str] = {
    "": "everything together",
    "country": "country named in the text",
    "income-low": "photo of a poorer household",
    "income-high": "photo of a richer household",
    "none": "control: no country, no picture",
    "blank": "control: a blank picture",
    "other-country": "control: picture of another country",
    "country+image": "control: name and picture",
}
CATEGORIES = ("food", "sports", "objects", "brands", "geography", "tradition", "pop-culture")
INCOMES: Mapping[str, str] = {
    "high": "high income",
    "upper-middle": "upper middle income",
    "lower-middle": "lower middle income",
    "low": "low income",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A metric for people; ``short`` is for table heads and axes, ``note`` one sentence."""

    label: str
    short: str
    note: str = ""
    decimals: int = 3


METRICS: Mapping[str, Words] = {
    "js_similarity": Words(
        label="similarity",
        short="similarity",
        note="1 less the Jensen-Shannon distance (natural logarithm) between the model's and the "
        "people's answers, mean over questions; 1 is alike.",
    ),
    "floor_uniform": Words(
        label="floor: uniform",
        short="uniform",
        note="All options equally likely: reached without any model.",
    ),
    "floor_world_average": Words(
        label="floor: world average",
        short="world avg.",
        note="The mean answer of all other countries: knows people, not this country.",
    ),
    "floor_best_blind": Words(
        label="floor: best blind",
        short="best blind",
        note="The one answer for every country that scores best.",
    ),
    "ceiling": Words(
        label="ceiling",
        short="ceiling",
        note="A fresh sample of respondents of the same country.",
    ),
    "skill_world_average": Words(
        label="skill",
        short="skill",
        note="Share of the way from the world average (0) to the ceiling (1).",
        decimals=2,
    ),
    "option_mass": Words(
        label="option mass",
        short="option mass",
        note="Probability that the model gave to the offered options at all.",
        decimals=2,
    ),
    "recognition_top1": Words(label="country recognised at first guess", short="recognised"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteWords:
    """How the page speaks of one suite; ``beside`` are metrics of the board's last columns."""

    title: str
    about: Sequence[str] = ()
    beside: Sequence[str] = ()
    item: str = "item"
    people: str = "people"
    answers: str = "answers"
    against: str = ""  # the floor that maps and heatmaps are coloured by
    credit: str = ""


SUITES: Mapping[str, SuiteWords] = {
    "wvs": SuiteWords(
        title="Value alignment on the World Values Survey",
        about=(
            "The model answers survey questions as somebody from a country that is named or shown; "
            "its probabilities are held against the answers of people there.",
            "A similarity alone says little: an answer that is blind to the country already comes "
            "near. So every figure stands on the ruler between its floors and its ceiling.",
        ),
        beside=("skill_world_average", "option_mass"),
        item="question",
        against="floor_world_average",
        credit="Protocol: arXiv:2502.14906. People's answers: Durmus et al. 2023, "
        "arXiv:2306.16388 (GlobalOpinionQA, CC BY-NC-SA 4.0); Haerpfer et al. 2022, World Values "
        "Survey wave 7.",
    ),
}


def suite_words(name: str) -> SuiteWords:
    """The words of a suite, plain ones for a suite that has none."""
    return SUITES.get(name) or SuiteWords(title=name)


def suite_place(name: str) -> tuple[int, str]:
    """Sorts suites: those with words in the table's order, then others by name."""
    known = list(SUITES)
    return (known.index(name) if name in known else len(known)), name


def metric_words(name: str) -> Words:
    """The words of a metric; its own name, spelled out, where the table has none.

    >>> metric_words("lexical_variety").label
    'lexical variety'
    """
    plain = name.replace("_", " ")
    return METRICS.get(name) or Words(label=plain, short=plain)


def proxy_words(proxy: str) -> str:
    """What stood for the country.

    >>> proxy_words("food"), proxy_words("voice")
    ('pictures: food', 'voice')
    """
    if proxy in CATEGORIES:
        return f"pictures: {proxy.replace('-', ' ')}"
    return PROXIES.get(proxy, proxy)


def proxy_place(proxy: str) -> tuple[int, str]:
    """Sorts proxies: everything, the country's name, pictures, households, controls, others."""
    known = PROXY_ORDER.index(proxy) + 1 if proxy in PROXY_ORDER else len(PROXY_ORDER) + 1
    return (known if proxy else 0), proxy


def member_words(family: str, member: str) -> str:
    """A member of a family of scopes, such as a country or an income group, for people."""
    match family:
        case "country":
            return countries()[member].name if member in countries() else member
        case "topic":
            return topics()[member].label if member in topics() else member.replace("-", " ")
        case "income_group":
            return INCOMES.get(member, member)
        case "proxy":
            return proxy_words(member)
        case _:
            return member


def member_place(family: str, member: str) -> tuple[int, str]:
    """Sorts the members of a family: topics as published, incomes downwards, others by name."""
    order = {"topic": list(topics()), "income_group": list(INCOMES)}.get(family, [])
    if family == "proxy":
        return proxy_place(member)
    place = order.index(member) if member in order else len(order)
    return place, member_words(family, member)
