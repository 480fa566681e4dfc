"""Scores as the page's short lists of numbers, and a look-up of scores.

Knows `Score` only; nothing of suites, files or HTML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from benchmark.jsonio import Json
from benchmark.records import Score
from benchmark.vocabulary import Reading
from leaderboard.board.standing import OPTION_MASS

DECIMALS = 4
EXACT = 8  # of a number whose last shown digit would be another after rounding twice
Scope = tuple[tuple[str, str], ...]


def rounded(value: float, decimals: int = DECIMALS) -> float | None:
    """The number as the page has it; None if nothing was scored.

    >>> rounded(0.123456), rounded(float("nan")), rounded(-0.00001)
    (0.1235, None, 0.0)

    It is shown with fewer decimals, and must not be rounded twice: 0.7985 would be shown as 0.798.

    >>> rounded(0.79854724), f"{0.79854724:.3f}"
    (0.79854724, '0.799')
    """
    if math.isnan(value):
        return None
    found = round(value, decimals) + 0.0
    if any(f"{abs(found):.{n}f}" != f"{abs(value):.{n}f}" for n in range(decimals)):
        return round(value, EXACT) + 0.0
    return found


def estimate(score: Score, *, brief: bool = False) -> list[Json]:
    """``[value, low, high, n, missing]``, or the value alone; trailing unknowns are left out."""
    found: list[Json] = [rounded(score.value)]
    if score.metric == OPTION_MASS and 0 < score.value < 10**-DECIMALS:
        found = [float(f"{score.value:.1g}")]  # how little it is, is the finding
    if not brief:
        found += [rounded(score.low), rounded(score.high), score.n, score.n_missing]
    return found


class ScoreIndex:
    """Scores by metric, reading and scope."""

    def __init__(self, scores: Iterable[Score]) -> None:
        self._by_name: dict[tuple[str, str, Scope], Score] = {
            (score.metric, score.reading, key(score.scope)): score for score in scores
        }

    def get(self, metric: str, reading: str, scope: Mapping[str, str]) -> Score | None:
        """The score in that reading, or the one without reading if the metric has none."""
        place = key(scope)
        return self._by_name.get((metric, reading, place)) or self._by_name.get((metric, "", place))

    def scopes(self, metric: str) -> list[dict[str, str]]:
        """Every scope the metric was scored in, sorted."""
        return [dict(scope) for scope in sorted({s for m, _, s in self._by_name if m == metric})]

    def metrics(self) -> list[str]:
        """Metrics in order of appearance."""
        return list(dict.fromkeys(metric for metric, _, _ in self._by_name))

    def readings(self, metric: str) -> list[Reading]:
        """Readings of a metric, substantive first."""
        order: Sequence[Reading] = ("substantive", "printed", "")
        found = {reading for name, reading, _ in self._by_name if name == metric}
        return [reading for reading in order if reading in found]


def key(scope: Mapping[str, str]) -> Scope:
    """A scope in a hashable form."""
    return tuple(sorted(scope.items()))
