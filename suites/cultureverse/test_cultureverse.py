"""Cultural knowledge: one case per country, category and question type, and its blind controls."""

from __future__ import annotations

import pytest

from benchmark.records import Case
from fixtures.measure import Measure


@pytest.mark.cases("question", "control")
def test_cultureverse(case: Case, measure: Measure) -> None:
    """The model's choices are scored; a wrong or unreadable one is not a failure."""
    record = measure(case)
    assert record.items
