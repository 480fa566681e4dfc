"""Who measured, with what, and when: recorded beside the rows, never inside them.

Knows the machine and the installed packages; nothing of suites or scores. It reads no secret and
no environment variable.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmark import __version__
from benchmark.jsonio import Json

PACKAGES = (
    "pytest",
    "pytest-xdist",
    "numpy",
    "scipy",
    "pillow",
    "torch",
    "transformers",
    "tokenizers",
    "datasets",
    "huggingface_hub",
)


def package_version(name: str) -> str | None:
    """The installed version of a package, found without importing it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """The checked-out commit, with ``+changes`` if the tree differs; None outside a checkout."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+changes" if changed else "")


def now() -> str:
    """The time in UTC, to the second, ISO 8601."""
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


def provenance(
    *,
    started: str,
    arguments: Sequence[str],
    code: Path,
    threads: int,
    batch_size: int,
    workers: int,
    computed: int,
    stored: int,
    key_schema: int,
    model: Mapping[str, Json],
) -> Mapping[str, Json]:
    """The provenance table of a run file.

    ``computed`` and ``stored`` count distinct requests answered by the model and by the store;
    ``key_schema`` says how stored answers are named; ``model`` is how the model says it ran,
    empty if none was loaded.
    """
    return {
        "harness_version": __version__,
        "git_commit": git_commit(code),
        "started_at": started,
        "finished_at": now(),
        "arguments": list(arguments),
        "packages": {name: package_version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "threads": threads,
        "batch_size": batch_size,
        "workers": workers,
        "key_schema": key_schema,
        "answers": {"computed": computed, "stored": stored},
        "model": dict(model),
    }


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True, text=True, check=True, timeout=10,
    )  # fmt: skip
    return done.stdout.strip()
