"""Which texts a model's tokenizer takes for a command: turn markers, image placeholders, tags.

Knows no prompt and no weights. Added tokens that are mere words or white space, such as Gemma's
for runs of newlines, are how the model reads ordinary text, not commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from benchmark.models.weights.chat_template import template_of
from benchmark.records import Choice, Continuation, Embed, Request
from benchmark.texts.markers import MARKER
from benchmark.texts.thinking import TAGS

# <think>, <|im_end|>, [INST], and tags of HTML where a tokenizer has tokens of its own for them.
_MARKUP = re.compile(r"\s*(?:<\S+>|\[\S+\]|\u25c1\S+\u25b7)\s*")
_PLACEHOLDERS = (
    *("image_token", "boi_token", "eoi_token", "video_token", "audio_token"),
    *("image_start_token", "image_end_token", "fake_image_token", "start_image_token"),
)


def words_of(request: Request) -> list[str]:
    """Every text of a request that comes from data or a prompt file."""
    if isinstance(request, Embed):
        return []
    prompt = request.prompt
    words = [part for part in prompt.prefix if isinstance(part, str)]
    words += [prompt.suffix, prompt.lead_in]
    if isinstance(request, Choice):
        words += request.labels
    if isinstance(request, Continuation):
        words += request.texts
    return words


class ControlTokens:
    """The commands of one processor; call it with a text to find those in the text."""

    def __init__(self, processor: Any) -> None:  # noqa: ANN401 - transformers' own, any family
        found = frozenset(_of_tokenizer(processor)) | frozenset(_placeholders(processor))
        self.known = found | {tag for pair in TAGS for tag in pair}
        self._lengths = sorted({len(text) for text in self.known}, reverse=True)
        firsts = "".join(sorted({text[0] for text in self.known}))
        self._first = re.compile(f"[{re.escape(firsts)}]")

    def __call__(self, text: str) -> tuple[str, ...]:
        """Each once, in order. One that only the tokenizer's normaliser would make is not seen."""
        found: dict[str, None] = {}
        for match in self._first.finditer(text):  # thousands are known, and few begin anywhere
            at = match.start()
            longest = next((n for n in self._lengths if text[at : at + n] in self.known), 0)
            if longest:
                found[text[at : at + longest]] = None
        return tuple(found)


def _of_tokenizer(processor: Any) -> Iterable[str]:  # noqa: ANN401
    template = template_of(processor)
    for token in processor.tokenizer.added_tokens_decoder.values():
        text = str(token.content)
        if text.isspace() or not text:
            continue
        markup = _MARKUP.fullmatch(text) or MARKER.fullmatch(text)
        if token.special or markup or text in template:
            yield text


def _placeholders(processor: Any) -> Iterable[str]:  # noqa: ANN401
    for holder in (processor, processor.tokenizer):
        for name in _PLACEHOLDERS:
            text = getattr(holder, name, None)
            if isinstance(text, str) and text.strip():
                yield text
