"""Similarities as dots or bars in rows, with error bars, and floors and ceiling as lines.

Knows matplotlib and arrays; no run. A row is a country, topic, income group or proxy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leaderboard.report.style import INK, MARKS, wrapped
from leaderboard.report.words import MARK_WORDS

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.3  # inches for one series of a row
WIDTH = 4.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One condition over all rows; NaN draws nothing, and a NaN end draws no error bar."""

    label: str
    colour: str
    marker: str
    values: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """Rows with their series; ``marks`` has each floor and the ceiling by row."""

    title: str
    rows: tuple[str, ...]
    series: tuple[Series, ...]
    marks: Mapping[str, tuple[float, ...]]


def panels(
    content: Sequence[Panel], *, per_row: int, bars: bool = False, axis_label: str = "similarity"
) -> Figure:
    """The panels, ``per_row`` to a row, all on one scale."""
    from matplotlib.figure import Figure

    down = -(-len(content) // per_row)
    rows = max(len(panel.rows) for panel in content)
    height = 0.75 + rows * _row_height(content)
    figure = Figure(figsize=(per_row * WIDTH, down * height + 0.5), layout="constrained")
    axes = figure.subplots(down, per_row, squeeze=False, sharex=True)
    limits = (0.0, 1.0) if bars else _limits(content)
    for axis, panel in zip(axes.flat, content, strict=False):
        _draw(axis, panel, bars=bars)
        axis.set_xlim(*limits)
        axis.set_xlabel(axis_label)
        axis.tick_params(labelbottom=True)
    for axis in axes.flat[len(content) :]:
        axis.set_axis_off()
    handles = _handles(content, bars=bars)
    figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))
    return figure


def _row_height(content: Sequence[Panel]) -> float:
    most = max(len(panel.series) for panel in content)
    return max(ROW, 0.13 * (most + 1))


def _limits(content: Sequence[Panel]) -> tuple[float, float]:
    numbers = [
        number
        for panel in content
        for values in (
            *(column for s in panel.series for column in (s.values, s.lows)),
            *panel.marks.values(),
        )
        for number in values
        if not np.isnan(number)
    ]
    return (max(0.0, np.floor(min(numbers, default=0.0) * 20 - 0.5) / 20), 1.005)


def _draw(axis: Axes, panel: Panel, *, bars: bool) -> None:
    count = len(panel.series)
    step = 0.8 / max(1, count)
    for place, series in enumerate(panel.series):
        offset = (place - (count - 1) / 2) * step
        for row, value in enumerate(series.values):
            if not np.isnan(value):
                _one(axis, series, row, row + offset, step * 0.85 if bars else 0.0)
    for mark, values in panel.marks.items():
        colour, line = MARKS[mark]
        for row, value in enumerate(values):
            if not np.isnan(value):
                axis.vlines(value, row - 0.46, row + 0.46, colors=colour, linestyles=line, lw=1.3)
    for row in range(len(panel.rows)):
        if all(np.isnan(series.values[row]) for series in panel.series):
            axis.axhspan(row - 0.46, row + 0.46, facecolor="#EEEEEE", hatch="////", edgecolor="w")
    for row in range(1, len(panel.rows)):
        axis.axhline(row - 0.5, color="#DDDDDD", lw=0.5, zorder=0)
    axis.set_ylim(len(panel.rows) - 0.5, -0.5)
    axis.set_yticks(range(len(panel.rows)), [wrapped(name, 26) for name in panel.rows])
    axis.tick_params(axis="y", length=0)
    axis.set_title(wrapped(panel.title, 36), loc="left", fontweight="bold")


def _one(axis: Axes, series: Series, row: int, height: float, thickness: float) -> None:
    value, low, high = series.values[row], series.lows[row], series.highs[row]
    if thickness:
        axis.barh(height, value, thickness, color=series.colour, alpha=0.45, zorder=1)
    else:
        axis.plot(
            value, height, series.marker, color=series.colour, ms=4.5, zorder=3, clip_on=False
        )
    if not (np.isnan(low) or np.isnan(high)):
        ink = INK if thickness else series.colour
        axis.hlines(height, low, high, colors=ink, lw=1.1, zorder=2.5)


def _handles(content: Sequence[Panel], *, bars: bool) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found: dict[str, Artist] = {}
    for panel in content:
        for series in panel.series:
            found[series.label] = (
                Patch(facecolor=series.colour, alpha=0.45, label=series.label)
                if bars
                else Line2D(
                    [], [], color=series.colour, marker=series.marker, lw=1.1, label=series.label
                )
            )
    for mark in dict.fromkeys(mark for panel in content for mark in panel.marks):
        colour, line = MARKS[mark]
        found[mark] = Line2D([], [], color=colour, linestyle=line, label=MARK_WORDS[mark])
    return list(found.values())
