"""The checkpoints of `../shared/real`: real tokenizers, templates and layouts, random weights.

Built once for all runs and workers, and again when their builder or a library changes. Knows no
test and nothing of what is asked.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

SOURCE = Path(__file__).parents[2].parent / "shared" / "real"
THINKING = "qwen3_vl_thinking"  # its template opens the thinking, and cannot be told not to
SAMPLE = "llava"  # what plain `tox run` has
NAMES = (
    "llava",
    "llava_next",
    "qwen2_5_vl",
    "qwen3_vl",
    THINKING,
    "gemma3",
    "gemma4",
    "gemma4_small",
    "internvl",
    "smolvlm",
)
BUILD_S = 600


def ready(names: Iterable[str]) -> Path:
    """The folder that holds these checkpoints; those that are not there yet are built."""
    place = Path(os.environ.get("CULTURE_CACHE") or tempfile.gettempdir()) / f"real-{_key()}"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / ".lock"):
        missing = [name for name in names if not (place / name).is_dir()]
        if missing:
            _build(place, missing)
    return place


def _build(place: Path, names: list[str]) -> None:
    """All in one process; what its builder could not build is an error with its words."""
    with tempfile.TemporaryDirectory(dir=place, prefix=".building-") as building:
        own = {key: value for key, value in os.environ.items() if key != "FOR_VLLM"}
        done = subprocess.run(
            [sys.executable, SOURCE / "build.py", building, *names],
            env={**own, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"},
            timeout=BUILD_S, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        for name in names:
            made = Path(building) / name
            if not list(made.glob("*.safetensors")) or not (made / "config.json").is_file():
                raise RuntimeError(f"{SOURCE / 'build.py'} did not build {name}:\n{done.stdout}")
            made.replace(place / name)


def _key() -> str:
    """What the checkpoints depend on."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            digest.update(path.read_bytes())
    for library in ("tokenizers", "torch", "transformers"):
        digest.update(version(library).encode())
    return digest.hexdigest()[:16]
