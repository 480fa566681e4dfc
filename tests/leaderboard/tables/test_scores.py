"""`python -m leaderboard scores`: what the summary leaves out, by any grouping that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.runs.run import write_run
from leaderboard.__main__ import main
from tests.leaderboard.page.suites import asked_run


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run of questions about pictures."""
    return str(write_run(tmp_path_factory.mktemp("runs"), asked_run("org/asked", 0.7)))


def shown(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What the command says."""
    assert main(["scores", *arguments]) == status
    said = capsys.readouterr()
    return said.err if status else said.out


def test_everything_over_everything(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Metrics that no summary names stand there, with interval, n and missing."""
    text = shown(capsys, file)
    for words in ("accuracy_gap_country_plain", "gini_null", "answerable_blind_chance", "missing"):
        assert words in text


def test_by_groupings_and_of_one_metric(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys in any order; only scopes of exactly these keys."""
    text = shown(capsys, file, "--by", "topic,country", "--metric", "accuracy_shrunk")
    assert "JPN" in text
    assert "gini" not in text
    assert "accuracy_simultaneous" in shown(capsys, file, "--by", "region")


def test_what_is_not_there_is_one_sentence(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A metric with its near name, a grouping with those there are, a file that is none."""
    assert "did you mean accuracy" in shown(capsys, file, "--metric", "acuracy", status=1)
    said = shown(capsys, file, "--by", "continents", status=1)
    assert "--by takes one of: (none); continent" in said
    assert "cannot be read" in shown(capsys, str(Path(file).parent / "no.json"), status=1)
