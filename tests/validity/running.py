"""Runs simulations and keeps what they measured, one file an area.

Knows figures and settings; nothing of any metric. Draws follow from seed, figure and setting alone,
so a figure measured alone gives what it gives among all.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from tests.validity.figure import Figure, Measured, measure
from tests.validity.figures import AREAS
from tests.validity.setting import SETTINGS, Setting

SEED = 20_261_130
FOLDER = Path(__file__).parent / "measured"
Found = Mapping[str, Mapping[str, Measured]]  # by figure and setting


def simulate(
    figure: Figure, setting: Setting, *, seed: int = SEED, repetitions: int | None = None
) -> Measured:
    """One figure in one setting."""
    words = hashlib.sha256(f"{seed}/{figure.title}/{setting.name}".encode()).digest()
    rng = np.random.default_rng(list(words))
    return measure(figure, setting, rng=rng, repetitions=repetitions or figure.repetitions)


def measured(area: str) -> Found:
    """What the area's file says; empty without one."""
    path = FOLDER / f"{area}.json"
    if not path.exists():
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        title: {name: _measured(row) for name, row in rows.items()}
        for title, rows in document["figures"].items()
    }


def origin(area: str) -> Mapping[str, Any]:
    """Seed, versions and date of an area's file; empty without one."""
    path = FOLDER / f"{area}.json"
    return json.loads(path.read_text(encoding="utf-8"))["origin"] if path.exists() else {}


def run(
    area: str, *, only: Callable[[Figure], bool], seed: int, repetitions: int | None
) -> Iterator[tuple[Figure, Setting, Measured]]:
    """Measure the chosen figures of an area and write its file; the others' rows stay."""
    kept = dict(measured(area))
    for figure in AREAS[area]:
        if not figure.decides:
            continue
        if only(figure):
            rows = {}
            for setting in SETTINGS:
                found = simulate(figure, setting, seed=seed, repetitions=repetitions)
                rows[setting.name] = found
                yield figure, setting, found
            kept[figure.title] = rows
    known = {figure.title for figure in AREAS[area] if figure.decides}
    _write(area, {title: rows for title, rows in sorted(kept.items()) if title in known}, seed)


def _write(area: str, found: Found, seed: int) -> None:
    if not found:
        return
    figures = ",\n".join(
        f" {json.dumps(title)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(_row(row))}" for name, row in rows.items())
        + "\n }"
        for title, rows in found.items()
    )
    origin = {
        "seed": seed,
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
    }
    text = f'{{\n"origin": {json.dumps(origin)},\n"figures": {{\n{figures}\n}}\n}}\n'
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{area}.json"
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _row(found: Measured) -> Mapping[str, Any]:
    row = {name: value for name, value in asdict(found).items() if value is not None}
    return {name: _rounded(value) for name, value in row.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [round(rate, 5) for rate in value]
    return value if isinstance(value, int) else round(value, 5)


def _measured(row: Mapping[str, Any]) -> Measured:
    rates = row.get("rejection")
    return Measured(**{**row, "rejection": None if rates is None else tuple(rates)})
