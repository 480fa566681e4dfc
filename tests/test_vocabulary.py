"""The vocabulary: each list stands once, and a new category is two lines in two files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import DataProblem
from benchmark.vocabulary import CATEGORIES, INCOME_BANDS, PROXIES, READINGS, in_reading
from suites.wvs.asking import IN_PICTURES, category_words

REPO = Path(__file__).parents[1]
PRODUCT = ("benchmark", "fixtures", "leaderboard", "suites")
WORDS = "suites/wvs/categories.toml"
BOARD = "board.json"
ASKED = ("--model", "reference:uniform", "--countries", "MEX,NGA", "--topics", "religion")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product with one more category in the vocabulary, and nothing else."""
    copy = tmp_path_factory.mktemp("planted")
    for name in PRODUCT:
        shutil.copytree(REPO / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(REPO / name, copy / name)
    path = copy / "benchmark" / "vocabulary.py"
    text = path.read_text("utf-8")
    assert text.count("\nCATEGORIES = (") == 1
    path.write_text(text.replace("\nCATEGORIES = (", '\nCATEGORIES = ("dance", '), "utf-8")
    return copy


@pytest.fixture(scope="module")
def measured(planted: Path) -> tuple[Path, str]:
    """The same with its words for prompts, the run file of its pictures, and the terminal."""
    with (planted / WORDS).open("a", encoding="utf-8") as words:
        words.write('dance = "a dance"\n')
    kept = ("--runs", "runs", "--leaderboard", BOARD)
    done = python(planted, "pytest", "suites/wvs", *ASKED, *kept, "--proxies", "country,dance,none")
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (planted / "runs").rglob("wvs-*.json")
    return path, done.stdout


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A module of the product in that folder, run as a user would."""
    told = {"PYTHONPATH": str(folder), "CULTURE_CACHE": str(folder / "cache"), "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("word", ['"brands"', '"income-low"', '"country+image"', '"_substantive"'])
def test_each_list_stands_once(word: str) -> None:
    """No other module writes its members; names in other people's data are another matter."""
    theirs = {"benchmark/images/cvqa.py", "benchmark/images/drawn.py"}
    found = {
        path.relative_to(REPO).as_posix()
        for folder in PRODUCT
        for path in (REPO / folder).rglob("*.py")
        if word in path.read_text("utf-8")
    }
    assert found - theirs == {"benchmark/vocabulary.py"}


def test_lists_made_of_others_hold_them() -> None:
    """Whatever stands for a country is a proxy; a metric's suffix says its reading."""
    assert {*CATEGORIES, *INCOME_BANDS} < set(PROXIES)
    assert len(set(PROXIES)) == len(PROXIES)
    assert [in_reading("m", reading) for reading in READINGS] == ["m", "m_substantive"]
    assert in_reading("m", "") == "m"


def test_prompts_have_words_for_whatever_pictures_show(tmp_path: Path) -> None:
    """The shipped words cover every category; one without words, or with empty ones, is refused."""
    assert set(category_words()) == set(IN_PICTURES)
    path = tmp_path / "categories.toml"
    path.write_text("".join(f'{name} = "x"\n' for name in IN_PICTURES[1:]) + 'food = ""\n', "utf-8")
    with pytest.raises(DataProblem, match="no words for pictures of the category 'food'; add"):
        category_words(path)


def test_a_category_without_words_is_one_sentence(planted: Path) -> None:
    """Before anything is asked, and whichever proxies are chosen."""
    done = python(planted, "pytest", "suites/wvs", *ASKED, "--proxies", "country")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in done.stderr.splitlines() if "dance" in line]
    assert line.endswith(
        f"{WORDS} has no words for pictures of the category 'dance'; add a line "
        'dance = "…" with what prompts say such a picture shows'
    )


def test_a_new_category_is_analysed_and_tabled(measured: tuple[Path, str]) -> None:
    """Its gain is scored and pooled with the categories', and it stands before the controls."""
    path, shown = measured
    run: dict[str, Any] = json.loads(path.read_text("utf-8"))
    contrasts = {score["scope"].get("contrast") for score in run["scores"]}
    assert {"dance-country", "images-country"} <= contrasts
    rows = [line.split()[0] for line in shown.splitlines() if " 0." in line]
    assert rows[:4] == ["country", "dance", "none", "overall"]


def test_a_new_category_is_reported(planted: Path, measured: tuple[Path, str]) -> None:
    """It is one of the pictures that the report's means are of."""
    out = planted / "report"
    wanted = ("--out", str(out), "--formats", "md,csv")
    done = python(planted, "leaderboard", "report", str(measured[0]), *wanted)
    assert done.returncode == 0, done.stderr
    text = "\n".join(file.read_text("utf-8") for file in out.rglob("*.md"))
    assert "mean over the categories of pictures measured (dance)" in text


def test_a_new_category_is_on_the_page(planted: Path, measured: tuple[Path, str]) -> None:
    """Under the words that pictures of a category have there."""
    pytest.importorskip("vl_convert")
    out, runs = planted / "page", measured[0].parents[2]
    made = ("leaderboard", "page", BOARD, "--runs", str(runs), "--out", str(out))
    done = python(planted, *made)
    assert done.returncode == 0, done.stderr
    assert "pictures: dance" in "".join(f.read_text("utf-8") for f in out.rglob("*.html"))
