"""Thumbnails, and where there may be none."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmark.images.opening import drawn_sample, load_images
from leaderboard.page.pictures import SIDE, is_free, thumbnails
from tests.leaderboard.page.boards import photos


@pytest.mark.parametrize(
    "licence",
    ["CC BY 4.0", "CC-BY-SA 3.0", "CC0", "CC0 1.0", "public domain", "Public Domain Mark", "MIT"],
)
def test_free_licences(licence: str) -> None:
    """A small copy may be published with its credit."""
    assert is_free(licence)


@pytest.mark.parametrize(
    "licence",
    ["", "CC BY-NC 4.0", "CC BY-NC-SA 4.0", "CC BY-ND 2.0", "all rights reserved", "permitted"],
)
def test_other_licences(licence: str) -> None:
    """Bound or unknown: credited, not shown."""
    assert not is_free(licence)


def test_a_thumbnail_is_small_and_in_the_page(tmp_path: Path) -> None:
    """At most 96 pixels a side, as a data URI; a picture of another licence has none."""
    found: Any = thumbnails(
        [load_images(photos(tmp_path))], ["photos/open.png", "photos/closed.png"]
    )
    assert set(found) == {"photos/open.png", "photos/closed.png"}
    kind, data = found["photos/open.png"]["src"].split(",")
    assert kind == "data:image/webp;base64"
    assert max(Image.open(io.BytesIO(base64.b64decode(data))).size) == SIDE
    assert "src" not in found["photos/closed.png"]
    assert found["photos/closed.png"]["credit"] == "a photographer"


def test_a_free_picture_that_is_gone_is_credited(tmp_path: Path) -> None:
    """A missing file costs the thumbnail, not the page."""
    folder = photos(tmp_path)
    images = load_images(folder)
    (folder / "photos" / "open.png").unlink()
    found: Any = thumbnails([images], ["photos/open.png"])
    assert found["photos/open.png"]["missing"]


def test_the_drawn_sample_is_always_at_hand() -> None:
    """Drawn again, without a file; unknown ids are left out."""
    found: Any = thumbnails([drawn_sample()], ["synthetic/NGA-food", "nowhere.png"])
    assert list(found) == ["synthetic/NGA-food"]
    assert len(found["synthetic/NGA-food"]["src"]) < 4000
