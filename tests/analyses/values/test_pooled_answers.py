"""Several answers to a question: how they are pooled, and what is taken for noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.values.answer_table import answer_table
from benchmark.analyses.values.candidates import distances_to_peoples
from benchmark.analyses.values.pooled_answers import how_debiased, pooled_answers
from benchmark.metrics.divergence import FloatArray, js_distance
from benchmark.records import CaseRecord, Item
from tests.analyses.planting import Plan, noisy, plan


def several(
    planted: Plan, pictures: int, orders: int, *, seed: int = 0
) -> tuple[list[CaseRecord], FloatArray]:
    """Records with an answer for each picture and order, and those, (questions, countries, …)."""
    rng = np.random.default_rng(seed)
    shape = (*planted.people.shape[:2], pictures * orders, planted.people.shape[-1])
    each = noisy(np.broadcast_to(planted.people[:, :, None], shape), rng, respondents=20)
    records = planted.records({"food": each.mean(axis=2)})
    countries = list(planted.countries)

    def told(record: CaseRecord, item: Item) -> Item:
        mine = each[int(item.item_id[1:]), countries.index(record.case.country)]
        rows = tuple(tuple(row) for row in mine.tolist())
        shown = mine.reshape(pictures, orders, -1).mean(axis=1)
        return replace(
            item,
            by_order=rows if orders > 1 else (),
            by_image=tuple(tuple(row) for row in shown.tolist()) if pictures > 1 else (),
        )

    return [replace(r, items=tuple(told(r, i) for i in r.items)) for r in records], each


@pytest.mark.parametrize(("pictures", "orders"), [(1, 1), (3, 1), (1, 4), (2, 3)])
def test_identification_takes_the_mean_of_distances_not_the_distance_of_the_mean(
    pictures: int, orders: int
) -> None:
    """Over pictures and orders, to each people; the mean answer is nearer to everybody."""
    planted = plan(np.random.default_rng(1), questions=6)
    records, each = several(planted, pictures, orders)
    found = distances_to_peoples(answer_table(records), "printed")[0]
    for country in range(3):
        for people in (country, 5):
            to = js_distance(each[:, country], planted.people[:, people, None])
            np.testing.assert_allclose(found[country, :, people], to.mean(axis=1), atol=1e-12)
            flat = js_distance(each[:, country].mean(axis=1), planted.people[:, people])
            assert (flat < to.mean(axis=1) - 1e-6).all() is np.bool_(pictures * orders > 1)


@pytest.mark.parametrize("reading", ["printed", "substantive"])
def test_the_pooled_answer_is_the_mean_of_all(reading: str) -> None:
    """Read after it is averaged."""
    planted = plan(np.random.default_rng(2), questions=6)
    records, each = several(planted, 2, 3)
    table = answer_table(records)
    found = pooled_answers(table, reading)  # type: ignore[arg-type]
    mean = each.mean(axis=2).swapaxes(0, 1)
    if reading == "substantive":
        mean = mean[..., :-1] / mean[..., :-1].sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found.mean[0, ..., : mean.shape[-1]], mean, atol=1e-12)
    assert how_debiased(found, [0]) == "debiased by the dispersion between answers"


def test_one_answer_has_no_noise_that_could_be_seen() -> None:
    """And the method of figures says so."""
    planted = plan(np.random.default_rng(3), questions=6)
    found = pooled_answers(answer_table(several(planted, 1, 1)[0]), "printed")
    assert found.noise is None
    assert how_debiased(found, [0]) == "not debiased: one answer to each question"


def test_templates_are_ways_of_asking() -> None:
    """Pooled under their proxy; what they have in common for all countries is not noise."""
    planted = plan(np.random.default_rng(4), questions=6)
    tilt = np.eye(5)[:2, None, None] * 0.2
    answers = [(1 - 0.2) * planted.people + part for part in tilt]
    records = [
        record
        for name, mine in zip(("a", "b"), answers, strict=True)
        for record in planted.records({"food": mine}, variant=name)
    ]
    found = pooled_answers(answer_table(records), "printed")
    assert found.proxies == ("food",)
    np.testing.assert_allclose(found.mean[0], np.mean(answers, axis=0).swapaxes(0, 1), atol=1e-12)
    assert found.noise is not None
    np.testing.assert_allclose(found.noise.own, 0, atol=1e-12)
