"""What this machine would run a model on: device, versions, resize code; part of the store's key.

Imports no torch and initialises no device, so that a fully stored run costs no model start.
"""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from pathlib import Path

from benchmark.errors import UsageProblem

GPU_TABLE = Path("/proc/driver/nvidia/gpus")
NOT_INSTALLED = "not installed"
BACKEND = ("transformers", "tokenizers", "torch")


def dist_version(name: str) -> str:
    """The installed version of a distribution, without importing it."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return NOT_INSTALLED


def backend() -> str:
    """``transformers X / tokenizers Y / torch Z``."""
    return " / ".join(f"{name} {dist_version(name)}" for name in BACKEND)


def resize() -> str:
    """The code that resizes images: transformers takes torchvision's wherever it is installed."""
    if has_torchvision():
        return f"torchvision {dist_version('torchvision')}"
    return f"pil {dist_version('pillow')}"


def has_torchvision() -> bool:
    """Whether torchvision is installed; without it Pillow resizes."""
    return dist_version("torchvision") != NOT_INSTALLED


def device_kind(device: str, *, gpus: Path = GPU_TABLE) -> str:
    """``cpu``, ``mps`` or the GPU's product name for ``--device``.

    The name is read from the driver's table and not from CUDA, which the controller of a parallel
    run must not initialise. ``auto`` is the GPU where the driver lists one, it is not hidden by
    CUDA_VISIBLE_DEVICES and torch is not the CPU build; else Apple's on its machines; else the CPU.
    ``balanced`` is all visible GPUs, by their distinct names.
    """
    if not re.fullmatch(r"auto|cpu|mps|balanced|cuda(:\d+)?", device):
        raise UsageProblem(f"--device {device!r} is none of auto, cpu, cuda, cuda:N, balanced, mps")
    if device in ("cpu", "mps"):
        return device
    if device.startswith(("cuda", "balanced")) and _torch_cannot_cuda():
        raise UsageProblem(
            f"--device {device} needs a CUDA build of torch and a visible GPU, but this is "
            f"torch {dist_version('torch')}; use --device cpu"
        )
    names = [] if _torch_cannot_cuda() else gpu_names(gpus)
    if device == "balanced":
        return " + ".join(dict.fromkeys(names)) or "cuda"
    if device != "auto":
        index = int(device.partition(":")[2] or 0)
        return names[index] if index < len(names) else "cuda"
    if names:
        return names[0]
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return "mps" if apple else "cpu"


def gpu_names(table: Path) -> list[str]:
    """Product names of the NVIDIA GPUs that the driver lists and the environment leaves visible."""
    files = sorted(table.glob("*/information"))
    names = [_model_line(file.read_text(encoding="utf-8")) for file in files]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return names
    wanted = [part.strip() for part in visible.split(",") if part.strip() not in ("", "-1")]
    # a UUID or MIG id does not say which row of the table it is: take the rows in order
    order = [int(part) if part.isdigit() else i for i, part in enumerate(wanted)]
    return [names[i] for i in order if i < len(names)]


def gpu_count(table: Path = GPU_TABLE) -> int:
    """How many NVIDIA GPUs the driver lists, visible or not."""
    return len(list(table.glob("*/information")))


def _model_line(text: str) -> str:
    found = re.search(r"^Model:\s*(.+?)\s*$", text, re.MULTILINE)
    return found[1] if found else "NVIDIA GPU"


def _torch_cannot_cuda() -> bool:
    return os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1") or "+cpu" in dist_version("torch")


def dtype(name: str, kind: str) -> str:
    """The number type of the weights: ``auto`` is float32 on a CPU, else bfloat16."""
    if name not in ("auto", "float32", "bfloat16", "float16"):
        raise UsageProblem(f"--dtype {name!r} is none of auto, float32, bfloat16, float16")
    if name != "auto":
        return name
    return "float32" if kind == "cpu" else "bfloat16"
