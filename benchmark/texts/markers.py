"""Texts that tokenizers of many models read as a command instead of as words.

Knows no tokenizer: which of them one model obeys is said by its own
(`benchmark.models.weights.control`). What stands here is for readers of data, who want to know
before a model is chosen.
"""

from __future__ import annotations

import re

# <|im_end|>, <|image_pad|>, <|turn>, <turn|>; <s>, </s>; <image>, <start_of_turn>; [INST], [IMG].
_NAMES = (
    "s|pad|unk|bos|eos|mask|image|img|video|audio|think|thinking|tool_call|tool_response"
    "|start_of_turn|end_of_turn|start_of_image|end_of_image|image_soft_token|image_token"
    "|end_of_utterance|fake_token_around_image|img_context|row_\\d+_col_\\d+|global-img"
)
MARKER = re.compile(
    rf"<\|[^|<>\s]{{1,40}}\|?>|<[^|<>\s]{{1,40}}\|>|</?(?:{_NAMES})>|\[/?(?:INST|IMG|THINK|IMG_\w+)\]",
    re.IGNORECASE,
)


def markers_in(text: str) -> tuple[str, ...]:
    """The markers that a text holds, each once, in order.

    >>> markers_in("<image> Who are you?<|im_end|> 2 < 3 and <b>bold</b>")
    ('<image>', '<|im_end|>')
    """
    return tuple(dict.fromkeys(MARKER.findall(text)))
