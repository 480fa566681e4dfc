"""The statistics of stories as instruments: planted truth is found, planted nothing is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.analyses.stories.distances import matrix_scores, story_distances
from benchmark.analyses.stories.similarity import Distances, by_tokens
from benchmark.analyses.stories.variance import story_variance
from benchmark.analyses.stories.vocabulary import story_vocabulary
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.mantel import kendall_tau_b
from benchmark.records import CaseRecord, Evidence, Score, Text
from benchmark.world.distances import distance_matrix
from tests.analyses.building import evidence, find
from tests.benchmarks.stories import NATIONALITIES, Plan, own_words, reader, records_of

SMALL = Plan(
    countries=NATIONALITIES[:10],
    concepts=("honesty", "market", "pirate", "school", "tale", "wedding"),
    responses=4,
    words=(30, 40),
    vocabulary=400,
)
Computed = Callable[[Evidence], Sequence[Score]]
VARIANCE = partial(story_variance, permutations=199, published_permutations=99)
PROXY = "shared-image"


def scores_of(compute: Computed, plan: Plan, seed: int = 0) -> Sequence[Score]:
    """What an analysis makes of a plan's stories."""
    records, stored = records_of(plan.table(np.random.default_rng(seed)))
    return compute(evidence(records, reader(stored), seed=1))


@cache
def variance(effect: float) -> Sequence[Score]:
    """Variance of the small plan with an effect of nationality."""
    return scores_of(VARIANCE, replace(SMALL, effect=effect))


@cache
def vocabulary(effect: float) -> Sequence[Score]:
    """Words of the small plan with an effect of nationality."""
    return scores_of(partial(story_vocabulary, shufflings=39), replace(SMALL, effect=effect))


def test_the_published_f_is_large_where_nationality_has_no_effect() -> None:
    """F is far beyond its own distribution's tail, and just what shuffled labels give."""
    null = find(variance(0.0), "story_f_published_null", proxy=PROXY)
    f = find(variance(0.0), "story_f_published", proxy=PROXY).value
    assert f > 50
    assert null.low < f < null.high
    assert find(variance(0.0), "story_f_published_p", proxy=PROXY).value < 1e-4
    assert find(variance(0.0), "story_f_published_p_permuted", proxy=PROXY).value > 0.05


def test_permanova_sees_nothing_where_there_is_nothing() -> None:
    """The effect is about 0 and its p not small, though r2 is far from 0."""
    scores = variance(0.0)
    assert find(scores, "story_permanova_p").value > 0.05
    assert abs(find(scores, "story_omega2").value) < 0.01
    r2, null = (find(scores, name).value for name in ("story_r2", "story_r2_null"))
    assert r2 == pytest.approx(null, abs=0.02)
    assert null > 0.1


def test_permanova_finds_a_planted_effect() -> None:
    """The p is the least there is, in all and for every concept after Holm's correction."""
    scores = variance(0.3)
    assert find(scores, "story_permanova_p").value == 1 / 200
    assert find(scores, "story_omega2").value > 0.05
    corrected = [s.value for s in scores if s.metric == "story_permanova_p_holm"]
    assert len(corrected) == len(SMALL.concepts)
    assert max(corrected) <= 0.05
    apart = [s.value for s in scores if s.metric == "story_distinctness" and "proxy" not in s.scope]
    assert min(apart) > 0


def test_a_nationality_that_is_only_more_varied_is_seen_by_the_test_of_spread() -> None:
    """Words replaced at random move no centre but scatter the stories."""
    who = SMALL.countries[0]
    scores = scores_of(VARIANCE, replace(SMALL, spread={who: 0.35}))
    assert find(scores, "story_dispersion_p").value < 0.02
    by_country = {
        s.scope["country"]: s.value
        for s in scores
        if s.metric == "story_dispersion" and "proxy" not in s.scope
    }
    assert max(by_country, key=lambda c: by_country[c]) == who
    assert find(variance(0.0), "story_dispersion_p").value > 0.05


@pytest.mark.parametrize("metric", ["story_word_tfidf", "story_word_z"])
def test_planted_words_are_found(metric: str) -> None:
    """A nationality's twelve own words lead its list, by TF-IDF and by log-odds."""
    for country in SMALL.countries:
        listed = [
            score
            for score in vocabulary(0.3)
            if score.metric == metric
            and score.scope["country"] == country
            and score.scope.get("end", "top") == "top"
        ]
        best = sorted(listed, key=lambda score: -score.value)[:12]
        own = set(own_words(country).tolist())
        assert len({score.scope["word"] for score in best} & own) >= 11


def test_markers_are_learned_from_other_concepts() -> None:
    """Most stories have a marker of their own nationality and almost none of another's."""
    scores = vocabulary(0.3)
    assert find(scores, "story_marker_words", country=SMALL.countries[0]).value == 12
    assert find(scores, "story_marker_rate").value > 0.9
    assert find(scores, "story_marker_rate_others").value < 0.01


def test_no_word_is_a_marker_where_nationality_has_no_effect() -> None:
    """The correction over all words and nationalities leaves none."""
    p = [score.value for score in vocabulary(0.0) if score.metric == "story_word_p"]
    assert min(p) > 0.05
    assert find(vocabulary(0.0), "story_marker_rate").value < 0.05


def planted_tau(seed: int) -> tuple[Distances, np.ndarray]:
    """Stories whose *similarity* has a tau of about -0.5 with cultural distance."""
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(42, 3))
    truth = np.linalg.norm(places[:, None] - places, axis=-1)
    noise = rng.normal(size=truth.shape)
    apart = truth + 1.1 * (noise + noise.T) / np.sqrt(2)
    return Distances(scope={}, measure="edits", control=False, apart=apart, n=42), truth


def test_a_planted_tau_is_recovered_with_sixteen_countries_missing() -> None:
    """-0.5 stays -0.5 over the 26 that have figures; with missing ones at 0 it is gone."""
    between, truth = planted_tau(3)
    whole = kendall_tau_b(*(m[np.triu_indices(42, 1)] for m in (-between.apart, truth)))
    assert whole == pytest.approx(-0.5, abs=0.03)
    missing = np.random.default_rng(4).choice(42, 16, replace=False)
    truth[missing] = truth[:, missing] = np.nan
    scores = list(matrix_scores([between], truth, "wvs", 0, permutations=199))
    named = {score.metric: score for score in scores}
    found = named["story_similarity_tau"]
    assert found.value == pytest.approx(whole, abs=0.07)
    assert (found.n, found.n_missing) == (26, 16)
    assert named["story_alignment_tau"].value == -found.value
    assert named["story_alignment_tau_p"].value < 0.01
    assert abs(named["story_alignment_tau_missing_as_zero"].value) < 0.25


def test_stories_alike_where_cultures_are_near_are_aligned() -> None:
    """From texts on: words that change along a scale of culture give a positive alignment."""
    countries = ("AUS", "AUT", "BRA", "CHN", "DEU", "FRA", "GBR", "IND", "JPN", "MEX", "SWE", "USA")
    truth = distance_matrix("hofstede", countries)
    along = truth[countries.index("CHN")] / truth.max()
    records, stored = records_of(
        replace(SMALL, countries=countries, concepts=("honesty",), responses=2).table(
            np.random.default_rng(0)
        )
    )
    first, second = ([f"{c}{k:02}" for k in range(100)] for c in "ab")
    turned = dict(zip(countries, (along * 60).astype(int).tolist(), strict=True))
    stored = {
        item.request_keys[0]: Text(
            text=" ".join(second[: turned[r.case.country]] + first[turned[r.case.country] :]),
            finish="stop",
        )
        for r in records
        for item in r.items
    }
    scores = story_distances(
        evidence(records, reader(stored)), permutations=199, row_permutations=99
    )
    for measure in ("edits", "bleu"):
        scope = {"frame": "hofstede", "measure": measure}
        assert find(scores, "story_alignment_tau", **scope).value > 0.2
        assert find(scores, "story_similarity_tau", **scope).value < -0.2
        assert find(scores, "story_alignment_tau", country="CHN", **scope).value > 0.9


def test_bertscore_is_one_more_measure() -> None:
    """Token vectors of whatever encoder give distances of the same sign as words do."""
    records, stored = tiny()

    def one_hot(texts: Sequence[str]) -> list[FloatArray]:
        places = {word: k for k, word in enumerate(sorted({w for t in texts for w in t.split()}))}
        return [np.eye(len(places))[[places[word] for word in t.split()]] for t in texts]

    scores = story_distances(
        evidence(records, reader(stored)),  # type: ignore[arg-type]
        permutations=19,
        row_permutations=9,
        measures={"bertscore": by_tokens(one_hot)},
    )
    assert {score.scope["measure"] for score in scores} == {"bertscore"}
    tau = find(scores, "story_alignment_tau", frame="inglehart-welzel", measure="bertscore")
    assert np.isfinite(tau.value)


@cache
def tiny() -> tuple[list[CaseRecord], dict[str, object]]:
    """A run of a few stories under two proxies, one of them a control."""
    plan = replace(
        SMALL,
        countries=("BRA", "DEU", "JPN", "MEX", "USA"),
        concepts=("honesty", "pirate"),
        proxies=("none", PROXY),
        responses=3,
        words=(12, 20),
        effect=0.2,
    )
    records, stored = records_of(plan.table(np.random.default_rng(0)))
    return records, dict(stored)


ANALYSES: tuple[Computed, ...] = (
    partial(story_variance, permutations=19, published_permutations=9),
    partial(story_vocabulary, shufflings=9),
    partial(story_distances, permutations=19, row_permutations=9),
)


@settings(max_examples=4, deadline=None)
@given(st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_of_rows(random: object) -> None:
    """Cases and their stories in any order give the same scores, to the last bit."""
    records, stored = tiny()
    mixed = [replace(r, items=tuple(_shuffled(r.items, random))) for r in records]
    mixed = _shuffled(mixed, random)
    for compute in ANALYSES:
        runs = [
            compute(evidence(rows, reader(stored), seed=1))  # type: ignore[arg-type]
            for rows in (records, mixed)
        ]
        assert repr(runs[0]) == repr(runs[1])


def _shuffled(rows: Sequence, random: object) -> list:  # type: ignore[type-arg]
    found = list(rows)
    random.shuffle(found)  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("compute", ANALYSES, ids=["variance", "vocabulary", "distances"])
@pytest.mark.parametrize("countries", [(), ("BRA",), ("BRA", "DEU")])
def test_a_run_too_small_for_a_figure_leaves_it_unscored(
    compute: Computed, countries: tuple[str, ...]
) -> None:
    """No stories, one nationality, one response: NaN and no error."""
    plan = replace(SMALL, countries=countries, concepts=("honesty",), responses=1)
    records, stored = records_of(plan.table(np.random.default_rng(0)))
    scores = compute(evidence(records, reader(stored)))
    assert not any(np.isfinite(s.value) for s in scores if s.metric.endswith(("_p", "_tau")))


@pytest.mark.slow
def test_the_p_is_uniform_where_nationality_has_no_effect() -> None:
    """From texts on, 120 runs of stories without any effect: Kolmogorov and Smirnov agree."""
    from scipy.stats import kstest

    plan = replace(SMALL, countries=SMALL.countries[:5], concepts=("honesty", "pirate"))
    compute = partial(story_variance, permutations=199, published_permutations=1)
    p = [find(scores_of(compute, plan, seed), "story_permanova_p").value for seed in range(120)]
    assert kstest(p, "uniform").pvalue > 0.01
