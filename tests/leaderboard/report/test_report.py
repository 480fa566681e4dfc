"""`python -m leaderboard report`: files, words, pictures, the same bytes again, every refusal."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import UsageProblem
from benchmark.runs.run import Run, write_run
from leaderboard.__main__ import main
from leaderboard.report.index import files, views
from leaderboard.report.levels import figure_by_country
from leaderboard.report.maps import figure_4, figure_5
from leaderboard.report.measured import Measured
from leaderboard.report.options import formats
from leaderboard.report.style import picture
from leaderboard.report.view import Drawing, NoView
from tests.leaderboard.report.made_up import PLAIN, RANDOM, contrasts, long, made, measured

ODD = "<script>|b_c%$x"
VIEWS = ("Table 1", "Table 2", "Table 3", *(f"Figure {n}" for n in ("4", "5", "6", "6b", "7", "8")))


def page(*runs: Run, reading: str = "substantive") -> str:
    """The report's page without pictures."""
    return files(measured(*runs, reading=reading), ("md",))["report.md"].decode()  # type: ignore[arg-type]


def write(folder: Path, *runs: Run) -> list[str]:
    """The runs as files, by path."""
    return [str(write_run(folder / str(place), made_)) for place, made_ in enumerate(runs)]


# --- the page ------------------------------------------------------------------------------


def test_one_page_shows_every_view() -> None:
    """Tables and figures of the paper in order, each with a caption, and how floors are read."""
    text = page(made())
    places = [text.index(f"## {name}") for name in VIEWS if f"## {name}" in text]
    assert len(places) >= len(VIEWS) - 1
    assert "floor: world average" in text
    assert "n = 5 answers of a model under the country prompt (1 missing" in text


def test_the_page_marks_what_is_no_model_and_what_is_partial() -> None:
    """In the table of runs and in a sentence before any figure."""
    text = page(made(model=RANDOM), made(complete=False, partial_because=("interrupted",)))
    assert "random weights: it tests the harness" in text
    assert "PARTIAL: 6 of 6 measured (interrupted)" in text
    assert text.index("**Partial:** org/model (PARTIAL)") < text.index("## Table 1")


def test_the_page_says_where_runs_were_not_measured_alike() -> None:
    """By the names of what differs in the configuration."""
    config = {"seed": 1, "survey": {"name": "sample", "digest": "f" * 64}}
    assert "these runs differ in seed;" in page(made(), made("other", config=config))
    assert "Not measured alike" not in page(made(), made("other"))


def test_the_papers_reading_says_so() -> None:
    """All printed options, and bold by the published bootstrap."""
    text = page(made(), reading="paper")
    assert "This is the paper's reading" in text
    assert "all options as printed" in text


def test_a_run_without_pictures_says_what_is_not_here() -> None:
    """Its tables and figures of pictures are named with the reason."""
    text = page(made(values={("NGA", "religion", "country"): (0.5,)}))
    missing = text.split("## Not here")[1]
    for name in ("Table 2", "Table 3", "Figure 4", "Figure 5", "Figure 6"):
        assert f"{name}" in missing
    assert "no pictures were shown" in missing


def test_names_are_escaped_wherever_they_stand() -> None:
    """Page, LaTeX and labels of pictures."""
    found = files(measured(made(ODD)), ("md", "tex", "csv"))
    assert "<script>" not in found["report.md"].decode()
    assert r"\textless{}script\textgreater{}\textbar{}b\_c\%\$x" in found["table-1.tex"].decode()
    assert ODD in found["table-1.csv"].decode()


def test_every_view_has_its_numbers() -> None:
    """A table or figure without records could not be checked by anybody."""
    for view in views(measured(made(), made("other", values=long()))):
        assert isinstance(view, NoView) or view.records, view.title


# --- pictures ------------------------------------------------------------------------------


def test_pictures_are_the_same_bytes_again() -> None:
    """Without a date, also for a name that looks like mathematics or markup."""
    pytest.importorskip("matplotlib", reason="figures need the extra 'report'")
    first, second = (
        [picture(view.draw, ("svg", "png")) for view in (drawn(run), figure_by_country([run]))]
        for run in (measured(made(ODD))[0] for _ in range(2))
    )
    assert first == second
    for found in first:
        assert found["png"].startswith(b"\x89PNG")
        assert b"<dc:date>" not in found["svg"]
        assert b"<script>" not in found["svg"]


def test_every_figure_can_be_drawn() -> None:
    """Of runs that share little, with letters that the font lacks and a country without group."""
    pytest.importorskip("matplotlib", reason="figures need the extra 'report'")
    values = {
        **PLAIN,
        ("XKX", "race", "country"): (0.5,),
        ("USA", "race", "income-low"): (1.0, 0.5),
    }
    shown = views(measured(made("模型" * 40, values), made(values=long())))
    pictures = [picture(view.draw, ()) for view in shown if isinstance(view, Drawing)]
    assert len(pictures) == 8


def drawn(run: Measured) -> Drawing:
    """Figure 4 of a run."""
    found = figure_4([run])
    assert isinstance(found, Drawing)
    return found


def test_cells_without_answers_are_grey() -> None:
    """One hatched cell for each country and topic without a pair, one coloured for each other."""
    pytest.importorskip("matplotlib", reason="figures need the extra 'report'")
    from matplotlib.patches import Rectangle

    view = drawn(measured(made())[0])
    cells = [p for p in view.draw().axes[0].patches if isinstance(p, Rectangle)]
    grey = [cell for cell in cells if cell.get_hatch()]
    assert len(cells) == 4  # two countries, two topics
    assert len(grey) == 2  # nobody was shown a picture with a question on race
    values = np.array([record["value"] for record in view.records], dtype=float)
    assert np.isnan(values).sum() == 2


def test_the_numbers_in_a_cell_are_those_of_the_records() -> None:
    """The United States gain 50 %, with a sign."""
    pytest.importorskip("matplotlib", reason="figures need the extra 'report'")
    texts = [text.get_text() for text in drawn(measured(made())[0]).draw().axes[0].texts]
    assert sorted(texts) == ["+50.0", "0.0"]


def test_pictures_are_counted_by_country_and_proxy() -> None:
    """One each here; runs that were shown the same share a panel."""
    found = figure_5(measured(made(), made("same")))
    assert isinstance(found, Drawing)
    counts = {(r["country"], r["proxy"]): r["n"] for r in found.records}
    assert counts == {
        ("NGA", "food"): 1,
        ("NGA", "sports"): 1,
        ("USA", "food"): 1,
        ("USA", "sports"): 0,
    }


# --- the command ---------------------------------------------------------------------------


def test_the_command_writes_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs, tables only; the same command gives the same bytes; a file twice counts once."""
    paths = write(tmp_path / "runs", made(scores=contrasts(0.1, 0.2, 0.3)), made("b"))
    command = ["report", *paths, paths[0], "--formats", "tex,md,csv", "--reading", "paper", "--out"]
    for out in ("one", "two"):
        assert main([*command, str(tmp_path / out)]) == 0
    said = capsys.readouterr().out
    assert "org/model: 6 cases\nb: 6 cases\n" in said
    assert f"open {tmp_path / 'one' / 'report.md'}" in said
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two
    assert {"report.md", "tables.tex", "table-1.tex", "table-3.csv", "figure-9.csv"} <= one.keys()
    linked = set(re.findall(r"\]\(([^)]+)\)", one["report.md"].decode()))
    assert linked <= one.keys()


def test_figures_without_matplotlib_say_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence and status 1; nothing is written, and tables alone still work."""
    paths = write(tmp_path / "runs", made())
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *a: None if name == "matplotlib" else real(name, *a),
    )
    out = tmp_path / "out"
    assert main(["report", *paths, "--out", str(out)]) == 1
    assert "pip install 'pytest-culture[report]'" in capsys.readouterr().err
    assert not out.exists()
    assert main(["report", *paths, "--out", str(out), "--formats", "md"]) == 0
    assert [p.name for p in out.iterdir()] == ["report.md"]


def test_what_cannot_be_reported_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1 for a missing file, a file of another kind, and a folder that is a file."""
    paths = write(tmp_path / "runs", made())
    stray = tmp_path / "stray.json"
    stray.write_text("{}", encoding="utf-8")
    for arguments in (
        [str(tmp_path / "missing.json")],
        [str(stray)],
        [*paths, "--out", str(stray)],
    ):
        assert main(["report", *arguments, "--formats", "md"]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert ".json" in said


@pytest.mark.parametrize("wrong", [["--formats", "pdf"], ["--formats", ","], ["--reading", "own"]])
def test_wrong_options_are_status_two(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the name of the option and what it takes."""
    with pytest.raises(SystemExit) as caught:
        main(["report", "run.json", *wrong])
    assert caught.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_near_names_of_formats_are_suggested() -> None:
    """As everywhere else."""
    with pytest.raises(
        UsageProblem, match=r"unknown format 'svgs' \(--formats\); did you mean svg"
    ):
        formats("md,svgs")
