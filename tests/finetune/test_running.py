"""What is found out before a model is loaded, and by which name the result is opened."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.errors import UsageProblem
from benchmark.finetune import running, training
from benchmark.finetune.messages import last_words
from benchmark.finetune.options import Recipe
from benchmark.models import registry
from tests.finetune.test_preparing import BASE

GIVEN = {"model": "demo", "data": "sample"}


def test_a_folder_that_cannot_be_made_is_said_first(tmp_path: Path) -> None:
    """A file on the way, or a name that is too long; and trying leaves nothing behind."""
    (tmp_path / "afile").write_text("mine")
    for folder in (tmp_path / "afile" / "sub", tmp_path / ("n" * 300)):
        with pytest.raises(UsageProblem, match="cannot be written to"):
            running.checked_recipe(GIVEN, folder, resume=False)
    assert running.checked_recipe(GIVEN, tmp_path / "new" / "sub", resume=False).model == "demo"
    assert [path.name for path in tmp_path.iterdir()] == ["afile"]


def test_the_result_is_its_folder_and_no_alias(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder called demo would be measured, and asked, as the demo."""
    monkeypatch.chdir(tmp_path)
    seen: list[str] = []

    def resolve(name: str) -> Any:
        seen.append(name)
        return SimpleNamespace()

    monkeypatch.setattr(registry, "resolve", resolve)
    monkeypatch.setattr(registry, "identify", lambda *_, **__: None)
    monkeypatch.setattr(registry, "load", lambda *_, **__: None)
    running._reopened(Path("demo"), BASE)
    assert seen == [str(tmp_path / "demo")]
    assert "--model ./demo\n" in last_words(Path("demo"), Recipe(model="demo", data="sample"))


def test_several_gpus_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a CPU they do not matter."""
    torch = pytest.importorskip("torch", reason="GPUs are counted by torch")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    training.one_gpu("cpu")
    with pytest.raises(UsageProblem, match="2 GPUs are visible"):
        training.one_gpu("cuda")
