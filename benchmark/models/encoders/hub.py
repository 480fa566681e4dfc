"""Encoders that transformers loads: CLIP, SigLIP 2 and their like, and BLIP's retrieval model.

Knows no suite; imports torch and transformers when an encoder is opened. BLIP has two heads. The
vectors are those of its contrastive one; the matching head (ITM) reads text and picture together,
has no vectors, and is `BlipEncoder.matches`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.errors import ModelProblem, excerpt
from benchmark.models.encoders.naming import encoder_device, encoder_folder
from benchmark.models.encoders.protocol import Vectors
from benchmark.models.encoders.windows import longest_text
from benchmark.models.weights.loading import backend_modules, device_for
from benchmark.models.weights.memory import Halving
from benchmark.models.weights.processors import open_processor
from benchmark.records import ImageRef, ModelIdentity
from benchmark.settings import Settings

BATCH = 32
BLIP = "BlipForImageTextRetrieval"
# Trained on lower case, padded to the whole window and attending to the padding: no mask is passed.
PADDED = frozenset({"siglip", "siglip2"})


class HubEncoder:
    """A model with ``get_text_features`` and ``get_image_features``."""

    def __init__(self, name: str, model: Any, processor: Any, *, device: Any) -> None:  # noqa: ANN401
        self._name = name
        self._model = model.to(device).eval()
        self._processor = processor
        self._device = device
        self._together = Halving(BATCH)
        self._length = _window(name, model, processor.tokenizer)

    @property
    def name(self) -> str:
        return self._name

    @property
    def window(self) -> int:
        special = len(self._processor.tokenizer("")["input_ids"])
        return self._length - special

    def count_tokens(self, words: Sequence[str]) -> list[int]:
        """Tokens of each word by itself, special ones left out."""
        if not words:
            return []
        plain = [self._as_trained(word) for word in words]
        found = self._processor.tokenizer(plain, add_special_tokens=False)["input_ids"]
        return [len(ids) for ids in found]

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return _stack(
            self._together.run(texts, self._some_texts, what=lambda _: f"a text to {self._name}")
        )

    def encode_images(self, images: Sequence[ImageRef]) -> Vectors:
        return _stack(
            self._together.run(
                images, self._some_images, what=lambda _: f"a picture to {self._name}"
            )
        )

    def _some_texts(self, texts: Sequence[str]) -> list[Vectors]:
        import torch

        with torch.inference_mode():
            return list(_unit_rows(self._text_features(self._tokens(texts))))

    def _some_images(self, images: Sequence[ImageRef]) -> list[Vectors]:
        import torch

        with torch.inference_mode():
            pixels = [image.pixels() for image in images]
            inputs = self._processor.image_processor(images=pixels, return_tensors="pt")
            return list(_unit_rows(self._image_features(inputs.to(self._device))))

    def _tokens(self, texts: Sequence[str]) -> Any:  # noqa: ANN401
        how: dict[str, Any] = {"padding": True}
        if self._is_padded:
            how = {"padding": "max_length", "padding_side": "right"}
        found = self._processor.tokenizer(
            [self._as_trained(text) for text in texts],
            truncation=True,
            max_length=self._length,
            return_tensors="pt",
            **how,
        )
        if self._is_padded:
            found.pop("attention_mask", None)  # which some versions' tokenizers add
        return found.to(self._device)

    def _as_trained(self, text: str) -> str:
        # Not every tokenizer saved with a SigLIP 2 does it.
        return text.lower() if self._is_padded else text

    @property
    def _is_padded(self) -> bool:
        return self._model.config.model_type in PADDED

    def _text_features(self, inputs: Any) -> Any:  # noqa: ANN401
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


def open_chosen(settings: Settings, identity: ModelIdentity) -> HubEncoder:
    """`open_encoder` for one of those that the settings name."""
    choice = next(one for one in settings.encoders if one.name == identity.name)
    return open_encoder(
        identity,
        encoder_folder(choice, cache=settings.cache) or choice.source,
        device=encoder_device(settings.device),
        threads=settings.threads,
    )


def open_encoder(
    identity: ModelIdentity, source: str | Path, *, device: str, threads: int | None = None
) -> HubEncoder:
    """The encoder of an identity, from the Hub (at its commit) or from a folder.

    Raises
    ------
    ModelProblem
        It cannot be loaded, or has no vectors for texts and pictures.
    """
    torch, transformers = backend_modules()
    if threads is not None:
        torch.set_num_threads(threads)
    target = device_for(torch, identity, device)
    where = {} if isinstance(source, Path) else {"revision": identity.revision}
    transformers.utils.logging.disable_progress_bar()
    try:
        model, missing = _model(transformers, torch, identity, source, where)
        processor = open_processor(transformers, source, **where)
    except (OSError, ValueError, TypeError, KeyError, ImportError, AttributeError) as error:
        raise ModelProblem(_why(identity, error)) from error
    if missing:
        raise ModelProblem(
            f"{identity.name}: {len(missing)} weights are missing and would be random (first: "
            f"{missing[0]}); the checkpoint is for another kind of model"
        )
    made = BlipEncoder if type(model).__name__ == BLIP else HubEncoder
    return made(identity.name, model, processor, device=target)


def _model(
    transformers: Any,  # noqa: ANN401 - transformers ships no usable types
    torch: Any,  # noqa: ANN401
    identity: ModelIdentity,
    source: str | Path,
    where: dict[str, str],
) -> tuple[Any, list[str]]:
    """The model, and the weights that its files lack."""
    config = transformers.AutoConfig.from_pretrained(source, **where)
    blip = BLIP in (getattr(config, "architectures", None) or ())
    kind = getattr(transformers, BLIP) if blip else transformers.AutoModel
    model, report = kind.from_pretrained(
        source,
        **where,
        dtype=getattr(torch, identity.dtype),
        use_safetensors=True,
        output_loading_info=True,
    )
    if not blip and not (hasattr(model, "get_text_features") and hasattr(config, "text_config")):
        raise ModelProblem(
            f"{identity.name} has no vectors of texts and pictures ({type(model).__name__}); use "
            "a model such as CLIP or SigLIP, or BLIP's for retrieval"
        )
    return model, sorted(report["missing_keys"])


def _why(identity: ModelIdentity, error: Exception) -> str:
    if "trust_remote_code" in str(error):
        return f"{identity.name} needs Python code of its own, which is not run for encoders"
    if "safetensors" in str(error):
        return (
            f"{identity.name} has no safetensors weights at {identity.revision[:19]}, and other "
            "formats are not read; name a commit that has them (many repositories have one as a "
            "pull request: --encoder NAME@refs/pr/N), or a folder that save_pretrained wrote"
        )
    return (
        f"{identity.name} cannot be loaded as an encoder ({type(error).__name__}: "
        f"{excerpt(error)}); check the files and the transformers version"
    )


def _window(name: str, model: Any, tokenizer: Any) -> int:  # noqa: ANN401
    found = longest_text(model, tokenizer)
    if found is None:
        raise ModelProblem(f"{name} does not say how many tokens it reads, so it cannot encode")
    return found


def _starts(rows: Sequence[object]) -> range:
    return range(0, len(rows), BATCH)


def _unit_rows(features: Any) -> Vectors:  # noqa: ANN401
    """Rows of length 1, from a tensor or from the output that newer versions wrap it in."""
    tensor = getattr(features, "pooler_output", features).float()
    rows: Vectors = tensor.cpu().numpy().astype(np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1), dtype=np.float32)


def _stack(rows: Sequence[Vectors]) -> Vectors:
    return np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)
