"""Figures that show similarities with their floors: by country, category and income.

Knows what the runs measured; how dots and bars are drawn is in `dots`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmark.metrics.resampling import MIN_STEMS
from benchmark.vocabulary import CATEGORIES, CONTROLS, INCOME_BANDS, MARKS, NAMED, SIMILARITY
from leaderboard.report import words
from leaderboard.report.contents import (
    ALL,
    about,
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
BARS = (
    "Error bars: 95 %, Student's t on the means of question stems, for these pictures; none below "
    f"{MIN_STEMS} stems, and none in the paper's reading."
)
LINES = (
    "Lines in each row: the floors, which need no model, and the ceiling, over the same questions "
    "as the dots."
)

Scope = Mapping[str, str]
Marks = Mapping[str, float]
Filled = tuple[Panel, list[Record]]


def figure_by_country(runs: Sequence[Measured]) -> Drawing:
    """Table 1 as a figure, with intervals."""
    scopes = [{"country": iso3} for iso3 in countries_of(runs)] + [dict(ALL)]
    names = [words.country_name(s["country"]) if s else "all" for s in scopes]
    filled = [panel for run in runs for panel in _panels(run, run.label, names, scopes)]
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
        notes=(words.PAIRS, words.ALONE, BARS, LINES),
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
        panel
        for slug in slugs
        for run in runs
        for panel in _panels(
            run,
            f"{words.topic_name(slug)}: {run.label}",
            [f"{group} income" for group in groups],
            [{"income_group": group, "topic": slug} for group in groups],
        )
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
        notes=(words.PAIRS, words.ALONE, BARS, LINES),
        per_row=min(3, len(filled) // len(slugs)),
    )


def figure_9(runs: Sequence[Measured]) -> Drawing | NoView:
    """All topics for countries of high and of low income."""
    slugs = topics_of(runs)
    incomes = [i for i in ("high", "low") if any(i in run.sheet.members("income") for run in runs)]
    title = "Figure 9. Similarity by topic and income group"
    if not incomes:
        return NoView(title=title, reason="none of the countries has a World Bank income group")
    names = [words.topic_short(slug) for slug in slugs]
    by_income = [
        _panels(
            run,
            f"{words.INCOME_WORDS[income]}: {run.label}",
            names,
            [{"income": income, "topic": slug} for slug in slugs],
        )
        for run in runs
        for income in incomes
    ]
    filled = _side_by_side(by_income, len(incomes))
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
        notes=(
            words.PAIRS,
            words.ALONE,
            "High income = World Bank groups high and upper middle.",
            BARS,
            LINES,
        ),
        per_row=len(incomes),
    )


# --- panels --------------------------------------------------------------------------------


def _side_by_side(by_income: Sequence[Sequence[Filled]], incomes: int) -> list[Filled]:
    """One row of panels for each run and kind of pictures, its incomes beside each other."""
    found: list[Filled] = []
    for start in range(0, len(by_income), incomes):
        for kind in zip(*by_income[start : start + incomes], strict=True):
            found += kind
    return found


def _panels(
    run: Measured, title: str, names: Sequence[str], scopes: Sequence[Scope]
) -> list[Filled]:
    """A panel for each kind of pictures, which have other countries: one prompt fits but one."""
    kinds = pictures_of([run])
    if not kinds:
        return [_panel(run, title, names, scopes, "")]
    return [
        _panel(
            run,
            title if len(kinds) == 1 else f"{title}, {words.condition_name(kind)}",
            names,
            scopes,
            kind,
        )
        for kind in kinds
    ]


def _pair(run: Measured, scope: Scope, pictures: str) -> tuple[Mapping[str, Cell], Marks]:
    """Country prompt, pictures and floors over the same questions of the same countries.

    Where there are no pairs, what there is of either, with its own floors.
    """
    if pictures and run.has(NAMED):
        both = run.compare(pictures, scope, interval=True)
        if both.first.n:
            marks = {m: run.mark(m, pictures, scope, beside=NAMED) for m in MARKS}
            return {NAMED: both.second, pictures: both.first}, marks
    alone = NAMED if not pictures or run.mean(NAMED, scope).n else pictures
    cells = {alone: run.mean(alone, scope, interval=True)} if run.has(alone) else {}
    return cells, {m: run.mark(m, alone, scope) for m in MARKS}


def _panel(
    run: Measured, title: str, names: Sequence[str], scopes: Sequence[Scope], pictures: str
) -> Filled:
    by_row = [_pair(run, scope, pictures) for scope in scopes]
    present = [c for c in CONDITIONS if any(c in cells for cells, _ in by_row)]
    series = tuple(
        _series(words.condition_name(c), *CONDITIONS[c], [cells.get(c) for cells, _ in by_row])
        for c in present
    )
    marks = {mark: tuple(row[mark] for _, row in by_row) for mark in MARKS}
    records: list[Record] = []
    for (cells, row), scope in zip(by_row, scopes, strict=True):
        where = {**about(run), "pictures": pictures, **scope}
        for condition, cell in cells.items():
            records.append({**where, "condition": condition, "metric": SIMILARITY, **asdict(cell)})
        for mark, value in row.items():
            records.append({**where, "condition": "", "metric": mark, "value": value})
    return Panel(title=title, rows=tuple(names), series=series, marks=marks), records


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
