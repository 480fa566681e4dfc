"""Shares and means of stories, with other concepts in mind."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from benchmark.analyses.stories.lexical import SHARES, story_lexical
from benchmark.analyses.stories.of_concepts import mean_of_concepts, share_of_concepts
from benchmark.metrics.proportions import wilson_interval
from benchmark.metrics.skewed_means import mean_interval
from benchmark.records import Case, CaseRecord, Item, Score
from tests.analyses.building import evidence

CONCEPTS = tuple("abcdefg")
Values = Callable[[int, int], dict[str, float]]


def records(values: Values, *, concepts: int = 6, stories: int = 4) -> list[CaseRecord]:
    """A case for each concept; ``values`` of concept and story."""
    found = []
    for c, concept in enumerate(CONCEPTS[:concepts]):
        case = Case(suite="stories", country="JPN", topic=concept, proxy="own-image", kind="story")
        items = tuple(
            Item(
                case_id=case.case_id,
                item_id=f"{concept}/0.3/{k}",
                cluster=concept,
                request_keys=("key",),
                values=values(c, k),
            )
            for k in range(stories)
        )
        found.append(CaseRecord(case=case, scores=(), items=items))
    return found


def overall(rows: list[CaseRecord], metric: str) -> Score:
    """The score of a metric over everything."""
    return next(s for s in story_lexical(evidence(rows)) if s.metric == metric and not s.scope)


def test_stories_that_are_all_usable_are_worth_their_concepts() -> None:
    """Six concepts of four stories are six trials: 0.61, where a bootstrap of ones gave 1."""
    found = overall(records(lambda _c, _k: {"usable": 1.0}), "usable")
    assert (found.value, found.high, found.n, found.n_clusters) == (1.0, 1.0, 24, 6)
    assert found.low == pytest.approx(wilson_interval(6, 6)[0])


def test_a_share_is_never_without_width() -> None:
    """For every metric of noughts and ones, at both ends."""
    rows = records(lambda _c, _k: dict.fromkeys(SHARES, 0.0))
    for metric in SHARES:
        found = overall(rows, metric)
        assert (found.low, round(found.high, 2)) == (0.0, 0.39)


def test_a_mean_is_that_of_concepts_with_their_interval() -> None:
    """That of a mean over few units; a concept counts once, however many stories were scored."""
    rng = np.random.default_rng(0)
    words = rng.normal(300, 20, (6, 4))
    words[0, 1:] = np.nan
    found = overall(records(lambda c, k: {"n_words": float(words[c, k])}), "n_words")
    means = np.nanmean(words, axis=1)
    expected = tuple(float(end) for end in mean_interval(means))
    assert found.value == pytest.approx(means.mean())
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.n, found.n_missing, found.n_clusters) == (21, 3, 6)


def test_too_few_concepts_and_concepts_that_do_not_differ_have_no_interval() -> None:
    """The method says which."""
    few = mean_of_concepts({"a": 2.0, "b": 6.0}, {"a": 1, "b": 2})
    assert (few.value, few.method) == (2.5, "too few concepts (2 < 6)")
    assert math.isnan(few.low)
    alike = mean_of_concepts(dict.fromkeys(CONCEPTS, 3.0), dict.fromkeys(CONCEPTS, 3))
    assert alike.value == 1.0
    assert math.isnan(alike.low)
    assert "do not differ" in alike.method
    assert share_of_concepts({"a": 1.0}, {"a": 2}).value == 0.5
