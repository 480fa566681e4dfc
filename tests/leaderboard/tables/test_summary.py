"""A run in a few lines: nothing without its n, nothing where there is no score."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.records import Score
from benchmark.suite.layout import Column, Group, Layout, Line
from leaderboard.board.board import Board, merge, row_of_run
from leaderboard.tables.summary import Scored, TextLine, cell, lines_of
from leaderboard.tables.tables import board_tables, render, run_table
from tests.leaderboard.page.suites import asked_run, silent_run
from tests.leaderboard.samples import run

NAN = math.nan


def score(metric: str, value: float, low: float = NAN, high: float = NAN, **more: object) -> Score:
    """A score over 12 things unless told otherwise."""
    fields: dict[str, Any] = {"n": 12, "higher_is_better": True, **more}
    return Score(metric=metric, value=value, low=low, high=high, **fields)


def said(line: Line, *scores: Score) -> TextLine | None:
    """One line of these scores."""
    found = lines_of(scores, Layout(lines=(line,)))
    return found[0] if found else None


def test_every_form_of_a_place() -> None:
    """Decimals, sign, interval, p, counts, the method's first words, a member of the scope."""
    line = Line(
        label="a",
        value="{m:2} {m:ends1} {m:+1}",
        beside=("{m:n} {m:missing}", "{m:first}", "{p:p}", "{f@frame=*:of-frame} {f@frame=*:0}"),
    )
    found = said(
        line,
        score("m", 0.256, 0.149, 0.351, n_missing=3, method="Oceania, lowest of 5"),
        score("p", 0.0004),
        score("f", 7.4, scope={"frame": "wvs"}),
    )
    assert found == TextLine(
        label="a", value="0.26 [0.1…0.4] +0.3", beside="12 3 · Oceania · < 0.001 · wvs 7"
    )


def test_what_was_not_scored_leaves_its_part_out() -> None:
    """A part without its score is not said; a line whose value was never made is not there."""
    line = Line(label="a", value="{m:2}", beside=("x {n:2}", "y {k:2}"))
    assert said(line, score("m", 0.5), score("n", NAN), score("k", 0.25)) == TextLine(
        label="a", value="0.50", beside="y 0.25"
    )
    assert said(line, score("k", 0.25)) is None


def test_a_value_that_has_too_few_says_so() -> None:
    """Not scored is a dash and the reason, no interval is the reason alone."""
    line = Line(label="a", value="{m:2} {m:ends2}")
    few = "too few (72 < 100 questions)"
    assert said(line, score("m", NAN, method=few)) == TextLine(label="a", value=f"— {few}")
    assert said(line, score("m", 0.5, method="too few stems (1 < 6)")) == TextLine(
        label="a", value="0.50 (too few)"
    )


def test_groupings_name_their_members_in_order() -> None:
    """Countries by name, others without hyphens; members that were not scored are left out."""
    scores = [
        score("m", 0.5, scope={"country": "NGA"}),
        score("m", 0.25, scope={"country": "BRA"}),
        score("m", NAN, scope={"country": "FRA"}),
        score("m", 0.75, scope={"country": "PAK", "topic": "x"}),
    ]
    group = Group(label="by country", by="country", shows="{m:2} (n {m:n})")
    (found,) = lines_of(scores, Layout(groups=(group,)))
    assert found == TextLine(
        label="by country", value="", beside="Brazil 0.25 (n 12) · Nigeria 0.50 (n 12)"
    )


def test_controls_alone_are_shown_and_said_to_be_alone() -> None:
    """Where nothing is pooled the first proxy's figures stand there, under its name."""
    scores = [score("m", v, scope={"proxy": p}) for p, v in (("none", 0.5), ("blank", 0.25))]
    found = lines_of(scores, Layout(lines=(Line(label="a", value="{m:2}"),)), "m")
    assert [(line.label, line.value) for line in found] == [
        ("only controls", "these figures are of blank alone"),
        ("a", "0.25"),
    ]


def test_a_small_p_does_not_read_zero() -> None:
    """Two decimals, and below half a hundredth a bound."""
    column = Column(head="", metric="m", decimals=1, below="p")
    shown = [cell(Scored([score("m", 1), score("p", p)]), column) for p in (0.004, 0.005, 0.5, NAN)]
    assert shown == ["1.0\np<0.01", "1.0\np 0.01", "1.0\np 0.50", "1.0"]


@given(st.floats(-10, 10), st.booleans())
def test_a_rounded_zero_has_no_sign(value: float, signed: bool) -> None:
    """In no form."""
    shown = cell(Scored([score("m", value)]), Column(head="", metric="m", signed=signed))
    assert not (float(shown) == 0 and shown[0] in "+-")
    assert signed is False or value <= 0.0005 or shown.startswith("+")


# --- tables --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told() -> str:
    """The table of a run of stories."""
    return render(run_table(silent_run()), 100)


@pytest.fixture(scope="module")
def asked() -> str:
    """The table of a run of questions about pictures."""
    return render(run_table(asked_run("org/asked", 0.7)), 100)


def test_a_run_of_stories_reads_at_once(told: str) -> None:
    """What was written, whether nationality matters, beside the published F and its null."""
    text = " ".join(told.split())
    for words in ("usable", "of 192 stories", "refusal 0.", "cut off at the limit", "MTLD"):
        assert words in text
    for words in (
        "omega²",
        "published F",
        "shuffled nationalities give",
        "Inglehart",
        "own words",
    ):
        assert words in text
    assert len([line for line in told.splitlines() if line.strip()]) <= 20


def test_a_run_of_questions_reads_at_once(asked: str) -> None:
    """Accuracy beside chance and blind; the worst region with its bound; gap and Gini with p."""
    text = " ".join(asked.split())
    for words in (
        "accuracy 0.",
        "72 questions",
        "chance 0.250",
        "blind accuracy 0.",
        "worst region",
    ):
        assert words in text
    for words in ("gap of regions", "less noise: plain", "Gini, countries", "p 0.", "by region"):
        assert words in text
    assert "ECE — too few (72 < 100 questions)" in text
    assert len([line for line in asked.splitlines() if line.strip()]) <= 22


def test_boards_stand_in_declared_columns() -> None:
    """A row a model, whole at 100 columns, and the caption says what each column is."""
    board = Board()
    for made in (asked_run("org/asked", 0.7), asked_run("org/other", 0.5)):
        board = merge(board, row_of_run(made, file="x")).board
    (table,) = board_tables(board, "cultureverse")
    shown = render(table, 100)
    assert max(map(len, shown.splitlines())) <= 100
    text = " ".join(shown.split())
    for words in ("org/asked", "org/other", "Gini", "ECE", "blind:", "worst region:", "0.250"):
        assert words in text
    assert "missing" not in text


def test_what_is_missing_is_a_column_where_a_row_has_some() -> None:
    """Beside n, for every row; said in the caption, and no wider than a terminal."""
    board = Board()
    whole = asked_run("org/whole", 0.7)
    cut = [
        dataclasses.replace(one, n=70, n_missing=2) if not one.scope else one
        for one in whole.scores
    ]
    lacking = asked_run("org/lacking", 0.7)
    for made in (whole, dataclasses.replace(lacking, scores=tuple(cut))):
        board = merge(board, row_of_run(made, file="x")).board
    (table,) = board_tables(board, "cultureverse")
    shown = render(table, 100)
    assert max(map(len, shown.splitlines())) <= 100
    lines = {line.split()[0]: line.split()[-2:] for line in shown.splitlines() if "org/" in line}
    assert lines == {"org/whole": ["72", "0"], "org/lacking": ["70", "2"]}
    assert "n, missing: answers scored and not." in " ".join(shown.split())


def test_a_suite_of_that_name_elsewhere_brings_its_own_layout() -> None:
    """What is given goes before what is shipped; without either every score is shown."""
    made = run(suite="stories", headline="m", scores=(score("m", 0.5),))
    own = Layout(lines=(Line(label="only this", value="{m:3}"),))
    assert "only this" in render(run_table(made, layout=own), 80)
    assert "value" in render(run_table(run(suite="toy", scores=(score("m", 0.5),))), 80)
