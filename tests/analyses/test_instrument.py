"""Is the instrument true? Planted nulls, effects and truths through the analyses themselves.

Each simulated country has stems of its own, so one run holds hundreds of independent trials. A
bound on a share is three standard errors of the simulation wide.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmark.analyses import ANALYSES
from benchmark.analyses.values.contrast import contrast
from benchmark.jsonio import canonical
from benchmark.metrics.divergence import FloatArray, js_similarity
from benchmark.metrics.permutation import holm, percentile_p, sign_flip_p
from benchmark.metrics.resampling import MIN_STEMS, cluster_weights, resampled_means
from benchmark.metrics.stem_means import jackknife_interval
from benchmark.records import CaseRecord, Evidence, Item, Score
from tests.analyses.building import evidence, find, item, measured, no_answers, record
from tests.analyses.planting import COUNTRIES, noisy, plan, renamed

LEVELS = (0.01, 0.05, 0.1)
NEW = ("identification", "spread", "distances", "contrast")
PERMUTED = ("distance_tau_b_p", "identification_top1_p", "identification_mrr_p")
TOPICS = Path(__file__).parents[2] / "benchmark" / "data" / "published_topics.csv"


def within(share: float, level: float, trials: int) -> bool:
    """Not above the level, but for the simulation's own error."""
    return share <= level + 3 * float(np.sqrt(level * (1 - level) / trials))


def similarities(rng: np.random.Generator, *shape: int, proxies: int = 2) -> FloatArray:
    """Similarities to a people of answers drawn from one distribution, (..., proxies)."""
    people = rng.dirichlet(np.full(5, 0.8), size=shape)[..., None, :]
    middle = rng.dirichlet(np.full(5, 0.8), size=shape)[..., None, :]
    drawn = noisy(np.repeat(middle, proxies, axis=-2), rng, respondents=6)
    return js_similarity(people, drawn)


# --- planted truth -------------------------------------------------------------------------


@pytest.mark.parametrize("respondents", [10, 200])
def test_a_people_s_answer_with_noise_gets_the_similarity_that_noise_leaves(
    respondents: int,
) -> None:
    """Similarity and skill are what fresh noise of the same size would get, within its error."""
    rng = np.random.default_rng(88)
    planted = plan(rng, questions=60)
    fresh = [
        js_similarity(planted.people, noisy(planted.people, rng, respondents=respondents)).mean()
        for _ in range(100)
    ]
    answers = noisy(planted.people, rng, respondents=respondents)
    scores = run("alignment", planted.records({"country": answers}))
    found = find(scores, "js_similarity")
    expected, error = float(np.mean(fresh)), float(np.std(fresh))
    assert found.value == pytest.approx(expected, abs=4 * error)
    floor = find(scores, "floor_world_average").value
    skill = find(scores, "skill_world_average").value
    assert skill == pytest.approx(
        (expected - floor) / (0.98 - floor), abs=4 * error / (0.98 - floor)
    )
    named = find(
        run("identification", planted.records({"country": answers})), "identification_top1"
    )
    assert named.value == 1


# --- planted null --------------------------------------------------------------------------


@pytest.mark.parametrize("stems", [6, 10, 20, 40])
def test_p_of_a_null_is_below_alpha_no_oftener_than_alpha(stems: int) -> None:
    """2 000 trials: image and country answers from one distribution, two questions a stem."""
    rng = np.random.default_rng(91)
    pairs = similarities(rng, 2000, stems, 2)
    sums = (pairs[..., 1] - pairs[..., 0]).sum(axis=-1)  # (trials, stems)
    p = sign_flip_p(sums.T, rng=rng, resamples=2000)
    for level in LEVELS:
        assert within(float((p <= level).mean()), level, 2000)
    if stems >= 10:  # and not by never rejecting
        assert (p <= 0.1).mean() > 0.07


def test_p_of_a_null_holds_through_the_whole_analysis() -> None:
    """150 countries with ten stems of their own, from records to scores."""
    assert_null(trials=150, stems=10)


@pytest.mark.slow
@pytest.mark.parametrize("stems", [6, 10, 20, 40])
def test_p_of_a_null_holds_through_the_whole_analysis_at_length(stems: int) -> None:
    """1 000 countries with stems of their own, from records to scores."""
    assert_null(trials=1000, stems=stems)


def assert_null(*, trials: int, stems: int) -> None:
    """Each country is a trial; its p is below alpha no oftener than alpha."""
    rng = np.random.default_rng(92)
    pairs = similarities(rng, trials, stems)
    records = list(case_pairs(pairs))
    scores = contrast(Evidence(records=records, answers=no_answers, rng=rng), resamples=999)
    p = np.array([s.value for s in scores if s.name == "js_similarity_gain_p" and per_country(s)])
    assert p.size == 2 * trials  # food-country, and images-country, which is the same here
    for level in LEVELS:
        assert within(float((p <= level).mean()), level, trials)


def per_country(score: Score) -> bool:
    """Whether it is one country's figure."""
    return set(score.scope) == {"country", "contrast"}


def case_pairs(pairs: FloatArray) -> Iterator[CaseRecord]:
    """(countries, stems, 2) as two cases a country."""
    for c, country in enumerate(pairs):
        for k, proxy in enumerate(("country", "food")):
            items: list[Item] = [
                item(f"{c}-{s}", measured(score)) for s, score in enumerate(country[:, k].tolist())
            ]
            yield record(*items, country=f"C{c:04}", proxy=proxy)


def published_sizes() -> list[int]:
    """Questions in each of the paper's topics, from 117 down to 1."""
    with TOPICS.open(encoding="utf-8") as file:
        return sorted(Counter(row["topic"] for row in csv.DictReader(file)).values())


@pytest.mark.parametrize(
    ("trials", "per_stem"), [(600, 1), pytest.param(5000, 2, marks=pytest.mark.slow)]
)
def test_holm_keeps_the_error_of_the_published_topics(trials: int, per_stem: int) -> None:
    """Any false rejection among the fifteen very uneven topics: at most 5 %; uncorrected, more."""
    rng = np.random.default_rng(93)
    columns = []
    for size in published_sizes():
        stems = size // per_stem
        p = np.full(trials, np.nan)
        if stems >= MIN_STEMS:
            pairs = similarities(rng, trials, stems)
            p = sign_flip_p((pairs[..., 1] - pairs[..., 0]).T, rng=rng, resamples=2000)
        columns.append(p)
    p = np.transpose(columns)  # (trials, topics)
    corrected = np.array([holm(row) for row in p])
    wrong = (np.nan_to_num(corrected, nan=1.0) <= 0.05).any(axis=1).mean()
    assert within(float(wrong), 0.05, trials)
    assert (np.nan_to_num(p, nan=1.0) <= 0.05).any(axis=1).mean() > 0.15


def test_the_published_reading_rejects_too_often() -> None:
    """Ten questions of a null: 10 % of percentile p-values are below 0.05, of sign flips 5 %."""
    rng = np.random.default_rng(89)
    gains = rng.standard_normal((2000, 10))
    weights = cluster_weights(10, rng=rng, resamples=2000)
    published = percentile_p(resampled_means(gains, np.ones(10), weights), axis=-1)
    assert (published <= 0.05).mean() == pytest.approx(0.10, abs=0.02)
    assert within(float((sign_flip_p(gains.T, rng=rng) <= 0.05).mean()), 0.05, 2000)


# --- planted effect ------------------------------------------------------------------------


def power(stems: int, *, shift: float, deviation: float, trials: int = 1000) -> float:
    """Share of trials with p at most 0.05, the differences of stems normal around the shift."""
    rng = np.random.default_rng(94)
    means = shift + deviation * rng.standard_normal((stems, trials))
    return float((sign_flip_p(means, rng=rng, resamples=2000) <= 0.05).mean())


def test_power_rises_with_stems_to_what_the_normal_theory_says() -> None:
    """A shift of 0.05 at an SD of 0.1 a stem: t tests have 0.29, 0.56 and 0.87 at 10, 20, 40."""
    found = [power(stems, shift=0.05, deviation=0.1) for stems in (10, 20, 40)]
    assert found == pytest.approx([0.29, 0.56, 0.87], abs=0.05)


def test_a_planted_shift_is_found_in_the_records() -> None:
    """0.05 more under the picture, on 40 stems: the gain's interval holds it, and p is small."""
    rng = np.random.default_rng(95)
    base = rng.uniform(0.4, 0.8, size=40)
    pairs = np.stack([base, base + 0.05 + 0.05 * rng.standard_normal(40)], axis=-1)
    scores = contrast(
        Evidence(records=list(case_pairs(pairs[None])), answers=no_answers, rng=rng),
        resamples=2000,
    )
    gain = find(scores, "js_similarity_gain", contrast="food-country")
    assert gain.low < 0.05 < gain.high
    assert find(scores, "js_similarity_gain_p", contrast="food-country").value < 0.01


@pytest.mark.parametrize(
    ("stems", "trials"),
    [(20, 1500), *(pytest.param(s, 6000, marks=pytest.mark.slow) for s in (20, 40, 80))],
)
def test_intervals_of_a_gain_cover_it_as_often_as_they_say(stems: int, trials: int) -> None:
    """95 ± 1.5 % from 20 stems on, and the simulation's own error; batteries of two questions."""
    rng = np.random.default_rng(96)
    pairs = similarities(rng, trials, stems, 2)
    gains = (pairs[..., 1] - pairs[..., 0]).mean(axis=-1) + 0.05  # (trials, stems)
    found = jackknife_interval([gains.ravel()], np.repeat(np.arange(trials), stems), trials)
    covered = ((found.low <= 0.05) & (found.high >= 0.05)).mean()
    assert covered == pytest.approx(0.95, abs=0.015 + 2 * np.sqrt(0.05 * 0.95 / trials))


# --- invariances ---------------------------------------------------------------------------


def run(name: str, records: Sequence[CaseRecord]) -> Sequence[Score]:
    """One analysis, with few resamples."""
    analysis = ANALYSES[name]
    few = dict.fromkeys(("distances", "identification"), "permutations")
    few["contrast"] = "resamples"
    drawn = {few[name]: 200} if name in few else {}
    return partial(analysis.compute, **drawn)(evidence(records, seed=97))


def dumped(scores: Sequence[Score]) -> list[str]:
    """Every figure to ten decimals, whatever order the scores come in."""

    def rounded(score: Score) -> Score:
        ends = {name: round(getattr(score, name), 10) + 0.0 for name in ("value", "low", "high")}
        return replace(score, **ends)

    return sorted(canonical(asdict(rounded(score))) for score in scores)


@pytest.fixture(name="records", scope="module")
def fixture_records() -> list[CaseRecord]:
    """Three proxies, ten countries, gaps."""
    rng = np.random.default_rng(98)
    planted = plan(rng, questions=24, missing=0.15)
    near = noisy(planted.people, rng, respondents=15)
    answers = {"country": near, "food": noisy(near, rng, respondents=30), "blank": near}
    return planted.records(answers)


@pytest.mark.parametrize("name", ["alignment", *NEW])
def test_order_of_records_and_questions_does_not_matter(
    name: str, records: list[CaseRecord]
) -> None:
    """Workers finish in any order, and files list questions in any."""
    order = np.random.default_rng(99).permutation(len(records)).tolist()
    shuffled = [replace(records[k], items=tuple(reversed(records[k].items))) for k in order]
    assert dumped(run(name, shuffled)) == dumped(run(name, records))


@pytest.mark.parametrize("name", NEW)
def test_order_of_options_does_not_matter(name: str, records: list[CaseRecord]) -> None:
    """Options may be printed in any order, the non-answer first or last."""
    moved = renamed(records, np.array([4, 0, 3, 1, 2]))
    assert dumped(run(name, moved)) == dumped(run(name, records))


@pytest.mark.parametrize("name", NEW)
def test_names_of_countries_do_not_matter(name: str, records: list[CaseRecord]) -> None:
    """Overall figures stay when countries trade codes; permutations of them are drawn anew."""
    codes = dict(zip(COUNTRIES, reversed(COUNTRIES), strict=True))

    def traded(record: CaseRecord) -> CaseRecord:
        return replace(record, case=replace(record.case, country=codes[record.case.country]))

    def overall(scores: Sequence[Score]) -> list[str]:
        whole = [
            s
            for s in scores
            if set(s.scope) <= {"proxy", "contrast", "topic"} or s.scope.get("frame") == "people"
        ]
        return dumped([s for s in whole if s.metric not in PERMUTED])

    assert overall(run(name, [traded(r) for r in records])) == overall(run(name, records))
