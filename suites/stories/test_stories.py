"""Stories: one case per nationality, concept and proxy."""

from __future__ import annotations

from benchmark.records import VECTORS, Case
from fixtures.measure import Measure


def test_stories(case: Case, measure: Measure) -> None:
    """The model writes the case's stories; their lexical values become test properties.

    A refusal, or an empty or cut story, is a score and not a failure.
    """
    record = measure(case)
    stories = [item for item in record.items if not item.item_id.startswith(VECTORS)]
    assert stories
    assert all(len(item.request_keys) == 1 for item in stories)
