"""Written texts without the thinking before them, however a tokenizer keeps the tags."""

from __future__ import annotations

import dataclasses
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.models import registry
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.writing import text_of
from benchmark.records import Generate, GenerationParams, Text
from tests.models.asking import SUBJECT, picture, prompt
from tests.models.families.parts import EOS, library, tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmark.models.registry import ModelOptions
    from benchmark.records import Finish

pytest.importorskip("transformers")
pytest.importorskip("torch")

TAGS = ("<think>", "</think>")
ASKED = prompt("Only words.\n", question="Which?\n", lead_in="")


def hidden() -> Any:
    """Tags are special tokens, which a decoded text lacks (Mistral, Gemma 4)."""
    return tokenizer(*TAGS)


def added() -> Any:
    """Tags are added tokens that stay in a decoded text (Qwen)."""
    words = tokenizer()
    words.add_tokens([library().AddedToken(tag, special=False) for tag in TAGS])
    return words


def spelt() -> Any:
    """Tags are several tokens, as any words."""
    return tokenizer()


def inputs_of(words: Any, *, opens: str = "") -> Inputs:
    """A processor whose template writes ``opens`` behind the mark of the assistant's turn."""

    def template(conversation: list[dict[str, Any]], **_: object) -> str:
        shown = (part["text"] for message in conversation for part in message["content"])
        return f"USER: {''.join(shown)} ASSISTANT: {opens}"

    return Inputs(
        SimpleNamespace(
            tokenizer=words,
            image_processor=None,
            chat_template="some template",
            apply_chat_template=template,
        )
    )


@pytest.mark.parametrize("words", [hidden, added, spelt])
@pytest.mark.parametrize(
    ("written", "finish", "opens", "expected"),
    [
        ("A goat.", "stop", "", Text(text="A goat.", finish="stop")),
        (
            "Maybe (C)? No.\n</think>\n\n(B)",
            "stop",
            "<think>\n",
            Text(text="(B)", finish="stop", thinking="Maybe (C)? No."),
        ),
        (
            "<think>Maybe (C)? No.</think> (B)",
            "length",
            "",
            Text(text="(B)", finish="length", thinking="Maybe (C)? No."),
        ),
        ("Maybe (C)?", "stop", "<think>", Text(text="", finish="length", thinking="Maybe (C)?")),
        ("<think>Hm", "length", "", Text(text="", finish="length", thinking="Hm")),
        ("(B)", "stop", "<think>\n\n</think>\n\n", Text(text="(B)", finish="stop")),
    ],
)
def test_thinking_is_cut_and_kept_apart(
    words: Callable[[], Any], written: str, finish: Finish, opens: str, expected: Text
) -> None:
    """Whether the model or the template opens it; what never ends leaves no text."""
    made = words()
    inputs = inputs_of(made, opens=opens)
    ids = [*made(written, add_special_tokens=False)["input_ids"], made.convert_tokens_to_ids(EOS)]
    assert text_of(inputs, ASKED, ids, finish) == expected


@pytest.mark.parametrize("path", ["full", "shared"])
def test_thinking_that_the_template_opens_is_no_story(
    demo_folder: Path, demo_options: ModelOptions, tmp_path: Path, path: str
) -> None:
    """The demo never closes it: on both paths a text that was cut off."""
    folder = tmp_path / "thinks"
    shutil.copytree(demo_folder, folder)
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").write_text(template + "<think>\n")
    asked = dataclasses.replace(demo_options, scoring=path)
    spec = registry.resolve(str(folder))
    model = registry.load(spec, registry.identify(spec, asked, survey=None), asked, survey=None)
    shown = prompt("Look:\n", picture("red"), question="Tell a story.\n", lead_in="")
    params = GenerationParams(max_new_tokens=5)
    (found,) = model.answer([Generate(prompt=shown, params=params, seed=1, subject=SUBJECT)])
    assert isinstance(found, Text)
    assert (found.text, found.finish) == ("", "length")
    assert found.thinking
