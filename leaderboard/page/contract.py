"""The page's contract: the records of its first view, as its script finds them.

Knows no board and no HTML; `view` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.jsonio import Json
from leaderboard.page import wording

Figures = Mapping[str, Sequence[Json]]  # by metric


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A metric as the page names it; ``role`` is headline, floor, ceiling or beside."""

    metric: str
    role: str
    label: str
    short: str
    note: str
    decimals: int
    lower_is_better: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A row of the board; ``figures`` by proxy (empty = everything) and reading.

    ``entry_id`` names the row's scripts, ``has_cases`` says whether there are any; ``rank`` is by
    proxy and reading, and None for baselines, partial runs, and models whose option mass says that
    they answer something else (``otherwise``, by proxy). ``counts`` are answers scored, not asked
    and not answered, by proxy and reading.
    """

    entry_id: str
    model: str
    model_id: str
    revision: str
    kind: str
    complete: bool
    partial_because: Sequence[str]
    trust: str
    config: str
    config_digest: str
    harness_version: str
    measured_at: str
    n_cases: int
    n_failed: int
    figures: Mapping[str, Mapping[str, Figures]]
    rank: Mapping[str, Mapping[str, int | None]]
    counts: Mapping[str, Mapping[str, Sequence[Json]]]
    otherwise: Mapping[str, bool]
    has_cases: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Rows that were asked the same, best first; only these are ranked against each other.

    ``answered`` is the headline over the answers alone, if there is such a metric.
    """

    group_id: str
    title: str
    columns: Sequence[Column]
    headline: str
    answered: str
    readings: Mapping[str, str]
    first_reading: str
    proxies: Mapping[str, str]
    entries: Sequence[Entry]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """A suite of the board with its words.

    ``figures`` are what one model's charts can show, ``ruled`` the floors and ceilings of those
    that have their own.
    """

    name: str
    words: wording.SuiteWords
    groups: Sequence[Group]
    figures: Sequence[Column]
    ruled: Mapping[str, Sequence[Column]]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Everything in the page's first view."""

    title: str
    suites: Sequence[Suite]
    kinds: Mapping[str, str]
    trust: Mapping[str, str]
