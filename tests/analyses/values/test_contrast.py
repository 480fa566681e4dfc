"""Pictures against the country's name: gains, p-values, families, the paper's readings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import permutation_test

from benchmark.analyses.values.contrast import contrast
from benchmark.metrics.permutation import benjamini_hochberg, holm
from benchmark.records import CaseRecord, Score
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


def test_p_agrees_with_scipy_on_the_sums_of_stems() -> None:
    """Eight stems of two questions: SciPy flips the signs of their sums."""
    rng = np.random.default_rng(82)
    base, other = rng.uniform(0.4, 0.8, size=(2, 16))
    records = [asked("country", base.tolist(), stems=8), asked("food", other.tolist(), stems=8)]
    sums = (other - base).reshape(2, 8).sum(axis=0)
    expected = permutation_test(
        (sums,), np.sum, permutation_type="samples", n_resamples=math.inf, rng=rng
    ).pvalue
    p = find(analyse(records), "js_similarity_gain_p", contrast="food-country")
    assert p.value == pytest.approx(expected, abs=1e-12)
    assert p.method == "sign flips by stem, two-sided, all 2^8 signs"


@pytest.mark.parametrize(("stems", "enough"), [(5, False), (6, True)])
def test_below_six_stems_there_is_no_p(stems: int, enough: bool) -> None:
    """Too few, and said; the gain itself stays."""
    scores = analyse(shifted(stems, 0.1))
    scope = {"contrast": "food-country", "topic": "religion"}
    for metric in ("gain_p", "gain_p_holm", "gain_q_bh"):
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
        for metric in ("p", "p_holm", "q_bh")
    }
    np.testing.assert_allclose(found["p_holm"], holm(found["p"]))
    np.testing.assert_allclose(found["q_bh"], benjamini_hochberg(found["p"]))
    assert math.isnan(found["p"][3])
    p = find(scores, "js_similarity_gain_p", contrast="images-country", country="NGA")
    assert find(scores, "js_similarity_gain_p_holm", **p.scope).value == p.value
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
