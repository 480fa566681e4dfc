"""What the page's first view shows of a board: suites, sets of comparable rows, ranks, figures.

Plain values only (`contract`): knows no HTML, file or chart. Equal boards give equal
views, as there is no clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import cast

from benchmark import jsonio
from benchmark.jsonio import Json
from benchmark.records import Score
from benchmark.vocabulary import CEILING, CHANCE, FLOOR, MARKS, ORDERED, TWO_SAMPLES, W1
from leaderboard.board.board import Board, BoardRow
from leaderboard.board.standing import OVER_ANSWERS, answers_otherwise, counts, option_mass
from leaderboard.page import wording
from leaderboard.page.contract import Column, Entry, Figures, Group, Suite, View
from leaderboard.page.figures import ScoreIndex, estimate
from leaderboard.page.ranking import Contender, ranks

MOST_COLUMNS = 8  # of a suite without words of its own


def view(board: Board, with_cases: Iterable[str], *, title: str) -> View:
    """The board as the page shows it; ``with_cases`` holds each `entry_id` that has scripts."""
    known = frozenset(with_cases)
    rows = sorted(board.rows, key=lambda row: wording.suite_place(row["suite"]))
    suites = [
        Suite(
            name=name,
            words=wording.suite_words(name),
            groups=_groups(list(members), known),
            figures=[
                _column(metric, "figure", name, lower_is_better=False)
                for metric in wording.suite_words(name).figures
            ],
            ruled={
                metric: [
                    _column(mark, _role(mark), name, lower_is_better=False)
                    for mark in figure_marks(metric)
                ]
                for metric in wording.suite_words(name).ruled
            },
        )
        for name, members in groupby(rows, key=lambda row: row["suite"])
    ]
    return View(title=title, suites=suites, kinds=wording.KINDS, trust=wording.TRUST)


def document(shown: View) -> Mapping[str, Json]:
    """The view as plain JSON."""
    return cast("Mapping[str, Json]", jsonio.plain(asdict(shown)))


def entry_id(row: BoardRow) -> str:
    """Twelve hex digits that name a row of a board."""
    return jsonio.digest([*row.key, row.complete])[:12]


def headline_of(row: BoardRow) -> tuple[str, str]:
    """Metric and reading by which a suite sorts; the plain headline if no score has that name."""
    for score in row.scores:
        if score.name == row["headline"]:
            return score.metric, score.reading
    return row["headline"], ""


def marks_of(metrics: Iterable[str], headline: str, suite: str = "") -> list[str]:
    """Those of these metrics that are the headline's floors and ceilings, in order."""
    own = wording.suite_words(suite).marks
    found = [name for name in metrics if _is_mark(name, headline) or name in own]
    known = list(wording.METRICS)
    return sorted(found, key=lambda name: (known.index(name) if name in known else 99, name))


def figure_marks(metric: str) -> list[str]:
    """The floors and ceilings of a similarity that is not the headline, in order."""
    return [(W1 if metric == ORDERED else "") + mark for mark in (*MARKS, TWO_SAMPLES)]


def _is_mark(name: str, headline: str) -> bool:
    own_chance = name == f"{headline}{CHANCE}"
    return name.startswith(FLOOR) or name in (CEILING, TWO_SAMPLES) or own_chance


# --- groups --------------------------------------------------------------------------------


def _groups(rows: Sequence[BoardRow], known: frozenset[str]) -> list[Group]:
    ordered = sorted(rows, key=lambda row: row.asked)
    sets = [list(members) for _, members in groupby(ordered, key=lambda row: row.asked)]
    sets.sort(key=len, reverse=True)  # the page opens with the set that has the most rows
    several = len({row["suite_version"] for row in rows}) > 1
    return [_group(members, known, version=several) for members in sets]


def _group(rows: Sequence[BoardRow], known: frozenset[str], *, version: bool) -> Group:
    found = {entry_id(row): ScoreIndex(row.scores) for row in rows}
    scores = [score for row in rows for score in row.scores]
    metric, reading = headline_of(rows[0])
    suite = rows[0]["suite"]
    columns = _columns(scores, metric, suite)
    readings = ScoreIndex(scores).readings(metric) or [""]
    proxies = sorted(
        {s.scope.get("proxy", "") for s in scores}, key=lambda p: wording.proxy_place(p, suite)
    )
    proxies = [proxy for proxy in proxies if any(_has(f, metric, proxy) for f in found.values())]
    ranked = {
        (proxy, name): _ranks(rows, found, metric, name, proxy)
        for proxy in proxies
        for name in readings
    }
    entries = [
        _entry(
            row,
            found[entry_id(row)],
            columns,
            {p: {r: ranked[p, r][place] for r in readings} for p in proxies},
            OVER_ANSWERS.get(metric, metric),
            known,
        )
        for place, row in enumerate(rows)
    ]
    return Group(
        group_id=f"{suite}-{rows[0]['suite_version']}-{rows[0]['comparable']}",
        title=rows[0]["measured_on"] + (f", version {rows[0]['suite_version']}" if version else ""),
        columns=columns,
        headline=metric,
        answered=OVER_ANSWERS.get(metric, metric),
        readings={name: wording.READINGS.get(name, name) for name in readings},
        first_reading=reading if reading in readings else readings[0],
        proxies={proxy: wording.proxy_words(proxy, suite) for proxy in proxies},
        entries=entries,
    )


def _has(found: ScoreIndex, metric: str, proxy: str) -> bool:
    scope = {"proxy": proxy} if proxy else {}
    return any(found.get(metric, reading, scope) for reading in found.readings(metric))


def _columns(scores: Sequence[Score], headline: str, suite: str) -> list[Column]:
    overall = [score for score in scores if not score.scope] or scores
    metrics = list(dict.fromkeys(score.metric for score in overall))
    marks = marks_of(metrics, headline, suite)
    taken = (headline, *marks)
    beside = [name for name in wording.columns_of(suite) if name in metrics and name not in taken]
    if not beside:
        others = [name for name in metrics if name != headline and name not in marks]
        beside = others[: MOST_COLUMNS - 1]
    falling = {score.metric for score in scores if score.higher_is_better is False}
    roles = [(headline, "headline"), *((m, _role(m)) for m in marks)]
    return [
        _column(metric, role, suite, lower_is_better=metric in falling)
        for metric, role in [*roles, *((m, "beside") for m in beside)]
    ]


def _role(mark: str) -> str:
    return "ceiling" if mark.removeprefix(W1) in (CEILING, TWO_SAMPLES) else "floor"


def _column(metric: str, role: str, suite: str, *, lower_is_better: bool) -> Column:
    words = wording.metric_words(metric, suite)
    return Column(
        metric=metric,
        role=role,
        label=words.label,
        short=words.short,
        note=words.note,
        decimals=words.decimals,
        lower_is_better=lower_is_better,
    )


def _ranks(
    rows: Sequence[BoardRow], found: Mapping[str, ScoreIndex], metric: str, reading: str, proxy: str
) -> list[int | None]:
    scope = {"proxy": proxy} if proxy else {}
    scores = [found[entry_id(row)].get(metric, reading, scope) for row in rows]
    elsewhere = [answers_otherwise(option_mass(row.scores, scope)) for row in rows]
    unranked = bool(wording.suite_words(rows[0]["suite"]).no_grade)
    return ranks(
        [
            None
            if score is None or row["kind"] or not row.complete or unranked or otherwise
            else _contender(score)
            for row, score, otherwise in zip(rows, scores, elsewhere, strict=True)
        ]
    )


def _contender(score: Score) -> Contender:
    if score.higher_is_better is False:
        return Contender(value=-score.value, low=-score.high, high=-score.low)
    return Contender(value=score.value, low=score.low, high=score.high)


# --- entries -------------------------------------------------------------------------------


def _entry(
    row: BoardRow,
    found: ScoreIndex,
    columns: Sequence[Column],
    rank: Mapping[str, Mapping[str, int | None]],
    counted: str,
    known: frozenset[str],
) -> Entry:
    name = entry_id(row)
    content = row.content
    scopes = {proxy: {"proxy": proxy} if proxy else {} for proxy in rank}
    return Entry(
        entry_id=name,
        model=row["model"],
        model_id=row["model_id"],
        revision=row["revision"],
        kind=row["kind"],
        complete=row.complete,
        partial_because=cast("Sequence[str]", content["partial_because"]),
        trust=row.trust,
        config=row["config"],
        config_digest=row["config_digest"],
        harness_version=row["harness_version"],
        measured_at=row["finished_at"] or row["started_at"],
        n_cases=cast("int", content["n_cases"]),
        n_failed=cast("int", content["n_failed"]),
        figures={
            proxy: {
                reading: _figures(found, columns, reading, scopes[proxy]) for reading in readings
            }
            for proxy, readings in rank.items()
        },
        rank=rank,
        counts={
            proxy: {reading: counts(found.get(counted, reading, scopes[proxy])) for reading in own}
            for proxy, own in rank.items()
        },
        otherwise={
            proxy: answers_otherwise(option_mass(row.scores, scope))
            for proxy, scope in scopes.items()
        },
        has_cases=name in known,
    )


def _figures(
    found: ScoreIndex, columns: Sequence[Column], reading: str, scope: Mapping[str, str]
) -> Figures:
    scores = {column: found.get(column.metric, reading, scope) for column in columns}
    return {
        column.metric: estimate(score, brief=column.role in ("floor", "ceiling"))
        for column, score in scores.items()
        if score is not None and not math.isnan(score.value)
    }
