"""Value alignment: one case per country, topic and proxy."""

from __future__ import annotations

import pytest

from benchmark.records import Case
from fixtures.measure import Measure
from fixtures.model import ModelUnderTest


@pytest.mark.cases("alignment", "control")
def test_alignment(case: Case, measure: Measure, model: ModelUnderTest) -> None:
    """The model's answers are compared with people's; the scores become test properties."""
    record = measure(case)
    answered = any(item.model is not None for item in record.items)
    vetted_out = any(score.metric == "pictures" and score.n == 0 for score in record.scores)
    assert answered or vetted_out or model.may_leave_out(case), (
        f"{case.case_id}: the model gave no usable answer to any of {len(record.items)} questions"
    )
