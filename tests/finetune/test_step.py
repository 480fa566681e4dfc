"""The timing of steps: one short run of everything, on a model as small as can be."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmark.finetune import trainer
from benchmark.finetune.options import Recipe
from tests.benchmarks.training_step import Figures, main
from tests.perf.shrinking import shrink

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


@pytest.mark.parametrize("name", ["--batch-size", "--accumulation", "--steps", "--rank"])
def test_a_number_that_is_none_is_a_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is built."""
    assert main([name, "0"]) == 4
    assert f"{name}: '0' is not a whole number of at least 1" in capsys.readouterr().err


def test_every_step_is_timed_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a tuning tells about fifty points of its loss."""
    monkeypatch.setitem(sys.modules, "trl", SimpleNamespace(SFTConfig=dict))
    recipe = Recipe(model="demo", data="")
    for each_step, every in ((True, 1), (False, 4)):
        made = trainer.arguments(recipe, Path("x"), 200, on_cpu=True, each_step=each_step)
        assert made["logging_steps"] == every


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_steps_are_timed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A timed step of two questions behind one that warms up; table and file say the same."""
    shrink(monkeypatch)
    monkeypatch.setattr(trainer, "SHOWN", 1)  # a recipe's curve would have one point of two steps
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
