"""Shared prefixes change no score: each family against its own plain full prompts.

The models are sharpened first (a near uniform answer equals any other) and shown another picture
as a control (a model that is blind to its image would pass as well).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.models.weights.families import FULL, SHARED
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Choice, Continuation, ImageRef, LogLikelihoods, Probabilities
from tests.models.asking import SUBJECT, prompt
from tests.models.families.conftest import Pair, plain_row
from tests.models.families.questions import QUESTIONS, RULES, TALL, WIDE, about

TOLERANCE = 1e-5


def plain(model: TransformersModel, requests: Sequence[Choice]) -> NDArray[np.float64]:
    """Full next-token distributions, one plain forward a prompt, (requests, vocabulary)."""
    return np.stack([plain_row(model, request) for request in requests])


def over_vocabulary(model: TransformersModel, requests: Sequence[Choice]) -> NDArray[np.float64]:
    """Full next-token distributions behind shared prefixes, (requests, vocabulary)."""
    assert model._shared is not None
    lines = [model._shared.line(request)[0] for request in requests]
    rows = model._shared.scorer.score(
        lines, lambda logits, _: list(logits[:, -1].double().softmax(-1))
    )
    return np.stack([row.numpy() for row in rows])


def of_labels(model: TransformersModel, requests: Sequence[Choice]) -> NDArray[np.float64]:
    """Labels' probabilities as a run gets them, (requests, labels)."""
    found = model.answer(requests)
    assert all(isinstance(answer, Probabilities) for answer in found)
    return np.array([answer.p for answer in found if isinstance(answer, Probabilities)])


def among_labels(model: TransformersModel, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns of A, B and C in full distributions, renormalised."""
    ids = model._inputs._tokenizer.convert_tokens_to_ids(["A", "B", "C"])
    return np.asarray(rows[:, ids] / rows[:, ids].sum(1, keepdims=True))


def test_table_sends_the_family_down_the_shared_path(pair: Pair) -> None:
    """`auto` reads the config that transformers wrote."""
    assert pair.shared.identity.scoring == SHARED
    assert pair.full.identity.scoring == FULL


def test_two_interleaved_pictures_equal_full_prompts(pair: Pair) -> None:
    """Over labels and vocabulary, with each picture's own positions restored."""
    first, second = about(WIDE), about(TALL)
    asked = [request for both in zip(first, second, strict=True) for request in both]
    expected = plain(pair.full, asked)
    assert expected.max(1).mean() >= 0.5
    found = over_vocabulary(pair.shared, asked)
    assert np.abs(found - expected).max() <= TOLERANCE
    again = over_vocabulary(pair.shared, first)  # the first picture's, after the second's forward
    assert np.abs(again - expected[::2]).max() <= TOLERANCE
    labels = among_labels(pair.full, expected)
    assert np.abs(of_labels(pair.shared, asked) - labels).max() <= TOLERANCE


def test_eager_attention_equals_full_prompts(pair: Pair) -> None:
    """`--model-args attn_implementation=eager`, against plain forwards of the default."""
    eager = pair.again(model_args=(("attn_implementation", "eager"),))
    assert (eager.identity.attention, eager.identity.scoring) == ("eager", SHARED)
    asked = [request for both in zip(about(WIDE), about(TALL), strict=True) for request in both]
    expected = plain(pair.full, asked)
    assert np.abs(over_vocabulary(eager, asked) - expected).max() <= TOLERANCE
    another = over_vocabulary(eager, about(TALL))
    assert np.abs(another - expected[::2]).max() > 1000 * TOLERANCE


def test_another_picture_is_another_answer(pair: Pair) -> None:
    """The control: what the equality is worth."""
    right, wrong = plain(pair.full, about(WIDE)), over_vocabulary(pair.shared, about(TALL))
    assert np.abs(right - wrong).max() > 1000 * TOLERANCE


def test_prompts_without_picture_equal_full_prompts(pair: Pair) -> None:
    """Also right after a picture, whose positions must not leak."""
    pair.shared.answer(about(TALL, QUESTIONS[:2]))
    expected = plain(pair.full, about(None))
    assert np.abs(over_vocabulary(pair.shared, about(None)) - expected).max() <= TOLERANCE


def test_full_path_equals_plain_forward(pair: Pair) -> None:
    """The other path, batched and padded, is right too."""
    expected = among_labels(pair.full, plain(pair.full, about(WIDE)))
    assert np.abs(of_labels(pair.full, about(WIDE)) - expected).max() <= TOLERANCE


@pytest.mark.parametrize("picture", [WIDE, None], ids=["picture", "words"])
def test_continuations_equal_full_prompts(pair: Pair, picture: ImageRef | None) -> None:
    """Texts of several tokens, several requests together."""
    shown = (RULES, picture, "Look.\n") if picture else (RULES,)
    requests = [
        Continuation(
            prompt=prompt(*shown, question=question, lead_in=" It is"),
            texts=(" France", " Nigeria or Japan", "", " x"),
            subject=SUBJECT,
        )
        for question in QUESTIONS[:3]
    ]
    for one, other in zip(pair.shared.answer(requests), pair.full.answer(requests), strict=True):
        assert isinstance(one, LogLikelihoods)
        assert isinstance(other, LogLikelihoods)
        assert one.n_tokens == other.n_tokens
        # sharpened logits reach hundreds, where float32 resolves 1e-5 of them
        assert one.total == pytest.approx(other.total, rel=1e-5, abs=1e-3)
