"""Tables: every number whole at any width, floors beside every similarity."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from benchmark.records import Score
from benchmark.runs.run import Run
from benchmark.vocabulary import Reading
from leaderboard.board.board import Board, merge, row_of_run
from leaderboard.tables.tables import board_tables, render, run_table
from tests.leaderboard.samples import NAN, identity, partial, run

WIDTHS = (40, 80, 100, 140)


def figures() -> tuple[Score, ...]:
    """Every column of the main table, overall and for two proxies, each with a value of its own."""
    found: list[Score] = []
    readings: tuple[tuple[Reading, float], ...] = (("printed", 0.0), ("substantive", 0.05))
    scopes: tuple[dict[str, str], ...] = ({"proxy": "food"}, {"proxy": "country"}, {})
    for i, scope in enumerate(scopes):
        base = 0.5 + i / 10
        for reading, more in readings:
            value = base + more
            for j, metric in enumerate(
                ("floor_uniform", "floor_world_average", "floor_best_blind", "ceiling_population")
            ):
                found.append(
                    Score(
                        metric=metric,
                        reading=reading,
                        value=value + j / 100,
                        n=9,
                        scope=scope,
                        higher_is_better=True,
                    )
                )
            found += [
                Score(
                    metric="js_similarity",
                    reading=reading,
                    value=value + 0.001,
                    low=value - 0.021,
                    high=value + 0.021,
                    n=12345,
                    n_missing=17,
                    n_unanswered=5,
                    scope=scope,
                    higher_is_better=True,
                ),
                Score(
                    metric="js_similarity_all_asked",
                    reading=reading,
                    value=value - 0.002,
                    n=12350,
                    n_missing=12,
                    n_unanswered=5,
                    scope=scope,
                    higher_is_better=True,
                ),
                Score(
                    metric="skill_world_average",
                    reading=reading,
                    value=-value,
                    low=-0.99,
                    high=-0.11,
                    n=9,
                    scope=scope,
                    higher_is_better=True,
                ),
            ]
        found.append(
            Score(metric="option_mass", value=0.876, n=9, scope=scope, higher_is_better=True)
        )
    return tuple(found)


def board(*made: Run) -> Board:
    """A board of these runs."""
    found = Board()
    for each in made:
        found = merge(found, row_of_run(each, file="x")).board
    return found


def toy() -> Run:
    """A run of a suite with a metric of its own."""
    score = Score(
        metric="cosine[x]",
        value=0.25,
        low=0.125,
        high=0.375,
        n=4,
        n_missing=1,
        higher_is_better=True,
    )
    return run(suite="toy", scores=(score,))


@pytest.mark.parametrize("width", WIDTHS)
def test_no_number_of_a_run_is_cut_off(width: int) -> None:
    """All values, intervals and counts are there, on a terminal too narrow for them as well."""
    shown = render(run_table(run(scores=figures())), width)
    for score in figures():
        if score.metric.startswith("skill"):
            assert f"{score.value:.2f}" in shown
        elif score.metric != "option_mass":
            assert f"{score.value:.3f}" in shown
    for text in ("12345", "12", "5", "0.729…0.771"):
        assert text in shown


def shown_board(made: Board, width: int) -> str:
    """All tables of the suite's board."""
    return "".join(render(table, width) for table in board_tables(made, "wvs"))


def test_runs_that_were_asked_different_things_stand_in_tables_of_their_own() -> None:
    """A two-country run is not ranked among full ones; a seed or harness makes no difference."""
    full = run("org/a", config={"countries": ["NGA", "FRA"], "seed": 0}, scores=figures())
    again = run("org/b", config={"countries": ["NGA", "FRA"], "seed": 1}, scores=figures())
    small = run("org/c", config={"countries": ["NGA"], "seed": 0}, scores=figures())
    titles = [str(table.title) for table in board_tables(board(full, again, small), "wvs")]
    assert titles == [
        "Leaderboard of wvs, 2 runs on: 2 countries",
        "Leaderboard of wvs, 1 run on: countries NGA",
    ]


@pytest.mark.parametrize("width", [80, 100, 140])
def test_lines_fit_the_width(width: int) -> None:
    """From 80 columns on nothing wraps in the terminal, with names as long as a Hub id."""
    made = run("llava-hf/llava-v1.6-mistral-7b-hf-and-a-suffix", scores=figures())
    shown = render(run_table(made), width) + shown_board(board(made), width)
    assert max(map(len, shown.splitlines())) <= width


def test_substantive_block_comes_before_printed_with_proxies_in_order() -> None:
    """The reading that floors are quoted for comes first; country before pictures, overall last."""
    lines = render(run_table(run(scores=figures())), 100).splitlines()
    firsts = [line.split(" ")[0] for line in lines if re.match(r"\w.* 0\.\d{3}", line)]
    assert firsts == ["country", "food", "overall"] * 2
    order = [line for line in lines if line in ("substantive options", "options as printed")]
    assert order == ["substantive options", "options as printed"]


def test_overall_line_reads_across() -> None:
    """Similarity, all asked, floors, ceiling, skill, n, not asked, not answered, by hand."""
    lines = render(run_table(run(scores=figures())), 100).splitlines()
    line = next(line for line in lines if line.startswith("overall"))
    assert line.split() == [
        *("overall", "0.751", "0.748", "0.750", "0.760", "0.770", "0.780", "-0.75"),
        *("12345", "12", "5"),
    ]


def test_reference_and_random_weights_are_labelled() -> None:
    """Nobody may take them for a trained model, in a run or on a board."""
    demo, rule = run("demo", scores=figures()), run("reference:uniform", scores=figures())
    assert "random weights" in render(run_table(demo), 80)
    assert "not a model" in render(run_table(rule), 80)
    shown = shown_board(board(demo, rule), 80)
    assert "random weights" in shown
    assert "  reference\n" in re.sub(r" {3,}\S*\n", "\n", shown)


def test_partial_run_says_so_and_why() -> None:
    """In capitals, in both tables."""
    made = partial(scores=figures())
    assert "PARTIAL: interrupted" in render(run_table(made), 80)
    firsts = [line.split()[:1] for line in shown_board(board(made), 80).splitlines()]
    assert ["PARTIAL"] in firsts
    assert [made.config_digest] in firsts


def test_missing_interval_and_value_are_told_apart_from_zero() -> None:
    """Too few clusters is said in words, a value not scored is a dash."""
    scores = (
        Score(
            metric="js_similarity",
            reading="printed",
            value=0.6,
            n=3,
            method="too few",
            higher_is_better=True,
        ),
        Score(
            metric="js_similarity",
            reading="substantive",
            value=math.nan,
            n=0,
            n_missing=3,
            higher_is_better=True,
        ),
    )
    shown = render(run_table(run(scores=scores)), 80)
    assert "too few" in shown
    assert "nan" not in shown.lower()
    line = next(line for line in shown.splitlines() if line.startswith("overall"))
    assert line.split() == ["overall", *["—"] * 7, "0", "—", "—"]


@pytest.mark.parametrize("width", WIDTHS)
def test_suite_of_other_metrics_is_shown_as_it_is(width: int) -> None:
    """Metric, value, interval, n and missing, for a run and on a board."""
    for table in (
        run_table(toy()),
        *board_tables(board(toy()), "toy"),
    ):
        shown = render(table, width)
        for text in ("0.250", "0.125…0.375", "4", "1", "interval"):
            assert text in shown


def test_names_with_brackets_are_not_markup() -> None:
    """A metric or model name is text, whatever it holds."""
    assert "cosine[x]" in render(run_table(toy()), 80)
    made = run(model=identity("org/[bold]m[/]"), scores=figures())
    assert "org/[bold]m[/]" in shown_board(board(made), 120)


def test_run_and_board_without_any_score_have_empty_tables() -> None:
    """Nothing measured is not a crash."""
    assert "0 of 1 cases measured" in render(run_table(run(rows=(), scores=())), 80)
    assert board_tables(Board(), "wvs") == []


def test_colour_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No escape codes in a log, even where the environment forces them elsewhere."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    table = run_table(run(scores=figures()))
    assert "\x1b" not in render(table, 80)
    assert "\x1b" in render(table, 80, colour=True)


def test_caption_explains_every_head() -> None:
    """A newcomer finds each column's word in the text below the table."""
    shown = " ".join(render(run_table(run(scores=figures())), 80).split())
    for word in (
        "similarity:",
        "uniform =",
        "world average =",
        "Best blind =",
        "Ceiling:",
        "skill:",
    ):
        assert word in shown
    for word in ("n:", "all asked:", "not asked:", "not answered:", "mass,", "Substantive options"):
        assert word in shown


def babbling(value: float, low: float = NAN, high: float = NAN) -> tuple[Score, ...]:
    """The figures with another option mass."""
    return tuple(
        replace(score, value=value, low=low, high=high) if score.metric == "option_mass" else score
        for score in figures()
    )


def test_a_model_that_answers_something_else_is_marked_in_a_run_and_on_a_board() -> None:
    """Each row of the run shows its mass; the board says what that means, and ranks it last."""
    other = run("org/babbler", scores=babbling(1e-6))
    shown = render(run_table(other), 80)
    assert shown.count("mass 1e-06") == 6
    better = run("org/plain", scores=figures())
    lines = [" ".join(line.split()) for line in shown_board(board(other, better), 80).splitlines()]
    text = " ".join(lines)
    assert text.count("else: not ranked") == 2
    assert text.index("org/plain") < text.index("org/babbler")


def test_an_interval_that_reaches_the_least_mass_is_not_marked() -> None:
    """The upper end decides: what may still be a tenth of the probability is no finding."""
    made = run(scores=babbling(0.08, low=0.05, high=0.11))
    assert "mass 0.080" not in render(run_table(made), 80)
    assert "else: not ranked" not in shown_board(board(made), 80)


def test_rows_of_another_version_of_the_suite_stand_in_a_table_of_their_own() -> None:
    """Their headline means something else; the titles then say the version."""
    old = run("org/old", suite_version="1", scores=figures())
    new = run("org/new", suite_version="2", scores=figures())
    titles = [str(table.title) for table in board_tables(board(old, new), "wvs")]
    assert [title.partition(",")[0] for title in titles] == [
        "Leaderboard of wvs 1",
        "Leaderboard of wvs 2",
    ]


def test_a_run_of_before_unanswered_was_counted_shows_a_dash() -> None:
    """What was missing then was both; no column may claim it."""
    old = tuple(replace(score, n_unanswered=None) for score in figures())
    lines = render(run_table(run(scores=old)), 100).splitlines()
    line = next(line for line in lines if line.startswith("overall"))
    assert line.split()[-3:] == ["12345", "—", "—"]


def test_no_zero_has_a_sign_in_any_table() -> None:
    """A value of rounding noise below zero reads as zero, in columns and score by score."""
    noise = tuple(
        replace(score, value=-1e-9) if score.metric == "skill_world_average" else score
        for score in figures()
    )
    made = run(scores=noise)
    bare = run(suite="toy", scores=(replace(toy().scores[0], value=-1e-9, low=-1e-9),))
    for table in (run_table(made), *board_tables(board(made), "wvs"), run_table(bare)):
        assert "-0.0" not in render(table, 100)
