"""Figures that are heatmaps: change by country and topic or proxy, similarity, pictures.

Knows what the runs measured; how a heatmap is drawn is in `heatmaps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from benchmark.metrics.resampling import MIN_STEMS
from benchmark.vocabulary import ALL_IMAGES, CATEGORIES, INCOME_BANDS, NAMED
from leaderboard.report import words
from leaderboard.report.contents import about, countries_of, over, topics_of
from leaderboard.report.heatmaps import FloatArray, Grid, heatmaps
from leaderboard.report.measured import Cell, Measured
from leaderboard.report.table import Record
from leaderboard.report.view import Drawing, NoView, drawing

NO_PICTURES = "no pictures were shown in these runs"
FEW = f"Numbers in italics rest on fewer than {MIN_STEMS} question stems and may be luck."
GREY = "Grey: the survey has no answers there, or the country had no picture."

Filled = tuple[Grid, list[Record]]


def figure_4(runs: Sequence[Measured]) -> Drawing | NoView:
    """%-change of similarity from country prompt to images, by country and topic."""
    title = "Figure 4. Change of similarity with pictures, in %, by country and topic"
    kept = [run for run in runs if run.has(ALL_IMAGES) and run.has(NAMED)]
    if not kept:
        return NoView(title=title, reason=NO_PICTURES)
    filled = [_change(run, runs) for run in kept]
    return drawing(
        heatmaps,
        filled,
        name="figure-4",
        title=title,
        caption=(
            "By how many percent showing pictures instead of naming the country raises (+) or "
            f"lowers (-) the mean similarity, {over(kept)}."
        ),
        notes=(f"100 x (images - country prompt) / country prompt. {words.PAIRS}", GREY, FEW),
        palette="diverging",
        decimals=1,
        legend="change of similarity, %",
    )


def _change(run: Measured, runs: Sequence[Measured]) -> Filled:
    def cell(iso3: str, slug: str) -> tuple[float, Cell]:
        both = run.compare(ALL_IMAGES, {"country": iso3, "topic": slug})
        return 100 * both.relative, both.gain

    return _fill(run, run.label, "change_percent", (countries_of(runs), topics_of(runs)), cell)


def figure_5(runs: Sequence[Measured]) -> Drawing | NoView:
    """How many pictures stood for each country; the paper's Figure 5 shows incomes instead."""
    title = "Figure 5 (ours). Pictures by country and kind"
    proxies = [p for p in (*CATEGORIES, *INCOME_BANDS) if any(run.has(p) for run in runs)]
    if not proxies:
        return NoView(title=title, reason=NO_PICTURES)
    filled: list[Filled] = []
    for run in runs:
        grid, records = _counts(run, runs, proxies)
        if not filled or not np.array_equal(grid.values, filled[0][0].values, equal_nan=True):
            filled.append((grid, records))
    return drawing(
        heatmaps,
        filled,
        name="figure-5",
        title=title,
        caption=(
            "How many pictures each country was shown by; a cell of few pictures says more about "
            "those pictures than about the country."
        ),
        notes=(
            "The paper's Figure 5 shows the monthly incomes of the households on its photos; a "
            "run file holds which pictures were shown but not their incomes, so the income bands "
            "stand here.",
            "Runs that were shown equally many pictures share one panel.",
        ),
        palette="sequential",
        decimals=0,
        legend="pictures",
        missing="no picture",
    )


def _counts(run: Measured, runs: Sequence[Measured], proxies: Sequence[str]) -> Filled:
    def cell(iso3: str, proxy: str) -> tuple[float, Cell]:
        count = run.sheet.pictures.get((iso3, proxy), 0)
        value = float(count) if count else float("nan")
        return value, Cell(value=value, n=count, stems=MIN_STEMS)

    return _fill(run, run.label, "pictures", (countries_of(runs), tuple(proxies)), cell, "proxy")


def figure_6(runs: Sequence[Measured]) -> Drawing | NoView:
    """Gain in similarity by country and category of pictures."""
    title = "Figure 6. Gain of similarity by country and category of pictures"
    kept = [run for run in runs if run.has(NAMED)]
    proxies = [p for p in (*CATEGORIES, *INCOME_BANDS) if any(run.has(p) for run in kept)]
    if not proxies:
        return NoView(title=title, reason=NO_PICTURES)
    filled = [_gains(run, runs, proxies) for run in kept if any(run.has(p) for p in proxies)]
    return drawing(
        heatmaps,
        filled,
        name="figure-6",
        title=title,
        caption=(
            "How much nearer (+) or farther (-) the answers come to the people's when a picture "
            "of the category stands in place of the country's name, "
            f"{over(runs)}."
        ),
        notes=(
            "Difference of mean similarities; the paper draws the same on maps. " + words.PAIRS,
            GREY,
            FEW,
        ),
        palette="diverging",
        decimals=3,
        legend="gain of similarity",
        per_row=min(2, len(filled)),
    )


def _gains(run: Measured, runs: Sequence[Measured], proxies: Sequence[str]) -> Filled:
    def cell(iso3: str, proxy: str) -> tuple[float, Cell]:
        gain = run.compare(proxy, {"country": iso3}).gain
        return gain.value, gain

    return _fill(run, run.label, "gain", (countries_of(runs), tuple(proxies)), cell, "proxy")


def figure_8(runs: Sequence[Measured]) -> Drawing | NoView:
    """Similarity by country and topic under both conditions, beside the world average."""
    filled = [
        _levels(run, runs, condition)
        for run in runs
        for condition in (NAMED, ALL_IMAGES)
        if run.has(condition)
    ]
    filled += _floors(runs)
    return drawing(
        heatmaps,
        filled,
        name="figure-8",
        title="Figure 8. Similarity by country and topic",
        caption=(
            "How near the answers come to the people's in each country and topic, under the "
            "country prompt and under images, with the floor that knows no country (world "
            f"average) as a panel of its own, {over(runs)}."
        ),
        notes=(
            "A cell is good only where it is above the same cell of the world average over its own "
            "questions; floors that are the same share a panel.",
            GREY,
            FEW,
        ),
        palette="sequential",
        decimals=2,
        legend="similarity",
    )


def _levels(run: Measured, runs: Sequence[Measured], condition: str) -> Filled:
    def cell(iso3: str, slug: str) -> tuple[float, Cell]:
        found = run.mean(condition, {"country": iso3, "topic": slug})
        return found.value, found

    title = f"{run.label}: {words.condition_name(condition)}"
    return _fill(run, title, condition, (countries_of(runs), topics_of(runs)), cell)


def _floors(runs: Sequence[Measured]) -> list[Filled]:
    """World averages over the questions of each panel, those already shown left out."""
    shown: list[tuple[str, Filled]] = []
    for run in runs:
        for condition in (NAMED, ALL_IMAGES):
            if run.has(condition):
                floor = _world_average(run, runs, condition)
                values = floor[0].values
                if not any(_within(values, other.values) for _, (other, _) in shown):
                    shown.append((f"{run.label}, {words.condition_name(condition)}", floor))
    if len(shown) == 1:
        return [shown[0][1]]
    return [
        (replace(grid, title=f"{grid.title}, questions of {of}"), records)
        for of, (grid, records) in shown
    ]


def _within(values: FloatArray, shown: FloatArray) -> bool:
    """Whether every cell that has a value is shown already."""
    return bool((np.isnan(values) | (values == shown)).all())


def _world_average(run: Measured, runs: Sequence[Measured], condition: str) -> Filled:
    def cell(iso3: str, slug: str) -> tuple[float, Cell]:
        scope = {"country": iso3, "topic": slug}
        return run.mark("floor_world_average", condition, scope), run.mean(condition, scope)

    title = "floor: world average"
    return _fill(run, title, "floor_world_average", (countries_of(runs), topics_of(runs)), cell)


def _fill(
    run: Measured,
    title: str,
    metric: str,
    axes: tuple[tuple[str, ...], tuple[str, ...]],
    cell: Callable[[str, str], tuple[float, Cell]],
    across: str = "topic",
) -> Filled:
    rows, columns = axes
    values = np.full((len(rows), len(columns)), np.nan)
    few = np.zeros(values.shape, dtype=np.bool_)
    records: list[Record] = []
    for i, iso3 in enumerate(rows):
        for j, name in enumerate(columns):
            value, sample = cell(iso3, name)
            values[i, j], few[i, j] = value, sample.stems < MIN_STEMS
            records.append(
                {
                    **about(run),
                    "metric": metric,
                    "country": iso3,
                    across: name,
                    "value": value,
                    "n": sample.n,
                    "n_missing": sample.n_missing,
                    "stems": sample.stems,
                }
            )
    named = columns if across == "proxy" else tuple(map(words.topic_short, columns))
    return Grid(
        title=title,
        rows=tuple(map(words.country_name, rows)),
        columns=named,
        values=values,
        few=few,
    ), records
