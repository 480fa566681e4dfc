"""A prompt as the text that a processor reads: chat template, image placeholders, lead-in.

Knows no weights and decodes no image; a processor is anything with the two attributes below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from benchmark.errors import ModelProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.records import Prompt


class ChatProcessor(Protocol):
    """The part of a transformers processor that turns a conversation into text."""

    @property
    def chat_template(self) -> object: ...

    def apply_chat_template(
        self,
        conversation: list[dict[str, object]],
        *,
        add_generation_prompt: bool,
        tokenize: bool,
    ) -> str: ...


def render(processor: ChatProcessor, prompt: Prompt) -> tuple[str, str]:
    """Full text up to the lead-in's end, and that part of it which follows the user's words.

    The second part (turn markers and lead-in) is the context in which labels are tokenised. It
    is the whole text where the template rewrote the user's words and they cannot be found again.
    """
    parts = user_parts(prompt)
    if getattr(processor, "chat_template", None):
        content = [_block(part) for part in parts]
        text = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
    else:
        text = plain_chat(processor, parts)
    words = next((part for part in reversed(parts) if part), "").rstrip()
    before, found, after = text.rpartition(words) if words else ("", "", text)
    full = text + prompt.lead_in
    return full, after + prompt.lead_in if found and before else full


def user_parts(prompt: Prompt) -> tuple[str | None, ...]:
    """The user's turn in order, None for an image; the suffix continues a closing text."""
    parts = [part if isinstance(part, str) else None for part in prompt.prefix]
    if parts and parts[-1] is not None:
        parts[-1] += prompt.suffix
    elif prompt.suffix:
        parts.append(prompt.suffix)
    return tuple(parts)


def plain_chat(processor: object, parts: Sequence[str | None]) -> str:
    """``USER: … ASSISTANT:``, for processors that come without a chat template."""
    image = getattr(processor, "image_token", None)
    if None in parts and not isinstance(image, str):
        raise ModelProblem(
            f"{type(processor).__name__} has neither a chat template nor an image token, so there "
            "is no way to show it an image; add a chat_template.jinja to the model's folder"
        )
    return "USER: " + "".join(f"{image}\n" if p is None else p for p in parts) + " ASSISTANT:"


def _block(part: str | None) -> dict[str, object]:
    return {"type": "image"} if part is None else {"type": "text", "text": part}
