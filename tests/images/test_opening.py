"""`benchmark.images.opening` and `benchmark.images`: manifests, decoding, the drawn sample."""

from __future__ import annotations

import contextlib
import io
import itertools
import struct
import warnings
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmark import jsonio
from benchmark.errors import DataProblem, ImageProblem
from benchmark.images import decoding, drawn, image_set, places
from benchmark.images.decoding import decode, pixel_digest, suffix
from benchmark.images.manifest import COLUMNS
from benchmark.images.opening import ImageEntry, ImageSet, drawn_sample, income_band, load_manifest
from benchmark.vocabulary import CATEGORIES, HOUSEHOLD

HEADER = ",".join(COLUMNS)
ROW = "a.png,NGA,food,,CC0,me,https://example.org"
# Of the 70 pictures of cells, by country and category.
DRAWN = "f234edf6206ffe777629d052938851264efed8842693dda488a82abff4486fc3"


def manifest(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """A folder with this manifest."""
    (folder / "manifest.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def png(path: Path, colour: str = "red", size: tuple[int, int] = (4, 3)) -> Path:
    """A picture file of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims this size and holds no pixels."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13)
    end = b"\0\0\0\0IEND\xaeB`\x82"
    return head + chunk + struct.pack(">I", zlib.crc32(chunk)) + end


# --- manifests -------------------------------------------------------------------------------


def test_manifest_rows_become_entries_sorted_by_image(tmp_path: Path) -> None:
    """Fields keep their values; a household photo keeps its income; no file has to exist."""
    folder = manifest(
        tmp_path,
        'b/x.jpg,KEN,income,3268,CC BY 4.0,"Jo, Nairobi",',
        f" {ROW} ",
        "",
        "c.jpg,VNM,sports,,,,",
    )
    images = load_manifest(folder)
    assert images.entries[1] == ImageEntry(
        image_id="b/x.jpg",
        country="KEN",
        category="income",
        income_usd_month=3268.0,
        licence="CC BY 4.0",
        credit="Jo, Nairobi",
        source="",
    )
    assert [entry.image_id for entry in images.entries] == ["a.png", "b/x.jpg", "c.jpg"]
    assert [entry.image_id for entry in images.of("NGA", "food")] == ["a.png"]
    assert images.of("NGA", "sports") == ()
    assert images.name == tmp_path.name


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a.png,Nigeria,food,,,,", "unknown country 'Nigeria'"),
        ("a.png,NGA,foood,,,,", "did you mean food"),
        ("a.png,NGA,food,-1,,,", "income_usd_month '-1'"),
        ("a.png,NGA,food,nan,,,", "income_usd_month 'nan'"),
        ("a.png,NGA,food,inf,,,", "income_usd_month 'inf'"),
        ("a.png,NGA,food,much,,,", "income_usd_month 'much'"),
        ("a.png,NGA,income,,,,", "without income_usd_month"),
        ("a.png,NGA,food", "3 fields where the first line has 7"),
        ("a.png,NGA,food,,CC0,me,x,y", "8 fields"),
        (f"{ROW}\n./{ROW}", "is already listed"),
        ('"a.png,NGA', "not readable as CSV"),
        (",NGA,food,,,,", "not a path inside"),
        ("/etc/passwd,NGA,food,,,,", "not a path inside"),
        ("../a.png,NGA,food,,,,", "not a path inside"),
        ("b/../../a.png,NGA,food,,,,", "not a path inside"),
        ("C:/a.png,NGA,food,,,,", "not a path inside"),
        ("b\\a.png,NGA,food,,,,", "not a path inside"),
    ],
)
def test_row_that_cannot_be_meant_names_file_and_line(
    tmp_path: Path, row: str, problem: str
) -> None:
    """Each gets one sentence with the value; the first good row does not hide the line."""
    folder = manifest(tmp_path, "z.png,NGA,food,,,,", row)
    with pytest.raises(DataProblem) as caught:
        load_manifest(folder)
    line = 4 if "\n" in row else 3
    assert problem in str(caught.value)
    assert f"{folder / 'manifest.csv'}, line {line}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no column 'image'"),
        (b"image,country\n", "no column 'category' among image, country; image manifest needs"),
        (f"{HEADER},image\n".encode(), "more than one column 'image'"),
        (f"{HEADER}\n".encode(), "lists no image"),
        (b"\xff\xfe\x00", "cannot be read as UTF-8"),
        (None, "--images takes"),
    ],
)
def test_file_that_is_no_manifest_is_said_to_be_none(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    """Absent, empty, of other columns, of another encoding."""
    if content is not None:
        (tmp_path / "manifest.csv").write_bytes(content)
    with pytest.raises(DataProblem, match=problem):
        load_manifest(tmp_path)


def test_link_out_of_the_folder_is_refused_and_one_inside_is_not(tmp_path: Path) -> None:
    """The path's text looks innocent; what it resolves to counts, for a file or its folder."""
    inside = tmp_path / "set"
    png(tmp_path / "outside" / "a.png")
    png(inside / "real.png")
    (inside / "a.png").symlink_to("real.png")
    assert load_manifest(manifest(inside, ROW)).entries

    (inside / "b").symlink_to(tmp_path / "outside")
    with pytest.raises(ImageProblem, match="symbolic link"):
        load_manifest(manifest(inside, f"b/{ROW}"))


def test_digest_changes_with_a_row_or_a_file_size_and_not_with_order(tmp_path: Path) -> None:
    """What provenance records is the manifest's content; sizes cost no reading."""
    other = "b.png,NGA,food,,,,"
    first = load_manifest(manifest(tmp_path, ROW, other))
    assert load_manifest(manifest(tmp_path, other, ROW)).digest == first.digest
    assert first.revision == f"sha256:{first.digest}"
    png(tmp_path / "a.png")
    with_file = load_manifest(manifest(tmp_path, ROW, other)).digest
    assert with_file != first.digest
    assert load_manifest(manifest(tmp_path, ROW)).digest != with_file


# --- opening pictures --------------------------------------------------------------------------


def one(folder: Path) -> tuple[ImageSet, ImageEntry]:
    """The set of a folder that lists ``a.png`` alone."""
    images = load_manifest(manifest(folder, ROW))
    return images, images.entries[0]


def test_missing_file_is_a_problem_when_opened(tmp_path: Path) -> None:
    """Reading the manifest loses nothing over one lost file."""
    images, entry = one(tmp_path)
    with pytest.raises(ImageProblem, match=r"a\.png is missing"):
        images.open(entry)


def test_picture_is_decoded_once_for_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second `open` gives the same reference; its pixels come from memory."""
    png(tmp_path / "a.png")
    images, entry = one(tmp_path)
    calls: list[str] = []

    def counted(path: Path, *, name: str) -> Image.Image:
        calls.append(name)
        return decode(path, name=name)

    monkeypatch.setattr(places, "decode", counted)
    reference = images.open(entry)
    assert images.open(entry) is reference
    assert pixel_digest(reference.pixels()) == reference.digest
    assert calls == ["a.png"]


def test_memory_stays_bounded_and_dropped_pictures_decode_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten pictures of 3 MB under a limit of 4 MB: one is held, all can be looked at again."""
    monkeypatch.setattr(image_set, "_KEPT_BYTES", 4 * 2**20)
    rows = [f"{n}.png,NGA,food,,,," for n in range(10)]
    for n in range(10):
        png(tmp_path / f"{n}.png", f"rgb({n}, 0, 0)", (1024, 1024))
    images = load_manifest(manifest(tmp_path, *rows))
    references = [images.open(entry) for entry in images.entries]
    assert len(images._recent.images) == 1
    assert [r.pixels().getpixel((5, 5)) for r in references] == [(n, 0, 0) for n in range(10)]
    assert len(images._recent.images) == 1


def test_file_that_changes_during_the_run_is_not_answered_under_its_old_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored answers belong to a digest; other pixels under it would be a silent error."""
    monkeypatch.setattr(image_set, "_KEPT_BYTES", 0)
    png(tmp_path / "a.png")
    images, entry = one(tmp_path)
    reference = images.open(entry)
    png(tmp_path / "a.png", "blue")
    with pytest.raises(ImageProblem, match="changed during the run"):
        reference.pixels()


# --- decoding ----------------------------------------------------------------------------------


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    """Orientation 6 is stored lying on its side: 4 wide and 2 high becomes 2 wide and 4 high."""
    image = Image.new("RGB", (4, 2), "white")
    image.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.png", exif=exif)
    upright = decode(tmp_path / "a.png", name="a")
    assert (upright.size, upright.getpixel((1, 0))) == ((2, 4), (0, 0, 0))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_lies_on_white(tmp_path: Path, mode: str) -> None:
    """A clear pixel is white, whatever colour hides behind it; a solid one keeps its own."""
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    image.convert(mode).save(tmp_path / "a.png")
    shown = decode(tmp_path / "a.png", name="a")
    assert (shown.mode, shown.getpixel((0, 0)), shown.getpixel((1, 0))) == (
        "RGB",
        (255, 255, 255),
        (0, 0, 0),
    )


def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    """Half of 65535 is mid-grey, not clipped to white."""
    Image.new("I;16", (2, 2), 32896).save(tmp_path / "a.png")
    assert decode(tmp_path / "a.png", name="a").getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    """White stays white in every mode a camera or scanner writes."""
    Image.new("RGB", (3, 3), "white").convert(mode).save(tmp_path / "a.tiff")
    assert decode(tmp_path / "a.tiff", name="a").getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(8001, 8000), (20000, 20000), (60000, 60000)])
def test_pixel_bomb_is_refused_by_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    """Above our limit, above Pillow's warning, above Pillow's error: before a pixel is read."""
    path = tmp_path / "a.png"
    path.write_bytes(png_header(*size))
    with pytest.raises(ImageProblem, match="limit is 64,000,000"):
        decode(path, name="a.png")
    assert suffix(png_header(*size)) is None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is not an image we read"),
        (b"hello", "is not an image we read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not an image we read"),
        (png_header(9, 9), "damaged or truncated"),
    ],
)
def test_file_that_is_no_picture_is_one_sentence(tmp_path: Path, data: bytes, problem: str) -> None:
    """Empty, text, PostScript (which would start Ghostscript), a header without pixels."""
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(ImageProblem, match=problem) as caught:
        decode(path, name="a.png")
    assert "\n" not in str(caught.value)


def encoded(form: str) -> bytes:
    """A picture with some structure, as a file of this format."""
    file = io.BytesIO()
    drawn.draw("NGA", "food").resize((24, 24)).save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_truncated_picture_is_a_problem(tmp_path: Path, form: str) -> None:
    """Half a photo must not be scored as grey below the tear."""
    path = tmp_path / "a"
    path.write_bytes(encoded(form)[:-200])
    with pytest.raises(ImageProblem, match="damaged or truncated"):
        decode(path, name="a")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file that the fuzzed examples write in turn."""
    return tmp_path_factory.mktemp("fuzz") / "a"


@settings(max_examples=250, deadline=None)
@given(
    form=st.sampled_from(decoding.FORMATS),
    cut=st.integers(0, 2000),
    edits=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8),
)
def test_damage_ends_in_pixels_or_an_image_problem(
    scratch: Path, form: str, cut: int, edits: Sequence[tuple[int, int]]
) -> None:
    """Whatever bytes are changed or lost, no other exception and no warning gets out."""
    data = bytearray(encoded(form))
    for place, value in edits:
        data[place % len(data)] = value
    scratch.write_bytes(data[: len(data) - cut % len(data)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with contextlib.suppress(ImageProblem):
            assert decode(scratch, name="a").mode == "RGB"
        suffix(scratch.read_bytes())


def test_digest_covers_shape_as_well_as_pixels() -> None:
    """The same bytes in another shape are another picture; equal pictures are equal."""
    wide, high = Image.new("RGB", (4, 2)), Image.new("RGB", (2, 4))
    assert pixel_digest(wide) != pixel_digest(high)
    assert pixel_digest(wide) == pixel_digest(Image.new("RGB", (4, 2)))


# --- the drawn sample --------------------------------------------------------------------------


def test_sample_has_one_marked_free_picture_for_each_cell() -> None:
    """Ten countries, seven categories, and households: terms and origin in each entry."""
    sample = drawn_sample()
    for country in drawn.COUNTRIES:
        for category in CATEGORIES:
            (entry,) = sample.of(country, category)
            assert entry.credit == "drawn by pytest-culture"
            assert entry.income_usd_month is None
    assert {(entry.licence, entry.source) for entry in sample.entries} == {
        ("Apache-2.0", "synthetic")
    }
    assert list(sample.entries) == sorted(sample.entries, key=lambda entry: entry.image_id)
    assert len(sample.entries) == 70 + 18


def test_sample_has_poor_and_rich_households_with_invented_incomes() -> None:
    """Three on either side of the cut in three countries, and each says that it is invented."""
    sample = drawn_sample()
    homes = [entry for entry in sample.entries if entry.category == HOUSEHOLD]
    assert {entry.country for entry in homes} == {"BRA", "IND", "NGA"}
    for country in ("BRA", "IND", "NGA"):
        bands = [income_band(entry) for entry in sample.households(country)]
        assert bands == ["income-low"] * 3 + ["income-high"] * 3
    assert all("invented income" in entry.credit for entry in homes)


def test_sample_pictures_differ_and_are_the_same_each_time() -> None:
    """No two entries share pixels; a second set draws the same ones."""
    first, second = drawn_sample(), drawn_sample()
    digests = [first.open(entry).digest for entry in first.entries]
    assert len(set(digests)) == len(first.entries)
    assert digests == [second.open(entry).digest for entry in second.entries]
    assert first.digest == second.digest


def test_pixels_of_the_first_release_stay_as_they_were() -> None:
    """Who changes one raises `DRAWING`, or stored answers would be read for other pictures."""
    cells = itertools.product(sorted(drawn.COUNTRIES), sorted(CATEGORIES))
    assert drawn.DRAWING == 1
    assert jsonio.digest([pixel_digest(drawn.draw(*cell)) for cell in cells]) == DRAWN


def test_every_drawn_picture_bears_the_same_legible_mark() -> None:
    """The strip with SYNTHETIC is black on white and identical everywhere."""
    sample = drawn_sample()
    pictures = [sample.open(entry).pixels() for entry in sample.entries]
    strips = {picture.crop((0, 81, 96, 96)).tobytes() for picture in pictures}
    assert len(strips) == 1
    assert set(strips.pop()) == {0, 255}
