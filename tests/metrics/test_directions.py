"""Which end of a metric is better is said once: a planted metric has it in row and analysis."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import benchmark
from benchmark.analyses.values.alignment import alignment
from benchmark.metrics.alignment import MEASURES, Floats
from benchmark.metrics.directions import DIRECTIONS, HIGHER, LOWER, NEITHER, direction
from benchmark.scoring.choice_answers import layout
from benchmark.scoring.distributions import case_record
from benchmark.scoring.floors import Floors
from tests.analyses.building import evidence, find
from tests.scoring.test_distributions import CASE, Q1, Q2, SURVEY, replies


def overlap(p: Floats, q: Floats) -> Floats:
    """The probability that two distributions share."""
    shared: Floats = np.minimum(p, q).sum(axis=-1)
    return shared


@pytest.mark.parametrize(("better", "name"), [(True, "overlap"), (False, "total_variation")])
def test_an_added_metric_has_its_direction_in_row_and_analysis(
    better: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row among the measures and a name among the directions are all that is added."""
    measure = overlap if better else lambda p, q: 1 - overlap(p, q)
    monkeypatch.setitem(MEASURES, name, measure)
    monkeypatch.setitem(DIRECTIONS, name, better)
    record = case_record(
        CASE,
        questions=[Q1, Q2],
        unasked=[],
        asked=layout([Q1, Q2], pictures=1, orders=1),
        replies=replies([1, 0, 0], [0.5, 0.5]),
        image_ids=["0.png"],
        floors=Floors(SURVEY, seed=0),
    )
    in_row = next(s for s in record.scores if s.name == f"{name}_substantive")
    scores = alignment(evidence([record]))
    in_analysis = find(scores, f"{name}_substantive", country="FRA", proxy=CASE.proxy)
    assert in_row.higher_is_better is in_analysis.higher_is_better is better
    assert in_row.value == pytest.approx(in_analysis.value)


def test_no_metric_stands_in_two_places_of_the_table() -> None:
    """Else the later would win without a word."""
    names = [*HIGHER, *LOWER, *NEITHER]
    assert len(names) == len(set(names)) == len(DIRECTIONS)


def test_a_metric_without_direction_is_an_error_unless_its_maker_says_one() -> None:
    """A new name cannot be taken for one that is better high."""
    with pytest.raises(ValueError, match="nothing says whether a higher 'tidiness' is better"):
        direction("tidiness")
    assert direction("tidiness", {"tidiness": False}) is False
    assert direction("accuracy", {"accuracy": None}) is None


def test_no_direction_is_written_out_anywhere_else() -> None:
    """Only what passes another score's on, or a suite's own, says it without the table."""
    written = re.compile(r"higher_is_better=(True|False|None)")
    product = Path(benchmark.__file__).parents[1]
    found = [
        str(path.relative_to(product))
        for folder in ("benchmark", "leaderboard", "suites")
        for path in (product / folder).rglob("*.py")
        if written.search(path.read_text("utf-8"))
    ]
    assert found == []
