"""Prompts as text: order of parts, template, lead-in, and the part behind the user's words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.errors import ModelProblem
from benchmark.models.rendering import plain_chat, render, user_parts
from benchmark.records import Prompt
from tests.models.asking import picture


class Templated:
    """A processor whose template shows what it was given."""

    chat_template = "some template"

    def __init__(self, *, trims: bool = False) -> None:
        self._trims = trims

    def apply_chat_template(
        self,
        conversation: list[dict[str, Any]],
        *,
        add_generation_prompt: bool,
        tokenize: bool,
    ) -> str:
        assert add_generation_prompt
        assert not tokenize
        (message,) = conversation
        words = "".join(
            "<image>" if c["type"] == "image" else c["text"] for c in message["content"]
        )
        return f"<{message['role']}>{words.strip() if self._trims else words}<bot>"


def test_suffix_continues_the_last_text() -> None:
    """No joint between prefix and suffix that a template could write something into."""
    prompt = Prompt(prefix=("rules ", picture("red"), "look. "), suffix="why?")
    assert user_parts(prompt) == ("rules ", None, "look. why?")


def test_suffix_behind_an_image_is_a_part_of_its_own() -> None:
    """An image cannot be continued."""
    prompt = Prompt(prefix=(picture("red"),), suffix="why?")
    assert user_parts(prompt) == (None, "why?")
    assert user_parts(Prompt(prefix=(picture("red"),), suffix="")) == (None,)


@pytest.mark.parametrize("trims", [False, True])
def test_lead_in_follows_the_template_as_it_stands(trims: bool) -> None:
    """The lead-in opens the assistant's turn; the tail starts behind the user's last word."""
    prompt = Prompt(prefix=("rules ", picture("red")), suffix="why?\n", lead_in=" I say (")
    text, tail = render(Templated(trims=trims), prompt)
    newline = "" if trims else "\n"
    assert text == f"<user>rules <image>why?{newline}<bot> I say ("
    assert tail == f"{newline}<bot> I say ("


def test_tail_is_the_whole_text_where_the_words_were_rewritten() -> None:
    """A template that changes the user's words leaves nothing to rely on."""
    prompt = Prompt(prefix=(), suffix="why?", lead_in="(")
    processor = Templated()
    processor.apply_chat_template = lambda *_, **__: "<user>WHY?<bot>"  # type: ignore[method-assign]
    assert render(processor, prompt) == ("<user>WHY?<bot>(",) * 2


def test_processor_without_template_gets_the_plain_form() -> None:
    """`USER: … ASSISTANT:` with the processor's image token."""
    processor: Any = SimpleNamespace(chat_template=None, image_token="<img>")  # noqa: S106 - a placeholder
    prompt = Prompt(prefix=("rules ", picture("red")), suffix="why?", lead_in=" (")
    text, tail = render(processor, prompt)
    assert text == "USER: rules <img>\nwhy? ASSISTANT: ("
    assert tail == " ASSISTANT: ("


def test_image_without_any_token_for_it_is_refused() -> None:
    """An image that is silently left out would be scored as if it was seen."""
    with pytest.raises(ModelProblem, match="neither a chat template nor an image token"):
        plain_chat(SimpleNamespace(), [None, "why?"])
    assert plain_chat(SimpleNamespace(), ["why?"]) == "USER: why? ASSISTANT:"
