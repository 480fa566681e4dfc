"""What the machine would run a model on, found without asking torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.models.weights import machine


@pytest.fixture
def gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A driver's table of two GPUs, on a machine whose torch can use them."""
    for slot, name in (("0000:01:00.0", "NVIDIA H100"), ("0000:02:00.0", "NVIDIA H200")):
        (tmp_path / slot).mkdir()
        (tmp_path / slot / "information").write_text(f"Model: \t\t {name}\nIRQ:   5\n")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(machine, "dist_version", lambda _: "2.13.0")
    return tmp_path


@pytest.mark.parametrize(
    ("device", "visible", "kind"),
    [
        ("auto", None, "NVIDIA H100"),
        ("auto", "1", "NVIDIA H200"),
        ("auto", "", "cpu"),
        ("auto", "-1", "cpu"),
        ("cuda", None, "NVIDIA H100"),
        ("cuda:1", None, "NVIDIA H200"),
        ("cuda:7", None, "cuda"),
        ("auto", "GPU-5f3c", "NVIDIA H100"),
        ("cpu", None, "cpu"),
        ("mps", None, "mps"),
    ],
)
def test_device_kind_is_the_product_that_will_compute(
    gpus: Path, monkeypatch: pytest.MonkeyPatch, device: str, visible: str | None, kind: str
) -> None:
    """`auto` is the first visible GPU; hidden ones do not count."""
    monkeypatch.setattr("platform.system", lambda: "Linux")
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert machine.device_kind(device, gpus=gpus) == kind


def test_cpu_build_of_torch_runs_on_the_cpu(gpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that the installed torch cannot use does not enter the key."""
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr(machine, "dist_version", lambda _: "2.13.0+cpu")
    assert machine.device_kind("auto", gpus=gpus) == "cpu"


def test_apple_silicon_is_mps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an NVIDIA driver, Apple's own machines use theirs."""
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert machine.device_kind("auto", gpus=tmp_path) == "mps"


@pytest.mark.parametrize("device", ["gpu", "cuda:", "CPU", "cuda:x", ""])
def test_unknown_device_is_refused(device: str) -> None:
    """The value and the possible ones are named."""
    with pytest.raises(UsageProblem, match="--device"):
        machine.device_kind(device)


@pytest.mark.parametrize(
    ("asked", "kind", "dtype"),
    [
        ("auto", "cpu", "float32"),
        ("auto", "NVIDIA H200", "bfloat16"),
        ("float16", "NVIDIA H200", "float16"),
        ("float32", "NVIDIA H200", "float32"),
    ],
)
def test_dtype_follows_the_device_unless_asked(asked: str, kind: str, dtype: str) -> None:
    """Full precision where it is the norm, half where the tensor cores are."""
    assert machine.dtype(asked, kind) == dtype


def test_unknown_dtype_is_refused() -> None:
    """Misspelt types do not reach torch."""
    with pytest.raises(UsageProblem, match="fp16"):
        machine.dtype("fp16", "cpu")


def test_resize_code_is_part_of_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """PIL and torchvision give different pixels, and so may their versions."""
    versions = {"torchvision": machine.NOT_INSTALLED, "pillow": "13.0.0"}
    monkeypatch.setattr(machine, "dist_version", lambda name: versions[name])
    assert machine.resize() == "pil 13.0.0"
    versions["torchvision"] = "0.28.0"
    assert machine.resize() == "torchvision 0.28.0"


def test_backend_names_all_that_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tokenizer may cut the same prompt differently."""
    versions = {"transformers": "5.1", "tokenizers": "0.23", "torch": "2.13"}
    monkeypatch.setattr(machine, "dist_version", lambda name: versions[name])
    assert machine.backend() == "transformers 5.1 / tokenizers 0.23 / torch 2.13"


def test_version_of_what_is_not_installed() -> None:
    """A missing package has a name for it, so that keys can still be computed."""
    assert machine.dist_version("no-such-distribution-anywhere") == machine.NOT_INSTALLED
