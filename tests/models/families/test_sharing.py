"""What sharing saves and survives: one encoding an image, memory that runs out, odd prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmark.errors import RequestProblem
from benchmark.models.weights import cache_view, cascade
from benchmark.models.weights.budget import TokenBudget
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.labels import Labels
from benchmark.models.weights.shared_answers import SharedAnswers
from benchmark.records import Choice, Continuation, Probabilities, Prompt
from tests.models.asking import SUBJECT, choice, prompt
from tests.models.families.questions import QUESTIONS, RULES, TALL, WIDE, about, noise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmark.models.weights.transformers import TransformersModel
    from benchmark.records import ImageRef
    from tests.models.families.conftest import Pair

torch = pytest.importorskip("torch")


class Calls:
    """Counts a module's forwards, and fails those that a function picks by their rows."""

    def __init__(self, module: Any, fails: Callable[[int], bool] = lambda _: False) -> None:
        self.rows: list[int] = []
        self._fails = fails
        self._handle = module.register_forward_pre_hook(self._seen, with_kwargs=True)

    def _seen(self, _module: Any, _args: Sequence[Any], named: dict[str, Any]) -> None:
        ids = named.get("input_ids")
        rows = len(ids) if ids is not None else 0
        self.rows.append(rows)
        if self._fails(rows):
            raise torch.OutOfMemoryError("injected")

    def __enter__(self) -> Calls:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.remove()


def tower(model: TransformersModel) -> Any:
    """The module that encodes pictures, whatever its family calls it."""
    inner = model._model.model
    return next(
        getattr(inner, name)
        for name in ("visual", "vision_tower", "vision_model")
        if hasattr(inner, name)
    )


def answers(model: TransformersModel, budget: TokenBudget) -> SharedAnswers:
    """The same weights and processor, with nothing encoded yet."""
    inputs = Inputs.__new__(Inputs)
    inputs.__dict__.update(model._inputs.__dict__)
    return SharedAnswers(model._model, inputs, Labels(inputs.token_ids), budget)


def values(found: Sequence[Probabilities]) -> Any:
    """Labels' probabilities as one array."""
    return np.array([answer.p for answer in found])


def test_group_of_several_batches_encodes_its_image_once(pair: Pair) -> None:
    """The encoding outlives a batch, and a second picture does not push it out."""
    model, fresh = pair.shared, noise(77, (150, 120))
    with Calls(tower(model)) as calls:
        for question in QUESTIONS:
            model.answer(about(fresh, [question]))
        assert len(calls.rows) == 1
        model.answer(about(noise(78, (150, 120))))
        model.answer(about(fresh))
        assert len(calls.rows) == 2


def test_prompts_without_picture_run_no_tower(pair: Pair) -> None:
    """Their prefix is shared all the same: one row once, then only tails."""
    with Calls(tower(pair.shared)) as calls, Calls(pair.shared._model) as forwards:
        pair.shared.answer([choice("A new beginning. " * 9 + "\n", question=q) for q in QUESTIONS])
    assert calls.rows == []
    assert forwards.rows == [1, len(QUESTIONS)]


def test_no_forward_exceeds_the_budget(pair: Pair) -> None:
    """Tokens are rows times the longest; the scores do not depend on it."""
    model = pair.shared
    wide = answers(model, TokenBudget(10**6)).choices(about(WIDE))
    with Calls(model._model) as calls:
        narrow = answers(model, TokenBudget(80)).choices(about(WIDE))
    assert len(calls.rows) > 3
    assert np.abs(values(wide) - values(narrow)).max() <= 1e-5


def test_memory_that_runs_out_halves_the_budget(pair: Pair) -> None:
    """Rows that were finished are not run again, and all answers come."""
    model, budget = pair.shared, TokenBudget(10**6)
    expected = values(answers(model, TokenBudget(10**6)).choices(about(TALL)))
    scorer = answers(model, budget)
    scorer.choices(about(TALL, QUESTIONS[:1]))
    with Calls(model._model, fails=lambda rows: rows > 2) as calls:
        found = scorer.choices(about(TALL))
    assert np.abs(values(found) - expected).max() <= 1e-5
    assert sum(rows for rows in calls.rows if rows <= 2) == len(QUESTIONS)
    assert budget.tokens < 10**4


def test_finished_rows_survive_a_fault(pair: Pair) -> None:
    """The second forward fails once: the first one's rows are kept."""
    model = pair.shared
    scorer = answers(model, TokenBudget(160))
    scorer.choices(about(WIDE, QUESTIONS[:1]))
    with Calls(model._model) as calls:
        calls._fails = lambda _: len(calls.rows) == 2
        found = scorer.choices(about(WIDE))
    assert calls.rows[0] + sum(calls.rows[2:]) == len(QUESTIONS)
    assert len(found) == len(QUESTIONS)


def test_single_row_that_does_not_fit_is_said(pair: Pair) -> None:
    """Nothing is left to halve."""
    model = pair.shared
    scorer = answers(model, TokenBudget(10**6))
    scorer.choices(about(WIDE, QUESTIONS[:1]))
    with (
        Calls(model._model, fails=lambda _: True),
        pytest.raises(RequestProblem, match="does not fit"),
    ):
        scorer.choices(about(WIDE))


def test_prefix_that_does_not_fit_drops_the_kept_ones(pair: Pair) -> None:
    """They are only there to save time; alone it must fit, or that is said."""
    model = pair.shared
    scorer = answers(model, TokenBudget(10**6))
    scorer.choices(about(TALL, QUESTIONS[:1]))
    with Calls(model._model) as calls:
        calls._fails = lambda _: len(calls.rows) == 1
        assert len(scorer.choices(about(WIDE))) == len(QUESTIONS)
        calls._fails = lambda _: True
        with pytest.raises(RequestProblem, match="and its pictures does not fit"):
            scorer.choices(about(noise(79, (150, 120))))


def test_prompt_without_prefix_is_answered(pair: Pair) -> None:
    """What all prompts share is then the turn's opening."""
    requests = [
        Choice(
            prompt=Prompt(prefix=(), suffix=question, lead_in=" I choose ("),
            labels=("A", "B"),
            subject=SUBJECT,
        )
        for question in QUESTIONS
    ]
    shared, full = pair.shared.answer(requests), pair.full.answer(requests)
    for one, other in zip(shared, full, strict=True):
        assert isinstance(one, Probabilities)
        assert isinstance(other, Probabilities)
        assert np.abs(np.subtract(one.p, other.p)).max() <= 1e-5


def test_both_views_of_a_cache_agree(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied to each row or read in place: a family without windows has both."""
    scorer = answers(pair.shared, TokenBudget(10**6))
    merged = scorer.scorer._view is cascade.view
    assert merged == (pair.name not in ("aya_vision", "gemma3", "gemma4"))
    expected = values(scorer.choices(about(WIDE)))
    monkeypatch.setattr(scorer.scorer, "_view", cache_view.view)
    assert np.abs(values(scorer.choices(about(WIDE))) - expected).max() <= 1e-5


@pytest.mark.parametrize("picture", [WIDE, None], ids=["picture", "words"])
def test_tokens_of_a_continuation_are_those_of_its_forwards(
    pair: Pair, picture: ImageRef | None
) -> None:
    """Recognition is shared as a choice is: its texts are rows behind one encoding."""
    shown = (picture, RULES) if picture else (RULES,)
    texts = (" France", " Nigeria or Japan", "")
    request = Continuation(prompt=prompt(*shown), texts=texts, subject=SUBJECT)
    answers_of = pair.shared._shared
    assert answers_of is not None
    lines = [answers_of._text_line(request.prompt, text) for text in texts if text]
    starts = {answers_of.scorer.shared_tokens(line) for line in lines}
    encoded = answers_of.scorer.encoding(lines[0])
    shared, own = pair.shared.tokens(request)
    assert shared == encoded.cache.get_seq_length()
    assert own == sum(line.end - start for line in lines for start in starts)
    alone, whole = pair.full.tokens(request)
    assert alone == 0
    assert whole == len(lines) * shared + own
