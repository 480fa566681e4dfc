"""What changed between two runs, by group: the figures, the table, what cannot be compared."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.analyses.questions.accuracy import accuracy
from benchmark.errors import BoardProblem
from benchmark.records import Score
from benchmark.runs.against_baseline import Baseline
from benchmark.runs.run import Run, write_run
from leaderboard.__main__ import main
from leaderboard.board.baseline import load_baselines
from leaderboard.board.board import update
from leaderboard.comparisons.compare import grouped, held_out_rows
from tests.analyses.building import evidence
from tests.analyses.questioning import question, records_of
from tests.leaderboard.samples import run

COUNTRIES = ("NGA", "KEN", "FRA", "JPN")


def measured(name: str, right: dict[str, int]) -> Run:
    """Ten questions a country, each on its own picture, of which the first so many are right."""
    asked = [
        question(
            float(i < right[country]),
            country=country,
            picture=f"{country}{i}",
            item_id=f"{country}{i}",
            topic="food" if i % 2 else "clothing",
        )
        for country in COUNTRIES
        for i in range(10)
    ]
    rows = [
        replace(one, items=tuple(replace(i, case_id=one.case.case_id) for i in one.items))
        for one in records_of(asked)
    ]
    scores = accuracy(evidence(rows))
    return run(
        name,
        suite="cultureverse",
        headline="accuracy",
        rows=tuple(rows),
        scores=tuple(scores),
        n_selected=len(rows),
    )


BEFORE = measured("org/base", {"NGA": 2, "KEN": 3, "FRA": 4, "JPN": 5})
NOW = measured("org/tuned", {"NGA": 2, "KEN": 4, "FRA": 9, "JPN": 10})


@pytest.fixture
def baseline(tmp_path: Path) -> Baseline:
    """The run before, as `--baseline` reads it."""
    (found,) = load_baselines([str(write_run(tmp_path, BEFORE))])
    return found


def test_changes_by_group_by_hand(baseline: Baseline) -> None:
    """14 of 40 right before, 25 now; Africa has 20 of the questions, one of them is new."""
    rows = {row.group: row for row in grouped(NOW, baseline, "accuracy", [])}
    overall, africa = rows["overall"], rows["region Africa"]
    assert (overall.before, overall.now, overall.change.value) == pytest.approx(
        (14 / 40, 25 / 40, 11 / 40)
    )
    assert (africa.before, africa.now, africa.change.value) == pytest.approx((0.25, 0.3, 0.05))
    assert (overall.verdict, africa.verdict) == ("better", "")
    assert rows["region Europe"].change.n == 10
    assert {"continent Asia", "topic food", "proxy cultural-knowledge"} <= rows.keys()


def test_held_out_groups_stand_against_the_rest(baseline: Baseline) -> None:
    """Africa and all of Japan: one new right answer and five; France is the rest, five."""
    out, rest = held_out_rows(NOW, baseline, "accuracy", ["region:africa", "country:Japan"])
    assert (out.change.n, rest.change.n) == (30, 10)
    assert (out.before, out.now) == pytest.approx((10 / 30, 16 / 30))
    assert (rest.change.value, rest.now) == pytest.approx((0.5, 0.9))


def test_the_command_shows_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each group, with its interval."""
    now, before = (str(write_run(tmp_path, one)) for one in (NOW, BEFORE))
    assert main(["compare", now, before, "--held-out", "region:Africa", "--by", "country"]) == 0
    shown = capsys.readouterr().out
    assert "before: cultureverse of org/base" in shown
    for words in ("held out", "the rest", "country Nigeria", "+0.275 [", "better"):
        assert words in shown
    assert "continent" not in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--metric", "acuracy"), "unknown metric 'acuracy' (--metric); did you mean accuracy"),
        (("--by", "regoin"), "unknown grouping 'regoin' (--by); did you mean region"),
        (("--held-out", "region:Afrika"), "unknown region 'Afrika' (--held-out)"),
        (("--held-out", "planet:Mars"), "unknown kind of group 'planet'"),
        (("--metric", "floor_chance", "--held-out", "region:Africa"), "leave --metric out"),
    ],
)
def test_a_wrong_word_is_a_sentence(
    words: tuple[str, ...], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the near name where there is one."""
    now, before = (str(write_run(tmp_path, one)) for one in (NOW, BEFORE))
    assert main(["compare", now, before, *words]) == 1
    assert sentence in capsys.readouterr().err


@pytest.fixture
def before_on_a_board(tmp_path: Path) -> str:
    """The row of the run before, on a board."""
    board = tmp_path / "board.json"
    update(board, BEFORE, run_file=tmp_path / "run.json")
    return f"{board}#org/base"


def compared(capsys: pytest.CaptureFixture[str], now: Run, before: str, *words: str) -> str:
    """What the command prints, its lines of prose as one."""
    folder = Path(before.partition("#")[0]).parent / "now"
    assert main(["compare", str(write_run(folder, now)), before, *words]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_what_is_not_paired_is_marked_and_explained(
    tmp_path: Path, before_on_a_board: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures that are not means, and every figure of a board's row; paired ones carry no mark."""
    run_file = str(write_run(tmp_path, BEFORE))
    paired = compared(capsys, NOW, run_file)
    assert "questions that both scored" in paired
    assert "one in forty" in paired
    assert "*" not in paired
    for before, metric in ((run_file, "skill_chance"), (before_on_a_board, "accuracy")):
        shown = compared(capsys, NOW, before, "--metric", metric)
        assert "] * better" in shown
        assert "*: not paired by question" in shown
        assert "both scored" not in shown
        assert "one in forty" not in shown


def test_a_grouping_that_the_baseline_lacks_is_a_sentence(
    tmp_path: Path, before_on_a_board: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never the overall figure alone, as if it were that; without --by it is said above."""
    now = str(write_run(tmp_path, NOW))
    assert main(["compare", now, before_on_a_board, "--by", "region"]) == 1
    said = capsys.readouterr().err
    assert "the baseline org/base has no accuracy by region; a board's row has figures" in said
    assert "(a board's row has figures overall and by proxy" in compared(
        capsys, NOW, before_on_a_board
    )


def test_a_metric_that_the_baseline_lacks_is_a_sentence(baseline: Baseline) -> None:
    """Instead of a table without a row."""
    without = replace(baseline, scores=())
    with pytest.raises(BoardProblem, match="has no accuracy; choose another --metric"):
        grouped(NOW, without, "accuracy", [])


def test_a_change_without_an_interval_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not scored, none by nature, or too few: three things."""
    made = [
        Score(
            metric="ece",
            value=math.nan,
            n=9,
            method="too few (9 < 50 questions)",
            higher_is_better=True,
        ),
        Score(metric="gini", value=0.25, n=9, method="over countries", higher_is_better=True),
        Score(
            metric="few", value=0.25, n=9, method="too few pictures (9 < 10)", higher_is_better=True
        ),
    ]
    before, now = (replace(one, scores=(*one.scores, *made)) for one in (BEFORE, NOW))
    file = str(write_run(tmp_path, before))
    shown = {name: compared(capsys, now, file, "--metric", name) for name in ("ece", "gini", "few")}
    assert "overall 9 — — — before" in shown["ece"]
    assert "+0.000 (no interval) *" in shown["gini"]
    assert "+0.000 (too few) *" in shown["few"]


def test_without_a_metric_it_is_the_one_that_ranks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs of wvs and stories have no accuracy, and the command failed on each of them."""
    file = str(write_run(tmp_path, BEFORE))
    now = replace(NOW, headline="skill_chance")
    assert "Change of skill_chance" in compared(capsys, now, file)
    assert "Change of accuracy" in compared(capsys, NOW, file)
    words = ("compare", str(write_run(tmp_path / "now", now)), file, "--held-out", "region:Africa")
    assert main(list(words)) == 1
    assert "leave --metric out" not in capsys.readouterr().err


def test_a_partial_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the line that names it, with the reason."""
    partial = replace(NOW, complete=False, partial_because=("--limit 3",))
    file = str(write_run(tmp_path, BEFORE))
    assert "(PARTIAL: --limit 3)" in compared(capsys, partial, file)
    assert "PARTIAL" not in compared(capsys, NOW, file)


def test_other_questions_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The part that differs is named."""
    other = run("org/base", suite="cultureverse", config={"seed": 0, "questions": {"digest": "0"}})
    now, before = (str(write_run(tmp_path, one)) for one in (NOW, other))
    assert main(["compare", now, before]) == 1
    assert "cannot be compared: the baseline has other questions" in capsys.readouterr().err
