"""Identification, spread and distances: what tells a culture from the average human."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, kendalltau

from benchmark.analyses.values.distances import distances
from benchmark.analyses.values.identification import identification
from benchmark.analyses.values.spread import spread
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Evidence, Score
from tests.analyses.building import evidence, find
from tests.analyses.planting import Plan, noisy, plan

Computed = Callable[[Evidence], Sequence[Score]]
ANALYSES: Mapping[str, Computed] = {
    "identification": partial(identification, permutations=300),
    "spread": spread,
    "distances": partial(distances, permutations=300),
}


def analyse(planted: Plan, answers: Mapping[str, FloatArray], name: str) -> Sequence[Score]:
    """The scores under a fixed seed."""
    return ANALYSES[name](evidence(planted.records(answers), seed=71))


@pytest.fixture(name="planted")
def fixture_planted() -> Plan:
    """Ten peoples, forty questions of which a fifth was not asked in a country."""
    return plan(np.random.default_rng(72), missing=0.2)


def restricted(p: FloatArray) -> FloatArray:
    """Without the last option, by hand."""
    kept: FloatArray = p[..., :-1] / p[..., :-1].sum(axis=-1, keepdims=True)
    return kept


def test_who_answers_as_each_country_does_is_identified(planted: Plan) -> None:
    """Planted truth with noise: first everywhere, spread 1, distances in order."""
    answers = {"country": noisy(planted.people, np.random.default_rng(73), respondents=2000)}
    found = analyse(planted, answers, "identification")
    top1 = find(found, "identification_top1")
    assert (top1.value, top1.high, top1.n_clusters) == (1, 1, 10)
    assert top1.low == pytest.approx(0.7225, abs=1e-4)  # Wilson's, of ten of ten
    assert find(found, "identification_top1_p").value == 1 / 301
    assert find(found, "identification_mrr_substantive").value == 1
    assert find(found, "identification_top1", country="NGA").value == 1
    ratio = find(analyse(planted, answers, "spread"), "spread_ratio_substantive")
    assert ratio.value == pytest.approx(1, abs=0.02)
    assert ratio.low < ratio.value < ratio.high
    scores = analyse(planted, answers, "distances")
    assert find(scores, "distance_tau_b", frame="people").value > 0.9
    assert find(scores, "distance_tau_b_p", frame="people").value == 1 / 301


def test_who_answers_alike_for_everybody_is_at_chance(planted: Plan) -> None:
    """One answer for all: spread exactly 0, no distances, and one country identified of ten."""
    answers = {"food": np.repeat(np.nanmean(planted.people, axis=1, keepdims=True), 10, axis=1)}
    found = analyse(planted, answers, "identification")
    assert find(found, "identification_top1").value <= 0.2
    assert find(found, "identification_top1_chance").value == pytest.approx(0.1)
    assert find(found, "identification_mrr_chance").value == pytest.approx(0.2929, abs=1e-4)
    assert find(found, "identification_top1_p").value == 1
    assert find(analyse(planted, answers, "spread"), "spread_ratio").value == 0
    tau = find(analyse(planted, answers, "distances"), "distance_tau_b", frame="people")
    assert math.isnan(tau.value)
    assert tau.method == "all distances are equal"


def test_rank_is_that_of_a_loop_over_scipy(planted: Plan) -> None:
    """Each rival over the questions shared with it, by SciPy's distance; both readings."""
    model = noisy(planted.people, np.random.default_rng(74), respondents=3)
    scores = analyse(planted, {"country": model}, "identification")
    for name, read in (("", np.asarray), ("_substantive", restricted)):
        people, own = read(planted.people), read(model)
        for c, country in enumerate(planted.countries):
            rank = 1
            for r in range(len(planted.countries)):
                both = np.isfinite(people[:, c, 0]) & np.isfinite(people[:, r, 0])
                mine, other = (
                    jensenshannon(own[both, c], people[both, k], axis=-1).mean() for k in (c, r)
                )
                rank += int(other < mine)
            found = find(scores, f"identification_mrr{name}", country=country)
            assert found.value == pytest.approx(1 / rank, abs=1e-12)
            assert found.n == np.isfinite(planted.people[:, c, 0]).sum()


def test_spread_is_that_of_a_loop_over_scipy(planted: Plan) -> None:
    """Ratio of the means of H(mean) - mean H over those who answered, to 1e-12."""
    model = noisy(planted.people, np.random.default_rng(75), respondents=5)
    for name, read in (("", np.asarray), ("_substantive", restricted)):
        sums = np.zeros(2)
        for people, own in zip(read(planted.people), read(model), strict=True):
            there = np.isfinite(people[:, 0])
            for k, side in enumerate((own[there], people[there])):
                sums[k] += entropy(side.mean(axis=0)) - entropy(side, axis=1).mean()
        found = find(analyse(planted, {"country": model}, "spread"), f"spread_ratio{name}")
        assert found.value == pytest.approx(sums[0] / sums[1], abs=1e-12)


def test_distances_are_those_of_a_loop_over_scipy(planted: Plan) -> None:
    """Means over shared questions, each centred, and SciPy's tau-b of the pairs."""
    model = noisy(planted.people, np.random.default_rng(76), respondents=20)
    scores = analyse(planted, {"country": model}, "distances")
    found = find(scores, "distance_tau_b", frame="people")
    assert found.value == pytest.approx(tau_by_hand(planted, model, centre=True), abs=1e-6)
    assert found.low < found.value < found.high
    assert found.n_clusters == 20


def tau_by_hand(planted: Plan, model: FloatArray, *, centre: bool) -> float:
    """SciPy's tau-b of mean distances, pair by pair."""
    pairs = list(combinations(range(10), 2))
    sides = []
    for side in (model, planted.people):
        apart = np.array([jensenshannon(side[:, a], side[:, b], axis=-1) for a, b in pairs])
        apart[np.isnan([planted.people[:, [a, b], 0].sum(axis=1) for a, b in pairs])] = np.nan
        sides.append(np.nanmean(apart - centre * np.nanmean(apart, axis=0), axis=1))
    return float(kendalltau(*sides).statistic)


def test_centring_changes_nothing_where_all_share_all_questions() -> None:
    """Each pair loses the same; with gaps the two are not the same."""
    rng = np.random.default_rng(70)
    whole, gaps = plan(rng), plan(rng, missing=0.3)
    for planted, equal in ((whole, True), (gaps, False)):
        model = noisy(planted.people, rng, respondents=20)
        found = find(
            analyse(planted, {"country": model}, "distances"), "distance_tau_b", frame="people"
        )
        plain = tau_by_hand(planted, model, centre=False)
        assert (found.value == pytest.approx(plain, abs=1e-9)) is equal


def test_countries_without_figures_are_left_out_and_counted(planted: Plan) -> None:
    """Nigeria has two of Hofstede's six dimensions: nine countries, one missing, never zero."""
    scores = analyse(planted, {"country": planted.people}, "distances")
    found = find(scores, "distance_tau_b", frame="hofstede")
    assert (found.n, found.n_missing) == (9, 1)
    same = find(scores, "distance_tau_b_people", frame="hofstede")
    assert found.value == pytest.approx(same.value, abs=1e-6)
    assert find(scores, "distance_tau_b", frame="inglehart-welzel").n == 10


def test_countries_that_share_too_little_are_left_out() -> None:
    """Eleven questions of all six stems are shared, or six of three; of three that is too few."""
    countries = ("BRA", "CHN", "FRA", "ITA")
    planted = plan(np.random.default_rng(77), questions=12, countries=countries)
    planted.people[0, 0] = np.nan
    scores = analyse(planted, {"country": planted.people}, "distances")
    assert find(scores, "distance_tau_b", frame="people").n == 4
    planted.people[:6, 0] = np.nan
    scores = analyse(planted, {"country": planted.people}, "distances")
    assert find(scores, "distance_tau_b", frame="people").n_missing == 1


def test_countries_that_share_no_question_are_left_out() -> None:
    """A people asked about other things has no distance; of four then three are too few."""
    planted = plan(np.random.default_rng(77), questions=24, countries=("BRA", "CHN", "FRA", "ITA"))
    planted.people[:12, 0] = np.nan
    planted.people[12:, 1:] = np.nan
    scores = analyse(planted, {"country": planted.people}, "distances")
    found = find(scores, "distance_tau_b", frame="people")
    assert (found.n, found.n_missing, found.method) == (3, 1, "too few countries (3 < 4)")
    lonely = find(
        analyse(planted, {"country": planted.people}, "identification"),
        "identification_top1",
        country="BRA",
    )
    assert math.isnan(lonely.value)
    assert (lonely.n, lonely.n_missing) == (0, 24)
    assert lonely.method.startswith("one candidate")


def test_controls_have_their_own_scope_only(planted: Plan) -> None:
    """A control that knows everything does not lift the pooled figures."""
    world = np.repeat(np.nanmean(planted.people, axis=1, keepdims=True), 10, axis=1)
    answers = {"food": world, "country+image": planted.people}
    found = analyse(planted, answers, "identification")
    assert find(found, "identification_top1", proxy="country+image").value == 1
    assert find(found, "identification_top1").value <= 0.2
    assert find(analyse(planted, answers, "spread"), "spread_ratio").value == 0
    scores = analyse(planted, answers, "distances")
    assert math.isnan(find(scores, "distance_tau_b", frame="people").value)


@pytest.mark.parametrize("name", ANALYSES)
def test_too_little_gives_no_interval_and_no_error(name: str) -> None:
    """Nothing at all, one country, and five stems."""
    assert all(math.isnan(s.value) for s in ANALYSES[name](evidence([])))
    alone = plan(np.random.default_rng(78), questions=4, countries=("NGA",))
    assert all(math.isnan(s.value) for s in analyse(alone, {"country": alone.people}, name))
    few = plan(np.random.default_rng(79), questions=10)
    answers = {"country": noisy(few.people, np.random.default_rng(80))}
    scores = analyse(few, answers, name)
    if name == "identification":  # whose units are countries
        single = find(scores, "identification_top1", country="BRA")
        assert (single.n_clusters, single.method) == (1, "one country: no interval")
        scores = [s for s in scores if "country" in s.scope]
    for score in scores:
        assert math.isnan(score.low)
        assert "too few stems (5 < 6)" in score.method or name != "spread"
