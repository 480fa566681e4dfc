"""The page's words for readings, proxies, members of groups, and a suite's own where it has some.

Knows no run and no number. What no table names is shown under its own name, so a new suite needs
no row; with one, its page reads better.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.suite.protocol import shipped_layout
from benchmark.survey.topics import topics
from benchmark.vocabulary import (
    A_RULE,
    BLANK,
    BOTH,
    CATEGORIES,
    ELSEWHERE,
    INCOME_HIGH,
    INCOME_LOW,
    NAMED,
    NONE,
    PROXIES,
    RANDOM_WEIGHTS,
)
from benchmark.world.countries import countries
from leaderboard.page.metric_words import METRICS, Words
from leaderboard.page.suite_words import SuiteWords, suite_place, suite_words

__all__ = [
    "METRICS",
    "SuiteWords",
    "Words",
    "suite_place",
    "suite_words",
]

READINGS: Mapping[str, str] = {
    "substantive": "substantive options",
    "printed": "all options as printed",
    "": "as measured",
}
KINDS: Mapping[str, str] = {
    A_RULE: "baseline: a rule, not a model",
    RANDOM_WEIGHTS: "random weights: tests the harness, its answers mean nothing",
}
TRUST: Mapping[str, str] = {
    "self-reported": "reported by whoever measured it; nobody has checked it",
    "replayed": "every number was recomputed from the stored answers",
    "re-run": "an independent run agrees within the noise floor",
}
PROXY_WORDS: Mapping[str, str] = {
    "": "everything together",
    NAMED: "country named in the text",
    INCOME_LOW: "photo of a poorer household",
    INCOME_HIGH: "photo of a richer household",
    NONE: "control: no country, no picture",
    BLANK: "control: a blank picture",
    ELSEWHERE: "control: picture of another country",
    BOTH: "control: name and picture",
}
INCOMES: Mapping[str, str] = {
    "high": "high income",
    "upper-middle": "upper middle income",
    "lower-middle": "lower middle income",
    "low": "low income",
}


def metric_words(name: str, suite: str = "") -> Words:
    """The words of a metric: the table's, else its column's in the suite's layout, else its name.

    >>> metric_words("lexical_variety").label
    'lexical variety'
    """
    if name in METRICS:
        return METRICS[name]
    for column in shipped_layout(suite).columns:
        if column.metric == name:
            head = column.head.replace("-\n", "").replace("\n", " ")
            return Words(label=head, short=head, note=column.note, decimals=column.decimals)
    plain = name.replace("_", " ")
    return Words(label=plain, short=plain)


def columns_of(suite: str) -> tuple[str, ...]:
    """The metrics that a suite wants as further columns, after its headline."""
    words = suite_words(suite)
    return tuple(words.beside) or tuple(column.metric for column in shipped_layout(suite).columns)


def proxy_words(proxy: str, suite: str = "") -> str:
    """What stood for the country, or whatever a suite's proxies are.

    >>> proxy_words("food"), proxy_words("voice"), proxy_words("none", "stories")
    ('pictures: food', 'voice', 'control: no picture')
    """
    words = suite_words(suite)
    if not proxy and suite:
        return words.everything
    if proxy in words.proxies:
        return words.proxies[proxy]
    if proxy in CATEGORIES:
        return f"pictures: {proxy.replace('-', ' ')}"
    return PROXY_WORDS.get(proxy, proxy)


def proxy_place(proxy: str, suite: str = "") -> tuple[int, str]:
    """Sorts proxies: everything, then a suite's own order, or name, pictures, controls, others."""
    order = (*suite_words(suite).proxies,) or PROXIES
    known = order.index(proxy) + 1 if proxy in order else len(order) + 1
    return (known if proxy else 0), proxy


def member_words(family: str, member: str, suite: str = "") -> str:
    """A member of a family of scopes, such as a country or an income group, for people."""
    match family:
        case "country":
            return countries()[member].name if member in countries() else member
        case "topic":
            own = suite_words(suite).topics
            known = topics()[member].label if member in topics() and not own else ""
            return own.get(member) or known or member.replace("-", " ")
        case "income_group":
            return INCOMES.get(member, member)
        case "proxy":
            return proxy_words(member, suite)
        case _:
            return member


def member_place(family: str, member: str, suite: str = "") -> tuple[int, str]:
    """Sorts the members of a family: topics as published, incomes downwards, others by name."""
    own = suite_words(suite).topics
    order = {"topic": list(own or topics()), "income_group": list(INCOMES)}.get(family, [])
    if family == "proxy":
        return proxy_place(member, suite)
    place = order.index(member) if member in order else len(order)
    return place, member_words(family, member, suite)
