"""Draws the pictures of the embedded questions: schematic emblems of flat shapes, from a table.

Knows shapes and colours; the questions say what an emblem stands for. Every picture says
SYNTHETIC.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache

from PIL import Image, ImageDraw

from benchmark import data
from benchmark.errors import DataProblem, unknown
from benchmark.images import drawn

TABLE = data.sample("sample_emblems.toml")
GROUND = "#eef3f7"
DRAWING = 1  # raise it whenever a drawn pixel changes while the table does not


@cache
def emblems() -> Mapping[str, Sequence[str]]:
    """The shapes of each emblem, in drawing order."""
    found: Mapping[str, Sequence[str]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["emblem"]
    return found


@cache
def digest() -> str:
    """SHA-256 of everything that the pixels depend on, except Pillow."""
    return hashlib.sha256(f"{DRAWING}\n".encode() + TABLE.read_bytes()).hexdigest()


def draw(name: str) -> Image.Image:
    """One emblem of 96 x 96 pixels, the same on every call."""
    if name not in emblems():
        raise DataProblem(unknown("emblem", name, emblems(), source=str(TABLE)))
    image = Image.new("RGB", (drawn.SIDE, drawn.SIDE), GROUND)
    pen = ImageDraw.Draw(image)
    for shape in emblems()[name]:
        _add(pen, shape)
    drawn.sign(pen)
    return image


def _add(pen: ImageDraw.ImageDraw, shape: str) -> None:
    kind, colour, *places = shape.split()
    points = [(int(x), int(y)) for x, y in (place.split(",") for place in places)]
    match kind:
        case "polygon":
            pen.polygon(points, fill=colour)
        case "ellipse":
            pen.ellipse(points, fill=colour)
        case "rectangle":
            pen.rectangle(points, fill=colour)
        case "line":
            pen.line(points, fill=colour, width=3)
        case _:
            known = ("polygon", "ellipse", "rectangle", "line")
            raise DataProblem(unknown("shape", kind, known, source=str(TABLE)))
