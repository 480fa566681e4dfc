"""How figures look and how they are saved: colours, fonts, the same bytes for the same numbers.

Knows matplotlib, imported when first needed; no run and no number.
"""

from __future__ import annotations

import importlib.util
import io
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, cast

from benchmark.errors import UsageProblem
from benchmark.vocabulary import ALL_HOUSEHOLDS, ALL_IMAGES, NAMED
from leaderboard.report.options import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito's palette: colour-blind readers can tell them apart, and shapes do so in grey.
Line = Literal["-", "--", "-.", ":"]
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
INK = "#222222"
MISSING = "#D9D9D9"
CONDITIONS: Mapping[str, tuple[str, str]] = {
    NAMED: (BLUE, "o"),
    ALL_IMAGES: (VERMILION, "s"),
    ALL_HOUSEHOLDS: (GREEN, "D"),
}
MARKS: Mapping[str, tuple[str, Line]] = {
    "floor_uniform": ("#999999", ":"),
    "floor_world_average": (INK, "--"),
    "floor_best_blind": ("#666666", "-."),
    "ceiling_population": (INK, "-"),
}
DPI = 130
SETTINGS = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same on every machine
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.labelsize": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "legend.frameon": False,
    "svg.hashsalt": "pytest-culture",
    "text.parse_math": False,  # a dollar in a model's name stays a dollar
    "hatch.linewidth": 0.5,
}
EXTRA = "pip install 'pytest-culture[report]'"


def require_matplotlib() -> None:
    """Raise a UsageProblem with what to type if matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageProblem(
            f"figures need matplotlib, which is not installed: {EXTRA}, or leave them out with "
            "--formats md,csv,tex"
        )


def picture(draw: Callable[[], Figure], formats: tuple[Picture, ...]) -> dict[Picture, bytes]:
    """The drawing in each format; equal drawings give equal bytes, without a date."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _style():
        figure = draw()
        FigureCanvasAgg(figure)
        figure.canvas.draw()
        figure.set_layout_engine("none")  # laid out once, not for each format again
        return {kind: _saved(figure, kind) for kind in formats}


@contextmanager
def _style() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()  # whatever a user's matplotlibrc says
        mpl.rcParams.update(cast("Any", SETTINGS))  # its stubs list every key
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _saved(figure: Figure, kind: Picture) -> bytes:
    out = io.BytesIO()
    stamp = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(out, format=kind, dpi=DPI, metadata=stamp)
    return out.getvalue()


def wrapped(text: str, width: int) -> str:
    r"""A label on lines of at most ``width`` characters, cut after three of them.

    >>> wrapped("one two three", 7)
    'one two\nthree'
    """
    lines = textwrap.wrap(text, width) or [""]
    return "\n".join(lines if len(lines) <= 3 else [*lines[:2], lines[2][: width - 1] + "…"])
