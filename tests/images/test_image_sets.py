"""`benchmark.images.opening`: several sets as one, households by income, the picture of nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmark.errors import ImageProblem
from benchmark.images.decoding import pixel_digest
from benchmark.images.opening import (
    INCOME_CUT_USD_MONTH,
    ImageEntry,
    ImageSet,
    blank_picture,
    drawn_sample,
    income_band,
    load_manifest,
    union,
)
from benchmark.survey.survey import Problem
from benchmark.vocabulary import HOUSEHOLD
from tests.plugin import pictures

SHARED = Path(__file__).parents[3] / "shared" / "data" / "images"
needs_data = pytest.mark.skipif(not SHARED.exists(), reason="reference data not on this machine")
HOME = ImageEntry(image_id="h.png", country="IND", category=HOUSEHOLD, income_usd_month=100.0)


def folder(path: Path, colour: str, *names: str) -> ImageSet:
    """A set of food pictures of Nigeria, all of one colour."""
    path.mkdir(parents=True)
    for name in names:
        (path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (3, 3), colour).save(path / name)
    return load_manifest(pictures.manifest(path, [(name, "NGA", "food") for name in names]))


def colours(images: ImageSet) -> dict[str, object]:
    """The corner of each picture."""
    return {e.image_id: images.open(e).pixels().getpixel((0, 0)) for e in images.entries}


RED, BLUE, LIME = (255, 0, 0), (0, 0, 255), (0, 255, 0)

# --- several sets --------------------------------------------------------------------------


def test_a_single_set_stays_itself() -> None:
    """One source gives the digest, the name and the ids that it had before there were several."""
    sample = drawn_sample()
    assert union([sample]) is sample


def test_pictures_of_all_sets_stand_side_by_side(tmp_path: Path) -> None:
    """Cells are pooled; ids that do not collide stay; each picture comes from its own folder."""
    a = folder(tmp_path / "a", "red", "1.png")
    b = folder(tmp_path / "b", "blue", "2.png", "3.png")
    both = union([a, b])
    assert both.name == "a + b"
    assert [entry.image_id for entry in both.of("NGA", "food")] == ["1.png", "2.png", "3.png"]
    assert colours(both) == {"1.png": RED, "2.png": BLUE, "3.png": BLUE}


def test_ids_that_collide_get_their_set_in_front(tmp_path: Path) -> None:
    """The other ids of the same sets do not change."""
    a = folder(tmp_path / "a", "red", "1.png", "2.png")
    b = folder(tmp_path / "b", "blue", "2.png")
    assert colours(union([a, b])) == {"1.png": RED, "a/2.png": RED, "b/2.png": BLUE}


def test_equal_names_of_sets_are_numbered(tmp_path: Path) -> None:
    """Two folders called ``set`` with the same files keep all their pictures."""
    first = folder(tmp_path / "x" / "set", "red", "1.png")
    second = folder(tmp_path / "y" / "set", "blue", "1.png", "2.png")
    assert sorted(colours(union([first, second]))) == ["2.png", "set-2/1.png", "set/1.png"]


def test_a_new_id_that_is_taken_puts_names_before_all(tmp_path: Path) -> None:
    """``a/1.png`` is a picture of ``b``: then every id begins with its set."""
    a = folder(tmp_path / "a", "red", "1.png")
    b = folder(tmp_path / "b", "blue", "1.png", "a/1.png")
    assert colours(union([a, b])) == {"a/1.png": RED, "b/1.png": BLUE, "b/a/1.png": BLUE}


def test_the_order_of_sets_changes_nothing(tmp_path: Path) -> None:
    """One name, one digest, the same entries: one configuration."""
    sets = [folder(tmp_path / n, "red", "1.png", f"{n}.png") for n in ("a", "b", "c")]
    unions = [union(order) for order in itertools.permutations(sets)]
    assert len({(u.name, u.digest, u.entries, u.stamp()) for u in unions}) == 1
    assert unions[0].digest not in {part.digest for part in sets}


def test_digest_and_stamp_change_with_any_part(tmp_path: Path) -> None:
    """A picture more in one folder is another digest, a picture written again another stamp."""
    a, b = (folder(tmp_path / n, "red", f"{n}.png") for n in ("a", "b"))
    c = folder(tmp_path / "more" / "b", "red", "b.png", "c.png")
    before = union([a, b])
    assert union([a, c]).digest != before.digest
    stamp = before.stamp()
    Image.new("RGB", (3, 3), "lime").save(tmp_path / "b" / "b.png")
    assert before.stamp() != stamp
    assert colours(before) == {"a.png": RED, "b.png": LIME}


def test_what_the_parts_set_aside_is_kept(tmp_path: Path) -> None:
    """A problem of one list is still shown when another one stands beside it."""
    problem = Problem(kind="income is not a number", count=2, example="line 3")
    a = replace(folder(tmp_path / "a", "red", "1.png"), problems=(problem,))
    assert union([folder(tmp_path / "b", "red", "1.png"), a]).problems == (problem,)


# --- households ----------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e5), max_size=8))
def test_households_are_sorted_by_income(incomes: list[float]) -> None:
    """The poorest first, whatever the pictures are called; other countries have their own."""
    homes = tuple(
        replace(HOME, image_id=f"{n}.png", income_usd_month=income)
        for n, income in enumerate(incomes)
    )
    source = drawn_sample().source
    images = ImageSet(
        name="x", digest="", entries=(*homes, replace(HOME, country="NGA")), source=source
    )
    assert [entry.income_usd_month for entry in images.households("IND")] == sorted(incomes)
    assert len(images.households("NGA")) == 1
    assert images.households("FRA") == ()


def test_the_cut_itself_is_low_income() -> None:
    """Up to the cut is low, above it is high, and the cut may be another one."""
    at = replace(HOME, income_usd_month=INCOME_CUT_USD_MONTH)
    above = replace(HOME, income_usd_month=INCOME_CUT_USD_MONTH + 0.01)
    assert (income_band(at), income_band(above)) == ("income-low", "income-high")
    assert income_band(at, 100) == "income-high"


def test_a_picture_without_income_has_no_band() -> None:
    """It is neither, and the sentence names it."""
    with pytest.raises(ImageProblem, match=r"image h\.png has no income"):
        income_band(replace(HOME, income_usd_month=None))


@needs_data
def test_real_households_fall_on_both_sides_of_the_cut() -> None:
    """Brazil's pictures are rich, India's are both; every file opens."""
    images = load_manifest(SHARED)
    bands = {c: {income_band(e) for e in images.households(c)} for c in ("BRA", "IND")}
    assert bands == {"BRA": {"income-high"}, "IND": {"income-low", "income-high"}}
    incomes = [entry.income_usd_month for entry in images.households("IND")]
    assert incomes == [30, 30, 797, 963, 4621, 6606]
    assert len({images.open(entry).digest for entry in images.households("IND")}) == 6


@needs_data
def test_real_pictures_beside_the_sample_keep_their_ids() -> None:
    """No id of one occurs in the other, so a union renames nothing."""
    real, sample = load_manifest(SHARED), drawn_sample()
    both = union([real, sample])
    assert {e.image_id for e in both.entries} == {
        entry.image_id for part in (real, sample) for entry in part.entries
    }
    assert len(both.households("IND")) == 12


# --- the picture of nothing ----------------------------------------------------------------


def test_the_blank_picture_is_one_grey() -> None:
    """Mid-grey, 224 x 224, known by its pixels like any other, and the same each time."""
    blank = blank_picture()
    picture = blank.pixels()
    assert (blank.image_id, picture.mode, picture.size) == ("blank", "RGB", (224, 224))
    assert picture.getcolors() == [(224 * 224, (128, 128, 128))]
    assert blank.digest == pixel_digest(picture) == blank_picture().digest
