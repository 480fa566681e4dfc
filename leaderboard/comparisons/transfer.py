"""`python -m leaderboard transfer`: whether countries that score low on one set also do on another.

Knows run files and a metric's scores by country; not how a score was made. A correlation of two
noisy columns is too low, so the share of each that is not noise is shown with it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from benchmark.errors import BoardProblem, UsageProblem, unknown
from benchmark.metrics.correlation import RankCorrelation, disattenuated, rank_correlation
from benchmark.metrics.gaps import reliability
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import Score
from benchmark.runs.run import Run, read_run
from leaderboard.tables.summary import NOT_SCORED
from leaderboard.tables.tables import render

METRIC = "accuracy"
Z = 1.959963984540054  # half the width of an interval of 95 % in standard errors
WIDTH = 100
CAPTION = (
    "\nrho: Spearman's rank correlation of the countries' {metric}, tau-b: Kendall's; low…high "
    "resample countries. p: two-sided, against any other order of countries. signal: share of the "
    "variance between countries that is not sampling noise, in either run. Noise draws rho "
    "towards 0; without noise: rho over the root of both signals, 1 at most. Correlation is not "
    "agreement: both runs may share one model's or one question writer's blind spots."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """Two runs' scores of the same countries compared; ``signals`` has the signal of each run."""

    runs: tuple[str, str]
    found: RankCorrelation
    signals: tuple[float, float]

    @property
    def without_noise(self) -> float:
        """Spearman's correlation, corrected for the noise of both runs."""
        return disattenuated(self.found.rho, self.signals)


def add_transfer(parser: argparse.ArgumentParser) -> None:
    """Correlate the scores of countries between every two of the given runs.

    They may be of one model on several sets, or of several models on one. Intervals are over
    countries, and a correction for noise is shown.
    """
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="run.json files")
    parser.add_argument(
        "--metric", default=METRIC, help=f"a score that countries have (default: {METRIC})"
    )
    parser.add_argument(
        "--least",
        type=int,
        default=1,
        metavar="N",
        help="leave out countries with fewer questions in either run (default: 1)",
    )


def run_transfer(options: argparse.Namespace) -> int:
    """Print the table of every two runs."""
    paths = list(dict.fromkeys(options.runs))
    if len(paths) < 2:
        raise UsageProblem("transfer needs at least two runs; name another run.json")
    runs = {letter(i): read_run(path) for i, path in enumerate(paths)}
    found = transfers(runs, metric=options.metric, least=options.least)
    legend = [
        f"{name}: {run.suite} of {run.model.name}, {path}"
        for (name, run), path in zip(runs.items(), paths, strict=True)
    ]
    table = transfer_table(found, options.metric)
    sys.stdout.write("\n".join(legend) + "\n" + render(table, WIDTH))
    return 0


def letter(place: int) -> str:
    """A run's short name: a letter, with a number after the 26th.

    >>> letter(0), letter(27)
    ('A', 'B1')
    """
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def transfers(
    runs: Mapping[str, Run], *, metric: str = METRIC, least: int = 1, resamples: int = RESAMPLES
) -> list[Transfer]:
    """Every two of the runs, over the countries that both scored with ``least`` questions.

    What is drawn depends only on the pair's scores, not on which other runs were named.

    Raises
    ------
    BoardProblem
        A run has no such score by country, or two runs have fewer than three countries in common.
    """
    columns = {name: by_country(run, metric, name) for name, run in runs.items()}
    return [
        _transfer((a, b), columns[a], columns[b], least, resamples)
        for a, b in combinations(columns, 2)
    ]


def by_country(run: Run, metric: str, name: str) -> dict[str, Score]:
    """A run's scores of a metric by country, without those that were not scored."""
    mine = [score for score in run.scores if score.scope.keys() == {"country"}]
    found = {
        score.scope["country"]: score
        for score in mine
        if score.name == metric and not np.isnan(score.value)
    }
    if not found:
        known = {score.name for score in mine}
        reason = unknown("metric by country", metric, known, source=f"run {name}")
        raise BoardProblem(reason if known else f"run {name} has no scores by country")
    return found


def _transfer(
    names: tuple[str, str],
    first: Mapping[str, Score],
    second: Mapping[str, Score],
    least: int,
    resamples: int,
) -> Transfer:
    common = [
        country
        for country in sorted(first.keys() & second.keys())
        if min(first[country].n, second[country].n) >= least
    ]
    if len(common) < 3:
        raise BoardProblem(
            f"runs {names[0]} and {names[1]} have {len(common)} countries with scores in common "
            f"(at least {least} questions each); a correlation needs three"
        )
    sides = [[column[country] for country in common] for column in (first, second)]
    values = [[score.value for score in side] for side in sides]
    words = hashlib.sha256(repr((common, values)).encode()).digest()
    found = rank_correlation(*values, rng=np.random.default_rng(list(words)), resamples=resamples)
    return Transfer(runs=names, found=found, signals=(_signal(sides[0]), _signal(sides[1])))


def _signal(scores: Sequence[Score]) -> float:
    """The share of variance that is not noise; NaN if a score has no interval."""
    errors = [(score.high - score.low) / 2 / Z for score in scores]
    values = [score.value for score in scores]
    return reliability(values, errors) if np.isfinite(errors).all() else float("nan")


def transfer_table(found: Sequence[Transfer], metric: str) -> Table:
    """One row a pair of runs."""
    table = Table(
        title=Text(f"Transfer of countries' {metric} between runs", style="bold"),
        title_justify="left",
        caption=Text(CAPTION.format(metric=metric)),
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    table.add_column("runs")
    for head in ("countries", "rho", "p", "tau-b", "signal", "without\nnoise"):
        table.add_column(head, justify="right")
    for one in found:
        table.add_row(
            "-".join(one.runs),
            str(one.found.n),
            _interval(one.found.rho, one.found.rho_interval),
            "< 0.001" if one.found.p < 0.001 else _number(one.found.p, 3),
            _interval(one.found.tau_b, one.found.tau_b_interval),
            ", ".join(_number(signal, 2) for signal in one.signals),
            _number(one.without_noise, 2),
        )
    return table


def _interval(value: float, ends: tuple[float, float]) -> str:
    if np.isnan(ends).any():
        return _number(value, 2)
    return f"{_number(value, 2)} [{ends[0]:z.2f}…{ends[1]:z.2f}]"


def _number(value: float, decimals: int) -> str:
    return NOT_SCORED if np.isnan(value) else f"{value:.{decimals}f}"
