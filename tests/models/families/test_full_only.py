"""Families whose layers keep nothing that could be shared are run in full, and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmark.errors import ModelProblem
from benchmark.models import registry
from benchmark.models.weights.families import FULL
from benchmark.records import Probabilities
from tests.models.asking import options
from tests.models.families.builders import QWEN_ROPE, qwen_parts, qwen_vision, qwen_words
from tests.models.families.conftest import opened, plain_row
from tests.models.families.parts import Parts, library, text, write
from tests.models.families.questions import TALL, WIDE, about

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("torch")


def qwen3_5() -> Parts:
    """Three layers of linear attention for each ordinary one."""
    t, own = library(), library("models.qwen3_5.configuration_qwen3_5")

    words = qwen_words()
    vision = qwen_vision(
        own.Qwen3_5VisionConfig,
        num_position_embeddings=256,
    )
    decoder = text(
        own.Qwen3_5TextConfig,
        words,
        head_dim=16,
        rope_parameters={**QWEN_ROPE, "mrope_interleaved": True, "partial_rotary_factor": 1.0},
        layer_types=["linear_attention"] * 3 + ["full_attention"],
        linear_key_head_dim=16,
        linear_value_head_dim=16,
        linear_num_key_heads=2,
        linear_num_value_heads=4,
    )
    return qwen_parts(
        t.Qwen3_5Config, words, decoder, vision, processor="Qwen3VLProcessor", patch=16
    )


def test_linear_attention_runs_in_full(tmp_path: Path) -> None:
    """`auto` says so before anything is loaded, `shared` is refused, and the answers are right."""
    folder = write(qwen3_5(), tmp_path / "tiny")
    model = opened(folder, tmp_path, scoring="auto")
    assert model.identity.scoring == FULL
    with pytest.raises(ModelProblem, match="'qwen3_5'"):
        registry.identify(
            registry.resolve(str(folder)), options(tmp_path, scoring="shared"), survey=None
        )
    asked = [*about(WIDE)[:2], *about(TALL)[:2]]
    ids = model._inputs._tokenizer.convert_tokens_to_ids(["A", "B", "C"])
    for request, answer in zip(asked, model.answer(asked), strict=True):
        row = plain_row(model, request)[ids]
        assert isinstance(answer, Probabilities)
        assert np.abs(np.array(answer.p) - row / row.sum()).max() <= 1e-5
