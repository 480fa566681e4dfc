"""Token vectors of texts from any transformers model, for BERTScore; imports torch when opened.

Knows no suite. Texts longer than the model's window are cut, and special tokens are left out. Which
layer is best depends on the model (Zhang et al. 2020, table 8), so it must be named.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import ModelProblem
from benchmark.models.commits import hub_commit
from benchmark.models.loading import backend_modules
from benchmark.models.local import check_folder, weights_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.models.encoders.protocol import Vectors

BATCH = 32


class HubTokenEncoder:
    """A layer of a model as vectors of length 1, a row for each token."""

    def __init__(
        self,
        name: str,
        model: Any,  # noqa: ANN401 - transformers ships no usable types
        tokenizer: Any,  # noqa: ANN401
        *,
        layer: int,
        device: str = "cpu",
    ) -> None:
        self._name = name
        self._model = model.to(device).eval()
        self._tokenizer = tokenizer
        self._layer = layer
        self._device = device

    @property
    def name(self) -> str:
        return f"{self._name}#{self._layer}"

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Of each text its tokens' vectors, (tokens, d); none for a text without tokens."""
        import torch

        found: list[Vectors] = []
        with torch.inference_mode():
            for start in range(0, len(texts), BATCH):
                inputs = self._tokenizer(
                    list(texts[start : start + BATCH]),
                    padding=True,
                    truncation=True,
                    max_length=int(self._model.config.max_position_embeddings),
                    return_special_tokens_mask=True,
                    return_tensors="pt",
                )
                special = inputs.pop("special_tokens_mask").numpy().astype(bool)
                kept = inputs["attention_mask"].numpy().astype(bool) & ~special
                inputs = inputs.to(self._device)
                states = self._model(**inputs, output_hidden_states=True).hidden_states
                rows = states[self._layer].float().cpu().numpy()
                found += [_unit(row[mask]) for row, mask in zip(rows, kept, strict=True)]
        return found


def open_token_encoder(
    source: str, *, layer: int, revision: str | None, cache: Path, device: str = "auto"
) -> HubTokenEncoder:
    """A model from the Hub or a local folder, pinned; ``layer`` counts from 0, the embeddings.

    Raises
    ------
    ModelProblem
        It cannot be loaded, or has no such layer.
    HubProblem
        The Hub does not have it or cannot be reached.
    """
    torch, transformers = backend_modules()
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    folder = Path(source).expanduser()
    where: dict[str, Any] = {}
    if folder.is_dir():
        check_folder(folder)
        name = f"{folder.name}@{weights_digest(folder, cache=cache)}"
    else:
        where["revision"] = hub_commit(source, revision, option="--text-encoder")
        name = f"{source}@{where['revision']}"
    place = str(folder) if folder.is_dir() else source
    transformers.utils.logging.disable_progress_bar()
    try:
        model = transformers.AutoModel.from_pretrained(place, use_safetensors=True, **where)
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, **where)
        layers = int(model.config.num_hidden_layers)
    except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
        first = (str(error).strip().splitlines() or [""])[0][:300]
        raise ModelProblem(
            f"{source} cannot be loaded as an encoder of texts ({type(error).__name__}: {first})"
        ) from error
    if not 0 <= layer <= layers:
        raise ModelProblem(f"{source} has layers 0 to {layers}, and layer {layer} was asked for")
    return HubTokenEncoder(name, model, tokenizer, layer=layer, device=device)


def _unit(rows: Vectors) -> Vectors:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Vectors = (rows / np.where(length > 0, length, 1)).astype(np.float32)
    return found
