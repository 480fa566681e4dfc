"""Tiny random models of every family whose prompts share a prefix; one function each.

Knows no scoring. Sizes are the least that keep a family's own traits: image tokens that grow with
the picture, three-part positions, sliding windows, layers that borrow another's keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmark.models.weights.processors import uncover_pillow
from tests.models.families.parts import PATCH, SIDE, TEXT, VISION, Parts, library, text, tokenizer

TILES = [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
QWEN_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
QWEN_ROPE = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e6}


def llava(decoder: str = "LlamaConfig", **more: object) -> Parts:
    """One fixed grid of patches an image."""
    t = library()

    words = tokenizer("<image>")
    config = t.LlavaConfig(
        text_config=text(getattr(t, decoder), words, **more),
        vision_config=_clip(t),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_seq_length=(SIDE // PATCH) ** 2,
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=t.CLIPImageProcessorPil(
            size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
        ),
        processor_class="LlavaProcessor",
        processor_arguments=_llava_arguments(),
        image="<image>\n",
    )


def llava_mistral() -> Parts:
    """The other decoder of published LLaVA models, without windows, as theirs."""
    return llava("MistralConfig", sliding_window=None)


def llava_next() -> Parts:
    """Tiles by the picture's shape."""
    t = library()

    words = tokenizer("<image>")
    config = t.LlavaNextConfig(
        text_config=text(t.LlamaConfig, words),
        vision_config=_clip(t),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=TILES,
        image_seq_length=(SIDE // PATCH) ** 2,
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=t.LlavaNextImageProcessorPil(
            size={"shortest_edge": SIDE},
            crop_size={"height": SIDE, "width": SIDE},
            image_grid_pinpoints=TILES,
        ),
        processor_class="LlavaNextProcessor",
        processor_arguments=_llava_arguments(),
        image="<image>\n",
    )


def qwen2_5_vl() -> Parts:
    """Three-part positions, whose shift the model keeps on itself."""
    t, own = library(), library("models.qwen2_5_vl.configuration_qwen2_5_vl")

    words = qwen_words()
    vision = qwen_vision(
        own.Qwen2_5_VLVisionConfig,
        fullatt_block_indexes=[1],
    )
    decoder = text(own.Qwen2_5_VLTextConfig, words, rope_parameters=QWEN_ROPE)
    return qwen_parts(
        t.Qwen2_5_VLConfig, words, decoder, vision, processor="Qwen2_5_VLProcessor", patch=14
    )


def qwen3_vl() -> Parts:
    """As before, with interleaved positions and image features added to early layers."""
    t = library()

    words = qwen_words()
    vision = qwen_vision(
        t.Qwen3VLVisionConfig,
        deepstack_visual_indexes=[0, 1],
        num_position_embeddings=256,
    )
    rope = {**QWEN_ROPE, "mrope_interleaved": True}
    decoder = text(t.Qwen3VLTextConfig, words, head_dim=16, rope_parameters=rope)
    return qwen_parts(
        t.Qwen3VLConfig, words, decoder, vision, processor="Qwen3VLProcessor", patch=16
    )


def gemma3() -> Parts:
    """Sliding windows shorter than the prompt; image tokens see each other both ways."""
    t = library()

    words = tokenizer(
        "<start_of_image>",
        "<end_of_image>",
        "<image_soft_token>",
        image_token="<image_soft_token>",  # noqa: S106
        boi_token="<start_of_image>",  # noqa: S106
        eoi_token="<end_of_image>",  # noqa: S106
    )
    ids = words.convert_tokens_to_ids
    decoder = text(
        t.Gemma3TextConfig,
        words,
        head_dim=16,
        query_pre_attn_scalar=16,
        sliding_window=96,
        layer_types=["sliding_attention", "full_attention"] * 2,
    )
    config = t.Gemma3Config(
        text_config=decoder,
        vision_config=t.SiglipVisionConfig(image_size=SIDE, patch_size=PATCH, **VISION),
        mm_tokens_per_image=16,
        image_token_index=ids("<image_soft_token>"),
        boi_token_index=ids("<start_of_image>"),
        eoi_token_index=ids("<end_of_image>"),
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=t.Gemma3ImageProcessorPil(size={"height": SIDE, "width": SIDE}),
        processor_class="Gemma3Processor",
        processor_arguments={"image_seq_length": 16},
        image="<start_of_image>",
    )


def gemma4() -> Parts:
    """Sliding windows, and layers that use the keys and values of earlier ones."""
    t, own = library(), library("models.gemma4.configuration_gemma4")

    marks = {
        "image_token": "<|image|>",
        "boi_token": "<|image>",
        "eoi_token": "<image|>",
        "audio_token": "<|audio|>",
        "boa_token": "<|audio>",
        "eoa_token": "<audio|>",
    }
    words = tokenizer(*marks.values(), "<|video|>", **marks)
    ids = words.convert_tokens_to_ids
    decoder = text(
        t.Gemma4TextConfig,
        words,
        head_dim=16,
        global_head_dim=32,
        sliding_window=96,
        layer_types=["sliding_attention", "full_attention"] * 2,
        num_kv_shared_layers=2,
        vocab_size_per_layer_input=len(words) + 4,
        hidden_size_per_layer_input=8,
        use_bidirectional_attention="vision",
        final_logit_softcapping=30.0,
    )
    config = t.Gemma4Config(
        text_config=decoder,
        vision_config=own.Gemma4VisionConfig(head_dim=16, num_key_value_heads=2, **VISION),
        audio_config=None,
        image_token_id=ids("<|image|>"),
        video_token_id=ids("<|video|>"),
        audio_token_id=ids("<|audio|>"),
        boi_token_id=ids("<|image>"),
        eoi_token_id=ids("<image|>"),
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=t.Gemma4ImageProcessorPil(max_soft_tokens=70),
        feature_extractor=t.Gemma4AudioFeatureExtractor(),
        processor_class="Gemma4Processor",
        processor_arguments={"image_seq_length": 70},
        image="<|image|>",
    )


def internvl() -> Parts:
    """One image as several crops."""
    t = library()

    marks = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    words = tokenizer(*marks.values(), **marks)
    n_tokens = (SIDE // PATCH) ** 2 // 4
    config = t.InternVLConfig(
        text_config=text(t.Qwen2Config, words),
        vision_config=t.InternVLVisionConfig(
            image_size=[SIDE, SIDE], patch_size=[PATCH, PATCH], **VISION
        ),
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=n_tokens,
        downsample_ratio=0.5,
        tie_word_embeddings=False,
    )
    return Parts(
        config=config,
        tokenizer=words,
        image_processor=crops(),
        processor_class="InternVLProcessor",
        processor_arguments={"image_seq_length": n_tokens},
        image="<IMG_CONTEXT>\n",
    )


def smolvlm() -> Parts:
    """One image as rows and columns of crops, each announced by words."""
    t, own = library(), library("models.smolvlm.configuration_smolvlm")

    marks = {
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
        "end_of_utterance_token": "<end_of_utterance>",
    }
    places = [f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)]
    words = tokenizer(*marks.values(), *places, **marks)
    uncover_pillow(t, "smolvlm")
    vision = own.SmolVLMVisionConfig(image_size=SIDE, patch_size=PATCH, **VISION)
    return rows_of_crops("SmolVLM", words, vision)


BUILDERS: dict[str, Callable[[], Parts]] = {
    "llava": llava,
    "llava_mistral": llava_mistral,
    "llava_next": llava_next,
    "qwen2_5_vl": qwen2_5_vl,
    "qwen3_vl": qwen3_vl,
    "gemma3": gemma3,
    "gemma4": gemma4,
    "internvl": internvl,
    "smolvlm": smolvlm,
}


def _clip(t: Any) -> Any:
    return t.CLIPVisionConfig(image_size=SIDE, patch_size=PATCH, projection_dim=32, **VISION)


def _llava_arguments() -> dict[str, object]:
    return {
        "patch_size": PATCH,
        "vision_feature_select_strategy": "default",
        "num_additional_image_tokens": 1,
    }


def qwen_words() -> Any:
    """The tokenizer of all Qwen models."""
    return tokenizer("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")


def qwen_ids(words: Any) -> dict[str, object]:
    """Where a config of theirs says which tokens mark a picture."""
    ids = words.convert_tokens_to_ids
    return {
        "image_token_id": ids("<|image_pad|>"),
        "video_token_id": ids("<|video_pad|>"),
        "vision_start_token_id": ids("<|vision_start|>"),
        "vision_end_token_id": ids("<|vision_end|>"),
        "tie_word_embeddings": False,
    }


def qwen_vision(kind: Any, **more: object) -> Any:
    """A vision config of theirs of the shared size."""
    return kind(
        depth=VISION["num_hidden_layers"],
        hidden_size=VISION["hidden_size"],
        intermediate_size=VISION["intermediate_size"],
        num_heads=VISION["num_attention_heads"],
        out_hidden_size=TEXT["hidden_size"],
        **more,
    )


def qwen_parts(
    kind: Any, words: Any, decoder: Any, vision: Any, *, processor: str, patch: int
) -> Parts:
    """A model of theirs, whose pictures have as many tokens as their size asks for, 100 at most."""
    return Parts(
        config=kind(
            text_config=decoder.to_dict(), vision_config=vision.to_dict(), **qwen_ids(words)
        ),
        tokenizer=words,
        image_processor=library().Qwen2VLImageProcessorPil(
            size={"shortest_edge": 56 * 56, "longest_edge": (2 * patch) ** 2 * 100},
            patch_size=patch,
        ),
        processor_class=processor,
        image=QWEN_IMAGE,
    )


def rows_of_crops(name: str, words: Any, vision: Any) -> Parts:
    """A model of Idefics' kind: one picture as rows and columns of crops."""
    t = library()
    return Parts(
        config=getattr(t, f"{name}Config")(
            text_config=text(t.LlamaConfig, words),
            vision_config=vision,
            image_token_id=words.convert_tokens_to_ids("<image>"),
            pad_token_id=words.pad_token_id,
            scale_factor=2,
            tie_word_embeddings=False,
        ),
        tokenizer=words,
        image_processor=getattr(t, f"{name}ImageProcessorPil")(
            size={"longest_edge": 2 * SIDE}, max_image_size={"longest_edge": SIDE}
        ),
        processor_class=f"{name}Processor",
        processor_arguments={"image_seq_len": (SIDE // PATCH) ** 2 // 4},
        image="<image>",
    )


def crops() -> Any:
    """An image processor that cuts a picture into four crops at most."""
    return library().GotOcr2ImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, crop_to_patches=True, max_patches=4
    )
