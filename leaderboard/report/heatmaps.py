"""Heatmaps of countries by topics or proxies, hatched grey where there is no answer.

Knows matplotlib and arrays; no run. Every cell shows its number, so that it can be read in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from leaderboard.report.style import INK, MISSING, wrapped
from leaderboard.report.table import entry

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure

FloatArray = npt.NDArray[np.float64]
CELL_WIDTH, CELL_HEIGHT = 0.52, 0.27  # inches
LABELS, HEAD = 1.9, 1.15
LEAST_COLUMNS = 5  # or a title has no room
TITLE_LETTER = 0.085


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """One heatmap; ``values`` is (rows, columns), ``few`` marks cells of too few stems."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: FloatArray
    few: npt.NDArray[np.bool_]


def heatmaps(
    grids: Sequence[Grid],
    *,
    palette: Literal["diverging", "sequential"],
    decimals: int,
    legend: str,
    per_row: int = 1,
    missing: str = "no answer or no picture",
) -> Figure:
    """The grids, ``per_row`` to a row, on one colour scale.

    A sequential scale of whole numbers (no ``decimals``) begins at 0. ``missing`` is what the
    legend calls a grey cell.
    """
    from matplotlib.figure import Figure

    colours, scale = _scale(grids, palette, whole=decimals == 0)
    down = -(-len(grids) // per_row)
    width = LABELS + CELL_WIDTH * max(LEAST_COLUMNS, *(len(grid.columns) for grid in grids))
    height = HEAD + CELL_HEIGHT * max(len(grid.rows) for grid in grids)
    figure = Figure(figsize=(per_row * width, down * height + 0.6), layout="constrained")
    axes = figure.subplots(down, per_row, squeeze=False)
    for axis, grid in zip(axes.flat, grids, strict=False):
        _draw(axis, grid, colours, scale, decimals)
    for axis in axes.flat[len(grids) :]:
        axis.set_axis_off()
    _key(figure, list(axes.flat), colours, scale, legend, missing)
    return figure


def _scale(grids: Sequence[Grid], palette: str, *, whole: bool) -> tuple[Colormap, Normalize]:
    import matplotlib as mpl
    from matplotlib.colors import Normalize

    every = np.concatenate([grid.values.ravel() for grid in grids])
    found = every[~np.isnan(every)]
    if palette == "diverging":
        most = float(np.abs(found).max()) if found.size else 1.0
        return mpl.colormaps["PuOr_r"], Normalize(-max(most, 1e-9), max(most, 1e-9))
    least, most = (float(found.min()), float(found.max())) if found.size else (0.0, 1.0)
    least = 0.0 if whole else least
    return mpl.colormaps["viridis"], Normalize(least, max(most, least + 0.01))


def _draw(axis: Axes, grid: Grid, colours: Colormap, scale: Normalize, decimals: int) -> None:
    from matplotlib.patches import Rectangle

    for (row, column), value in np.ndenumerate(grid.values):
        corner = (column - 0.5, row - 0.5)
        if np.isnan(value):
            axis.add_patch(
                Rectangle(corner, 1, 1, facecolor=MISSING, edgecolor="white", hatch="////")
            )
            continue
        colour = colours(scale(value))
        axis.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor="white"))
        few = bool(grid.few[row, column])
        signed = scale(0.0) == 0.5  # a diverging scale shows differences
        axis.text(
            column,
            row,
            entry(float(value), decimals, signed=signed).text,
            ha="center",
            va="center",
            fontsize=6.5,
            color=_ink_on(colour),
            fontstyle="italic" if few else "normal",
            in_layout=False,  # inside its cell anyway, and measuring it takes time
        )
    axis.set_xlim(-0.5, len(grid.columns) - 0.5)
    axis.set_ylim(len(grid.rows) - 0.5, -0.5)
    axis.set_xticks(range(len(grid.columns)), grid.columns, rotation=40, ha="left", va="bottom")
    axis.set_yticks(range(len(grid.rows)), grid.rows)
    axis.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axis.tick_params(axis="x", pad=1)
    for side in axis.spines.values():
        side.set_visible(False)
    width = CELL_WIDTH * max(LEAST_COLUMNS, len(grid.columns))
    axis.set_title(
        wrapped(grid.title, int(width / TITLE_LETTER)), loc="left", fontweight="bold", pad=8
    )


def _key(
    figure: Figure,
    axes: Sequence[Axes],
    colours: Colormap,
    scale: Normalize,
    legend: str,
    missing: str,
) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.patches import Patch

    bar = figure.colorbar(
        ScalarMappable(scale, colours),
        ax=axes,
        location="right",
        fraction=0.03,
        pad=0.02,
        aspect=30,
    )
    bar.set_label(legend)
    bar.outline.set_visible(False)
    figure.legend(
        handles=[Patch(facecolor=MISSING, edgecolor="white", hatch="////", label=missing)],
        loc="outside upper right",
    )


def _ink_on(colour: tuple[float, float, float, float]) -> str:
    red, green, blue = colour[:3]
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
