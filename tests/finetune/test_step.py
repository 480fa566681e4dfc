"""The timing of steps: one short run of everything, on a model as small as can be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.finetune.step import Figures, main
from benchmark.perf import geometry

pytestmark = pytest.mark.models


def test_tokens_a_second_by_hand() -> None:
    """The median step counts."""
    found = Figures(
        config="x",
        device="cpu",
        dtype="float32",
        batch_size=1,
        accumulation=2,
        parameters=10,
        trained=1,
        seconds=(1.0, 4.0, 2.0),
        tokens=100.0,
        peak_mib=1.0,
    )
    assert found.tokens_s == 50


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_steps_are_timed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A timed step of two questions behind one that warms up; table and file say the same."""
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 4200}
    monkeypatch.setattr(geometry, "MIDDLE_TEXT", geometry.MIDDLE_TEXT | small | heads)
    file = tmp_path / "step.json"
    words = ("--config", "llava-next-230m", "--steps", "1", "--rank", "4", "--threads", "1")
    sizes = ("--batch-size", "1", "--accumulation", "2", "--json", str(file))
    assert main([*words, *sizes]) == 0
    found = json.loads(file.read_text("utf-8"))
    assert len(found["seconds"]) == 1
    assert found["tokens"] > 2 * 784  # of pictures alone
    assert 0 < found["trained"] < found["parameters"] / 10
    assert found["peak_mib"] > 100
    shown = capsys.readouterr().out
    assert "tokens/s" in shown
    assert "1 x 2" in shown
