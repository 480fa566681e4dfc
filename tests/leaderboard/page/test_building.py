"""The page's files: what is in them, that they are equal for equal input, and how large."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("vl_convert", reason="the extra `page` is not installed")
pytest.importorskip("pyogrio", reason="the extra `page` is not installed")

from benchmark.errors import BoardProblem, UsageProblem
from leaderboard.__main__ import main
from leaderboard.board.board import Board, row_of_run
from leaderboard.page import building, library
from leaderboard.page.building import build_page
from leaderboard.page.geometry import world
from leaderboard.page.library import chart_library
from leaderboard.page.rendering import page
from leaderboard.page.view import document, view
from tests.leaderboard.page.boards import (
    COUNTRIES,
    HOSTILE,
    large_runs,
    measured,
    photos,
    small_runs,
    write_board,
)

MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small board."""
    folder = tmp_path_factory.mktemp("page")
    board = write_board(folder, small_runs())
    build_page(board, folder / "runs", folder / "site", images=[photos(folder / "set")])
    return folder


def contents(folder: Path) -> Mapping[str, bytes]:
    """Every file in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_equal_input_gives_equal_bytes(site: Path, tmp_path: Path) -> None:
    """Built again elsewhere, every file is the same."""
    build_page(site / "board.json", [site / "runs"], tmp_path, images=[site / "set"])
    assert contents(tmp_path) == contents(site / "site")


def test_nothing_is_fetched_from_anywhere(site: Path) -> None:
    """No address stands in the page as a source, a link or an import; its policy forbids more."""
    html = (site / "site" / "index.html").read_text(encoding="utf-8")
    markup = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)
    assert not re.search(r"(src|href|action)\s*=\s*[\"']?(https?:)?//", markup)
    assert "default-src 'none'" in markup
    assert "unsafe-eval" not in markup
    assert not re.search(r"@import|url\(", html.split("<style>")[1].split("</style>")[0])


def test_a_hostile_name_is_text_in_every_file(site: Path) -> None:
    """No file holds its markup, wherever it came from: model, case, question, credit, reason."""
    for name, content in contents(site / "site").items():
        assert b"<script>window.pwned" not in content, name
        assert b"<img src=x" not in content, name
    html = (site / "site" / "index.html").read_text(encoding="utf-8")
    assert html.count("<script>") == html.count("</script>") == 2
    assert "&lt;script&gt;window.pwned" in html


def test_licences_are_in_the_page_and_beside_it(site: Path) -> None:
    """Of the chart library and of the map, with their versions."""
    notices = (site / "site" / "NOTICES.txt").read_text(encoding="utf-8")
    for words in ("Interactive Data Lab", "Natural Earth", "vl-convert-python", "ISC"):
        assert words in notices
    assert "Interactive Data Lab" in (site / "site" / "index.html").read_text(encoding="utf-8")


def test_wording_is_of_the_sample_alone(site: Path) -> None:
    """One script of wording; the run over another survey names none."""
    names = contents(site / "site")
    assert len([name for name in names if "wording" in name]) == 1
    found = [text for text in names.values() if b'"wording":""' in text]
    assert found


def test_rows_without_their_run_are_shown_without_cases(tmp_path: Path) -> None:
    """No runs, or the runs of another measurement: the board alone is enough for a page."""
    board = write_board(tmp_path, [measured("org/alpha", 0.9)])
    again = measured("org/alpha", 0.8, provenance={"started_at": "another day"})
    other = write_board(tmp_path / "other", [again]).parent / "runs"
    for runs in ([], [other]):
        written = build_page(board, runs, tmp_path / "site")
        assert [path.name for path in written] == ["NOTICES.txt", "index.html"]


def test_scripts_of_an_earlier_page_go(tmp_path: Path) -> None:
    """What a page no longer names is taken away; files of other people stay."""
    out = tmp_path / "site"
    board = write_board(tmp_path, [measured("org/alpha", 0.9)])
    (out / "data").mkdir(parents=True)
    (out / "data" / "old.js").write_text("culture.run(1);")
    (out / "data" / "theirs.js").write_text("alert(1)")
    written = build_page(board, tmp_path / "runs", out)
    assert not (out / "data" / "old.js").exists()
    assert (out / "data" / "theirs.js").exists()
    assert all(path.exists() for path in written)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    """Named, with what to do."""
    board = write_board(tmp_path, [measured("org/alpha", 0.9)])
    with pytest.raises(BoardProblem, match="nowhere does not exist; name a run file"):
        build_page(board, tmp_path / "nowhere", tmp_path / "site")


def test_without_the_extra_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read or written."""
    monkeypatch.setattr(library, "NEEDED", ("jinja2", "no_such_package"))
    with pytest.raises(UsageProblem, match=r"no_such_package.*pytest-culture\[page\]"):
        building.build_page(tmp_path / "b.json", [], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_the_command_finds_runs_beside_the_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how much it wrote, and what to open."""
    board = write_board(tmp_path, [measured("org/alpha", 0.9)])
    assert main(["page", str(board), "--out", str(tmp_path / "site")]) == 0
    assert re.search(r"^\d+ files in .*, \d\.\d MB; index.html has", capsys.readouterr().out)
    assert len(list((tmp_path / "site" / "data").glob("*-NGA.js"))) == 2
    assert main(["page", str(tmp_path / "none.json"), "--out", str(tmp_path)]) == 1
    assert "none.json cannot be read" in capsys.readouterr().err


def test_fifty_models_stay_below_two_megabytes() -> None:
    """The first look of 50 models x 1 650 cases, library and map included."""
    (one,) = large_runs(1)
    assert len(one.rows) == 1650
    rows = [row_of_run(one, file="")]
    rows += [
        type(rows[0])({**rows[0].content, "model_id": f"{n}", "model": f"organisation/model-{n}"})
        for n in range(49)
    ]
    html = page(document(view(Board(rows=tuple(rows)), (), title="t")), title="t")
    assert len(html.encode()) < MOST_BYTES


def test_the_map_has_every_country_of_the_suite() -> None:
    """By ISO3 code, France and Norway too, which the source leaves without one."""
    ids = {feature["id"] for feature in world()["features"]}  # type: ignore[union-attr, index, call-overload]
    assert {*COUNTRIES, "NOR"} <= ids
    assert len(ids) > 170


def test_the_library_cannot_end_its_script() -> None:
    """And it is the one that the page calls."""
    assert "</script" not in chart_library().lower()
    assert "window.vegaEmbed" in chart_library()
    assert HOSTILE not in chart_library()
