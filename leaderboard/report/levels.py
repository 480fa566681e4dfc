"""Figures that show similarities with their floors: by country, category and income.

Knows what the runs measured; how dots and bars are drawn is in `dots`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from benchmark.metrics.resampling import MIN_STEMS
from benchmark.vocabulary import CATEGORIES, CONTROLS, INCOME_BANDS, MARKS, NAMED, SIMILARITY
from leaderboard.report import words
from leaderboard.report.contents import (
    ALL,
    about,
    asked,
    countries_of,
    over,
    pictures_of,
    topics_of,
)
from leaderboard.report.dots import Panel, Series, panels
from leaderboard.report.measured import Cell, Measured
from leaderboard.report.style import BLUE, CONDITIONS
from leaderboard.report.table import Record
from leaderboard.report.view import Drawing, NoView, drawing

OF_FIGURE_7 = ("demographics", "race")
BARS = f"Error bars: 95 % by resampling question stems; none below {MIN_STEMS} stems."
LINES = "Lines in each row: the floors, which need no model, and the ceiling."

Scope = Mapping[str, str]
Filled = tuple[Panel, list[Record]]


def figure_by_country(runs: Sequence[Measured]) -> Drawing:
    """Table 1 as a figure, with intervals."""
    scopes = [{"country": iso3} for iso3 in countries_of(runs)] + [dict(ALL)]
    names = [words.country_name(s["country"]) if s else "all" for s in scopes]
    filled = [_panel(run, run.label, names, scopes, _whole) for run in runs]
    return drawing(
        panels,
        filled,
        name="figure-1-countries",
        title="Table 1 as a picture (ours). Similarity by country",
        caption=(
            "How near the answers come to the people's by country, when it is named and when it "
            f"is shown, {over(runs)}; a dot left of the "
            "dashed line knows less than the average of all other countries."
        ),
        notes=(BARS, LINES),
        per_row=min(3, len(filled)),
    )


def figure_by_category(runs: Sequence[Measured]) -> Drawing:
    """Similarity by what stood for the country: its name, pictures, controls."""
    proxies = [
        p for p in (NAMED, *CATEGORIES, *INCOME_BANDS, *CONTROLS) if any(run.has(p) for run in runs)
    ]
    filled = [_proxy_panel(run, proxies) for run in runs]
    return drawing(
        panels,
        filled,
        name="figure-6b-categories",
        title="Figure 6b (ours). Similarity by what stood for the country",
        caption=(
            "How near the answers come to the people's by what signalled the country, "
            f"{over(runs)}; a category helps only where its bar "
            "passes that of the country prompt, and knows the country only where it passes the "
            "dashed line."
        ),
        notes=(
            BARS,
            LINES + " They differ between rows where not every country had such a picture.",
        ),
        per_row=min(3, len(filled)),
        bars=True,
    )


def figure_7(runs: Sequence[Measured]) -> Drawing | NoView:
    """The paper's two topics by income group."""
    title = "Figure 7. Demographics and race by income group of the country"
    slugs = [slug for slug in OF_FIGURE_7 if slug in topics_of(runs)]
    found = {group for run in runs for group in run.sheet.members("income_group")}
    groups = [group for group in words.GROUP_ORDER if group in found]
    if not slugs or not groups:
        return NoView(
            title=title,
            reason=f"the topics {words.listed(OF_FIGURE_7)} were not measured in these runs",
        )
    filled = [
        _panel(
            run,
            f"{words.topic_name(slug)}: {run.label}",
            [f"{group} income" for group in groups],
            [{"income_group": group, "topic": slug} for group in groups],
            _paired,
        )
        for slug in slugs
        for run in runs
    ]
    return drawing(
        panels,
        filled,
        name="figure-7",
        title=title,
        caption=(
            "How near the answers come to the people's on the paper's two topics, by World Bank "
            f"group of the country, {over(runs)}."
        ),
        notes=(words.PAIRS, BARS, LINES),
        per_row=min(3, len(runs)),
    )


def figure_9(runs: Sequence[Measured]) -> Drawing | NoView:
    """All topics for countries of high and of low income."""
    slugs = topics_of(runs)
    incomes = [i for i in ("high", "low") if any(i in run.sheet.members("income") for run in runs)]
    title = "Figure 9. Similarity by topic and income group"
    if not incomes:
        return NoView(title=title, reason="none of the countries has a World Bank income group")
    names = [words.topic_short(slug) for slug in slugs]
    filled = [
        _panel(
            run,
            f"{words.INCOME_WORDS[income]}: {run.label}",
            names,
            [{"income": income, "topic": slug} for slug in slugs],
            _paired,
        )
        for run in runs
        for income in incomes
    ]
    return drawing(
        panels,
        filled,
        name="figure-9",
        title=title,
        caption=(
            "How near the answers come to the people's by topic, for countries of high and of "
            f"low income, {over(runs)}; compare a dot with "
            "the floors of its own row, as some topics are easy for everybody."
        ),
        notes=(words.PAIRS, "High income = World Bank groups high and upper middle.", BARS, LINES),
        per_row=len(incomes),
    )


# --- panels --------------------------------------------------------------------------------


def _whole(run: Measured, scope: Scope) -> Mapping[str, Cell]:
    """Every condition over all its questions."""
    return {
        condition: run.mean(condition, scope, interval=True)
        for condition in (NAMED, *pictures_of([run]))
        if run.has(condition)
    }


def _paired(run: Measured, scope: Scope) -> Mapping[str, Cell]:
    """Country prompt and pictures over the same questions; without pairs, the prompt alone."""
    found = {}
    for pictures in pictures_of([run]):
        both = run.compare(pictures, scope, interval=True)
        found[pictures] = both.first
        if both.first.n:
            found.setdefault(NAMED, both.second)
    if NAMED not in found and run.has(NAMED):
        found[NAMED] = run.mean(NAMED, scope, interval=True)
    return found


def _panel(
    run: Measured,
    title: str,
    names: Sequence[str],
    scopes: Sequence[Scope],
    cells: Callable[[Measured, Scope], Mapping[str, Cell]],
) -> Filled:
    by_row = [cells(run, scope) for scope in scopes]
    present = [c for c in CONDITIONS if any(c in row for row in by_row)]
    series = tuple(
        _series(words.condition_name(c), *CONDITIONS[c], [row.get(c) for row in by_row])
        for c in present
    )
    marks = {
        mark: tuple(
            run.mark(mark, _questions(run, row, scope), scope)
            for row, scope in zip(by_row, scopes, strict=True)
        )
        for mark in MARKS
    }
    records: list[Record] = []
    for row, scope in zip(by_row, scopes, strict=True):
        for condition, cell in row.items():
            about_cell = {"condition": condition, "metric": SIMILARITY, **asdict(cell)}
            records.append({**about(run), **scope, **about_cell})
    records += [
        {**about(run), **scope, "condition": "", "metric": mark, "value": value}
        for mark, values in marks.items()
        for scope, value in zip(scopes, values, strict=True)
    ]
    return Panel(title=title, rows=tuple(names), series=series, marks=marks), records


def _questions(run: Measured, row: Mapping[str, Cell], scope: Scope) -> str:
    """The condition over whose questions a row's floors are means."""
    return next((c for c in pictures_of([run]) if c in row and row[c].n), asked(run, scope))


def _proxy_panel(run: Measured, proxies: Sequence[str]) -> Filled:
    cells = [run.mean(proxy, ALL, interval=True) for proxy in proxies]
    series = _series("similarity", BLUE, "o", cells)
    marks = {mark: tuple(run.mark(mark, proxy, ALL) for proxy in proxies) for mark in MARKS}
    records: list[Record] = [
        {
            **about(run),
            "proxy": proxy,
            **asdict(cell),
            **{mark: values[place] for mark, values in marks.items()},
        }
        for place, (proxy, cell) in enumerate(zip(proxies, cells, strict=True))
    ]
    names = tuple(words.condition_name(proxy) for proxy in proxies)
    return Panel(title=run.label, rows=names, series=(series,), marks=marks), records


def _series(label: str, colour: str, marker: str, cells: Sequence[Cell | None]) -> Series:
    some = [cell or Cell(value=float("nan")) for cell in cells]
    return Series(
        label=label,
        colour=colour,
        marker=marker,
        values=tuple(cell.value for cell in some),
        lows=tuple(cell.low for cell in some),
        highs=tuple(cell.high for cell in some),
    )
