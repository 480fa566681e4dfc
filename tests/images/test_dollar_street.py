"""`benchmark.images.dollar_street`: the release's own list of pictures as household photos."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image

from benchmark.errors import DataProblem, ImageProblem
from benchmark.images.dollar_street import COLUMNS, find_list, topics
from benchmark.images.opening import ImageEntry, ImageSet, load_dollar_street, load_images
from benchmark.vocabulary import HOUSEHOLD

RIGHT = {
    "id": "5d4b",
    "country.name": "Nigeria",
    "country.id": "ng",
    "region.id": "af",
    "type": "image",
    "imageRelPath": "assets/1/a.jpg",
    "topics": "Family",
    "place": "chukwu",
    "income": "111.5",
}


def listed(
    folder: Path,
    *changes: dict[str, str],
    name: str = "images_v2.csv",
    columns: tuple[str, ...] = COLUMNS,
) -> Path:
    """A list with one row for each change to the right one."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**RIGHT, **change} for change in changes)
    return folder / name


def ids(images: ImageSet) -> list[str]:
    """The pictures of a set."""
    return [entry.image_id for entry in images.entries]


def test_a_family_picture_becomes_a_household_with_its_income(tmp_path: Path) -> None:
    """Country by its name, path as the id, terms and the household's name in each entry."""
    images = load_dollar_street(listed(tmp_path, {}))
    assert images.entries == (
        ImageEntry(
            image_id="assets/1/a.jpg",
            country="NGA",
            category=HOUSEHOLD,
            income_usd_month=111.5,
            licence="CC BY 4.0",
            credit="Dollar Street (Gapminder), chukwu",
            source="https://www.gapminder.org/dollar-street",
        ),
    )
    assert images.name == "dollar-street"
    assert images.problems == ()


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("Family", True),
        ("family SNAPSHOTS", True),
        ("['family snapshots']", True),
        ("['bed', 'Family']", True),
        ("Couch, sofa,Family", True),
        ("Family eating", False),
        ("['family eating']", False),
        ("Bed", False),
        ("", False),
        ("[family", False),
        ("['family'", False),
    ],
)
def test_only_the_two_topics_of_people_are_taken(tmp_path: Path, cell: str, wanted: bool) -> None:
    """One topic, several by comma or a printed list, in any case; a like name is another topic."""
    other = {"imageRelPath": "assets/2/b.jpg"}
    images = load_dollar_street(listed(tmp_path, other, {"topics": cell}))
    assert ("assets/1/a.jpg" in ids(images)) == wanted
    assert images.problems == ()


def test_a_cell_of_topics_is_never_run() -> None:
    """A printed list is a literal; a call in it is not a topic."""
    assert topics("[print('family')]") == frozenset()


def test_moving_pictures_are_passed_over(tmp_path: Path) -> None:
    """A video is not a picture, whatever its topic, and not a problem either."""
    images = load_dollar_street(
        listed(tmp_path, {}, {"type": "video", "imageRelPath": "assets/2/b.mp4"})
    )
    assert (ids(images), images.problems) == (["assets/1/a.jpg"], ())


def test_rows_nobody_can_use_are_counted_with_an_example(tmp_path: Path) -> None:
    """An unknown country, five kinds of income and a second listing: the other picture stays."""
    incomes = ("", "n/a", "-3", "inf", "0")
    spoilt = [{"income": text, "imageRelPath": f"{n}.jpg"} for n, text in enumerate(incomes)]
    foreign = {"country.name": "Freedonia", "imageRelPath": "f.jpg"}
    images = load_dollar_street(listed(tmp_path, {}, foreign, *spoilt, {"income": "5"}))
    assert ids(images) == ["assets/1/a.jpg"]
    assert images.entries[0].income_usd_month == 111.5
    assert [(p.kind, p.count, p.example) for p in images.problems] == [
        ("dollar-street: income is not a number above 0", 5, "line 4: ''"),
        ("dollar-street: picture already listed", 1, "line 9: assets/1/a.jpg"),
        ("dollar-street: unknown country label", 1, "line 3: 'Freedonia'"),
    ]


def test_what_is_set_aside_changes_no_digest(tmp_path: Path) -> None:
    """The digest covers what can be shown."""
    plain = load_dollar_street(listed(tmp_path / "a", {}))
    more = load_dollar_street(listed(tmp_path / "b", {}, {"income": "", "imageRelPath": "b.jpg"}))
    assert plain.digest == more.digest
    assert load_dollar_street(listed(tmp_path / "c", {"income": "9"})).digest != plain.digest


@pytest.mark.parametrize(
    "name", ["South Korea", "Cote d'Ivoire", "Czech Republic", "Palestine", "Myanmar", "Tanzania"]
)
def test_countries_are_known_as_the_release_spells_them(tmp_path: Path, name: str) -> None:
    """No family is lost to an accent or an older name."""
    assert load_dollar_street(listed(tmp_path, {"country.name": name})).problems == ()


@pytest.mark.parametrize("place", ["../a.jpg", "/etc/passwd", "C:\\a.jpg", "a/../../b.jpg", ""])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, place: str) -> None:
    """A list from the network cannot make the harness read other files."""
    with pytest.raises(ImageProblem, match="is not a path inside the folder of the list"):
        load_dollar_street(listed(tmp_path, {"imageRelPath": place}))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """What a path resolves to counts."""
    (tmp_path / "outside").mkdir()
    path = listed(tmp_path / "set", {"imageRelPath": "assets/a.jpg"})
    (tmp_path / "set" / "assets").symlink_to(tmp_path / "outside")
    with pytest.raises(ImageProblem, match="symbolic link"):
        load_dollar_street(path)


def test_pictures_are_read_when_opened_and_not_before(tmp_path: Path) -> None:
    """No file has to exist for the list to be read; a lost one is a problem of its own cases."""
    path = listed(tmp_path, {"imageRelPath": "a.png"}, {"imageRelPath": "b.png"})
    Image.new("RGB", (5, 4), "blue").save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no picture", encoding="utf-8")
    images = load_dollar_street(path)
    first, second = images.entries
    assert images.open(first).pixels().getpixel((2, 2)) == (0, 0, 255)
    with pytest.raises(ImageProblem, match="is not an image"):
        images.open(second)


# --- which file ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column 'id' among none; Dollar Street's list of pictures needs id,country.name"),
        (b"question,options\na,b\n", "no column 'id' among question, options"),
        (b"\x89PNG\xff\x00", "cannot be read as UTF-8 text"),
        (",".join(COLUMNS).encode() + b"\n", "lists no usable still picture with the topic family"),
        (",".join(COLUMNS).encode() + b"\nx,y\n", "line 2: 2 fields where the first line has 9"),
    ],
    ids=["empty", "columns", "binary", "no row", "short row"],
)
def test_a_file_that_is_no_list_is_said_to_be_none(
    tmp_path: Path, content: bytes, words: str
) -> None:
    """One sentence with the file and what it should have been."""
    path = tmp_path / "images.csv"
    path.write_bytes(content)
    with pytest.raises(DataProblem) as caught:
        load_images(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_release_folder_is_known_by_its_list(tmp_path: Path) -> None:
    """``images_v2.csv`` goes before the tables of its splits, which have the same columns."""
    wide = ("", *COLUMNS, "imagenet_synonyms")
    listed(tmp_path, {"imageRelPath": "t.jpg"}, name="images_v2_imagenet_test.csv", columns=wide)
    assert ids(load_images(tmp_path)) == ["t.jpg"]
    listed(tmp_path, {})
    (tmp_path / "notes.csv").write_bytes(b"\xff\xfe")
    assert find_list(tmp_path) == tmp_path / "images_v2.csv"
    assert ids(load_images(tmp_path)) == ["assets/1/a.jpg"]


def test_two_lists_in_a_folder_have_to_be_told_apart(tmp_path: Path) -> None:
    """Neither is preferred by chance."""
    listed(tmp_path, {}, name="a.csv")
    listed(tmp_path, {}, name="b.csv")
    with pytest.raises(DataProblem, match=r"several lists of pictures \(a.csv, b.csv\); give"):
        load_images(tmp_path)
    assert ids(load_images(tmp_path / "b.csv")) == ["assets/1/a.jpg"]


def test_a_manifest_goes_before_a_list(tmp_path: Path) -> None:
    """Whoever wrote one chose its rows; the folder and the file itself mean the same."""
    listed(tmp_path, {})
    (tmp_path / "manifest.csv").write_text(
        "image,country,category,income_usd_month,licence,credit,source\nm.png,NGA,food,,,,\n",
        encoding="utf-8",
    )
    assert ids(load_images(tmp_path)) == ids(load_images(tmp_path / "manifest.csv")) == ["m.png"]


@pytest.mark.parametrize("name", ["", "nowhere", "nowhere.csv"])
def test_a_place_without_either_names_both(tmp_path: Path, name: str) -> None:
    """An empty folder and a wrong path get the one sentence that says what there may be."""
    with pytest.raises(DataProblem, match=r"no image manifest at .* or the CSV file of Dollar"):
        load_images(tmp_path / name)
