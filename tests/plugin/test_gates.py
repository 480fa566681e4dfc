"""Gates through a whole run: exit code, last line, JUnit, Markdown, run.json, with workers."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmark.errors import BoardProblem
from benchmark.gates import Gate, Verdict, judge
from benchmark.plugin import gating
from benchmark.runs.run import read_run
from leaderboard.__main__ import main
from tests.plugin.running import SMALL, Place

# Two countries with all topics: few stems have no interval, and no gate holds.
ENOUGH = ("--countries", "NGA,BRA", "--proxies", "country")
GATES = """
[[gate]]
suite = "wvs"
metric = "js_similarity"
reading = "printed"
worst = "country"
min = 0.2

[[gate]]
suite = "wvs"
metric = "js_similarity"
reading = "printed"
compare = "non-inferiority"
margin = 0.02
"""


def test_a_run_worse_than_its_baseline_fails_everywhere_it_is_told(place: Place) -> None:
    """Two workers; the run that is its own baseline passes, another model does not."""
    gates, report, junit, summary = (
        place.folder / name for name in ("release.toml", "gates.md", "junit.xml", "summary.md")
    )
    gates.write_text(GATES, encoding="utf-8")
    assert place.run(*ENOUGH, model="reference:resample").code == 0
    (baseline,) = place.files()
    options = ("--gate", str(gates), "--baseline", str(baseline))
    assert place.run(*ENOUGH, *options, model="reference:resample").code == 0

    told = ("--gate-report", str(report), "--junitxml", str(junit), "-n", "2")
    done = place.run(*ENOUGH, *options, *told, env={gating.JOB_SUMMARY: str(summary)})
    assert done.code == 1
    assert done.sentence("worst country:", ">= 0.2: PASS")
    sentence = done.sentence("non-inferiority against reference:resample: change", "FAIL")
    assert "paired over" in sentence
    assert re.search(r"1 failed, \d+ passed", done.out.strip().splitlines()[-1])
    assert done.sentence("FAILED gate/release::wvs js_similarity")

    markdown = report.read_text(encoding="utf-8")
    assert "1 of 2 gates do not hold" in markdown
    assert summary.read_text(encoding="utf-8") == f"{markdown}\n"
    tree = ET.parse(junit)  # noqa: S314 - pytest has just written it
    cases = tree.getroot().findall(".//testcase[@classname='gate.release']")
    assert [case.find("failure") is not None for case in cases] == [False, True]
    failed = next(path for path in place.files() if path != baseline)
    assert [gate["status"] for gate in read_run(failed).gates] == ["pass", "fail"]


def test_a_baseline_that_is_not_there_is_a_usage_error(place: Place) -> None:
    """Before anything is measured."""
    done = place.run(*SMALL, "--baseline", "nowhere.json")
    assert done.code == 4
    assert done.sentence("baseline", "nowhere.json", "does not exist")


ASKED = '[[gate]]\nsuite = "wvs"\nmetric = "js_similarity"\nreading = "printed"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ASKED.replace("wvs", "wsv") + "min = 0.2", "unknown suite 'wsv'"),
        (ASKED.replace("wvs", "stories") + "min = 0.2", "unknown suite 'stories'"),
        (ASKED.replace("similarity", "similarty") + "min = 0.2", "did you mean js_similarity"),
        (ASKED + 'min = 0.2\nworst = "contry"', "did you mean country"),
        (ASKED + 'min = 0.2\nscope = { country = "FRA" }', "the selection has none"),
        (ASKED + 'compare = "regression"', "name one with --baseline"),
        (ASKED + "min = 20", "did you mean 0.2?"),
    ],
)
def test_what_can_be_known_of_a_gate_ends_the_run_before_it_begins(
    place: Place, text: str, words: str
) -> None:
    """Exit code 4, one sentence, and nothing measured."""
    gates = place.folder / "gates.toml"
    gates.write_text(text, encoding="utf-8")
    done = place.run(*SMALL, "--gate", str(gates))
    assert done.code == 4, done.out
    assert done.sentence(words)
    assert place.files() == []


@pytest.mark.models
def test_a_finished_run_is_judged_by_its_file_alone(
    place: Place, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The same sentences and exit code as of the run itself, and nothing is written unasked."""
    gates, failing = place.folder / "gates.toml", place.folder / "failing.toml"
    gates.write_text(ASKED + "min = 0.2\n", encoding="utf-8")
    failing.write_text(ASKED.replace("printed", "substantive") + "min = 0.9\n", encoding="utf-8")
    both = ("--gate", str(gates), "--gate", str(failing))
    done = place.run(*ENOUGH, *both, model="demo")
    assert done.code == 1, done.out
    run, board = place.run_file(), place.leaderboard.read_bytes()
    before = run.read_bytes()
    assert main(["gate", str(run), *both]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [done.sentence(line) for line in said] == said
    assert main(["gate", str(run), "--gate", str(gates)]) == 0
    assert (run.read_bytes(), place.leaderboard.read_bytes()) == (before, board)
    told = tmp_path / "gates.md"
    assert main(["gate", str(run), *both, "--report", str(told)]) == 1
    assert "1 of 2 gates do not hold" in told.read_text(encoding="utf-8")

    gates.write_text(ASKED + 'compare = "non-inferiority"\nmargin = 0.01\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["gate", str(run), "--gate", str(gates)]) == 4
    assert "name one with --baseline" in capsys.readouterr().err
    assert main(["gate", str(run), "--gate", str(gates), "--baseline", str(run)]) == 0
    assert "paired over" in capsys.readouterr().out


def test_a_job_summary_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """The verdicts are known, so nothing may be lost by a traceback."""
    verdicts: list[Verdict] = [judge(Gate(suite="wvs", metric="x", min=0.0), [])]
    with pytest.raises(BoardProblem, match="GITHUB_STEP_SUMMARY names"):
        gating.write_markdown(
            None, verdicts, model="demo", problems=[], environ={gating.JOB_SUMMARY: str(tmp_path)}
        )


def test_a_suite_without_scores_fails_its_own_gates_only() -> None:
    """A run that could not be closed, or of which nothing was run, passes nothing."""
    gates = [Gate(suite=suite, metric="x", min=0.0) for suite in ("wvs", "toy")]
    (verdict,) = gating.unscored_verdicts(gates, "wvs", "no case was run")
    assert not verdict.holds
    assert verdict.sentence == "wvs x: no case was run: FAIL"
