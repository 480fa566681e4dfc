"""Which scoring path a config means, and what is said where the wish cannot be met."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models import registry
from benchmark.models.weights.families import FULL, SHARED, folder_config, scoring_path, uncovered
from tests.models.asking import options

QWEN = {"model_type": "qwen2_5_vl", "hidden_size": 3584}  # as on the Hub: no text_config
LLAVA = {"model_type": "llava_next", "text_config": {"model_type": "mistral"}}
GEMMA = {
    "model_type": "gemma3",
    "text_config": {
        "model_type": "gemma3_text",
        "layer_types": ["sliding_attention", "full_attention"],
    },
}
MLLAMA = {"model_type": "mllama", "text_config": {"model_type": "mllama_text_model"}}
QWEN3_5 = {
    "model_type": "qwen3_5",
    "text_config": {
        "model_type": "qwen3_5_text",
        "layer_types": ["linear_attention"] * 3 + ["full_attention"],
    },
}
MAMBA = {"model_type": "llava", "text_config": {"model_type": "mamba"}}
LINEAR = {
    "model_type": "qwen3_vl",
    "text_config": {"layer_types": ["linear_attention", "full_attention"]},
}


def path(asked: str, config: Mapping[str, object], attention: str = "sdpa") -> str:
    """The path for a model called m."""
    return scoring_path(asked, config, name="m", attention=attention)


@pytest.mark.parametrize("config", [QWEN, LLAVA, GEMMA])
def test_covered_families_share_prefixes(config: Mapping[str, object]) -> None:
    """Unless full prompts are asked for."""
    assert path("auto", config) == path("shared", config) == SHARED
    assert path("full", config) == FULL


@pytest.mark.parametrize(
    ("config", "attention", "reason"),
    [
        (MLLAMA, "sdpa", "family 'mllama'"),
        (QWEN3_5, "sdpa", "family 'qwen3_5'"),
        (MAMBA, "sdpa", "text model 'mamba'"),
        (LINEAR, "sdpa", "linear_attention"),
        ({}, "sdpa", "family None"),
        (QWEN, "flex_attention", "flex_attention"),
    ],
)
def test_others_run_in_full_and_say_why(
    config: Mapping[str, object], attention: str, reason: str
) -> None:
    """`auto` falls back; `shared` is refused with one reason."""
    assert reason in uncovered(config, attention=attention)
    assert path("auto", config, attention) == FULL
    with pytest.raises(ModelProblem, match=reason):
        path("shared", config, attention)


def test_unknown_path_is_refused() -> None:
    """A misspelt wish is not taken for another."""
    with pytest.raises(UsageProblem, match="sharde"):
        path("sharde", QWEN)


def test_path_is_part_of_a_folders_identity(tmp_path: Path) -> None:
    """Two paths round differently, so their answers are kept apart; no torch is needed."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(LLAVA))
    (folder / "model.safetensors").write_bytes(b"")
    spec = registry.resolve(str(folder))
    paths = {
        asked: registry.identify(spec, options(tmp_path, scoring=asked), survey=None).scoring
        for asked in ("auto", "shared", "full")
    }
    assert paths == {"auto": SHARED, "shared": SHARED, "full": FULL}


@pytest.mark.parametrize("text", ["[]", "{", "\xff"])
def test_config_that_is_none_is_said(tmp_path: Path, text: str) -> None:
    """The file is named."""
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelProblem, match=r"config\.json"):
        folder_config(tmp_path)
