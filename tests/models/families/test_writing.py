"""Texts written together behind shared prefixes: what each says does not depend on the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmark.models.weights.budget import TokenBudget
from benchmark.models.weights.shared import SharedScorer
from benchmark.models.weights.writing import SharedWriter
from benchmark.records import Generate, GenerationParams, Text
from tests.models.asking import SUBJECT, prompt
from tests.models.families.questions import RULES, TALL, WIDE

if TYPE_CHECKING:
    from benchmark.models.weights.transformers import TransformersModel
    from benchmark.records import ImageRef
    from tests.models.families.conftest import Pair

torch = pytest.importorskip("torch")

from tests.models.families.test_sharing import Calls  # noqa: E402 - which is skipped without torch

WHOM = ("a Greek child.", "a child from South Sudan, who is five years old.", "me.")
STORY = GenerationParams(max_new_tokens=6, temperature=0.7)
GREEDY = GenerationParams(max_new_tokens=6)


def stories(
    picture: ImageRef | None, params: GenerationParams = STORY, *, seeds: int = 2
) -> list[Generate]:
    """Several prompts of unequal length behind one picture, or none; several seeds each."""
    shown = (RULES, picture, "Look.\n") if picture else (RULES,)
    return [
        Generate(
            prompt=prompt(*shown, question=f"Tell a story to {whom}", lead_in=""),
            params=params,
            seed=seed,
            subject=SUBJECT,
        )
        for whom in WHOM
        for seed in range(seeds)
    ]


def texts(model: TransformersModel, batch: list[Generate]) -> list[Text]:
    """Answers, which must be texts."""
    found = model.answer(batch)
    assert all(isinstance(answer, Text) for answer in found)
    return [answer for answer in found if isinstance(answer, Text)]


def test_likeliest_text_is_that_of_plain_generation(pair: Pair) -> None:
    """Rows of two pictures and of none, at once, against the library's own loop one by one."""
    batch = [r for shown in (WIDE, TALL, None) for r in stories(shown, GREEDY, seeds=1)]
    together = texts(pair.shared, batch)
    assert together == texts(pair.full, batch)
    assert len({text.text for text in together}) > 1


def test_sampled_text_does_not_depend_on_its_neighbours(pair: Pair) -> None:
    """In any order, among others or alone; seeds differ and so do texts."""
    batch = [r for shown in (WIDE, TALL, None) for r in stories(shown)]
    together = texts(pair.shared, batch)
    assert texts(pair.shared, batch[::-1])[::-1] == together
    assert [texts(pair.shared, [request])[0] for request in batch[::7]] == together[::7]
    assert len({text.text for text in together}) > len(batch) // 2


def test_rows_that_run_out_of_memory_are_written_again(pair: Pair) -> None:
    """In halves, and the texts are the same."""
    model, batch = pair.shared, stories(TALL)
    expected = texts(model, batch)
    scorer = SharedScorer(model._model, model._inputs, TokenBudget(10**6))
    writer = SharedWriter(model._model, model._inputs, scorer)
    with Calls(model._model, fails=lambda rows: rows > 2):
        assert writer.texts(batch) == expected
    assert writer.most is not None
    assert writer.most <= 2
