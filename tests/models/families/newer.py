"""Tiny random models of the families that share prefixes since the first nine; one function each.

Knows no scoring. They are run in the exhaustive matrix, a sample of them with every other test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.models.families.builders import (
    QWEN_ROPE,
    TILES,
    crops,
    qwen_parts,
    qwen_vision,
    qwen_words,
    rows_of_crops,
)
from tests.models.families.parts import PATCH, SIDE, TEXT, VISION, Parts, library, text, tokenizer

N_CROP = (SIDE // PATCH) ** 2  # patches of one crop


def qwen2_vl() -> Parts:
    """Three-part positions; a vision tower without windows."""
    t, own = library(), library("models.qwen2_vl.configuration_qwen2_vl")

    words = qwen_words()
    vision = own.Qwen2VLVisionConfig(
        depth=VISION["num_hidden_layers"],
        embed_dim=VISION["hidden_size"],
        num_heads=VISION["num_attention_heads"],
        hidden_size=TEXT["hidden_size"],
    )
    decoder = text(own.Qwen2VLTextConfig, words, rope_parameters=QWEN_ROPE)
    return qwen_parts(
        t.Qwen2VLConfig, words, decoder, vision, processor="Qwen2VLProcessor", patch=14
    )


def qwen3_vl_moe() -> Parts:
    """Experts: which ones a token goes to may not depend on its neighbours."""
    t = library()
    own = library("models.qwen3_vl_moe.configuration_qwen3_vl_moe")

    words = qwen_words()
    vision = qwen_vision(
        own.Qwen3VLMoeVisionConfig,
        deepstack_visual_indexes=[0, 1],
        num_position_embeddings=256,
    )
    decoder = text(
        own.Qwen3VLMoeTextConfig,
        words,
        head_dim=16,
        rope_parameters={**QWEN_ROPE, "mrope_interleaved": True},
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=32,
    )
    return qwen_parts(
        t.Qwen3VLMoeConfig, words, decoder, vision, processor="Qwen3VLProcessor", patch=16
    )


def llava_onevision() -> Parts:
    """Tiles whose features are cut to the picture's shape."""
    t = library()

    words = tokenizer("<image>", "<video>")
    config = t.LlavaOnevisionConfig(
        text_config=text(t.Qwen2Config, words),
        vision_config=_siglip(t),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        video_token_index=words.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=TILES,
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=t.LlavaOnevisionImageProcessorPil(
            size={"height": SIDE, "width": SIDE}, image_grid_pinpoints=TILES
        ),
        processor_class="LlavaOnevisionProcessor",
        processor_arguments={"num_image_tokens": N_CROP, "vision_feature_select_strategy": "full"},
        image="<image>\n",
    )


def idefics3() -> Parts:
    """Rows and columns of crops, each announced by words."""
    own = library("models.idefics3.configuration_idefics3")

    places = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    marks = ("<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>")
    words = tokenizer(*marks, *places)
    vision = own.Idefics3VisionConfig(image_size=SIDE, patch_size=PATCH, **VISION)
    return rows_of_crops("Idefics3", words, vision)


def aya_vision() -> Parts:
    """Crops, and a decoder with sliding windows and parallel blocks."""
    t = library()

    marks = ("<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<|IMG_LINE_BREAK|>")
    tiles = ["TILE_GLOBAL", *(f"TILE_{n}" for n in range(1, 13))]
    words = tokenizer("<image>", *marks, "TILE", *tiles)
    decoder = text(
        t.Cohere2Config,
        words,
        head_dim=16,
        sliding_window=96,
        layer_types=["sliding_attention", "full_attention"] * 2,
        logit_scale=1.0,
    )
    config = t.AyaVisionConfig(
        text_config=decoder,
        vision_config=_siglip(t),
        image_token_index=words.convert_tokens_to_ids("<|IMG_PATCH|>"),
        downsample_factor=2,
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=crops(),
        processor_class="AyaVisionProcessor",
        processor_arguments={"patch_size": PATCH, "img_size": SIDE, "downsample_factor": 2},
        image="<image>",
    )


def mistral3(decoder: str = "MistralConfig", **more: object) -> Parts:
    """A picture in its own shape, each row of patches closed by a token."""
    t = library()

    words = tokenizer("[IMG]", "[IMG_BREAK]", "[IMG_END]")
    config = t.Mistral3Config(
        text_config=text(getattr(t, decoder), words, sliding_window=None, head_dim=16, **more),
        vision_config=t.PixtralVisionConfig(image_size=2 * SIDE, patch_size=PATCH, **VISION),
        image_token_index=words.convert_tokens_to_ids("[IMG]"),
        spatial_merge_size=2,
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=t.PixtralImageProcessorPil(
            size={"longest_edge": 2 * SIDE}, patch_size={"height": PATCH, "width": PATCH}
        ),
        processor_class="PixtralProcessor",
        processor_arguments={"patch_size": PATCH, "spatial_merge_size": 2},
        image="[IMG]",
    )


def ministral3() -> Parts:
    """The decoder of Mistral's small models, whose queries grow with their position."""
    return mistral3("Ministral3Config", initializer_range=0.12)


NEWER: dict[str, Callable[[], Parts]] = {
    "qwen2_vl": qwen2_vl,
    "qwen3_vl_moe": qwen3_vl_moe,
    "llava_onevision": llava_onevision,
    "idefics3": idefics3,
    "aya_vision": aya_vision,
    "mistral3": mistral3,
    "ministral3": ministral3,
}


def _siglip(t: Any) -> Any:
    return t.SiglipVisionConfig(image_size=SIDE, patch_size=PATCH, vision_use_head=False, **VISION)
