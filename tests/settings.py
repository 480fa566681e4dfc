"""Settings of a run for tests that need no pytest session."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchmark.settings import Settings


def settings(folder: Path, **more: object) -> Settings:
    """Of a run with the demo on the sample, less what is given; a suite's own options too."""
    chosen: dict[str, object] = {
        "model": "demo",
        "revision": None,
        "device": "cpu",
        "dtype": "auto",
        "scoring": "auto",
        "batch_size": None,
        "threads": 1,
        "model_args": (),
        "seed": 0,
        "survey": "sample",
        "images": ("sample",),
        "prompts": None,
        "countries": (),
        "topics": (),
        "proxies": (),
        "limit": None,
        "store": folder / "s",
        "cache": folder,
        "runs": folder,
        "leaderboard": folder / "b",
        "gates": (),
        **more,
    }
    shared = {field.name for field in dataclasses.fields(Settings)}
    own = {name: chosen.pop(name) for name in chosen.keys() - shared}
    return Settings(**chosen, own=own)  # type: ignore[arg-type]
