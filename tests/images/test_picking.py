"""``python -m benchmark.images``: what to look for, what is kept, what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

from benchmark.images.__main__ import CONFIG, TASKS, main
from benchmark.images.opening import load_manifest
from benchmark.images.picking import CREDITS

FOUND = ("forest/NGA/a.png", "forest/NGA/b.png", "forest/shared/c.png", "birds/FRA/d.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four candidates, two of one cell, with their terms."""
    rows = ["image,licence,credit,source"]
    for image in FOUND:
        path = tmp_path / image
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), "red").save(path)
        rows.append(f"{image},CC0,somebody,here")
    (tmp_path / CREDITS).write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def picked(folder: Path) -> list[str]:
    """What the suite finds in the manifest."""
    return [entry.image_id for entry in load_manifest(folder).entries]


def test_queries_cover_every_cell(tmp_path: Path) -> None:
    """35 concepts by 42 nationalities and one for all; a selection is smaller."""
    out = tmp_path / "queries.csv"
    assert main(["queries", "--out", str(out)]) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 35 * 43
    assert (
        main(["queries", "--topics", "zoo", "--countries", "EGY", "--no-shared", "--out", str(out)])
        == 0
    )
    assert out.read_text("utf-8").splitlines()[1:] == ["zoo,EGY,zoo for an Egyptian child,zoo/EGY"]


def test_a_person_keeps_one_of_a_cell(folder: Path) -> None:
    """Asked until one is kept; what was decided is not asked again after a break."""
    asked: list[str] = []

    def answers(*given: str) -> list[str]:
        left, asked[:] = list(given), []

        def ask(text: str) -> str:
            asked.append(text.split()[0])
            return left.pop(0)

        assert main(["pick", str(folder)], ask=ask) == 0
        return list(asked)

    assert answers("n", "what?", "y", "q") == [
        *("birds/FRA/d.png", "forest/shared/c.png", "forest/shared/c.png", "forest/NGA/a.png")
    ]
    assert picked(folder) == ["forest/shared/c.png"]
    assert answers("n", "n", "y") == ["birds/FRA/d.png", "forest/NGA/a.png", "forest/NGA/b.png"]
    assert picked(folder) == ["forest/NGA/b.png", "forest/shared/c.png"]


def test_label_studio_there_and_back(folder: Path, tmp_path: Path) -> None:
    """Tasks and configuration out, the documented JSON export in."""
    assert main(["pick", str(folder), "--label-studio"]) == 0
    tasks = json.loads((folder / TASKS).read_text("utf-8"))
    assert [task["data"]["image"] for task in tasks] == sorted(FOUND)
    assert tasks[0]["data"]["picture"].endswith(f"/?d={folder.name}/{sorted(FOUND)[0]}")
    assert "<Choices" in (folder / CONFIG).read_text("utf-8")
    for task in tasks:
        keep = "keep" if task["data"]["image"] in (FOUND[1], FOUND[3]) else "drop"
        task["annotations"] = [{"result": [{"from_name": "choice", "value": {"choices": [keep]}}]}]
    export = tmp_path / "export.json"
    export.write_text(json.dumps(tasks), encoding="utf-8")
    assert main(["pick", str(folder), "--export", str(export)]) == 0
    assert picked(folder) == [FOUND[3], FOUND[1]]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("forest/NGA/a.png,,somebody,here", "has no licence"),
        ("forest/NGA/a.png,CC0,,here", "has no credit"),
        ("other.png,CC0,somebody,here", "no row for"),
    ],
)
def test_pictures_without_terms_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], row: str, sentence: str
) -> None:
    """No manifest is written."""
    (folder / CREDITS).write_text(f"image,licence,credit,source\n{row}\n", encoding="utf-8")
    assert main(["pick", str(folder)], ask=lambda _: "y") == 4
    assert sentence in capsys.readouterr().err
    assert not (folder / "manifest.csv").exists()


def test_folders_must_be_concepts_and_countries(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong code is told; two of one cell are one too many."""
    (folder / "forest" / "NGA").rename(folder / "forest" / "NGR")
    assert main(["pick", str(folder)]) == 4
    assert "unknown country folder 'NGR'" in capsys.readouterr().err
    (folder / "forest" / "NGR").rename(folder / "forest" / "NGA")
    export = folder / "both.json"
    kept = [{"result": [{"from_name": "choice", "value": {"choices": ["keep"]}}]}]
    export.write_text(
        json.dumps([{"data": {"image": image}, "annotations": kept} for image in FOUND]), "utf-8"
    )
    assert main(["pick", str(folder), "--export", str(export)]) == 4
    assert "keep one" in capsys.readouterr().err
