"""Prompts as a model's input tensors: processor, tokenizer, pictures; one batch at a time.

Knows no weights and no answers. Padding is on the right: what follows a causal model's last
real token cannot change what it says there. A text begins with the model's opening token, if it
wants one, and ends where its words end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from benchmark.errors import ModelProblem
from benchmark.models.weights.control import ControlTokens, words_of
from benchmark.models.weights.pictures import Pictures, RememberingImageProcessor
from benchmark.models.weights.rendering import Renderer
from benchmark.records import Prompt, Request
from benchmark.texts.thinking import TAGS

SAMPLE = "Seven zebras"


class Inputs:
    """A transformers processor, set up for next-token scores."""

    def __init__(self, processor: Any, arguments: Mapping[str, object] | None = None) -> None:  # noqa: ANN401 - transformers' own, any family
        self._processor = processor
        self._tokenizer = processor.tokenizer
        self._tokenizer.padding_side = "right"
        if self._tokenizer.pad_token is None:  # any token will do
            self._tokenizer.pad_token = (
                self._tokenizer.eos_token or self._tokenizer.convert_ids_to_tokens(0)
            )
        _drop_closing_tokens(self._tokenizer)
        processor.image_processor = RememberingImageProcessor(processor.image_processor)
        self._pictures = Pictures()
        self._thinking = _hidden_tags(self._tokenizer)
        self.renderer = Renderer(processor, arguments)
        self._control = ControlTokens(processor)

    @property
    def who(self) -> str:
        """The processor's class, for messages."""
        return type(self._processor).__name__

    @property
    def pad_id(self) -> int:
        """A token to fill rows with; no answer depends on it."""
        return int(self._tokenizer.pad_token_id)

    def render(self, prompt: Prompt) -> tuple[str, str]:
        """Full text, and the part of it that follows the user's words."""
        return self.renderer(prompt)

    def commands(self, request: Request) -> tuple[str, ...]:
        """Control tokens in the words of a request, which the model would obey instead of read."""
        return tuple(
            dict.fromkeys(found for text in words_of(request) for found in self._control(text))
        )

    def token_ids(self, text: str) -> list[int]:
        """Tokens with image placeholders as they stand, not expanded."""
        return list(self._tokenizer(text, add_special_tokens=self._adds_special(text))["input_ids"])

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Tokens as the tokenizer writes them, special ones too."""
        return [str(token) for token in self._tokenizer.convert_ids_to_tokens(list(ids))]

    @property
    def eos_id(self) -> int | None:
        """The tokenizer's own end of a text."""
        found: int | None = self._tokenizer.eos_token_id
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, without special ones except the tags around thinking."""
        pieces: list[str] = []
        start = 0
        for i, one in enumerate(ids):
            if one in self._thinking:
                pieces += [self._plain(ids[start:i]), self._thinking[one]]
                start = i + 1
        return "".join([*pieces, self._plain(ids[start:])])

    def _plain(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def tensors(self, texts: list[str], prompts: Sequence[Prompt]) -> Any:  # noqa: ANN401
        """The processor's output for rendered texts and their prompts' images."""
        pictures = [self._pictures.of(prompt.images) for prompt in prompts]
        return self._processor(
            text=texts,
            images=pictures if any(pictures) else None,
            padding=True,
            padding_side="right",  # some processors have a default of their own
            add_special_tokens=self._adds_special(texts[0]),
            return_tensors="pt",
        )

    def _adds_special(self, text: str) -> bool:
        """False if the chat template has already written the text's opening token."""
        opening = self._tokenizer.bos_token
        return not (opening and text.startswith(opening))


def _hidden_tags(tokenizer: Any) -> dict[int, str]:  # noqa: ANN401
    """Tags around thinking that are special tokens here, which a decoded text would lack."""
    ids = {tag: tokenizer.convert_tokens_to_ids(tag) for tag in chain(*TAGS)}
    return {
        one: tag
        for tag, one in ids.items()
        if one is not None
        and tokenizer.convert_ids_to_tokens(one) == tag
        and tag not in tokenizer.decode([one], skip_special_tokens=True)
    }


def _drop_closing_tokens(tokenizer: Any) -> None:  # noqa: ANN401
    """Stop a tokenizer from closing every text: the answer is read, or continues, after it."""
    before, after = _special_tokens(tokenizer)
    if not after:
        return
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None:
        from tokenizers.processors import TemplateProcessing

        opening = [(str(token), int(tokenizer.convert_tokens_to_ids(token))) for token in before]
        backend.post_processor = TemplateProcessing(
            single=" ".join([*(token for token, _ in opening), "$A"]), special_tokens=opening
        )
    if backend is None or _special_tokens(tokenizer)[1]:
        raise ModelProblem(
            f"{type(tokenizer).__name__} puts {' '.join(map(str, after))} after every text, so no "
            "answer can be read there; switch it off in tokenizer_config.json (add_eos_token)"
        )


def _special_tokens(tokenizer: Any) -> tuple[list[str], list[str]]:  # noqa: ANN401
    """The special tokens that a tokenizer puts before and after a text."""
    plain = list(tokenizer(SAMPLE, add_special_tokens=False)["input_ids"])
    whole = list(tokenizer(SAMPLE, add_special_tokens=True)["input_ids"])
    for at in range(len(whole) - len(plain) + 1):
        if whole[at : at + len(plain)] == plain:
            names = tokenizer.convert_ids_to_tokens
            return names(whole[:at]), names(whole[at + len(plain) :])
    return [], []
