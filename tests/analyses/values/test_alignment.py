"""Similarity, floors, ceiling and skill by scope."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest

from benchmark.analyses.values.alignment import NEEDS, alignment
from benchmark.errors import DataProblem
from benchmark.jsonio import canonical
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import CaseRecord, Item, Score
from tests.analyses.building import evidence, find, item, measured, record, survey_records


def analyse(records: Sequence[CaseRecord], *, resamples: int = 400) -> Sequence[Score]:
    """The scores under a fixed seed."""
    return alignment(evidence(records, seed=31), resamples=resamples)


def many(n: int, *, topic: str = "religion", country: str = "NGA", seed: int = 0) -> CaseRecord:
    """A case of n items with scores between 0.4 and 0.9, each in a stem of its own."""
    scores = np.random.default_rng(seed).uniform(0.4, 0.9, size=n).tolist()
    items = (item(f"{topic}-{i}", measured(score)) for i, score in enumerate(scores))
    return record(*items, topic=topic, country=country)


def test_skill_is_a_ratio_of_means() -> None:
    """By hand: (0.75 - 0.5) / (0.9 - 0.5) = 0.625, where the mean of ratios would be 0.75."""
    first = measured(0.8, floor=0.2, ceiling=1.0)  # 0.75 of the way
    second = measured(0.7, floor=0.8 - 1e-9, ceiling=0.8)  # hardly any room
    scores = analyse([record(item("a", first), item("b", second))])
    assert find(scores, "skill_uniform").value == pytest.approx((0.75 - 0.5) / (0.9 - 0.5))
    assert find(scores, "js_similarity").value == pytest.approx(0.75)


def test_skill_leaves_out_items_without_their_floor() -> None:
    """Score, floor and ceiling of a skill are means of the same items; similarity keeps all."""
    lonely = measured(0.1) | {"floor_world_average": math.nan}
    scores = analyse([record(item("a", measured(0.75)), item("b", lonely))])
    skill = find(scores, "skill_world_average")
    assert (skill.value, skill.n, skill.n_missing) == (0.5, 1, 1)
    assert find(scores, "js_similarity").n == 2
    assert find(scores, "skill_world_average_substantive").value == pytest.approx(
        (0.425 - 0.5) / 0.5
    )


def test_readings_miss_items_on_their_own() -> None:
    """An item can have a printed value and no substantive one."""
    printed_only = measured(0.6) | {n: math.nan for n in NEEDS if n.endswith("_substantive")}
    scores = analyse([record(item("a", measured(0.8)), item("b", printed_only))])
    printed, substantive = (
        find(scores, "js_similarity" + suffix) for suffix in ("", "_substantive")
    )
    assert (printed.n, printed.n_missing, printed.reading) == (2, 0, "printed")
    assert (substantive.n, substantive.n_missing, substantive.reading) == (1, 1, "substantive")


def test_floors_are_means_of_the_items_that_were_scored() -> None:
    """A question without a model answer does not shift the floor beside the similarity."""
    unscored = measured(math.nan, floor=0.1)
    scores = analyse([record(item("a", measured(0.8)), item("b", unscored))])
    floor = find(scores, "floor_uniform")
    assert (floor.value, floor.n, floor.n_missing) == (0.5, 1, 1)
    assert (floor.method, floor.higher_is_better) == ("mean", None)


def test_items_without_distributions_are_missing() -> None:
    """A question that nobody was asked needs no values; it counts as missing."""
    score = find(
        analyse([record(item("a", measured(0.8)), item("b", {}, scored=False))]), "js_similarity"
    )
    assert (score.value, score.n, score.n_missing) == (0.8, 1, 1)


def test_a_scored_item_without_a_needed_value_is_an_error() -> None:
    """The message names the item, the case and the value."""
    values = measured(0.5)
    del values["ceiling_population"]
    with pytest.raises(DataProblem, match=r"'q7'.*'ceiling_population'.*'alignment'"):
        analyse([record(item("q7", values))])


def test_every_family_of_scopes_is_reported() -> None:
    """Overall, each margin, the pairs with the proxy, and cells with their variant."""
    records = [
        record(item("a", measured(0.8)), country="NGA", proxy="food"),
        record(item("a", measured(0.6)), country="FRA", proxy="country", variant="plain"),
    ]
    scores = analyse(records)
    scopes = {tuple(sorted(s.scope.items())) for s in scores if s.metric == "js_similarity"}
    assert {tuple(sorted(key for key, _ in scope)) for scope in scopes} == {
        (),
        ("proxy",),
        ("country",),
        ("topic",),
        ("country", "proxy"),
        ("proxy", "topic"),
        ("country", "proxy", "topic"),
        ("country", "proxy", "topic", "variant"),
        ("region",),
        ("income_group",),
        ("income",),
        ("proxy", "region"),
        ("income_group", "proxy"),
        ("income", "proxy"),
        ("section",),
        ("proxy", "section"),
    }
    assert find(scores, "js_similarity", country="FRA").value == 0.6
    assert find(scores, "js_similarity", topic="religion").value == pytest.approx(0.7)


def test_cells_report_similarity_and_skill_over_the_world_only() -> None:
    """Everything else of a cell can be had from its row."""
    cell = {"country": "NGA", "topic": "religion", "proxy": "food"}
    scores = [s for s in analyse([many(8)]) if dict(s.scope) == cell]
    assert sorted(s.name for s in scores) == [
        "js_similarity",
        "js_similarity_substantive",
        "skill_world_average",
        "skill_world_average_substantive",
    ]


@pytest.mark.parametrize(("stems", "enough"), [(5, False), (6, True)])
def test_fewer_than_six_stems_give_no_interval(stems: int, enough: bool) -> None:
    """Twelve items in five stems are too few, in six they are enough."""
    items = [item(f"q{i}", measured(0.5 + i / 100), cluster=f"s{i % stems}") for i in range(12)]
    score = find(analyse([record(*items)]), "js_similarity")
    assert score.n == 12
    assert math.isnan(score.low) == math.isnan(score.high) == (not enough)
    bootstrap = "stem bootstrap, 400 resamples, 95 % expanded percentile"
    method = bootstrap if enough else "too few stems (5 < 6)"
    assert score.method == method


def test_a_stem_is_one_draw_in_all_countries() -> None:
    """Five questions in twenty countries are still five stems."""
    records = [many(5, country=f"C{c:02}", seed=c) for c in range(20)]
    score = find(analyse(records), "js_similarity")
    assert (score.n, score.method) == (100, "too few stems (5 < 6)")


def test_stems_without_a_scored_item_do_not_count() -> None:
    """Six stems of which one is missing are five."""
    items = [item(f"q{i}", measured(0.5 if i else math.nan)) for i in range(6)]
    assert find(analyse([record(*items)]), "js_similarity").method == "too few stems (5 < 6)"


def test_no_room_above_the_floor_is_said() -> None:
    """A ceiling under the floor, overall or in a resample, leaves no skill or no interval."""
    low = [item(f"q{i}", measured(0.6, floor=0.9, ceiling=0.8)) for i in range(8)]
    none = find(analyse([record(*low)]), "skill_uniform")
    assert math.isnan(none.value)
    assert none.method == "ceiling at or below floor"
    high = [item(f"q{i}", measured(0.6, floor=0.5 if i < 2 else 0.9)) for i in range(7)]
    mixed = [i if n < 2 else low[n] for n, i in enumerate(high)]
    some = find(analyse([record(*mixed)]), "skill_uniform")
    assert math.isfinite(some.value)
    assert some.method == "no interval: ceiling at or below floor in a resample"


def test_order_of_records_and_items_does_not_matter() -> None:
    """Workers finish in any order; every number stays the same to the last bit."""
    records = [many(9, topic=t, country=c) for t in ("race", "news") for c in ("NGA", "FRA")]
    shuffled = [record_reversed(records[i]) for i in (2, 0, 3, 1)]
    assert dumped(analyse(shuffled)) == dumped(analyse(records))


def test_a_scope_does_not_depend_on_what_else_was_run() -> None:
    """An interval of one topic is the same alone and beside another topic."""
    alone = find(analyse([many(9)]), "skill_uniform", topic="religion")
    beside = find(analyse([many(9), many(12, topic="race")]), "skill_uniform", topic="religion")
    assert dumped([alone]) == dumped([beside])


def test_scores_are_plain_json() -> None:
    """Exact builtin types throughout, or a worker would die of them."""
    assert dumped(analyse([many(7)]))


def test_no_records_give_overall_scores_without_a_value() -> None:
    """A gate on an empty run finds a score, and that it is none."""
    scores = analyse([])
    assert {tuple(s.scope) for s in scores} == {()}
    assert all(math.isnan(s.value) and s.n == 0 for s in scores)


def test_planted_truth_scores_one_and_the_world_s_answer_none() -> None:
    """A model that answers as each country does is perfect; as the others do, without skill."""
    people = np.random.default_rng(32).dirichlet(np.ones(4), size=(24, 5))
    scores = analyse(survey_records(people, people))
    assert find(scores, "js_similarity").value == 1
    for floor in ("uniform", "world_average", "best_blind"):
        skill = find(scores, f"skill_{floor}")
        assert skill.low > 0.9
        assert 1 <= skill.value < 1.1
    others = (people.sum(axis=1, keepdims=True) - people) / 4
    scores = analyse(survey_records(people, others))
    assert find(scores, "skill_world_average").value == pytest.approx(0, abs=1e-12)


def test_interval_brackets_the_ratio_as_an_independent_bootstrap_does() -> None:
    """Recomputed stem by stem with NumPy alone, the ends agree within resampling noise."""
    people = np.random.default_rng(33).dirichlet(np.ones(4), size=(40, 3))
    model = np.roll(people, 1, axis=1)
    records = survey_records(people, model)
    score = find(analyse(records, resamples=RESAMPLES), "skill_uniform")
    values = [{**i.values, "stem": int(i.cluster[1:])} for r in records for i in r.items]
    sums = np.zeros((3, 20))
    for v in values:
        for k, name in enumerate(("js_similarity", "floor_uniform", "ceiling_population")):
            sums[k, int(v["stem"])] += v[name]
    drawn = np.random.default_rng(34).integers(20, size=(10_000, 20))
    s, f, c = (row[drawn].sum(axis=1) for row in sums)
    expected = np.quantile((s - f) / (c - f), [0.025, 0.975])
    np.testing.assert_allclose([score.low, score.high], expected, atol=0.02)


@pytest.mark.parametrize("stems", [6, pytest.param(20, marks=pytest.mark.slow)])
def test_intervals_cover_the_truth_as_often_as_they_say(stems: int) -> None:
    """1 000 countries with 6 or 20 stems of correlated items: 95 % of intervals hold the truth.

    0.02 is three standard errors of the simulation; a plain percentile interval covers 0.93 at
    20 stems and 0.84 at 6.
    """
    rng = np.random.default_rng(35)
    means = 0.6 + 0.1 * rng.standard_normal((1000, stems, 1))
    drawn = means + 0.05 * rng.standard_normal((1000, stems, 3))
    records = [record(*questions(f"C{c}", of), country=f"C{c}") for c, of in enumerate(drawn)]
    found = [
        score
        for score in analyse(records)
        if score.name == "js_similarity" and set(score.scope) == {"country"}
    ]
    assert len(found) == 1000
    hits = np.mean([score.low <= 0.6 <= score.high for score in found])
    assert hits == pytest.approx(0.95, abs=0.021)


def questions(prefix: str, drawn: FloatArray) -> list[Item]:
    """Items with the given scores, (stems, items of a stem), in stems of that prefix."""
    return [
        item(f"{prefix}-{s}-{i}", measured(score), cluster=f"{prefix}-{s}")
        for s, row in enumerate(drawn.tolist())
        for i, score in enumerate(row)
    ]


def record_reversed(original: CaseRecord) -> CaseRecord:
    """The same case with its items from the last to the first."""
    case = original.case
    return record(
        *reversed(original.items), country=case.country, topic=case.topic, proxy=case.proxy
    )


def dumped(scores: Sequence[Score]) -> str:
    """One line of text that differs wherever a number does."""
    return canonical([asdict(score) for score in scores])
