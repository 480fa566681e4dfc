"""Pictures of many tokens are said before the run, by the size in a file's header."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmark.images.decoding import dimensions
from benchmark.images.measuring import largest
from benchmark.images.opening import ImageSet, drawn_sample, load_images, union
from benchmark.models import registry
from benchmark.models.picture_cost import cost
from benchmark.plugin.picture_line import picture_line
from benchmark.settings import Settings
from tests.models.asking import options
from tests.models.families.builders import llava, qwen2_5_vl
from tests.models.families.parts import library, write
from tests.plugin import pictures
from tests.settings import settings

SIZE = (2100, 1600)  # 4 275 tokens of 28 by 28 pixels


@dataclass(frozen=True, kw_only=True)
class Shows:
    """As much of a suite as the line looks at."""

    images: ImageSet | None

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        return largest(self.images) if self.images is not None else None


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    """A small picture, a large one, and one whose file is not a picture."""
    folder = tmp_path_factory.mktemp("photos")
    names = ("small.png", "large.png", "none.png")
    pictures.manifest(folder, [(name, "NGA", "food") for name in names])
    pictures.sound(folder / "small.png")
    Image.new("RGB", SIZE).save(folder / "large.png")
    pictures.unreadable(folder / "none.png")
    return load_images(folder)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2.5-VL with the limits that its published files have."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    wide = library().Qwen2VLImageProcessorPil(
        size={"shortest_edge": 3136, "longest_edge": 12845056}
    )
    parts = dataclasses.replace(qwen2_5_vl(), image_processor=wide)
    return write(parts, tmp_path_factory.mktemp("wide") / "tiny")


def with_model(model: object, place: Path, **more: Any) -> Settings:
    """Of a run with this model."""
    asked = options(place, **more)
    named = {name: getattr(asked, name) for name in ("device", "dtype", "scoring", "model_args")}
    return settings(place, model=str(model), **named)


def line(images: ImageSet | None, model: object, place: Path, **more: Any) -> str:
    """What the header says."""
    chosen = with_model(model, place, **more)
    spec = registry.resolve(chosen.model)
    identity = registry.identify(spec, registry.options_of(chosen), survey=None)
    return picture_line(Shows(images=images), chosen, identity)  # type: ignore[arg-type]


def test_largest_picture_is_found_without_decoding(photos: ImageSet) -> None:
    """Also in a union of sets; drawn ones have no files and are small."""
    assert largest(photos) == ("large.png", SIZE)
    assert largest(union([photos, drawn_sample()])) == ("large.png", SIZE)
    assert largest(drawn_sample()) is None


def test_file_that_says_more_than_is_read_has_no_size(tmp_path: Path) -> None:
    """Decoding it says what is wrong."""
    pictures.huge(tmp_path / "huge.png")
    assert dimensions(tmp_path / "huge.png") is None
    assert dimensions(tmp_path / "none.png") is None


def test_large_picture_is_said_with_what_limits_it(
    photos: ImageSet, checkpoint: Path, tmp_path: Path
) -> None:
    """Tokens of it by the model's own processor, and nothing where the limit is given."""
    assert line(photos, checkpoint, tmp_path) == (
        "  pictures: large.png (2100 by 1600 pixels) is 4275 tokens to this model and 77 MiB of "
        "pixels; --model-args processor.max_pixels=401408 makes it fewer (docs/models.md)"
    )
    capped = (("processor.max_pixels", "401408"),)
    assert line(photos, checkpoint, tmp_path, model_args=capped) == ""


def test_small_costs_are_not_worth_a_line(photos: ImageSet, tmp_path: Path) -> None:
    """Models of one size for all pictures, those without weights, suites without pictures."""
    pytest.importorskip("torch")
    folder = write(llava(), tmp_path / "tiny")
    assert line(photos, folder, tmp_path) == ""
    assert line(None, folder, tmp_path) == ""


def test_cost_is_that_of_a_photograph(checkpoint: Path, tmp_path: Path) -> None:
    """12 megapixels, 143 by 107 patches of 28 by 28, each of 1 176 numbers at two by two."""
    chosen = with_model(checkpoint, tmp_path)
    spec = registry.resolve(chosen.model)
    identity = registry.identify(spec, registry.options_of(chosen), survey=None)
    processor, family = registry.open_processor(chosen, identity)
    found = cost(processor, (4000, 3000))
    assert (family, found.tokens) == ("qwen2_5_vl", 143 * 107)
    assert found.mebibytes == pytest.approx(143 * 107 * 4 * 1176 * 4 / 2**20)
