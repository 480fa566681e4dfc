"""One story case per country and theme."""

from __future__ import annotations

from benchmark.records import Case
from fixtures.measure import Measure


def test_story(case: Case, measure: Measure) -> None:
    """Stories are written and embedded."""
    record = measure(case)
    assert all(len(item.request_keys) == 2 for item in record.items)
