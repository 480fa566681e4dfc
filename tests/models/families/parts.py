"""What the tiny models of all families have in common: a tokenizer, sizes, a folder on disk.

Knows no family. A model is written as an ordinary folder, so that it is loaded as any other.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAD, BOS, EOS = "<|pad|>", "<|bos|>", "<|eos|>"
WORDS = (
    "How important is leisure in your life? (A) Very (B) Rather (C) Not at all (D) Do not know\n"
    "USER: Look at the photograph and answer as people there would. Question: Options:\n"
    "ASSISTANT: I choose ( France Nigeria Japan trust religion family work government.\n"
)
TEXT = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "initializer_range": 0.08,
    "tie_word_embeddings": False,
}
VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
SIDE, PATCH = 112, 14  # pixels


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A model's config, tokenizer and image processor, and how a template shows an image."""

    config: Any
    tokenizer: Any
    image_processor: Any
    processor_class: str
    image: str
    processor_arguments: dict[str, object] = field(default_factory=dict)
    feature_extractor: Any = None


def library(module: str = "") -> Any:
    """transformers, or a module of it, without its types: they do not fit all its classes."""
    return importlib.import_module(f"transformers.{module}".rstrip("."))


def tokenizer(*special: str, **named: str) -> Any:
    """Byte-level BPE of a few hundred tokens, with a family's own markers."""
    from tokenizers import processors

    raw = byte_pairs([WORDS] * 4, (PAD, BOS, EOS, *special), size=480)
    raw.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, raw.token_to_id(BOS))]
    )
    return library().PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        extra_special_tokens=named or None,
    )


def byte_pairs(words: Sequence[str], special: Sequence[str], *, size: int) -> Any:
    """A tokenizer of bytes that is trained on words, with markers of its own."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(special),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    raw.train_from_iterator(words, trainer)
    return raw


def text(kind: Any, words: Any, **more: object) -> Any:
    """A text config of the shared size."""
    ids = {
        "vocab_size": len(words) + 4,
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    return kind(**(TEXT | ids | more))


def template(image: str) -> str:
    """A chat template that writes the opening token itself, as most do."""
    return (
        "{{ bos_token }}{% for m in messages %}{{ m['role'] | upper }}: "
        "{% for c in m['content'] %}{% if c['type'] == 'image' %}"
        + image
        + "{% else %}{{ c['text'] }}{% endif %}{% endfor %}{{ '\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
    )


def write(parts: Parts, folder: Path, *, seed: int = 0) -> Path:
    """Random weights and all files of a model folder."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = library().AutoModelForImageTextToText.from_config(parts.config, dtype=torch.float32)
        for name, weight in model.named_parameters():
            if name.endswith("mm_input_projection_weight"):  # zeros: the model would be blind
                torch.nn.init.normal_(weight, std=0.08)
    model.save_pretrained(folder)
    parts.tokenizer.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(template(parts.image))
    document: dict[str, object] = {
        "processor_class": parts.processor_class,
        "image_processor": json.loads(parts.image_processor.to_json_string()),
        **parts.processor_arguments,
    }
    if parts.feature_extractor is not None:
        document["feature_extractor"] = json.loads(parts.feature_extractor.to_json_string())
    (folder / "processor_config.json").write_text(json.dumps(document))
    return folder
