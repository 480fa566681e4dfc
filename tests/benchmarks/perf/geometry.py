"""Models of a given size with random weights, for timing: speed does not depend on the weights.

Knows no timing and downloads nothing; a tokenizer of the workload's own words comes with each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.errors import UsageProblem, unknown
from benchmark.models.weights.loading import backend_modules
from benchmark.models.weights.processors import NoVideo, image_only
from tests.models.families.parts import byte_pairs

PAD, BOS, EOS, IMAGE = "<pad>", "<s>", "</s>", "<image>"
QWEN_MARKS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] | upper }}: {% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}SHOWN{% else %}{{ c['text'] }}{% endif %}{% endfor %}\n"
    "{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
MIDDLE_TEXT = {
    "vocab_size": 32000,
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 10,
    "num_attention_heads": 16,
    "num_key_value_heads": 4,
    "max_position_embeddings": 8192,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Geometry:
    """A model's config, a maker of processors, and the picture size that the workload shows."""

    config: Any
    processor: Callable[[], Any]
    picture: tuple[int, int]


def geometry(name: str, words: Iterable[str]) -> Geometry:
    """The named size; ``words`` are texts that the tokenizer must read in few tokens."""
    if name not in CONFIGS:
        raise UsageProblem(unknown("config", name, CONFIGS, source="--config"))
    return CONFIGS[name](list(words))


def _llava_next(words: list[str]) -> Geometry:
    """A decoder of 170 million parameters, 784 tokens for a picture of 224 by 448 pixels."""
    _, t = backend_modules()

    tokenizer = _tokenizer(words, (IMAGE,))
    side, patch = 224, 14
    tiles = [[side, 2 * side], [2 * side, side], [2 * side, 2 * side]]
    config = t.LlavaNextConfig(
        text_config=t.LlamaConfig(**MIDDLE_TEXT),
        vision_config=t.CLIPVisionConfig(
            image_size=side,
            patch_size=patch,
            hidden_size=384,
            intermediate_size=1536,
            num_hidden_layers=6,
            num_attention_heads=6,
        ),
        image_token_index=tokenizer.convert_tokens_to_ids(IMAGE),
        image_grid_pinpoints=tiles,
        image_seq_length=(side // patch) ** 2,
        tie_word_embeddings=False,
    )

    def processor() -> Any:
        pictures = t.LlavaNextImageProcessorPil(
            size={"shortest_edge": side},
            crop_size={"height": side, "width": side},
            image_grid_pinpoints=tiles,
        )
        return t.LlavaNextProcessor(
            pictures,
            tokenizer,
            patch_size=patch,
            vision_feature_select_strategy="default",
            num_additional_image_tokens=1,
            chat_template=TEMPLATE.replace("SHOWN", IMAGE),
        )

    return Geometry(config=config, processor=processor, picture=(side, 2 * side))


def _qwen(
    words: list[str], text: Mapping[str, Any], vision: Mapping[str, Any], side: int
) -> Geometry:
    _, t = backend_modules()

    tokenizer = _tokenizer(words, QWEN_MARKS)
    ids = dict(zip(QWEN_MARKS, tokenizer.convert_tokens_to_ids(list(QWEN_MARKS)), strict=True))
    config = t.Qwen2_5_VLConfig(
        text_config=dict(text),
        vision_config={**vision, "out_hidden_size": text["hidden_size"]},
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=False,
    )

    def processor() -> Any:
        shown = "<|vision_start|><|image_pad|><|vision_end|>"
        return image_only(t.Qwen2_5_VLProcessor)(
            t.Qwen2VLImageProcessorPil(),
            tokenizer,
            NoVideo(),
            chat_template=TEMPLATE.replace("SHOWN", shown),
        )

    return Geometry(config=config, processor=processor, picture=(side, side))


def _qwen_middle(words: list[str]) -> Geometry:
    """A decoder of 170 million parameters, 400 tokens for a picture of 560 pixels."""
    text = {**MIDDLE_TEXT, "rope_parameters": _mrope(8, 12, 12)}
    vision = {
        "depth": 6,
        "hidden_size": 384,
        "intermediate_size": 1536,
        "num_heads": 6,
        "fullatt_block_indexes": [2, 5],
    }
    return _qwen(words, text, vision, side=560)


def _qwen_7b(words: list[str]) -> Geometry:
    """The published sizes of Qwen2.5-VL-7B, 1 024 tokens for a picture of 896 pixels."""
    text = {
        "vocab_size": 152064,
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "max_position_embeddings": 32768,
        "rope_parameters": _mrope(16, 24, 24),
    }
    vision = {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "fullatt_block_indexes": [7, 15, 23, 31],
    }
    return _qwen(words, text, vision, side=896)


CONFIGS: Mapping[str, Callable[[list[str]], Geometry]] = {
    "llava-next-230m": _llava_next,
    "qwen2.5-vl-236m": _qwen_middle,
    "qwen2.5-vl-7b": _qwen_7b,
}


def _mrope(*section: int) -> dict[str, object]:
    return {"rope_type": "default", "mrope_section": list(section), "rope_theta": 1e6}


def _tokenizer(words: list[str], special: tuple[str, ...]) -> Any:
    _, t = backend_modules()
    raw = byte_pairs(words, (PAD, BOS, EOS, *special), size=4096)
    names = {"pad_token": PAD, "bos_token": BOS, "eos_token": EOS}
    return t.PreTrainedTokenizerFast(tokenizer_object=raw, **names)
