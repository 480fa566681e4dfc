"""Builds a tiny random model of every image-text class that transformers has and asks it.

Prints the table of docs/models.md: ``python -m tests.benchmarks.classes`` (some minutes on a CPU;
``NAME…`` for some families only). Sizes are cut by the names of a config's entries; what cannot be
cut so says why. Only text is asked here: pictures are asked in tests/models/families.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.errors import excerpt
from benchmark.models.weights.cache_view import cache_name
from benchmark.models.weights.families import uncovered
from tests.models.families.parts import library

AUTO = "models.auto"
LAYERS, WIDTH, HEADS, WORDS = 4, 64, 4, 512
LARGEST = 100_000_000  # weights of a model that counts as tiny
EQUAL = 1e-3  # of the logits' spread
FAILURES = (Exception,)  # whatever a library's class raises is a row of the table
COLUMNS = ("`model_type`", "class", "prompts", "needs", "tiny model of random weights")

SIZES: dict[str, int] = {
    **dict.fromkeys(
        (
            *("num_hidden_layers", "num_layers", "depth", "n_layers", "encoder_layers"),
            *("decoder_layers", "num_encoder_layers", "num_decoder_layers", "n_layer"),
        ),
        LAYERS,
    ),
    **dict.fromkeys(
        (
            *("hidden_size", "d_model", "embed_dim", "out_hidden_size", "projection_dim"),
            *("n_embd", "encoder_hidden_size", "vision_hidden_size", "text_hidden_size"),
            *("output_hidden_size", "output_dim", "projector_hidden_size", "vision_output_dim"),
            *("language_hidden_size", "aligner_projection_size", "qformer_hidden_size"),
            *("mm_hidden_size", "vision_embed_dim", "projector_input_dim", "vision_dim"),
            *("adapter_hidden_size", "projector_output_dim", "audio_embed_dim"),
        ),
        WIDTH,
    ),
    **dict.fromkeys(
        (
            *("num_attention_heads", "num_heads", "n_heads", "n_head", "attention_heads"),
            *("encoder_attention_heads", "decoder_attention_heads"),
        ),
        HEADS,
    ),
    **dict.fromkeys(("num_key_value_heads", "num_global_key_value_heads", "n_kv_heads"), 2),
    **dict.fromkeys(("head_dim", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"), 16),
    **dict.fromkeys(("global_head_dim", "qk_head_dim"), 32),
    **dict.fromkeys(("linear_key_head_dim", "linear_value_head_dim"), 16),
    **dict.fromkeys(("linear_num_key_heads", "linear_num_value_heads"), 4),
    **dict.fromkeys(
        (
            *(
                "intermediate_size",
                "ffn_dim",
                "encoder_ffn_dim",
                "decoder_ffn_dim",
                "ffn_hidden_size",
            ),
            *("intermediate_size_mlp", "shared_expert_intermediate_size", "d_ff"),
        ),
        128,
    ),
    **dict.fromkeys(("moe_intermediate_size", "expert_hidden_size"), 32),
    **dict.fromkeys(("q_lora_rank", "kv_lora_rank", "o_lora_rank"), 32),
    **dict.fromkeys(
        (
            "num_experts",
            "num_local_experts",
            "n_routed_experts",
            "moe_num_experts",
            "num_routed_experts",
        ),
        4,
    ),
    **dict.fromkeys(("num_experts_per_tok", "top_k_experts", "moe_k"), 2),
    **dict.fromkeys(("n_group", "topk_group", "n_shared_experts", "first_k_dense_replace"), 1),
    **dict.fromkeys(("vocab_size", "vocab_size_per_layer_input", "text_vocab_size"), WORDS),
    **dict.fromkeys(("hidden_size_per_layer_input", "num_kv_shared_layers"), 2),
    **dict.fromkeys(("sliding_window", "attention_chunk_size", "index_topk"), 64),
    "max_position_embeddings": 4096,
}
SECTIONS = ((), (2, 3, 3), (1, 1, 2))  # of three-part positions, where the defaults lack them
LISTS: dict[str, object] = {
    "deepstack_visual_indexes": [0, 1],
    "fullatt_block_indexes": [1],
    "cross_attention_layers": [1],
    "depths": [1, 1, 1, 1],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of the table."""

    family: str
    name: str
    path: str
    needs: str
    tried: str

    def __str__(self) -> str:
        cells = (f"`{self.family}`", self.name, self.path, self.needs, self.tried)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def small(entries: dict[str, Any], ids: list[int], sections: Sequence[int]) -> dict[str, Any]:
    """A config's entries with sizes cut by their names, in all its parts."""
    layers = next((entries[n] for n in ("num_hidden_layers", "num_layers") if n in entries), None)
    found = {name: _small(name, value, layers, ids, sections) for name, value in entries.items()}
    if sections and ("rope_theta" in found or "mrope_section" in found):
        found["mrope_section"] = list(sections)
    return found


def _small(name: str, value: Any, layers: object, ids: list[int], sections: Sequence[int]) -> Any:
    if name == "per_layer_config" and value:
        return {layer: one for layer, one in value.items() if int(layer) < LAYERS}
    if isinstance(value, dict):
        return small(value, ids, sections)
    if name in LISTS and value:
        return LISTS[name]
    if isinstance(value, list):
        return value[:LAYERS] if len(value) == layers else value
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if name.endswith(("token_id", "token_index", "_index")) and value >= WORDS - 64:
        ids.append(WORDS - 1 - len(ids))
        return ids[-1]
    return min(value, SIZES[name]) if name in SIZES else value


def tiny(family: str, sections: Sequence[int]) -> Any:
    """A model of the family small enough to answer at once."""
    import torch

    kind = library().CONFIG_MAPPING[family]
    config = kind.from_dict(small(kind().to_dict(), [], sections))
    with torch.device("meta"):
        shape = library().AutoModelForImageTextToText.from_config(config)
    n = sum(weight.numel() for weight in shape.parameters())
    if n > LARGEST:
        raise ValueError(f"it has {n // 10**6} million weights however its sizes are cut")
    torch.manual_seed(0)
    model = library().AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    return model.eval()


def behind_a_prefix(model: Any) -> float:
    """How far logits behind a kept prefix are from those in full, in the logits' own spread."""
    import torch

    ids = torch.arange(20, 60)[None]
    cache = library().DynamicCache(config=model.config)
    kept = {cache_name(model): cache, "use_cache": True}
    with torch.inference_mode():
        full = model(input_ids=ids, use_cache=False).logits
        if full.ndim != 3 or full.shape[1] != ids.shape[1]:
            raise ValueError(f"its logits have the shape {tuple(full.shape)}")
        model(input_ids=ids[:, :25], **kept)
        behind = model(input_ids=ids[:, 25:], **kept).logits
    return float((behind[:, -1] - full[:, -1]).abs().max() / full[:, -1].std())


def row(family: str, name: str) -> Row:
    """What a family's class is to this harness."""
    image = library(f"{AUTO}.image_processing_auto").IMAGE_PROCESSOR_MAPPING_NAMES.get(family) or {}
    needs = ["torchvision"] if image and not image.get("pil") else []
    if family not in library(f"{AUTO}.processing_auto").PROCESSOR_MAPPING_NAMES:
        needs.append("a processor that its files name")
    path, tried = best(family)
    return Row(family=family, name=name, path=path, needs=", ".join(needs), tried=tried)


def best(family: str) -> tuple[str, str]:
    """The path and what was seen, with the first of the sections that a model answers with."""
    tries = [attempt(family, sections) for sections in SECTIONS]
    return next((one for one in tries if not one[1].startswith("not ")), tries[0])


def attempt(family: str, sections: Sequence[int]) -> tuple[str, str]:
    """One try to build a tiny model and to ask it."""
    shared = not uncovered({"model_type": family}, attention="sdpa")
    try:
        model = tiny(family, sections)
    except FAILURES as error:
        return "shared" if shared else "not tried", _why("built", error)
    if model.config.is_encoder_decoder:
        return "no", "an encoder and a decoder"
    try:
        off = behind_a_prefix(model)
    except FAILURES as error:
        return "shared" if shared else "not tried", _why("asked", error)
    seen = "text equal behind a kept prefix" if off < EQUAL else "text answered, in full only"
    return "shared" if shared else "full", seen


def _why(what: str, error: Exception) -> str:
    return f"not {what}: {type(error).__name__}, {excerpt(error, longest=110)}"


def main(families: list[str]) -> None:
    """The table, sorted by the name of the family."""
    warnings.simplefilter("ignore")
    library().utils.logging.set_verbosity_error()
    known = library(f"{AUTO}.modeling_auto").MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES
    print(f"With transformers {library().__version__}:\n")  # noqa: T201 - what it is for
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")  # noqa: T201
    for family in sorted(families or known):
        print(row(family, str(known[family])), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
