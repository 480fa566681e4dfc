"""Runs a model's own `generate` under the harness's settings alone, and says where a text ends.

A published `generation_config.json` brings penalties, filters and limits, and transformers applies
them wherever a call sets none. Knows no prompt and no processor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmark.records import GenerationParams


def end_tokens(model: Any, eos_id: int | None) -> frozenset[int]:  # noqa: ANN401 - a transformers model, any family
    """Tokens that end a text: those of the model's generation settings and the tokenizer's own.

    Servers stop at both. Empty where there is neither; then only the limit ends a text.
    """
    named = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    ids = named if isinstance(named, list) else [named]
    return frozenset(int(one) for one in (*ids, eos_id) if one is not None)


def generate(
    model: Any,  # noqa: ANN401
    inputs: Mapping[str, Any],
    params: GenerationParams,
    *,
    ends: frozenset[int],
    pad_id: int,
) -> Any:  # noqa: ANN401
    """What `generate` returns for one prompt, its tokens in front, (1, tokens).

    A repository's own `generate` is not run: it decides for itself how tokens are drawn.
    """
    import transformers

    settings: Any = transformers.GenerationConfig
    kept = {
        "eos_token_id": sorted(ends) or None,
        "bos_token_id": getattr(model.generation_config, "bos_token_id", None),
        "pad_token_id": pad_id,
    }
    with _replaced(model, settings(**kept)):
        return type(model).generate(
            model, **inputs, generation_config=settings(**kept, **_settings(params))
        )


def _settings(params: GenerationParams) -> dict[str, object]:
    """How tokens are drawn; what is left out has no effect."""
    chosen: dict[str, object] = {
        "max_new_tokens": params.max_new_tokens,
        "do_sample": params.temperature > 0,
        "num_beams": 1,
        "repetition_penalty": 1.0,
        "use_cache": True,
    }
    if params.temperature > 0:
        chosen |= {"temperature": params.temperature, "top_p": params.top_p, "top_k": 0}
    return chosen


@contextmanager
def _replaced(model: Any, plain: Any) -> Iterator[None]:  # noqa: ANN401
    """Replace the settings of the model and its parts for a while: tuned models are saved later."""
    parts = [part for part in model.modules() if hasattr(part, "generation_config")]
    own = [part.generation_config for part in parts]
    for part in parts:
        part.generation_config = plain
    try:
        yield
    finally:
        for part, settings in zip(parts, own, strict=True):
            part.generation_config = settings
