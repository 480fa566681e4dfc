"""Memory that runs out where prompts run in full: half the rows, and nothing computed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import RequestProblem
from benchmark.models import registry
from benchmark.models.weights.memory import Halving
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Continuation, Generate, GenerationParams, Probabilities
from tests.models.asking import SUBJECT, choice, options, picture, prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmark.records import Choice, Request

torch = pytest.importorskip("torch")


class Small:
    """Makes a model's forward run out of memory above so many rows; counts rows it ran."""

    def __init__(self, module: Any, most: int) -> None:
        self.most = most
        self.rows: list[int] = []
        self.handle = module.register_forward_pre_hook(self._seen, with_kwargs=True)

    def _seen(self, _module: Any, _args: Sequence[Any], named: dict[str, Any]) -> None:
        rows = len(named["input_ids"])
        if rows > self.most:
            raise torch.OutOfMemoryError("injected")
        self.rows.append(rows)


@pytest.fixture
def full(demo_folder: Path, tmp_path: Path) -> TransformersModel:
    """The demo, every prompt by itself, freshly opened: its limit on rows stays."""
    spec, asked = registry.resolve(str(demo_folder)), options(tmp_path, scoring="full")
    identity = registry.identify(spec, asked, survey=None)
    model = registry.load(spec, identity, asked, survey=None)
    assert isinstance(model, TransformersModel)
    return model


@pytest.fixture
def small(full: TransformersModel) -> Iterator[Small]:
    """Memory for two rows."""
    limit = Small(full._model, 2)
    yield limit
    limit.handle.remove()


def asked() -> list[Choice]:
    """Seven with a picture, three without."""
    shown = [choice("Look:\n", picture("red"), question=f"Question {i}?\n") for i in range(7)]
    return shown + [choice("Words.\n", question=f"Question {i}?\n") for i in range(3)]


def values(model: TransformersModel, requests: Sequence[Request]) -> Any:
    """Labels' probabilities as one array."""
    found = model.answer(requests)
    return np.array([answer.p for answer in found if isinstance(answer, Probabilities)])


def test_choices_go_on_in_halves(full: TransformersModel, small: Small) -> None:
    """All answers come, none was computed twice, and the next batch starts small."""
    small.most = 100
    expected = values(full, asked())
    small.most, small.rows = 2, []
    assert np.abs(values(full, asked()) - expected).max() <= 1e-5
    assert sum(small.rows) == len(asked())
    assert full.describe()["rows_after_halving"] == 1
    small.rows = []
    full.answer(asked()[:3])
    assert small.rows == [1, 1, 1]


def test_a_model_that_was_never_short_says_so(full: TransformersModel) -> None:
    """No halving, nothing to report."""
    full.answer(asked()[:2])
    assert full.describe()["rows_after_halving"] is None


def lonely() -> list[Request]:
    """One of each kind."""
    params = GenerationParams(max_new_tokens=3)
    shown = prompt("Look:\n", picture("red"))
    return [
        asked()[0],
        Continuation(prompt=shown, texts=(" yes",), subject=SUBJECT),
        Generate(prompt=shown, params=params, seed=1, subject=SUBJECT),
    ]


@pytest.mark.parametrize("request_", lonely(), ids=lambda one: type(one).__name__)
def test_a_single_prompt_that_does_not_fit_is_said(
    full: TransformersModel, small: Small, request_: Request
) -> None:
    """One sentence with its length, picture included, whatever was asked."""
    small.most = 0
    with pytest.raises(RequestProblem, match=r"a single prompt of \d\d+ tokens does not fit"):
        full.answer([request_])


@given(st.lists(st.integers(), max_size=40), st.integers(1, 50))
def test_halving_answers_each_row_once_in_order(rows: list[int], room: int) -> None:
    """Whatever fits, the answers are those of one batch."""
    ran: list[int] = []

    def answer(some: Sequence[int]) -> list[int]:
        if len(some) > room:
            raise torch.OutOfMemoryError("injected")
        ran.extend(some)
        return [2 * row for row in some]

    halving = Halving()
    assert halving.run(rows, answer, what=str) == [2 * row for row in rows]
    assert ran == rows
    assert (halving.most is None) == (len(rows) <= room)
