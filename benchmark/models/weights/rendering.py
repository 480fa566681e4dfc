"""A prompt as the text that a processor reads: chat template, image placeholders, lead-in.

Knows no weights and decodes no image; `chat_template` knows what templates do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.template_arguments import OPTION
from benchmark.models.weights.chat_template import ChatTemplate, image_token, template_of
from benchmark.records import Prompt
from benchmark.texts.thinking import still_open


class Renderer:
    """Prompts of one processor; `arguments` go to its template."""

    def __init__(self, processor: Any, arguments: Mapping[str, object] | None = None) -> None:  # noqa: ANN401 - transformers' own, any family
        self._processor = processor
        self._template: ChatTemplate | None = None
        if template_of(processor):
            self._template = ChatTemplate(processor, arguments or {})
        elif arguments:
            raise ModelProblem(
                f"{type(processor).__name__} has no chat template, so {OPTION} cannot set "
                f"{', '.join(arguments)}; leave it out"
            )

    @property
    def source(self) -> str:
        """The chat template as it stands; empty where there is none."""
        return self._template.source if self._template is not None else ""

    @property
    def arguments(self) -> Mapping[str, object]:
        """What the template is given besides the conversation, default switches included."""
        return self._template.arguments if self._template is not None else {}

    def __call__(self, prompt: Prompt) -> tuple[str, str]:
        """Full text up to the lead-in's end, and the part of it after the user's words.

        The second part (turn markers and lead-in) is the context in which labels are tokenised.

        Raises
        ------
        RequestProblem
            The template does not write the user's words as they are.
        ModelProblem
            It leaves them out, or the lead-in would count as the model's thinking.
        """
        parts = user_parts(prompt)
        if self._template is None:
            full = plain_chat(self._processor, parts, prompt.lead_in)
        else:
            full = self._template.answered(parts, prompt.lead_in)
        tail = self._after_words(full, [part.strip() for part in parts if part is not None])
        tag = still_open(tail)
        if tag and prompt.lead_in:
            raise ModelProblem(
                f"the chat template of {type(self._processor).__name__} opens {tag} before the "
                "answer, so options would be scored inside the model's thinking; switch thinking "
                f"off if the template can ({OPTION}), or ask for written answers with "
                "--scoring 'sampled 10'"
            )
        return full, tail

    def _after_words(self, full: str, words: Sequence[str]) -> str:
        """What follows the user's words, each of which must occur unchanged, in order."""
        at = 0
        for part in filter(None, words):
            found = full.find(part, at)
            if found < 0:
                raise RequestProblem(
                    f"the chat template of {type(self._processor).__name__} changes the user's "
                    f"words {part[:40]!r}, so the model would be asked something else; fix "
                    "chat_template.jinja in the model's folder"
                )
            at = found + len(part)
        return full[at:]


def user_parts(prompt: Prompt) -> tuple[str | None, ...]:
    """The user's turn in order, None for an image; the suffix continues a closing text.

    White space that ends the turn is left out, as some templates do, so that the same words are the
    same turn for every model.
    """
    parts = [part if isinstance(part, str) else None for part in prompt.prefix]
    if parts and parts[-1] is not None:
        parts[-1] += prompt.suffix
    elif prompt.suffix:
        parts.append(prompt.suffix)
    if parts and parts[-1] is not None:
        parts[-1] = parts[-1].rstrip()
    return tuple(parts)


def plain_chat(processor: object, parts: Sequence[str | None], lead_in: str = "") -> str:
    """``USER: … ASSISTANT:``, for processors without a chat template."""
    words = "".join(f"{image_token(processor)}\n" if part is None else part for part in parts)
    return f"USER: {words} ASSISTANT:" + (f" {lead_in.lstrip()}" if lead_in else "")
