"""Recognition of a picture's country: one case per picture."""

from __future__ import annotations

import pytest

from benchmark.records import Case
from fixtures.measure import Measure


@pytest.mark.cases("recognition")
def test_proxies(case: Case, measure: Measure) -> None:
    """The model names the picture's country from a closed list; the ranks become properties.

    A wrong guess is a score, not a failure; under ``--recognition json`` an unreadable one is
    recorded as unscored.
    """
    record = measure(case)
    assert len(record.items) == 1
