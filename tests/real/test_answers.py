"""Real tokenizers and templates: prompts as a model reads them, the same answer on both paths.

Weights are random, so the models are sharpened first, and another picture is the control.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmark.errors import ModelProblem
from benchmark.models.weights.families import FULL, SHARED
from benchmark.records import Choice
from tests.models.asking import picture
from tests.models.families.conftest import Pair, paired
from tests.models.families.questions import QUESTIONS, RULES, WIDE, about, noise
from tests.real.checkpoints import THINKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmark.models.weights.transformers import TransformersModel
    from benchmark.records import ImageRef

pytest.importorskip("torch")

from tests.models.families.test_equality import TOLERANCE, of_labels, over_vocabulary, plain
from tests.models.families.test_writing import GREEDY, stories, texts

CONTROL = 0.05
DARK = picture("navy", (60, 200))
# What stands between the user's words and the answer's first, as each template writes a turn.
ANSWER = {
    "llava": " ASSISTANT: ",
    "llava_next": " ASSISTANT: ",
    "qwen2_5_vl": "<|im_end|>\n<|im_start|>assistant\n",
    "qwen3_vl": "<|im_end|>\n<|im_start|>assistant\n",
    "gemma3": "<end_of_turn>\n<start_of_turn>model\n",
    "gemma4": "<turn|>\n<|turn>model\n<|channel>thought\n<channel|>",
    "gemma4_small": "<turn|>\n<|turn>model\n",
    "internvl": "<|im_end|>\n<|im_start|>assistant\n",
    "smolvlm": "<end_of_utterance>\nAssistant: ",
}
# The token that opens a text, where the model wants one.
OPENING = {
    "llava": "<s>",
    "llava_next": "<s>",
    "gemma3": "<bos>",
    "gemma4": "<bos>",
    "gemma4_small": "<bos>",
    "smolvlm": "<|im_start|>",
}


@pytest.fixture(scope="session")
def real(checkpoint: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A checkpoint on both paths, in float32, sharpened."""
    cache = tmp_path_factory.mktemp(checkpoint)
    asked = [one for shown in (WIDE, DARK, None) for one in questions(checkpoint, shown)]
    return paired(checkpoint, folder, cache, asked=asked, dtype="float32")


def questions(checkpoint: str, shown: ImageRef | None) -> list[Choice]:
    """Questions about a picture, or about none; nothing is put behind a tag that opens thinking."""
    asked = about(shown, QUESTIONS[:3])
    if checkpoint != THINKING:
        return asked
    return [
        dataclasses.replace(one, prompt=dataclasses.replace(one.prompt, lead_in=""))
        for one in asked
    ]


def seen(model: TransformersModel, ask: Callable[[], object]) -> list[list[int]]:
    """The tokens of each forward's first row, while something is asked."""
    rows: list[list[int]] = []

    def note(_module: Any, _args: Sequence[Any], named: dict[str, Any]) -> None:
        rows.append(named["input_ids"][0].tolist())

    handle = model._model.register_forward_pre_hook(note, with_kwargs=True)
    try:
        ask()
    finally:
        handle.remove()
    return rows


def test_shared_prefixes_equal_full_prompts(
    real: Pair, record_property: Callable[[str, object], None]
) -> None:
    """Two pictures in turn and none, over the vocabulary and over labels; answers are sharp."""
    assert (real.shared.identity.scoring, real.full.identity.scoring) == (SHARED, FULL)
    first, second = questions(real.name, WIDE), questions(real.name, DARK)
    asked = [one for both in zip(first, second, strict=True) for one in both]
    asked += questions(real.name, None)
    expected = plain(real.full, asked)
    found = over_vocabulary(real.shared, asked)
    labels = of_labels(real.full, asked) - of_labels(real.shared, asked)
    moved = max(np.abs(found - expected).max(), np.abs(labels).max())
    wrong = np.abs(expected[: 2 * len(first) : 2] - found[1 : 2 * len(first) : 2]).max()
    largest = expected.max(1).mean()
    record_property("checkpoint", real.name)
    record_property("shared - full", f"{moved:.0e}")
    record_property("wrong picture", f"{wrong:.2f}")
    record_property("largest p", f"{largest:.2f}")
    assert moved <= TOLERANCE
    assert largest >= 0.5
    assert wrong >= CONTROL


@pytest.mark.parametrize("shown", ["picture", "words"])
def test_both_paths_give_the_model_the_same_tokens(real: Pair, shown: str) -> None:
    """What is shared and what follows it is the full prompt, less the label that stands there."""
    (question, *_) = questions(real.name, WIDE)
    fresh = (RULES, noise(31, (130, 100))) if shown == "picture" else ("You live in Chile. " * 9,)
    question = dataclasses.replace(
        question, prompt=dataclasses.replace(question.prompt, prefix=fresh)
    )
    (full,) = seen(real.full, lambda: real.full.answer([question]))
    prefix, tail = seen(real.shared, lambda: real.shared.answer([question]))
    together = prefix + tail
    assert together == full[: len(together)]
    assert len(full) == len(together) + 1
    words = real.full._inputs._tokenizer.convert_ids_to_tokens(full[-1:])
    assert words == ["A"]


@pytest.mark.parametrize("shown", ["picture", "words"])
def test_prompt_opens_once_and_is_not_closed(real: Pair, shown: str) -> None:
    """One opening token where the model wants one, and no end of a turn behind it."""
    (question, *_) = questions(real.name, WIDE if shown == "picture" else None)
    tokenizer = real.full._inputs._tokenizer
    text, _ = real.full._inputs.render(question.prompt)
    rows = real.full._inputs.tensors([text], [question.prompt])["input_ids"]
    opening = OPENING.get(real.name)
    ids: list[int] = rows[0].tolist()
    if opening is None:
        assert tokenizer.bos_token is None or tokenizer.bos_token_id not in ids
    else:
        assert ids.count(tokenizer.convert_tokens_to_ids(opening)) == 1
        assert tokenizer.convert_ids_to_tokens(ids[0]) == opening
    assert ids[-1] not in tokenizer.all_special_ids


def test_answer_begins_as_the_template_writes_one(real: Pair) -> None:
    """With the space or line that the template puts there, and nothing else."""
    (question, *_) = about(WIDE)
    if real.name == THINKING:
        with pytest.raises(ModelProblem, match="--template-args"):
            real.shared.answer([question])
        return
    _, tail = real.shared._inputs.render(question.prompt)
    assert tail == ANSWER[real.name] + question.prompt.lead_in


def test_likeliest_text_is_the_same_on_both_paths(real: Pair) -> None:
    """With two pictures and with none, several prompts of unequal length."""
    batch = [one for shown in (WIDE, DARK, None) for one in stories(shown, GREEDY, seeds=1)]
    together = texts(real.shared, batch)
    assert together == texts(real.full, batch)
    assert len({text.text + text.thinking for text in together}) > 1
    if real.name == THINKING:
        assert {(text.text, text.finish) for text in together} == {("", "length")}


def test_labels_differ_by_question(real: Pair) -> None:
    """The labels' probabilities follow the words that are asked."""
    found = of_labels(real.shared, questions(real.name, None))
    assert len({tuple(row) for row in found.tolist()}) == len(found)
