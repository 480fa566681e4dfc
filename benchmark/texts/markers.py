"""Texts that the tokenizers of many models read as commands instead of words.

Knows no tokenizer: which markers a model obeys depends on its own tokenizer
(`benchmark.models.weights.control`). These serve readers of data, before a model is chosen.
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
    """The markers in a text, each once, in order.

    >>> markers_in("<image> Who are you?<|im_end|> 2 < 3 and <b>bold</b>")
    ('<image>', '<|im_end|>')
    """
    return tuple(dict.fromkeys(MARKER.findall(text)))
