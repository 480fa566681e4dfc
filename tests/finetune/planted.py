"""A set of questions with planted knowledge: of each question's options one is of the right words.

Concepts differ from question to question, words recur, so that what is learned on some concepts
holds on others and in other countries. Pictures are plain colours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

RIGHT = ("family", "friends")
WRONG = ("politics", "money")
COUNTRIES = ("FRA", "JPN", "BRA", "IND", "NGA", "KEN")  # the last two are Africa's
TYPES = ("image-recognition", "cultural-knowledge", "scene-reasoning")
CATEGORIES = ("food", "clothing")
OPTIONS = 2


def rows(
    n_concepts: int, *, split: str, seed: int = 0, licence: str = "CC0-1.0"
) -> list[dict[str, Any]]:
    """Three questions a concept, one of each type; ids and concepts name the split."""
    rng = np.random.default_rng([seed, len(split)])
    found = []
    for number in range(n_concepts):
        for kind in TYPES:
            right = str(rng.choice(RIGHT))
            others = rng.choice(WRONG, size=OPTIONS - 1, replace=False)
            options = rng.permutation([right, *others]).tolist()
            found.append(
                {
                    "id": f"{split}-{number}-{kind}",
                    "image": f"{split}-{number}.png",
                    "question": "Which one is it?",
                    "options": options,
                    "answer": right,
                    "question_type": kind,
                    "category": CATEGORIES[number % 2],
                    "concept": f"{split} thing {number}",
                    "country": COUNTRIES[number % len(COUNTRIES)],
                    "split": split,
                    "licence": licence,
                }
            )
    return found


def write(folder: Path, *some: dict[str, Any]) -> Path:
    """A folder of these questions and their pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(sorted({row["image"] for row in some})):
        Image.new("RGB", (24, 24), (number * 5 % 256, 60, 90)).save(folder / name)
    text = "".join(json.dumps(row) + "\n" for row in some)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    return folder
