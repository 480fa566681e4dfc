"""Token vectors of texts from any transformers model, for BERTScore; imports torch when opened.

Knows no suite. Texts longer than the model's window are cut, and special tokens are left out. Which
layer is best depends on the model (Zhang et al. 2020, table 8), so it must be named.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.errors import ModelProblem, excerpt
from benchmark.models.encoders.naming import encoder_device
from benchmark.models.encoders.protocol import Vectors, unit
from benchmark.models.encoders.windows import longest_text
from benchmark.models.weights.commits import hub_commit
from benchmark.models.weights.loading import backend_modules, torch_device
from benchmark.models.weights.local import check_folder, folder_named, weights_digest
from benchmark.models.weights.machine import device_kind

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
        device: Any = "cpu",  # noqa: ANN401
    ) -> None:
        self._name = name
        self._model = model.to(device).eval()
        self._tokenizer = tokenizer
        self._layer = layer
        self._device = device
        self._longest = longest_text(model, tokenizer)

    @property
    def name(self) -> str:
        return f"{self._name}#{self._layer}"

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """The token vectors of each text, (tokens, d); none for a text without tokens."""
        import torch

        found: list[Vectors] = []
        with torch.inference_mode():
            for start in range(0, len(texts), BATCH):
                inputs = self._tokenizer(
                    list(texts[start : start + BATCH]),
                    padding=True,
                    truncation=self._longest is not None,
                    max_length=self._longest,
                    return_special_tokens_mask=True,
                    return_tensors="pt",
                )
                special = inputs.pop("special_tokens_mask").numpy().astype(bool)
                kept = inputs["attention_mask"].numpy().astype(bool) & ~special
                inputs = inputs.to(self._device)
                states = self._model(**inputs, output_hidden_states=True).hidden_states
                rows = states[self._layer].float().cpu().numpy()
                found += [unit(row[mask]) for row, mask in zip(rows, kept, strict=True)]
        return found


def open_token_encoder(
    source: str, *, layer: int, revision: str | None, cache: Path, device: str = "auto"
) -> HubTokenEncoder:
    """A model from the Hub or a local folder, pinned; ``layer`` counts from 0, the embeddings.

    Raises
    ------
    UsageProblem
        The device is unknown.
    ModelProblem
        It cannot be loaded, or has no such layer.
    HubProblem
        The Hub does not have it or cannot be reached.
    """
    torch, transformers = backend_modules()
    device = encoder_device(device)
    target = torch_device(torch, device_kind(device), device)
    folder = folder_named(source)
    where: dict[str, Any] = {}
    if folder is not None:
        check_folder(folder)
        name = f"{folder.name}@{weights_digest(folder, cache=cache)}"
    else:
        where["revision"] = hub_commit(source, revision, option="--text-encoder")
        name = f"{source}@{where['revision']}"
    place = source if folder is None else str(folder)
    transformers.utils.logging.disable_progress_bar()
    try:
        model = transformers.AutoModel.from_pretrained(place, use_safetensors=True, **where)
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, **where)
        layers = int(model.config.num_hidden_layers)
    except (OSError, ValueError, KeyError, ImportError, AttributeError) as error:
        raise ModelProblem(
            f"{source} cannot be loaded as an encoder of texts ({type(error).__name__}: "
            f"{excerpt(error)})"
        ) from error
    if not 0 <= layer <= layers:
        raise ModelProblem(f"{source} has layers 0 to {layers}, and layer {layer} was asked for")
    return HubTokenEncoder(name, model, tokenizer, layer=layer, device=target)
