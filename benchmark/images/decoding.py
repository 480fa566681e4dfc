"""Turns an image file into RGB pixels, or says in one sentence why it cannot.

Knows no manifest and no country: a path and a name for messages go in, pixels come out.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from benchmark.errors import ImageProblem

MAX_PIXELS = 64_000_000
# Listed because Pillow would otherwise try every format; its EPS reader starts Ghostscript.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")

# What Pillow's readers raise on damaged files (the tests fuzz them).
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, OverflowError)


def decode(path: Path, *, name: str) -> Image.Image:
    """The picture in RGB, turned upright by its EXIF orientation, transparency on white."""
    if not path.is_file():
        raise ImageProblem(
            f"image {name} is missing: there is no file {path}; restore it or drop its row"
        )
    # Pillow warns about flaws that it repairs itself; nobody running a benchmark can act on them.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=FORMATS) as image:
                _check_size(*image.size, name=name)
                return _to_rgb(ImageOps.exif_transpose(image))
        except Image.DecompressionBombError:
            raise ImageProblem(_too_large(name, "far more")) from None
        except UnidentifiedImageError:
            known = ", ".join(FORMATS)
            raise ImageProblem(f"{name} ({path}) is not an image we read ({known})") from None
        except _DAMAGE as error:
            raise ImageProblem(
                f"image {name} ({path}) is damaged or truncated ({error}); replace the file"
            ) from None


def dimensions(path: Path) -> tuple[int, int] | None:
    """Width and height from the file's header; None if `decode` would refuse the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=FORMATS) as image:
                return image.size if image.width * image.height <= MAX_PIXELS else None
        except (Image.DecompressionBombError, *_DAMAGE):
            return None


def suffix(data: bytes) -> str | None:
    """The file ending for these bytes by their header; None if `decode` would refuse them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                ending = f".{(image.format or '').lower()}"
                return ending if image.width * image.height <= MAX_PIXELS else None
        except (*_DAMAGE, Image.DecompressionBombError):
            return None


def pixel_digest(image: Image.Image) -> str:
    """SHA-256 over mode, size and pixels: the same picture from different files is equal."""
    head = f"{image.mode} {image.width}x{image.height}\n".encode()
    return hashlib.sha256(head + image.tobytes()).hexdigest()


def _check_size(width: int, height: int, *, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise ImageProblem(_too_large(name, f"{width}x{height} = {width * height:,}"))


def _too_large(name: str, pixels: str) -> str:
    return (
        f"image {name} has {pixels} pixels and the limit is {MAX_PIXELS:,};"
        " it was not decoded: scale it down or drop its row"
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16-bit grey: convert("RGB") would clip at 255 and leave a white picture.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    if image.has_transparency_data:
        front = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", front.size, "white"), front).convert("RGB")
    return image.convert("RGB")
