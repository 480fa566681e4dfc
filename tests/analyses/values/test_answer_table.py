"""Which options are answers, read from the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.values.answer_table import answer_table
from benchmark.analyses.values.picture_sample import answers_of
from benchmark.analyses.values.population import population
from benchmark.errors import DataProblem
from benchmark.records import Evidence
from benchmark.replay.stored_model import lookup
from tests.analyses.planting import Plan, noisy, plan, renamed


@pytest.mark.parametrize("seed", range(5))
def test_any_choice_of_options_is_found(seed: int) -> None:
    """Non-answers at the end, in the middle or nowhere: the mask is the planted one."""
    rng = np.random.default_rng(seed)
    base = plan(rng, questions=12, options=7)
    masks = rng.random((12, 7)) < 0.7
    masks[:, :2] = True
    planted = Plan(people=base.people, substantive=masks, stems=base.stems, topics=base.topics)
    records = planted.records({"country": noisy(base.people, rng, respondents=50)})
    np.testing.assert_array_equal(answer_table(records).substantive, masks)


def test_the_substantive_reading_is_that_of_the_rows() -> None:
    """Renormalised over the found options, people and model give the recorded divergence."""
    rng = np.random.default_rng(6)
    planted = plan(rng, questions=10)
    answers = noisy(planted.people, rng, respondents=30)
    people, model = answer_table(planted.records({"country": answers})).read("substantive")
    keep = planted.substantive[:, None]
    expected = planted.people * keep / (planted.people * keep).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(people, expected.swapaxes(0, 1), atol=1e-12)
    assert (model[..., -1] == 0).all()


def test_nobody_agrees_where_there_is_nothing_to_choose() -> None:
    """One substantive option left: neither side has an answer in that reading, nor a similarity."""
    rng = np.random.default_rng(7)
    base = plan(rng, questions=8)
    masks = base.substantive.copy()
    masks[3] = np.arange(masks.shape[1]) == 0
    planted = Plan(people=base.people, substantive=masks, stems=base.stems, topics=base.topics)
    records = planted.records({"country": base.people})
    people, model = answer_table(records).read("substantive")
    assert np.isnan(people[:, 3]).all()
    assert np.isnan(model[:, :, 3]).all()
    found = population(Evidence(records=records, answers=lookup({}), rng=rng))
    counted = {s.name: s.n for s in found if s.metric == "js_similarity_population" and not s.scope}
    printed, substantive = (counted[f"js_similarity_population{e}"] for e in ("", "_substantive"))
    assert substantive == printed - len(base.people[0])
    items = [item for record in records for item in record.items]
    single = answers_of(items).similarity["_substantive"]
    alone = [item.item_id == "q003" for item in items]
    np.testing.assert_array_equal(np.isnan(single), alone)


def test_a_run_in_which_nothing_was_answered_has_no_population() -> None:
    """Every item has people and non-answers, and no answer: nothing is scored, nothing breaks."""
    planted = plan(np.random.default_rng(8), questions=4)
    records = [
        replace(r, items=tuple(replace(i, model=None, values={}) for i in r.items))
        for r in planted.records({"country": planted.people})
    ]
    evidence = Evidence(records=records, answers=lookup({}), rng=np.random.default_rng(0))
    assert all(np.isnan(score.value) for score in population(evidence))


def test_one_question_has_the_same_options_everywhere() -> None:
    """A case with other options is named."""
    planted = plan(np.random.default_rng(8), questions=4)
    records = planted.records({"country": planted.people})
    item = records[0].items[0]
    assert item.human is not None
    shorter = replace(item, human=item.human[:-1], model=item.human[:-1])
    broken = replace(records[0], items=(shorter, *records[0].items[1:]))
    with pytest.raises(DataProblem, match="'q000'"):
        answer_table([broken, *records[1:]])


def test_order_of_options_does_not_matter() -> None:
    """The mask moves with the options."""
    planted = plan(np.random.default_rng(9), questions=6)
    order = np.array([4, 2, 0, 1, 3])
    records = renamed(planted.records({"country": planted.people}), order)
    np.testing.assert_array_equal(answer_table(records).substantive, planted.substantive[:, order])
