"""A real vLLM on loopback for tests: where it is installed, and how it is started and stopped.

Knows no question. The environment is that of ``vllm_environment.py``; its folder is named by
``CULTURE_VLLM``, and tests skip where there is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import loopback

VARIABLE = "CULTURE_VLLM"
NAME = "tiny"
PATIENCE_S = 300
SETTINGS = {
    "VLLM_TARGET_DEVICE": "cpu",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
}


def program() -> Path:
    """The installed server; without one the test is skipped."""
    folder = os.environ.get(VARIABLE, "")
    found = Path(folder) / "bin" / "vllm"
    if not folder or not found.exists():
        pytest.skip(f"no vLLM at {VARIABLE}={folder!r}; `tox run -e vllm` makes one")
    return found


@contextmanager
def vllm(folder: Path, log: Path, *more: str) -> Iterator[str]:
    """The root URL of a server of this checkpoint, in float32."""
    vllm_serve = str(program())

    def command(port: int) -> list[str]:
        return [
            vllm_serve, "serve", str(folder), "--served-model-name", NAME,
            "--host", "127.0.0.1", "--port", str(port), "--dtype", "float32",
            "--max-model-len", "4096", "--enforce-eager", "--max-logprobs", "100", *more,
        ]  # fmt: skip

    env = os.environ | SETTINGS
    with loopback.program(command, env=env, log=log, patience_s=PATIENCE_S) as url:
        yield url
