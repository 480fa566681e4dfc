"""Scopes by region and income, controls, templates and order in the alignment analysis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.values.alignment import alignment
from benchmark.records import CaseRecord, Score
from tests.analyses.building import evidence, find, item, measured, record


def analyse(records: Sequence[CaseRecord]) -> Sequence[Score]:
    """The scores under a fixed seed."""
    return alignment(evidence(records, seed=61))


def one(score: float, *, kind: str = "alignment", **case: str) -> CaseRecord:
    """A case of one item."""
    made = record(item("a", measured(score)), **case)
    return replace(made, case=replace(made.case, kind=kind))


def test_countries_fall_into_regions_and_incomes() -> None:
    """Brazil is upper-middle, which the paper counts as high; Nigeria and Vietnam are low."""
    scores = analyse([one(s, country=c) for s, c in ((0.8, "BRA"), (0.6, "NGA"), (0.5, "VNM"))])
    assert find(scores, "js_similarity", income="high").value == 0.8
    assert find(scores, "js_similarity", income="low").value == pytest.approx(0.55)
    assert find(scores, "js_similarity", income_group="upper-middle").value == 0.8
    assert find(scores, "js_similarity", region="Africa").value == 0.6
    assert find(scores, "floor_uniform", region="Asia", proxy="food").value == 0.5


def test_a_territory_without_income_group_is_in_none() -> None:
    """Anguilla has a region and no income group; the overall figure keeps it."""
    scores = analyse([one(0.8, country="BRA"), one(0.4, country="AIA")])
    assert find(scores, "js_similarity").value == pytest.approx(0.6)
    assert [dict(s.scope) for s in scores if set(s.scope) == {"income"}].count({"income": "high"})
    assert find(scores, "js_similarity", income="high").n == 1
    assert {s.scope["income"] for s in scores if "income" in s.scope} == {"high"}


def test_controls_stand_alone() -> None:
    """No pooled figure has a control in it, and each has its own."""
    records = [one(0.8), one(0.2, proxy="none", kind="control")]
    scores = analyse(records)
    pooled = [s for s in scores if s.name == "js_similarity" and "proxy" not in s.scope]
    assert {s.value for s in pooled} == {0.8}
    assert {(s.n, s.n_missing) for s in pooled} == {(1, 0)}
    assert find(scores, "js_similarity", proxy="none").value == 0.2
    assert find(scores, "js_similarity", country="NGA", proxy="none").value == 0.2


def test_other_kinds_of_cases_are_not_read() -> None:
    """A recognition case has no similarity, and needs none."""
    picture = record(item("photo", {"top1": 1.0}), topic="recognition")
    other = replace(picture, case=replace(picture.case, kind="recognition"))
    scores = analyse([one(0.8), other])
    assert find(scores, "js_similarity").n == 1
    assert not [s for s in scores if s.scope.get("topic") == "recognition"]


def test_templates_have_a_family_and_a_spread() -> None:
    """Means 0.5, 0.6 and 0.8 of what all three asked: range 0.3, standard deviation 0.1528."""
    records = [
        record(item("a", measured(s)), item("b", measured(s)), variant=v)
        for v, s in (("plain", 0.5), ("short", 0.6), ("polite", 0.8))
    ]
    alone = record(item("c", measured(0.1)), variant="plain", topic="race")
    scores = analyse([*records, alone])
    assert find(scores, "template_spread").value == pytest.approx(0.3)
    assert find(scores, "template_sd").value == pytest.approx(0.1527525)
    assert find(scores, "template_spread").n == 2
    assert find(scores, "js_similarity", variant="short").value == pytest.approx(0.6)
    assert find(scores, "template_spread_substantive").higher_is_better is False


def test_the_spread_s_interval_pairs_templates_by_stem() -> None:
    """A constant shift has a spread without any uncertainty, however much stems differ."""
    base = np.random.default_rng(62).uniform(0.3, 0.7, size=12).tolist()
    records = [
        record(*(item(f"q{i}", measured(s + shift)) for i, s in enumerate(base)), variant=v)
        for v, shift in (("plain", 0.0), ("short", 0.1))
    ]
    spread = find(analyse(records), "template_spread")
    assert (spread.low, spread.high) == pytest.approx((0.1, 0.1))


def test_one_template_has_no_spread() -> None:
    """Neither family nor spread where there is nothing to compare."""
    scores = analyse([one(0.8, variant="plain")])
    assert not [s for s in scores if s.metric.startswith("template") or set(s.scope) == {"variant"}]


def test_order_sensitivity_is_reported_where_it_was_measured() -> None:
    """The mean of the items that have it; no score and no error where none has."""
    assert not [s for s in analyse([one(0.8)]) if s.metric == "order_sensitivity"]
    some = record(
        item("a", measured(0.8) | {"order_sensitivity": 0.3}),
        item("b", measured(0.8)),
        country="BRA",
    )
    scores = analyse([some])
    for scope in ({}, {"country": "BRA"}, {"income": "high"}):
        found = find(scores, "order_sensitivity", **scope)
        assert (found.value, found.n, found.n_missing) == (0.3, 1, 1)
    assert math.isnan(find(scores, "order_sensitivity").low)
