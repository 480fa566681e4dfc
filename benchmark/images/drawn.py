"""Draws the embedded sample: abstract marks that stand for a country and a category.

Knows nothing of any culture: colours and places come from a hash, each category has one kind of
mark, and every picture says SYNTHETIC. They exercise the image path and signal nothing.
"""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Iterator
from functools import cache

from PIL import Image, ImageDraw, ImageFont

COUNTRIES = ("BRA", "CHN", "FRA", "ITA", "KOR", "MEX", "NGA", "PAK", "USA", "VNM")
HOUSEHOLDS = ("BRA", "IND", "NGA")
# One household each, in US dollars a month. Invented, like the households: round numbers, three on
# either side of the cut between low and high income.
INCOMES = (50.0, 150.0, 400.0, 1000.0, 2500.0, 6000.0)
SIDE = 96
BLANK_SIDE = 224  # what the commonest vision encoders see: no resizing, no edge
DRAWING = 1  # raise it whenever a drawn pixel changes: it is part of the sample's digest

_BAND = 15  # height of the strip that carries the word
_MARKS = 7

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]


def draw(country: str, category: str, number: str = "") -> Image.Image:
    """A picture of 96 x 96 pixels, the same on every call; ``number`` varies it within a cell."""
    cell = f"{country}/{category}/{number}" if number else f"{country}/{category}"
    both = hashlib.sha256(cell.encode()).digest()
    # The ground depends on the country, the kind of mark on the category, their places on the cell.
    ground = _colour(hashlib.sha256(country.encode()).digest()[0], saturation=0.35, value=0.92)
    image = Image.new("RGB", (SIDE, SIDE), ground)
    pen = ImageDraw.Draw(image)
    for place, colour in _marks(both):
        _mark(pen, category, place, colour)
    sign(pen)
    return image


def blank() -> Image.Image:
    """Plain mid-grey, 224 x 224: a picture that shows nothing."""
    return Image.new("RGB", (BLANK_SIDE, BLANK_SIDE), (128, 128, 128))


def _marks(seed: bytes) -> Iterator[tuple[Box, Colour]]:
    field = SIDE - _BAND
    for n in range(_MARKS):
        across, down, size, hue = seed[4 * n : 4 * n + 4]
        side = 14 + size % 20
        left, top = across * (SIDE - side) // 255, down * (field - side) // 255
        yield (left, top, left + side, top + side), _colour(hue, saturation=0.75, value=0.7)


def _mark(pen: ImageDraw.ImageDraw, category: str, box: Box, colour: Colour) -> None:
    left, top, right, bottom = box
    middle, centre = (left + right) // 2, (top + bottom) // 2
    match category:
        case "food":
            pen.ellipse(box, fill=colour)
        case "sports":
            pen.ellipse(box, outline=colour, width=4)
        case "objects":
            pen.rectangle(box, fill=colour)
        case "brands":
            pen.polygon([(middle, top), (right, centre), (middle, bottom), (left, centre)], colour)
        case "geography":
            pen.polygon([(left, bottom), (middle, top), (right, bottom)], colour)
        case "tradition":
            pen.rectangle(box, outline=colour, width=4)
        case "income":
            pen.rectangle((left, centre - 4, right, centre + 4), fill=colour)
        case story if story.startswith("story/"):
            pen.ellipse(box, outline=colour, width=3)
            pen.ellipse((left + 6, top + 6, right - 6, bottom - 6), fill=colour)
        case "pop-culture":
            pen.line((left, top, right, bottom), fill=colour, width=5)
            pen.line((left, bottom, right, top), fill=colour, width=5)
        case other:  # of which nobody has drawn a mark yet
            pen.text((left, centre), other, fill=colour)


def sign(pen: ImageDraw.ImageDraw) -> None:
    """Write the word SYNTHETIC along the bottom."""
    pen.rectangle((0, SIDE - _BAND, SIDE, SIDE), fill="white")
    font = _font()
    left, top, right, bottom = font.getbbox("SYNTHETIC")
    place = ((SIDE - (right - left)) // 2, SIDE - _BAND + (_BAND - (bottom - top)) // 2)
    pen.text(place, "SYNTHETIC", fill="black", font=font)


@cache
def _font() -> ImageFont.ImageFont:
    """Pillow's bitmap font: an outline font's pixels depend on the FreeType it was built with."""
    return ImageFont.load_default_imagefont()


def _colour(hue: int, *, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue / 256, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
