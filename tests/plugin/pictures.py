"""Writes folders of pictures with a manifest, sound and unsound; knows the manifest's layout."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

HEADER = "image,country,category,income_usd_month,licence,credit,source"


def manifest(folder: Path, rows: Sequence[tuple[str, str, str]]) -> Path:
    """A folder whose manifest lists (file, country, category)."""
    folder.mkdir(exist_ok=True)
    lines = [f"{image},{country},{category},,CC0-1.0,me,mine" for image, country, category in rows]
    (folder / "manifest.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return folder


def sound(path: Path, shade: int = 90) -> None:
    """A grey picture."""
    Image.new("RGB", (24, 24), (shade, shade, shade)).save(path)


def truncated(path: Path) -> None:
    """A JPEG that ends in its middle."""
    Image.effect_noise((64, 64), 90).convert("RGB").save(path, format="JPEG")
    path.write_bytes(path.read_bytes()[:600])


def unreadable(path: Path) -> None:
    """A text with the name of a picture."""
    path.write_text("not a picture", encoding="utf-8")


def missing(path: Path) -> None:
    """Nothing where the manifest says there is something."""
    path.unlink(missing_ok=True)


def huge(path: Path) -> None:
    """A few bytes that say they are 50 000 pixels wide and high."""
    size = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
