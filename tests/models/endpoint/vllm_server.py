"""A real vLLM on loopback for tests: where it is installed, and how it is started and stopped.

Knows no question. The environment is that of ``vllm_environment.py``; its folder is named by
``CULTURE_VLLM``, and tests skip where there is none.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: Sequence[str] = (
        str(program()), "serve", str(folder), "--served-model-name", NAME,
        "--host", "127.0.0.1", "--port", str(port), "--dtype", "float32",
        "--max-model-len", "4096", "--enforce-eager", "--max-logprobs", "100", *more,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=os.environ | SETTINGS, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            wait_for(f"{url}/health", process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers, or the end of what it said instead."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - loopback
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"vLLM did not start:\n{log.read_text(errors='replace')[-4000:]}")
