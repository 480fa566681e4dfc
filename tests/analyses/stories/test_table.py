"""The stories of a run as a table, from records and stored answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analyses.stories.table import by_proxy, story_table
from benchmark.errors import DataProblem
from benchmark.records import Answer, Case, CaseRecord, Item, Text, Vector


def record(*stories: str, proxy: str = "shared-image", **values: float) -> CaseRecord:
    """A case whose stories are their own keys."""
    kind = "control" if proxy == "none" else "story"
    case = Case(suite="stories", country="JPN", topic="honesty", proxy=proxy, kind=kind)
    items = tuple(
        Item(
            case_id=case.case_id,
            item_id=f"honesty/0.3/{k}",
            cluster="honesty",
            request_keys=(story,),
            values=values,
        )
        for k, story in enumerate(stories)
    )
    return CaseRecord(case=case, scores=(), items=items)


def answers(keys: object) -> dict[str, Answer]:
    """Every key is its own story; one that ends in dots was cut."""
    return {
        key: Text(text=key, finish="length" if key.endswith("...") else "stop")
        for key in keys  # type: ignore[attr-defined]
    }


def test_rows_are_sorted_and_what_is_no_story_is_counted() -> None:
    """A text without a letter is empty, a cut story stays, a refusal goes; all are counted."""
    table = story_table([record("Once", "!!", "There was ...")], answers)
    assert table.text == ("Once", "There was ...")
    assert table.response.tolist() == [0, 2]
    assert (table.empty, table.truncated, table.left_out) == (1, 1, 1)
    refused = story_table([record("I cannot", refusal=1.0), record("Once", proxy="none")], answers)
    assert (refused.text, refused.refused, refused.control.tolist()) == (("Once",), 1, [True])


def test_each_proxy_is_a_table_of_its_own() -> None:
    """In the proxies' order; a proxy without stories has none."""
    records = [record("b"), record("a", proxy="none"), record(proxy="blank")]
    assert [(proxy, t.text) for proxy, t in by_proxy(records, answers)] == [
        ("none", ("a",)),
        ("shared-image", ("b",)),
    ]


def test_other_kinds_and_variants_are_not_in_the_table() -> None:
    """A case of another kind, or with a variant, is another measurement."""
    one = record("Once")
    ethnic = replace(one, case=replace(one.case, variant="ainu"))
    other = replace(one, case=replace(one.case, kind="recognition"))
    assert len(story_table([ethnic, other], answers)) == 0


def test_two_stories_of_one_place_are_refused() -> None:
    """The sentence names the place."""
    with pytest.raises(DataProblem, match="two stories of JPN"):
        story_table([record("Once"), record("Twice")], answers)


def test_a_key_that_is_not_a_text_is_refused() -> None:
    """A vector stored where the story should be is not a story."""
    with pytest.raises(DataProblem, match="points to a Vector"):
        story_table([record("k")], lambda keys: dict.fromkeys(keys, Vector(values=(1.0,))))


def test_an_item_that_is_not_named_like_a_story_is_refused() -> None:
    """The sentence says what the name should be."""
    one = record("Once")
    wrong = replace(one, items=(replace(one.items[0], item_id="honesty/warm/1"),))
    with pytest.raises(DataProblem, match="concept/temperature/response"):
        story_table([wrong], answers)
    assert np.isfinite(story_table([one], answers).temperature).all()
