"""What a gate may decide on was simulated, and holds where a gate can meet it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from benchmark.analyses import ANALYSES
from benchmark.metrics.ranges import fewest_units, why_no_interval
from tests.validity.figure import Figure
from tests.validity.figures import AREAS
from tests.validity.setting import UNITS, where

GATES = Path(__file__).parents[2] / "docs" / "gates.md"
ROWS = [figure for figures in AREAS.values() for figure in figures]
DECIDABLE = sorted(
    {
        metric
        for analysis in ANALYSES.values()
        for metric in analysis.provides
        if metric not in analysis.without_interval and not why_no_interval(metric)
    }
)
# More groups than there are: the settings' units are groups here, of which a run has six at most.
OF_GROUPS = {"accuracy_simultaneous": where(units=(20, 40))}


def rows_of(metric: str) -> list[Figure]:
    """The rows of a metric, which may be a pattern itself."""
    rows = [row for row in ROWS if row.has(metric)]
    return rows or [row for row in ROWS if any(fnmatchcase(name, metric) for name in row.names)]


@pytest.mark.parametrize("metric", DECIDABLE)
def test_what_a_gate_may_decide_on_is_simulated(metric: str) -> None:
    """Each metric of an analysis that no gate refuses has a row, and all its rows decide."""
    rows = rows_of(metric)
    assert rows
    assert [row.title for row in rows if row.pending or not row.decides] == []


@pytest.mark.parametrize("metric", DECIDABLE)
def test_where_a_figure_does_not_hold_no_gate_relies_on_it(metric: str) -> None:
    """Only with units so few that gates stay open, as docs/gates.md says; else they refuse it."""
    few = tuple(units for units in UNITS if units < fewest_units(metric))
    for row in rows_of(metric):
        beyond = row.except_for - OF_GROUPS.get(metric, frozenset())
        assert beyond <= where(units=few)
        assert not beyond or f"`{metric}`" in GATES.read_text(encoding="utf-8")


def test_nothing_is_left_to_simulate() -> None:
    """A row either was measured or says that it describes."""
    assert [row.title for row in ROWS if row.pending] == []
