"""Which metric the page shows of a run: its headline, with readings, floors and ceilings.

Knows runs and scores; no figure and no HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.runs.run import Run
from benchmark.vocabulary import Reading
from leaderboard.page.figures import ScoreIndex
from leaderboard.page.view import marks_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric of a run's suite with its readings and marks, as on the board."""

    suite: str
    headline: str
    readings: Sequence[Reading]
    marks: Sequence[str]


def metric_of(run: Run) -> Metric:
    """The headline, readings and marks that the page shows of a run."""
    found = ScoreIndex(run.scores)
    named = next((s for s in run.scores if s.name == run.headline), None)
    headline = named.metric if named is not None else run.headline
    readings = found.readings(headline) or [""]
    marks = marks_of(found.metrics(), headline, run.suite)
    return Metric(suite=run.suite, headline=headline, readings=readings, marks=marks)
