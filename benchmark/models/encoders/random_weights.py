"""Two tiny encoders of random weights, a CLIP and a SigLIP, built on first use.

Their vectors mean nothing, and their names say so wherever their figures appear. They exist so that
the chain from a story to recall and agreement is the real one on any machine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.models.weights.demo import (
    built_once,
    byte_tokenizer,
    embedded_texts,
    recipe_digest,
    redraw,
)
from benchmark.models.weights.loading import backend_modules

RANDOM = ("random-clip", "random-siglip")
RECIPE = "encoders 1"  # raise it with any change below that alters the folder
SEED = 20250823
SIDE, PATCH = 32, 8  # pixels
SIZES = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
WINDOWS = {"random-clip": 77, "random-siglip": 64}  # tokens, as those that are trained
# At the library's own scale all texts would have nearly one vector, and all pictures another.
GAINS = (("embedding", 8.0), ("q_proj", 2.0), ("k_proj", 2.0))


def ready_encoder(name: str, cache: Path) -> Path:
    """The folder of an embedded encoder, built first if it has not been built here before."""
    texts = tuple(embedded_texts())
    folder = cache / "encoders" / f"{name}-{recipe_digest(texts, RECIPE)[:16]}"
    return built_once(folder, lambda building: build_encoder(name, building, texts))


def build_encoder(name: str, folder: Path, texts: Sequence[str]) -> None:
    """Write one as an ordinary model folder: weights, config, tokenizer, processor."""
    torch, transformers = backend_modules()
    transformers.utils.logging.disable_progress_bar()
    verbosity = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity_error()  # SigLIP contradicts its own defaults
    try:
        _build(torch, transformers, name, folder, texts)
    finally:
        transformers.utils.logging.set_verbosity(verbosity)


def _build(
    torch: Any,  # noqa: ANN401 - transformers ships no usable types
    transformers: Any,  # noqa: ANN401
    name: str,
    folder: Path,
    texts: Sequence[str],
) -> None:
    tokenizer = byte_tokenizer(transformers, texts)
    text = {
        **SIZES,
        "vocab_size": len(tokenizer),
        "max_position_embeddings": WINDOWS[name],
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {**SIZES, "image_size": SIDE, "patch_size": PATCH}
    shape = {"height": SIDE, "width": SIDE}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        if name == "random-clip":
            config = transformers.CLIPConfig(
                text_config=text, vision_config=vision, projection_dim=32
            )
            model, processor = transformers.CLIPModel(config), "CLIPProcessor"
            images = transformers.CLIPImageProcessorPil(size=shape, crop_size=shape)
        else:
            config = transformers.SiglipConfig(text_config=text, vision_config=vision)
            model, processor = transformers.SiglipModel(config), "SiglipProcessor"
            images = transformers.SiglipImageProcessorPil(size=shape)
        redraw(torch, model, GAINS)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    _save_processor(folder, processor, images)


def _save_processor(folder: Path, kind: str, images: Any) -> None:  # noqa: ANN401
    """As its own class would write it, which requires a sentencepiece tokenizer."""
    document = {"processor_class": kind, "image_processor": json.loads(images.to_json_string())}
    path = folder / "processor_config.json"
    path.write_text(json.dumps(document), encoding="utf-8")
