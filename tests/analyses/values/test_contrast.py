"""Pictures against the country's name: gains, p-values, families, the paper's readings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import permutation_test, skew, ttest_1samp

from benchmark.analyses.reporting import LONGER
from benchmark.analyses.values.contrast import contrast
from benchmark.metrics.divergence import FloatArray, js_similarity
from benchmark.metrics.permutation import benjamini_hochberg, holm
from benchmark.metrics.skewed_means import mean_p, skewed_ends, skewed_p
from benchmark.records import CaseRecord, Item, Score
from tests.analyses.building import evidence, find, item, measured, record


def analyse(records: Sequence[CaseRecord]) -> Sequence[Score]:
    """The scores under a fixed seed."""
    return contrast(evidence(records, seed=81), resamples=2000)


def asked(proxy: str, scores: Sequence[float], *, stems: int = 0, **case: str) -> CaseRecord:
    """A case whose items have these similarities, in so many stems (a stem each by default)."""
    prefix = case.get("topic", "religion")
    items = [
        item(f"{prefix}{i}", measured(s), cluster=f"{prefix}-{i % stems if stems else i}")
        for i, s in enumerate(scores)
    ]
    return record(*items, proxy=proxy, **case)


def shifted(
    n: int, shift: float, seed: int = 0, *, country: str = "NGA", topic: str = "religion"
) -> list[CaseRecord]:
    """Two cases, by name and by food, that differ by a shift and noise."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(0.4, 0.8, size=n)
    other = base + shift + 0.05 * rng.standard_normal(n)
    return [
        asked(proxy, scores.tolist(), country=country, topic=topic)
        for proxy, scores in (("country", base), ("food", other))
    ]


def test_gain_is_the_mean_of_paired_differences() -> None:
    """By hand: only questions asked both ways count, whatever else was asked."""
    records = [asked("country", [0.5, 0.6, 0.9]), asked("food", [0.6, 0.8])]
    gain = find(analyse(records), "js_similarity_gain", contrast="food-country")
    assert gain.value == pytest.approx(0.15)
    assert (gain.n, gain.n_missing) == (2, 1)


def test_images_are_the_mean_of_the_categories_a_question_has() -> None:
    """Food and sports count alike; income bands and controls are not categories."""
    records = [
        asked("country", [0.5, 0.5]),
        asked("food", [0.7, 0.7]),
        asked("sports", [0.9]),
        asked("income-low", [0.1, 0.1]),
        asked("blank", [0.0, 0.0]),
    ]
    scores = analyse(records)
    gain = find(scores, "js_similarity_gain", contrast="images-country")
    assert gain.value == pytest.approx((0.3 + 0.2) / 2)
    assert find(scores, "js_similarity_gain", contrast="sports-country").n == 1
    assert find(scores, "js_similarity_gain", contrast="income-low-country").value < 0
    assert {s.scope["contrast"] for s in scores} == {
        *("images-country", "food-country", "sports-country"),
        *("income-low-country", "blank-country"),
    }


def test_both_relative_gains_are_ratios_of_means() -> None:
    """The paper divides by either side: 0.2 of 0.5, and 0.2 of 0.7."""
    scores = analyse([asked("country", [0.4, 0.6]), asked("food", [0.6, 0.8])])
    scope = {"contrast": "food-country"}
    assert find(scores, "relative_gain", **scope).value == pytest.approx(0.4)
    assert find(scores, "relative_gain_of_image", **scope).value == pytest.approx(0.2 / 0.7)
    assert find(scores, "relative_gain_substantive", **scope).value == pytest.approx(0.4)


def test_both_p_agree_with_scipy_on_the_means_of_stems() -> None:
    """Twenty questions in eight stems, four of them larger: SciPy flips and tests their means."""
    rng = np.random.default_rng(82)
    base, other = rng.uniform(0.4, 0.8, size=(2, 20))
    records = [asked("country", base.tolist(), stems=8), asked("food", other.tolist(), stems=8)]
    means = [(other - base)[s::8].mean() for s in range(8)]
    flips = permutation_test(
        (means,), np.mean, permutation_type="samples", n_resamples=math.inf, rng=rng
    ).pvalue
    scores = analyse(records)
    p = find(scores, "js_similarity_gain_p", contrast="food-country")
    assert p.value == pytest.approx(flips, abs=1e-12)
    assert p.method == "sign flips by stem, two-sided, all 2^8 signs"
    t = find(scores, "js_similarity_gain_p_t", contrast="food-country")
    assert t.value == pytest.approx(mean_p(means))
    assert t.value >= ttest_1samp(means, 0).pvalue
    gain = find(scores, "js_similarity_gain", contrast="food-country")
    assert gain.value == pytest.approx(np.mean(means))
    assert (gain.method, gain.n_clusters) == (f"t on stem means, 7 d.f., {LONGER}", 8)
    assert (t.value < 0.05) == (gain.low > 0 or gain.high < 0)
    corrected = find(scores, "js_similarity_gain_p_holm", contrast="food-country")
    assert corrected.value == max(p.value, t.value)


def test_rounding_is_no_gain() -> None:
    """Equal answers whose sums were rounded apart: a gain of exactly 0, and p = 1."""
    rng = np.random.default_rng(83)
    base = rng.uniform(0.4, 0.8, size=12)
    other = base + rng.choice([-1, 0, 1], size=12) * 2e-16
    scores = analyse([asked("country", base.tolist()), asked("food", other.tolist())])
    gain = find(scores, "js_similarity_gain", contrast="food-country")
    assert str(gain.value) == "0.0"
    for test in ("p", "p_t", "p_holm", "q_bh"):
        assert find(scores, f"js_similarity_gain_{test}", contrast="food-country").value == 1


@pytest.mark.parametrize(("stems", "enough"), [(5, False), (6, True)])
def test_below_six_stems_there_is_no_p(stems: int, enough: bool) -> None:
    """Too few, and said; the gain itself stays."""
    scores = analyse(shifted(stems, 0.1))
    scope = {"contrast": "food-country", "topic": "religion"}
    for metric in ("gain_p", "gain_p_t", "gain_p_holm", "gain_q_bh"):
        p = find(scores, f"js_similarity_{metric}", **scope)
        assert math.isfinite(p.value) == enough
        assert enough or p.method == "too few stems (5 < 6)"
    gain = find(scores, "js_similarity_gain", **scope)
    assert math.isfinite(gain.value)
    assert math.isfinite(gain.low) == enough


def test_a_family_is_the_groups_of_one_grouping_and_contrast() -> None:
    """Four topics, one too small: corrected over three; the country has a family of its own."""
    records = [
        r
        for k, (topic, n) in enumerate({"race": 12, "news": 9, "religion": 30, "gender": 4}.items())
        for r in shifted(n, 0.02, seed=k, topic=topic)
    ]
    scores = analyse(records)
    names = ("race", "news", "religion", "gender")
    found = {
        metric: [
            find(scores, f"js_similarity_gain_{metric}", contrast="images-country", topic=t).value
            for t in names
        ]
        for metric in ("p", "p_t", "p_holm", "q_bh")
    }
    larger = np.maximum(found["p"], found["p_t"])
    np.testing.assert_allclose(found["p_holm"], holm(larger))
    np.testing.assert_allclose(found["q_bh"], benjamini_hochberg(larger))
    assert math.isnan(found["p"][3])
    one = {"contrast": "images-country", "country": "NGA"}
    both = [find(scores, f"js_similarity_gain_{p}", **one).value for p in ("p", "p_t")]
    assert find(scores, "js_similarity_gain_p_holm", **one).value == max(both)
    assert "over 3 groups" in next(
        s.method for s in scores if s.metric.endswith("holm") and s.scope.get("topic") == "race"
    )


def test_the_published_reading_stands_beside() -> None:
    """It resamples single questions over printed options, and is there below six stems too."""
    scores = analyse(shifted(4, 0.2))
    p = find(scores, "js_similarity_gain_p_published", contrast="food-country")
    assert p.value == 0
    assert p.reading == "printed"
    assert not [s for s in scores if s.name == "js_similarity_gain_p_published_substantive"]
    alone = find(
        analyse(shifted(1, 0.2)), "js_similarity_gain_p_published", contrast="food-country"
    )
    assert math.isnan(alone.value)
    assert alone.method.startswith("too few questions")


# --- pictures --------------------------------------------------------------------------------


def shown(
    rng: np.random.Generator,
    *,
    pictures: int,
    stems: int = 8,
    country: str = "NGA",
    orders: int = 1,
) -> list[CaseRecord]:
    """Two cases, by name and under pictures; some pictures are better for every question."""
    people = rng.dirichlet(np.full(4, 3.0), size=2 * stems)
    lucky = rng.dirichlet(np.full(4, 1.0), size=(pictures, orders))
    by_name = [Answered(q, p, [rng.dirichlet(20 * p + 1)]) for q, p in enumerate(people)]
    under = [
        Answered(q, p, [0.6 * p + 0.4 * one for picture in lucky for one in picture])
        for q, p in enumerate(people)
    ]
    names = tuple(f"{country}-{k}.png" for k in range(pictures))
    return [
        record(*(a.item(stems, (), 1) for a in by_name), proxy="country", country=country),
        record(*(a.item(stems, names, orders) for a in under), proxy="food", country=country),
    ]


@dataclass(frozen=True)
class Answered:
    """A question, its people, and every answer to it."""

    number: int
    people: FloatArray
    answers: Sequence[FloatArray]

    def item(self, stems: int, pictures: tuple[str, ...], orders: int) -> Item:
        """With the value that a suite records: the mean of the answers' similarities."""
        each = np.array(self.answers)
        value = float(js_similarity(self.people, each).mean())
        by_image = each.reshape(-1, orders, each.shape[-1]).mean(axis=1)
        return Item(
            case_id="",
            item_id=f"q{self.number}",
            cluster=f"s{self.number % stems}",
            image_ids=pictures,
            human=tuple(self.people.tolist()),
            model=tuple(each.mean(axis=0).tolist()),
            by_image=tuple(tuple(p) for p in by_image.tolist()) if len(pictures) > 1 else (),
            by_order=tuple(tuple(p) for p in each.tolist()) if orders > 1 else (),
            values={"js_similarity": value, "js_similarity_substantive": value},
        )


@pytest.mark.parametrize("orders", [1, 3])
def test_from_six_pictures_on_the_interval_is_for_other_pictures(orders: int) -> None:
    """It has the variance of stems, plus that of pictures, less that of their pairs, by ANOVA."""
    records = shown(np.random.default_rng(85), pictures=6, orders=orders)
    by_name, under = (record.items for record in records)
    table = np.array(
        [
            js_similarity(i.human or (), i.each).reshape(6, orders).mean(axis=1)
            - j.values["js_similarity"]
            for i, j in zip(under, by_name, strict=True)
        ]
    )  # (questions, pictures)
    stems = np.array([table[s::8].mean(axis=0) for s in range(8)])
    v_stem = stems.mean(axis=1).var(ddof=1) / 8
    v_picture = stems.mean(axis=0).var(ddof=1) / 6
    rest = stems - stems.mean(axis=0) - stems.mean(axis=1, keepdims=True) + stems.mean()
    v_both = (rest**2).sum() / (7 * 5) / 48
    variance = max(v_stem + v_picture - v_both, v_stem, v_picture)
    scores = analyse(records)
    gain = find(scores, "js_similarity_gain", contrast="food-country")
    found = stems.mean(), math.sqrt(variance), skew(stems.mean(axis=1), bias=False), 6
    assert gain.value == pytest.approx(stems.mean())
    assert (gain.low, gain.high) == pytest.approx(skewed_ends(*found))
    assert (gain.method, gain.n_clusters) == (f"t on stems and pictures, 5 d.f., {LONGER}", 6)
    p = find(scores, "js_similarity_gain_p_t", contrast="food-country")
    assert p.value == pytest.approx(skewed_p(*found))
    assert p.method == "t on stems and pictures, 5 d.f., longer on the side of a tail"


def test_below_six_pictures_the_interval_is_for_these_and_says_so() -> None:
    """Five pictures say nothing about others."""
    scores = analyse(shown(np.random.default_rng(85), pictures=5))
    gain = find(scores, "js_similarity_gain", contrast="food-country")
    assert gain.method == f"t on stem means, 7 d.f., {LONGER}; these pictures"
    p = find(scores, "js_similarity_gain_p", contrast="food-country")
    assert p.method == "sign flips by stem, two-sided, all 2^8 signs; these pictures"


def test_countries_pool_their_pictures() -> None:
    """Three of each of four countries are twelve; each country alone has too few."""
    rng = np.random.default_rng(86)
    scores = analyse(
        [r for c in ("BRA", "FRA", "NGA", "VNM") for r in shown(rng, pictures=3, country=c)]
    )
    overall = find(scores, "js_similarity_gain", contrast="food-country")
    assert overall.method == f"t on stems and pictures, 7 d.f., {LONGER}"
    alone = find(scores, "js_similarity_gain", contrast="food-country", country="NGA")
    assert alone.method.endswith("these pictures")


def test_incomes_are_groups_of_their_own() -> None:
    """Every grouping of the paper's tables has its figures."""
    records = [r for c in ("NGA", "BRA") for r in shifted(7, 0.1, country=c)]
    scores = analyse(records)
    for scope in ({"income": "low"}, {"income_group": "upper-middle"}, {"country": "NGA"}):
        assert math.isfinite(
            find(scores, "js_similarity_gain_p", contrast="images-country", **scope).value
        )


def test_without_the_country_s_name_there_is_no_contrast() -> None:
    """Nothing to compare with: no scores, no error."""
    assert analyse([asked("food", [0.5] * 8)]) == []
    assert analyse([]) == []
