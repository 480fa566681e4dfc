"""How much stems, pictures, wordings and orders move a similarity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmark.analyses.values.generalisability import generalisability
from benchmark.metrics.divergence import js_similarity
from benchmark.records import Case, CaseRecord, Item, Score
from tests.analyses.building import evidence, find

PEOPLE = (0.6, 0.4)


def answered(place: int, answers: Sequence[float], *, pictures: int, orders: int) -> Item:
    """A question whose answers put these shares on the first option."""
    each = tuple((p, 1 - p) for p in answers)
    return Item(
        case_id="",
        item_id=f"q{place}",
        cluster=f"s{place}",
        image_ids=tuple(f"{k}.png" for k in range(pictures)),
        human=PEOPLE,
        model=tuple(np.mean(each, axis=0).tolist()),
        by_image=each[::orders] if pictures > 1 else (),
        by_order=each if orders > 1 else (),
    )


def analyse(
    table: Sequence[Sequence[float]], *, pictures: int, orders: int, **case: str
) -> list[Score]:
    """The scores of one case, a row of answers a question."""
    items = tuple(answered(k, row, pictures=pictures, orders=orders) for k, row in enumerate(table))
    one = Case(suite="wvs", country="NGA", topic="race", proxy="food", **case)
    return generalisability(evidence([CaseRecord(case=one, scores=(), items=items)]))


def test_each_facet_has_its_variance_and_how_many_are_enough() -> None:
    """Two pictures in two orders: the second picture is worse for both questions, order is not."""
    scores = analyse([[0.6, 0.6, 0.2, 0.2], [0.6, 0.6, 0.2, 0.2]], pictures=2, orders=2)
    near, far = (float(js_similarity(PEOPLE, (p, 1 - p))) for p in (0.6, 0.2))
    expected = {"picture": (near - far) ** 2 / 2, "order": 0.0, "stem": 0.0}
    for facet, variance in expected.items():
        found = find(scores, f"variance_{facet}", proxy="food")
        assert found.value == pytest.approx(variance, abs=1e-15)
        assert (found.n, found.n_clusters) == (8, 2)
        assert find(scores, f"variance_{facet}_substantive", proxy="food").value == found.value
    assert find(scores, "enough_order", proxy="food").value == 1
    assert find(scores, "enough_picture", proxy="food").value > 100
    assert not [s for s in scores if s.metric.endswith("template")]


def test_nothing_is_said_of_a_facet_with_one_level() -> None:
    """One picture, one order, one question."""
    assert analyse([[0.5]], pictures=1, orders=1) == []
    assert generalisability(evidence([])) == []
