"""`python -m leaderboard`: its commands, their output and exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.runs.run import write_run
from leaderboard.__main__ import COMMANDS, Command, main
from leaderboard.board.board import read_board, update
from tests.leaderboard.samples import partial, run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a complete and a partial run of one configuration, and a run of another."""
    folder = tmp_path / "runs"
    for made in (run(), partial(), run("org/other")):
        write_run(folder, made)
    return folder


def test_help_teaches_with_examples() -> None:
    """The module runs as a program and shows what to type."""
    done = subprocess.run(
        [sys.executable, "-m", "leaderboard", "--help"], capture_output=True, text=True, check=True
    )
    for text in ("show", "build", "check", "pytest suites/wvs --model demo"):
        assert text in done.stdout


@pytest.mark.parametrize("arguments", [[], ["polish"], ["build", "x.json"], ["check"]])
def test_wrong_command_line_is_status_two(arguments: list[str]) -> None:
    """Left to argparse, which prints the usage."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize("width", ["wide", "0", "-3"])
def test_width_must_be_a_number_of_columns(width: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is a usage error that gives an example."""
    with pytest.raises(SystemExit):
        main(["show", "--width", width])
    assert "--width" in capsys.readouterr().err


def test_build_merges_runs_from_a_folder(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each run; the partial one does not displace the complete one."""
    out = tmp_path / "boards" / "board.json"
    assert main(["build", str(runs), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.count("added complete run") == 2
    assert said.count("keeps the complete run") == 1
    board = read_board(out)
    assert [row.complete for row in board.rows] == [True, True]
    assert all((out.parent / row["file"]).is_file() for row in board.rows)


def test_build_keeps_rows_that_stand_already(runs: Path, tmp_path: Path) -> None:
    """A board is added to, not started again."""
    out = tmp_path / "board.json"
    update(out, run("org/old"), run_file=tmp_path / "old.json")
    assert main(["build", str(runs), "--out", str(out)]) == 0
    assert len(read_board(out).rows) == 3


def test_show_prints_a_table_for_each_suite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A board of two suites has two tables; a run has its own."""
    out = tmp_path / "board.json"
    for made in (run(), run(suite="stories", scores=())):
        update(out, made, run_file=tmp_path / "x.json")
    assert main(["show", str(out), "--width", "90"]) == 0
    said = capsys.readouterr().out
    assert "Leaderboard of stories, 1 run on: survey sample\n" in said
    assert "Leaderboard of wvs, 1 run on: survey sample\n" in said
    assert main(["show", str(write_run(tmp_path, run()))]) == 0
    assert "wvs 1.0: org/model" in capsys.readouterr().out


def test_show_of_an_empty_board_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No rows is not an error."""
    path = tmp_path / "board.json"
    path.write_text('{"schema": "pytest-culture/leaderboard/1", "rows": []}')
    assert main(["show", str(path)]) == 0
    assert "has no rows yet" in capsys.readouterr().out


def test_show_without_a_board_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The default file does not exist before the first run."""
    monkeypatch.chdir(tmp_path)
    assert main(["show"]) == 1
    assert "run a suite" in capsys.readouterr().err


def test_check_reports_every_file(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sound files on stdout, one sentence on stderr for each other, and status 1."""
    out = tmp_path / "board.json"
    assert main(["build", str(runs), "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["check", str(runs), str(out)]) == 0
    said = capsys.readouterr()
    assert said.out.count("sound, ") == 4
    assert said.err == ""
    (tmp_path / "bad.json").write_text("no")
    assert main(["check", str(tmp_path / "bad.json"), str(tmp_path / "gone"), str(out)]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 2
    assert said.out.count("sound, leaderboard of 2 rows") == 1


def test_empty_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to check is not the same as all is well."""
    assert main(["check", str(tmp_path)]) == 1
    assert "holds no .json file" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """The module of each row declares options, and its help fits a terminal."""
    with pytest.raises(SystemExit) as caught:
        main([command.name, "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: python -m leaderboard {command.name}")
    assert "options:" in said


def test_a_command_is_imported_when_it_is_asked_for() -> None:
    """The list of commands costs none of them."""
    program = (
        "import sys; from leaderboard.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numpy', 'rich', 'jsonschema'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
