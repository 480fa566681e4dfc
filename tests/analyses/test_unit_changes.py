"""The units behind a change: their mean is the change, and each says what it adds to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.change import CHANGE, differences
from benchmark.analyses.questions.question_change import paired_accuracy_changes
from benchmark.analyses.unit_changes import unit_changes
from benchmark.records import Score
from tests.analyses.questioning import clustered_outcomes, pictures_of, records_of
from tests.analyses.test_change import EASY, records, wanted


def test_a_stem_has_one_vote() -> None:
    """Twenty questions of three stems: the mean change of each, however many it has."""
    stems = ["battery"] * 18 + ["one", "two"]
    change = np.array([0.3] * 18 + [0.0, 0.06])
    now, before = (
        [
            replace(
                r,
                items=tuple(replace(i, cluster=s) for i, s in zip(r.items, stems, strict=True)),
            )
            for r in records({"NGA": column})
        ]
        for column in (EASY + change, EASY)
    )
    units = unit_changes(now, before, [wanted(0.5), wanted(0.5, frame="hofstede")])
    assert list(units) == [0]
    assert sorted(units[0].values) == pytest.approx([0.0, 0.06, 0.3])
    assert units[0].weights == (1.0, 1.0, 1.0)


def test_a_picture_has_as_many_votes_as_questions() -> None:
    """So the mean of its units is the change of the accuracy."""
    rng = np.random.default_rng(0)
    both = [
        records_of(
            pictures_of(clustered_outcomes(np.array([p, p]), 8, 3, 0.2, rng), ("NGA", "FRA"))
        )
        for p in (0.7, 0.5)
    ]
    score = Score(metric="accuracy", value=0.7, n=48, higher_is_better=True)
    units = unit_changes(both[0], both[1], [score])[0]
    change = paired_accuracy_changes(both[0], both[1], [score])[0]
    assert np.mean(units.values) == pytest.approx(change.value)
    assert np.mean(units.weights) == pytest.approx(1)
    assert len(units.values) == change.n_clusters


def test_a_question_about_other_pictures_is_another_question() -> None:
    """Each model vets its own pictures: only what both were asked is compared."""
    (one,) = records({"NGA": EASY})
    shown = [("a", "b") if i < 5 else ("a",) for i in range(len(one.items))]
    now = replace(
        one,
        items=tuple(replace(i, image_ids=("a",)) for i in one.items),
    )
    before = replace(
        one,
        items=tuple(replace(i, image_ids=ids) for i, ids in zip(one.items, shown, strict=True)),
    )
    (changed,) = differences([now], [before], "js_similarity")
    assert int(np.isnan([i.values[CHANGE] for i in changed.items]).sum()) == 5
