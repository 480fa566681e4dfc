"""Servers on 127.0.0.1 for tests: one in a thread, one that is a program of its own."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@contextmanager
def listening(
    handler: type[BaseHTTPRequestHandler], *, told: Callable[[str], None]
) -> Iterator[None]:
    """A server in a thread; ``told`` gets its root URL before it answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        told(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def program(
    command: Callable[[int], Sequence[str]],
    *,
    env: Mapping[str, str],
    log: Path,
    patience_s: float,
) -> Iterator[str]:
    """The root URL of a program that serves at a free port and answers at ``/health``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(command(port), env=env, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"{url}/health", process, log, patience_s)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path, patience_s: float) -> None:
    """Until the server answers, or the end of what it said instead."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - loopback
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-4000:]}")
