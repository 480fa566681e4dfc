"""Figures of bias, written answers and the population: by hand, by scope, and only where asked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.values.option_bias import option_bias
from benchmark.analyses.values.population import population
from benchmark.analyses.values.written_agreement import written_agreement
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.proportions import share_of_units
from benchmark.records import CaseRecord, Item
from tests.analyses.building import evidence, find, item, measured, record, survey_records


def biased(n: int, label: float, *, proxy: str = "food") -> CaseRecord:
    """A case of n questions, a stem each, with such values."""
    values = measured(0.8) | {"position_bias": 0.1, "content_free_js": 0.2}
    return record(
        *(item(f"q{i}", values | {"label_bias": label + i / 100}) for i in range(n)), proxy=proxy
    )


def test_biases_are_means_with_intervals_over_stems() -> None:
    """Overall, by proxy and country; lower is better."""
    scores = option_bias(evidence([biased(9, 0.2), biased(9, 0.4, proxy="sports")]))
    found = find(scores, "label_bias", proxy="food")
    assert found.value == pytest.approx(0.24)
    assert found.low < 0.24 < found.high
    assert found.higher_is_better is False
    assert find(scores, "label_bias").value == pytest.approx(0.34)
    assert find(scores, "position_bias").value == pytest.approx(0.1)
    assert find(scores, "content_free_js", country="NGA", proxy="food").value == pytest.approx(0.2)


def test_a_run_in_the_printed_order_has_no_biases() -> None:
    """And none of written answers."""
    plain = evidence([record(*(item(f"q{i}", measured(0.8)) for i in range(6)))])
    assert option_bias(plain) == []
    assert written_agreement(plain) == []


def wrote(scored: int, written: float) -> dict[str, float]:
    """A question's values: the places scored and written."""
    read = not math.isnan(written)
    return measured(0.8) | {
        "scored_option": scored,
        "written_option": written,
        "written_agreement": float(scored == written) if read else math.nan,
        "written_unreadable": float(not read),
        "written_tv": 0.3 if read else math.nan,
        "written_tv_expected": 0.1 if read else math.nan,
    }


def test_written_answers_are_counted_by_hand() -> None:
    """Eight stems of two: 12 of 15 alike, one unread; the rest are not missing."""
    pairs = [(0, 0)] * 6 + [(1, 1)] * 6 + [(0, 1), (1, 0), (1, 2), (0, math.nan)]
    items = [item(f"q{i:02}", wrote(*pair), cluster=f"s{i // 2}") for i, pair in enumerate(pairs)]
    # Questions that were not to be written are neither scored nor missing.
    items += [item(f"z{i}", measured(0.8)) for i in range(5)]
    scores = written_agreement(evidence([record(*items)]))
    agreement = find(scores, "written_agreement")
    expected = share_of_units([2, 2, 2, 2, 2, 2, 0, 0], [2, 2, 2, 2, 2, 2, 2, 1])
    assert (agreement.value, agreement.low, agreement.high) == expected[:3]
    assert (agreement.n, agreement.n_missing, agreement.n_clusters) == (15, 1, 8)
    unread = find(scores, "written_unreadable", proxy="food")
    assert (unread.value, unread.n) == (1 / 16, 16)
    assert (find(scores, "written_kappa").n, find(scores, "written_kappa").n_missing) == (15, 0)
    assert find(scores, "written_tv").value == pytest.approx(0.3)
    assert find(scores, "written_tv_expected").value == pytest.approx(0.1)


def test_kappa_is_cohens_where_every_stem_has_one_question() -> None:
    """Of 20, 14 alike; the first half of each rater's places are 0: (0.7 - 0.5) / 0.5."""
    pairs = [(0, 0)] * 7 + [(1, 1)] * 7 + [(0, 1)] * 3 + [(1, 0)] * 3
    items = [item(f"q{i:02}", wrote(*pair)) for i, pair in enumerate(pairs)]
    scores = written_agreement(evidence([record(*items)]))
    found = find(scores, "written_kappa")
    assert found.value == pytest.approx(0.4)
    assert found.low < 0.4 < found.high < 1


def test_nothing_readable_is_said_and_not_scored() -> None:
    """As with random weights, which write no letters."""
    items = [item(f"q{i}", wrote(0, math.nan)) for i in range(6)]
    scores = written_agreement(evidence([record(*items)]))
    assert find(scores, "written_unreadable").value == 1.0
    agreement = find(scores, "written_agreement")
    assert (agreement.n, agreement.n_missing) == (0, 6)
    assert math.isnan(agreement.value)
    assert math.isnan(find(scores, "written_kappa").value)


def test_skill_to_the_population_has_the_population_at_one() -> None:
    """Answers near the people: above js_similarity, while the skill's room grows to 1."""
    rng = np.random.default_rng(0)
    people = rng.dirichlet(np.full(5, 3.0), (24, 4))
    near = people * np.exp(0.2 * rng.normal(size=people.shape))
    near /= near.sum(axis=2, keepdims=True)
    records = [
        CaseRecord(
            case=one.case,
            scores=(),
            items=tuple(_with(i, people[q, c], near[q, c]) for q, i in enumerate(one.items)),
        )
        for c, one in enumerate(survey_records(people, near))
    ]
    scores = population(evidence(records))
    raw = np.mean([i.values["js_similarity"] for one in records for i in one.items])
    found = find(scores, "js_similarity_population")
    assert raw < found.value < raw + 0.01
    assert found.low < found.value < found.high
    skill = find(scores, "skill_population_substantive")
    floor = np.mean([i.values["floor_world_average"] for one in records for i in one.items])
    assert skill.value == pytest.approx((found.value - floor) / (1 - floor), abs=0.02)
    assert skill.higher_is_better is True


def _with(one: Item, people: FloatArray, model: FloatArray) -> Item:
    return replace(one, human=tuple(people.tolist()), model=tuple(model.tolist()))


def test_shares_of_a_few_written_answers_have_no_skill_to_the_population() -> None:
    """Their floors are those of as few, so nothing can be taken off."""
    few = record(*(item(f"q{i}", measured(0.8) | {"answers": 8.0}) for i in range(6)))
    assert population(evidence([few])) == []
