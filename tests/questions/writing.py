"""Writes sets of questions for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

ROW: dict[str, Any] = {
    "id": "q1",
    "image": "a.png",
    "question": "Which dish is this?",
    "options": ["Onigiri", "Samosa", "Mochi", "Zongzi"],
    "answer": "Onigiri",
    "question_type": "image-recognition",
    "category": "food",
    "concept": "onigiri",
    "country": "JPN",
    "split": "test",
    "licence": "CC0-1.0",
}


def row(**changes: object) -> dict[str, Any]:
    """A sound row with some fields changed; None takes a field away."""
    changed = {**ROW, **changes}
    return {key: value for key, value in changed.items() if value is not None}


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    """A folder of these rows and a picture for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(rows):
        name = str(one.get("image", ""))
        if name.endswith(".png") and "/" not in name:
            Image.new("RGB", (8, 8), (number, 60, 90)).save(folder / name)
    text = "".join(json.dumps(one) + "\n" for one in rows)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    return folder
