"""Encoders that transformers loads: CLIP, SigLIP 2 and their like, and BLIP's retrieval model.

Knows no suite; imports torch and transformers when an encoder is opened. BLIP has two heads. The
vectors are those of its contrastive one; the matching head (ITM) reads text and picture together,
has no vectors, and is `BlipEncoder.matches`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import ModelProblem
from benchmark.models.commits import hub_commit
from benchmark.models.local import check_folder, weights_digest
from benchmark.models.processors import open_processor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.models.encoders.protocol import Vectors
    from benchmark.records import ImageRef

BATCH = 32
BLIP = "BlipForImageTextRetrieval"
PADDED = frozenset({"siglip", "siglip2"})  # trained on texts padded to the whole window


class HubEncoder:
    """A model with ``get_text_features`` and ``get_image_features``."""

    def __init__(self, name: str, model: Any, processor: Any, *, device: str = "cpu") -> None:  # noqa: ANN401
        self._name = name
        self._model = model.to(device).eval()
        self._processor = processor
        self._device = device

    @property
    def name(self) -> str:
        return self._name

    @property
    def window(self) -> int:
        special = len(self._processor.tokenizer("")["input_ids"])
        return self._length() - special

    def count_tokens(self, words: Sequence[str]) -> list[int]:
        """Tokens of each word by itself, special ones left out."""
        if not words:
            return []
        found = self._processor.tokenizer(list(words), add_special_tokens=False)["input_ids"]
        return [len(ids) for ids in found]

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches([self._tokens(texts[i : i + BATCH]) for i in _starts(texts)])

    def encode_images(self, images: Sequence[ImageRef]) -> Vectors:
        import torch

        rows = []
        with torch.inference_mode():
            for i in _starts(images):
                pixels = [image.pixels() for image in images[i : i + BATCH]]
                inputs = self._processor.image_processor(images=pixels, return_tensors="pt")
                rows.append(_plain(self._image_features(inputs.to(self._device))))
        return _joined(rows)

    def _in_batches(self, batches: Sequence[Any]) -> Vectors:
        import torch

        with torch.inference_mode():
            return _joined([_plain(self._text_features(inputs)) for inputs in batches])

    def _tokens(self, texts: Sequence[str]) -> Any:  # noqa: ANN401
        padded = self._model.config.model_type in PADDED
        found = self._processor.tokenizer(
            list(texts),
            padding="max_length" if padded else True,
            truncation=True,
            max_length=self._length(),
            return_tensors="pt",
        )
        return found.to(self._device)

    def _length(self) -> int:
        return int(self._model.config.text_config.max_position_embeddings)

    def _text_features(self, inputs: Any) -> Any:  # noqa: ANN401
        # SigLIP attends to its padding: its tokenizer gives no mask, and none is passed.
        return self._model.get_text_features(**inputs)

    def _image_features(self, inputs: Any) -> Any:  # noqa: ANN401
        return self._model.get_image_features(**inputs)


class BlipEncoder(HubEncoder):
    """BLIP's retrieval model: vectors of the contrastive head, and pairs by the matching head."""

    def matches(self, texts: Sequence[str], images: Sequence[ImageRef]) -> list[float]:
        """The matching head's probability that each text belongs to its picture, in [0, 1]."""
        import torch

        found: list[float] = []
        with torch.inference_mode():
            for i in _starts(texts):
                pixels = [image.pixels() for image in images[i : i + BATCH]]
                shown = self._processor.image_processor(images=pixels, return_tensors="pt")
                inputs = self._tokens(texts[i : i + BATCH])
                logits = self._model(**inputs, **shown.to(self._device), use_itm_head=True)[0]
                found += torch.softmax(logits.float(), dim=-1)[:, 1].tolist()
        return found

    def _text_features(self, inputs: Any) -> Any:  # noqa: ANN401
        states = self._model.text_encoder(**inputs, return_dict=True).last_hidden_state
        return self._model.text_proj(states[:, 0])

    def _image_features(self, inputs: Any) -> Any:  # noqa: ANN401
        states = self._model.vision_model(**inputs, return_dict=True).last_hidden_state
        return self._model.vision_proj(states[:, 0])


def open_encoder(source: str, *, revision: str | None, cache: Path, device: str) -> HubEncoder:
    """An encoder from the Hub or a local folder, pinned to a commit or its weights' digest.

    Raises
    ------
    ModelProblem
        The model has no vectors for texts and pictures.
    HubProblem
        The Hub does not have it or cannot be reached.
    """
    import transformers

    folder = Path(source).expanduser()
    arguments: dict[str, object] = {"use_safetensors": True}
    if folder.is_dir():
        check_folder(folder)
        pinned = weights_digest(folder, cache=cache)
        name, where = f"{folder.name}@{pinned}", str(folder)
    else:
        pinned = hub_commit(source, revision)
        name, where = f"{source}@{pinned}", source
        arguments["revision"] = pinned
    config = transformers.AutoConfig.from_pretrained(where, **_revision(arguments))
    blip = BLIP in (getattr(config, "architectures", None) or ())
    kind = getattr(transformers, BLIP) if blip else transformers.AutoModel
    model = kind.from_pretrained(where, **arguments)
    if not blip and not (hasattr(model, "get_text_features") and hasattr(config, "text_config")):
        raise ModelProblem(
            f"{source} has no vectors of texts and pictures ({type(model).__name__}); give a model "
            "such as CLIP or SigLIP, or BLIP's for retrieval"
        )
    processor = open_processor(transformers, where, **_revision(arguments))
    made = BlipEncoder if blip else HubEncoder
    return made(name, model, processor, device=device)


def _revision(arguments: dict[str, object]) -> dict[str, object]:
    return {k: v for k, v in arguments.items() if k == "revision"}


def _starts(rows: Sequence[object]) -> range:
    return range(0, len(rows), BATCH)


def _plain(features: Any) -> Vectors:  # noqa: ANN401
    """Rows of length 1, from a tensor or from the output that newer versions wrap it in."""
    tensor = getattr(features, "pooler_output", features).float()
    rows: Vectors = tensor.cpu().numpy().astype(np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1), dtype=np.float32)


def _joined(rows: Sequence[Vectors]) -> Vectors:
    return np.concatenate(rows) if rows else np.zeros((0, 0), dtype=np.float32)
