"""Similarity, floors, ceiling and skill by scope."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy import stats

from benchmark.analyses.reporting import LONGER
from benchmark.analyses.values.alignment import NEEDS, alignment
from benchmark.errors import DataProblem
from benchmark.jsonio import canonical
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.skewed_means import mean_interval
from benchmark.records import CaseRecord, Item, Score
from tests.analyses.building import evidence, find, item, measured, record, survey_records


def analyse(records: Sequence[CaseRecord]) -> Sequence[Score]:
    """The scores."""
    return alignment(evidence(records))


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
    assert (floor.method, floor.higher_is_better) == ("mean of stem means, no interval", None)


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
    method = f"t on stem means, 5 d.f., {LONGER}" if enough else "too few stems (5 < 6)"
    assert (score.method, score.n_clusters) == (method, stems)


def test_a_stem_has_one_vote_in_all_countries() -> None:
    """Five questions in twenty countries are still five stems."""
    records = [many(5, country=f"C{c:02}", seed=c) for c in range(20)]
    score = find(analyse(records), "js_similarity")
    assert (score.n, score.method) == (100, "too few stems (5 < 6)")


def test_stems_without_a_scored_item_do_not_count() -> None:
    """Six stems of which one is missing are five."""
    items = [item(f"q{i}", measured(0.5 if i else math.nan)) for i in range(6)]
    assert find(analyse([record(*items)]), "js_similarity").method == "too few stems (5 < 6)"


def test_no_room_above_the_floor_is_said() -> None:
    """A ceiling under the floor, overall or without one stem, leaves no skill or no interval."""
    low = [item(f"q{i}", measured(0.6, floor=0.9, ceiling=0.8)) for i in range(8)]
    none = find(analyse([record(*low)]), "skill_uniform")
    assert math.isnan(none.value)
    assert none.method == "ceiling at or below floor"
    high = [item(f"q{i}", measured(0.6, floor=0.5 if i < 2 else 0.9)) for i in range(7)]
    mixed = [i if n < 2 else low[n] for n, i in enumerate(high)]
    some = find(analyse([record(*mixed)]), "skill_uniform")
    assert math.isfinite(some.value)
    assert some.method == "no interval: ceiling at or below floor without one of the stems"


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


def battery(sizes: Sequence[int], *, seed: int = 5) -> CaseRecord:
    """A case with stems of so many questions, alike within a stem."""
    rng = np.random.default_rng(seed)
    drawn = [0.6 + 0.1 * rng.standard_normal() + 0.02 * rng.standard_normal(n) for n in sizes]
    return record(
        *(
            item(f"{s}-{i}", measured(score), cluster=f"s{s}")
            for s, row in enumerate(drawn)
            for i, score in enumerate(row.tolist())
        )
    )


def test_similarity_is_the_mean_of_stem_means_with_their_interval() -> None:
    """One battery of twenty questions has one vote among eight stems, as far out as their skew."""
    case = battery((20, 1, 2, 3, 1, 1, 4, 2))
    means = [
        np.mean([i.values["js_similarity"] for i in case.items if i.cluster == f"s{s}"])
        for s in range(8)
    ]
    score = find(analyse([case]), "js_similarity")
    low, high = mean_interval(means)
    assert (score.value, score.low, score.high) == pytest.approx((np.mean(means), low, high))
    assert (score.n, score.n_clusters) == (34, 8)


def test_an_interval_that_takes_its_pictures_as_they_are_says_so() -> None:
    """Other pictures might give another similarity, which stems say nothing about."""
    seen = [replace(i, image_ids=("a",)) for i in battery([2] * 8).items]
    scores = analyse([record(*seen), record(*battery([2] * 8).items, proxy="country")])
    for proxy, these in (("food", True), ("country", False)):
        score = find(scores, "skill_uniform", proxy=proxy)
        assert score.method.endswith("; these pictures") is these


def test_the_published_mean_over_questions_stands_beside_without_interval() -> None:
    """The battery weighs its questions there, and Kish says of how many stems that is worth."""
    case = battery((20, 1, 2, 3, 1, 1, 4, 2))
    scores = analyse([case])
    items = find(scores, "js_similarity_items")
    assert items.value == pytest.approx(np.mean([i.values["js_similarity"] for i in case.items]))
    assert items.value != pytest.approx(find(scores, "js_similarity").value, abs=1e-3)
    assert math.isnan(items.low)
    assert items.method == "mean over questions, no interval"
    kish = find(scores, "stems_effective")
    assert kish.value == pytest.approx(34**2 / (400 + 1 + 4 + 9 + 1 + 1 + 16 + 4))


def test_no_value_lies_outside_its_own_interval() -> None:
    """Of no score, in no scope, however uneven the batteries."""
    records = [
        replace(battery((30, 1, 1, 2, 1, 9, 1, 1, 3), seed=c), case=replace(case, country=f"C{c}"))
        for c, case in enumerate([many(3).case] * 5)
    ]
    scores = [score for score in analyse(records) if math.isfinite(score.low)]
    assert len(scores) > 100
    assert [s for s in scores if not s.low <= s.value <= s.high] == []


@pytest.mark.parametrize("name", ["option_mass", "js_distance", "js_divergence"])
def test_figures_that_gates_ask_for_have_intervals(name: str) -> None:
    """Without one, a gate on it would always be inconclusive."""
    score = find(analyse([battery([2] * 8)]), name)
    assert score.low <= score.value <= score.high


def test_what_only_some_suites_record_is_reported_where_it_is_recorded() -> None:
    """The pooled answer's similarity, the one that counts what was not answered, ordered scales."""
    names = {s.metric for s in analyse([battery([2] * 8)])}
    assert names.isdisjoint({"js_similarity_pooled", "js_similarity_all_asked", "w1_similarity"})
    ordered = {
        "w1_similarity_substantive": 0.9,
        "w1_floor_uniform_substantive": 0.7,
        "w1_ceiling_population_substantive": 0.98,
    }
    rich = [
        replace(
            i,
            values={
                **i.values,
                "js_similarity_pooled": 0.8,
                "js_similarity_all_asked": 0.7,
                **(ordered if n % 2 else {}),
            },
        )
        for n, i in enumerate(battery([2] * 8).items)
    ]
    scores = analyse([record(*rich)])
    for name, value, n in (
        ("js_similarity_pooled", 0.8, 16),
        ("js_similarity_all_asked", 0.7, 16),
        ("w1_similarity_substantive", 0.9, 8),
        ("w1_skill_uniform_substantive", 0.2 / 0.28, 8),
    ):
        found = find(scores, name)
        assert (found.value, found.low) == pytest.approx((value, value))
        assert found.n == n
    assert find(scores, "w1_floor_uniform_substantive").n == 8
    assert "w1_floor_best_blind" not in {s.metric for s in scores}


def test_the_interval_of_a_skill_is_fieller_s() -> None:
    """A ratio of means has an exact interval under normal stems; the jackknife's is near it.

    The end on the side of the longer tail of its stems lies further out.
    """
    people = np.random.default_rng(33).dirichlet(np.ones(4), size=(80, 3))
    records = survey_records(people, np.roll(people, 1, axis=1))
    score = find(analyse(records), "skill_uniform")
    stems = sorted({i.cluster for i in records[0].items})
    table = np.array(
        [
            [
                np.mean([i.values[name] for r in records for i in r.items if i.cluster == stem])
                for name in ("js_similarity", "floor_uniform", "ceiling_population")
            ]
            for stem in stems
        ]
    )
    above, room = table[:, 0] - table[:, 1], table[:, 2] - table[:, 1]
    grid = np.linspace(score.value - 1, score.value + 1, 20001)
    rest = above[:, None] - grid * room[:, None]
    inside = grid[np.abs(stats.ttest_1samp(rest, 0).statistic) <= stats.t.ppf(0.975, 39)]
    width = inside[-1] - inside[0]
    further = inside[0] - score.low, score.high - inside[-1]
    assert min(further) == pytest.approx(0, abs=0.1 * width)
    assert 0 <= max(further) < 0.2 * width


@pytest.mark.parametrize(
    ("stems", "share"), [(6, 0.968), pytest.param(20, 0.962, marks=pytest.mark.slow)]
)
def test_intervals_cover_the_truth_as_often_as_they_say(stems: int, share: float) -> None:
    """1 000 countries, 6 or 20 normal stems of one to nine correlated items: docs/validity.md."""
    rng = np.random.default_rng(35)
    means = 0.6 + 0.1 * rng.standard_normal((1000, stems))
    sizes = [1 + 8 * (s % 3 == 0) for s in range(stems)]
    records = [
        record(
            *(
                i
                for s, size in enumerate(sizes)
                for i in questions(f"C{c}-{s}", of[s] + 0.05 * rng.standard_normal((1, size)))
            ),
            country=f"C{c}",
        )
        for c, of in enumerate(means)
    ]
    found = [
        score
        for score in analyse(records)
        if score.name == "js_similarity" and set(score.scope) == {"country"}
    ]
    assert len(found) == 1000
    hits = np.mean([score.low <= 0.6 <= score.high for score in found])
    assert hits == pytest.approx(share, abs=0.017)  # three standard errors


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
