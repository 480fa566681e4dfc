"""Where pictures come from, as a user names it: one source, several, and wrong ones."""

from __future__ import annotations

from pathlib import Path

from benchmark.images.dollar_street import COLUMNS
from benchmark.images.opening import drawn_sample, load_images
from tests.plugin import pictures
from tests.plugin.running import Place

CELL = ("--countries", "NGA", "--topics", "religion", "--proxies", "food,sports")


def _folder(path: Path, *names: str, category: str = "food", shade: int = 90) -> Path:
    pictures.manifest(path, [(name, "NGA", category) for name in names])
    for name in names:
        pictures.sound(path / name, shade)
    return path


def _images(place: Place) -> dict[str, str]:
    found: dict[str, str] = place.document()["config"]["images"]
    return found


def test_several_sources_are_one_set(place: Place) -> None:
    """A cell has the pictures of all, by an option given twice; a collision shows the source."""
    a = _folder(place.folder / "a", "1.png")
    b = _folder(place.folder / "b", "1.png", "2.png", shade=30)
    sport = _folder(place.folder / "c", "s.png", category="sports")
    words = [word for path in (a, b, sport) for word in ("--images", str(path))]
    assert place.run(*CELL, *words).code == 0
    assert _images(place)["name"] == "a + b + c"
    shown = {
        row["case_id"]: {image_id for item in row["items"] for image_id in item["image_ids"]}
        for row in place.document()["rows"]
        if row["kind"] == "alignment"
    }
    assert shown == {
        "wvs/NGA/religion/food": {"a/1.png", "b/1.png", "2.png"},
        "wvs/NGA/religion/sports": {"s.png"},
    }


def test_one_source_has_the_configuration_it_always_had(place: Place) -> None:
    """Its own name and digest, also where it is named twice or by another path."""
    folder = _folder(place.folder / "set", "1.png")
    words = ("--images", str(folder), "--images", str(folder / ".." / "set"))
    assert place.run(*CELL, *words[:2], *words[:2]).code == 0
    own = load_images(folder)
    assert _images(place) == {"name": "set", "revision": own.revision, "digest": own.digest}
    assert place.run(*CELL, *words).code == 0
    assert len(place.files()) == 1


def test_auto_beside_a_folder_is_the_sample_for_a_reference(place: Place) -> None:
    """``--images auto`` keeps what would be used without the option."""
    folder = _folder(place.folder / "own", "1.png")
    assert place.run(*CELL, "--images", "auto", "--images", str(folder)).code == 0
    assert _images(place)["name"] == "own + sample"


def test_the_sample_alone_is_the_default(place: Place) -> None:
    """Nothing said, nothing added."""
    assert place.run(*CELL).code == 0
    assert _images(place)["digest"] == drawn_sample().digest


def test_a_csv_that_lists_no_pictures_is_a_usage_error(place: Place) -> None:
    """The file, what it lacks and what it should be, before anything runs."""
    path = place.folder / "survey.csv"
    path.write_text("question,options\na,b\n", encoding="utf-8")
    done = place.run(*CELL, "--images", "sample", "--images", str(path))
    assert done.code == 4
    assert done.sentence("ERROR: ", str(path), "no column 'id'", COLUMNS[1])
    assert place.files() == []
