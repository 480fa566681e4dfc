"""Figures over pictures and over reasons: counts by hand, missing ones counted, controls apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from benchmark.analyses.values.rationales import rationales
from benchmark.analyses.values.recognition import recognition
from benchmark.metrics.proportions import wilson_interval
from benchmark.records import Case, CaseRecord, Item, Score
from tests.analyses.building import evidence

WRONG = {"top1": 0.0, "top2": 1.0, "top5": 1.0, "reciprocal_rank": 0.5, "p_country": 0.2}
RIGHT = {"top1": 1.0, "top2": 1.0, "top5": 1.0, "reciprocal_rank": 1.0, "p_country": 0.6}
UNREAD = dict.fromkeys(RIGHT, math.nan)


def picture(country: str, proxy: str, name: str, values: Mapping[str, float]) -> CaseRecord:
    """A recognition case."""
    case = Case(
        suite="wvs",
        country=country,
        topic="recognition",
        proxy=proxy,
        variant=name,
        kind="recognition",
    )
    more = {**values, "answer_mass": 0.5, "chance": 0.1}
    return CaseRecord(
        case=case,
        scores=(),
        items=(Item(case_id=case.case_id, item_id=name, cluster=name, values=more),),
    )


def reasons(kind: str, proxy: str, *words: float) -> CaseRecord:
    """A case whose items carry a rationale's values; the last has none."""
    case = Case(suite="wvs", country="NGA", topic="race", proxy=proxy, kind=kind)
    items = [
        Item(
            case_id=case.case_id,
            item_id=f"q{i}",
            cluster="s",
            values={"js_similarity": 0.5, "rationale_words": value},
        )
        for i, value in enumerate(words)
    ]
    bare = Item(case_id=case.case_id, item_id="q9", cluster="s", values={"js_similarity": 0.5})
    return CaseRecord(case=case, scores=(), items=(*items, bare))


def found(scores: Sequence[Score], metric: str, **scope: str) -> Score:
    """The one score of that metric and scope."""
    (score,) = (s for s in scores if s.metric == metric and s.scope == scope)
    return score


def test_shares_of_pictures_have_wilson_intervals_and_count_what_was_not_read() -> None:
    """Two of three right, one unread: n 3, missing 1."""
    records = [
        picture("NGA", "food", "a", RIGHT),
        picture("NGA", "food", "b", WRONG),
        picture("NGA", "sports", "c", RIGHT),
        picture("FRA", "food", "d", UNREAD),
    ]
    scores = recognition(evidence(records))
    top1 = found(scores, "recognition_top1")
    assert (top1.value, top1.n, top1.n_missing) == (2 / 3, 3, 1)
    assert (top1.low, top1.high) == wilson_interval(2, 3)
    assert found(scores, "recognition_mrr").value == pytest.approx(2.5 / 3)
    assert found(scores, "recognition_top1", country="NGA", proxy="food").value == 0.5
    assert found(scores, "recognition_top1_chance").value == pytest.approx(0.1)
    unread = found(scores, "recognition_top1", country="FRA")
    assert math.isnan(unread.value)
    assert (unread.n, unread.n_missing) == (0, 1)


def test_order_of_records_changes_nothing_and_other_kinds_are_left_out() -> None:
    """Cases of similarity are not pictures."""
    records = [picture("NGA", "food", name, RIGHT) for name in "abc"]
    others = [*reversed(records), reasons("alignment", "food", 3.0)]
    assert repr(recognition(evidence(records))) == repr(recognition(evidence(others)))
    assert recognition(evidence([reasons("alignment", "food", 3.0)])) == []


def test_reasons_are_averaged_over_the_questions_that_have_one() -> None:
    """A question without a reason is not missing; a reason that gave no figure is."""
    scores = rationales(
        evidence(
            [reasons("alignment", "food", 4.0, 8.0), reasons("alignment", "country", math.nan)]
        )
    )
    words = found(scores, "rationale_words")
    assert (words.value, words.n, words.n_missing) == (6.0, 2, 1)
    assert found(scores, "rationale_words", proxy="food").value == 6.0


def test_controls_have_reasons_under_their_own_proxy_only() -> None:
    """Asking for a control changes no pooled figure."""
    scores = rationales(
        evidence([reasons("alignment", "food", 4.0), reasons("control", "none", 100.0)])
    )
    assert found(scores, "rationale_words").value == 4.0
    assert found(scores, "rationale_words", proxy="none").value == 100.0


def test_without_reasons_there_are_no_scores() -> None:
    """Nothing is reported that was not asked."""
    assert rationales(evidence([reasons("alignment", "food")])) == []
