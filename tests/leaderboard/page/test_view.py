"""What the page shows of a board and of a run, before there is any HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.analyses import chosen, provided
from benchmark.metrics.directions import direction
from benchmark.records import Score
from benchmark.suite.protocol import read_meta
from benchmark.survey.survey import SAMPLE, load_survey
from leaderboard.board.board import Board, row_of_run
from leaderboard.page.contract import Entry, Group
from leaderboard.page.metric_words import METRICS
from leaderboard.page.question_view import questions
from leaderboard.page.questions import data_digest, publishable
from leaderboard.page.run_view import overview
from leaderboard.page.scripts import call, literal
from leaderboard.page.suite_words import suite_words
from leaderboard.page.view import entry_id, view
from tests.leaderboard.page.boards import HOSTILE, MARKS, measured, sample_config, small_runs
from tests.leaderboard.samples import overall, run

SUITES = Path(__file__).parents[3] / "suites"

if TYPE_CHECKING:
    from benchmark.runs.run import Run


def group_of(*runs: Run) -> Group:
    """The one set of comparable rows of these runs."""
    rows = tuple(row_of_run(made, file="") for made in runs)
    (suite,) = view(Board(rows=rows), (), title="t").suites
    (group,) = suite.groups
    return group


def by_model(group: Group) -> dict[str, Entry]:
    """Entries by model."""
    return {entry.model: entry for entry in group.entries}


def test_models_share_ranks_and_baselines_have_none() -> None:
    """Alpha and beta overlap, gamma lies below both; a reference and a partial run stay out."""
    found = by_model(group_of(*small_runs()[:5]))
    ranks = {model: entry.rank[""]["substantive"] for model, entry in found.items()}
    assert ranks == {
        "org/alpha": 1,
        "org/beta": 1,
        "org/gamma": 3,
        "reference:uniform": None,
        HOSTILE: None,
    }


def test_rows_that_were_asked_other_things_are_apart() -> None:
    """Two surveys make two groups, the larger first; each is ranked by itself."""
    rows = tuple(row_of_run(made, file="") for made in small_runs()[:6])
    (suite,) = view(Board(rows=rows), (), title="t").suites
    assert [len(group.entries) for group in suite.groups] == [5, 1]
    assert suite.groups[1].entries[0].rank[""]["substantive"] == 1


def test_the_headline_stands_with_its_floors_and_ceiling() -> None:
    """Columns come with their role; figures carry interval and n, marks their value alone."""
    group = group_of(measured("org/alpha", 0.9))
    assert [(c.metric, c.role) for c in group.columns][:5] == [
        ("js_similarity", "headline"),
        ("floor_uniform", "floor"),
        ("floor_world_average", "floor"),
        ("floor_best_blind", "floor"),
        ("ceiling_population", "ceiling"),
    ]
    figures = group.entries[0].figures[""]["substantive"]
    assert figures["floor_uniform"] == [0.6]
    assert len(figures["js_similarity"]) == 5
    assert figures["js_similarity"][3] == 16


ALL_ASKED = "js_similarity_all_asked"


def asked_of(
    name: str, similarity: float, all_asked: float, *, left_open: int = 0, mass: float = 0.9
) -> Run:
    """A run that ranks by all questions asked, of which it left some open."""
    ends = {"low": all_asked - 0.01, "high": all_asked + 0.01}
    scores = (
        overall(all_asked, metric=ALL_ASKED, n=90, n_missing=10, n_unanswered=left_open, **ends),
        overall(similarity, n=90 - left_open, n_missing=10 + left_open, n_unanswered=left_open),
        overall(0.8, metric="w1_similarity"),
        overall(0.75, metric="ceiling_two_samples"),
        overall(mass, metric="option_mass", reading=""),
    )
    return run(name, headline=f"{ALL_ASKED}_substantive", scores=scores, rows=())


def test_leaving_questions_out_costs_the_rank_and_both_counts_are_shown() -> None:
    """Who answers only where it is sure has the higher similarity and the lower rank."""
    group = group_of(
        asked_of("org/whole", 0.85, 0.85), asked_of("org/choosy", 0.9, 0.6, left_open=33)
    )
    found = by_model(group)
    assert {m: e.rank[""]["substantive"] for m, e in found.items()} == {
        "org/whole": 1,
        "org/choosy": 2,
    }
    assert {m: tuple(e.counts[""]["substantive"]) for m, e in found.items()} == {
        "org/whole": (90, 10, 0),
        "org/choosy": (57, 10, 33),
    }
    assert [(c.metric, c.role) for c in group.columns] == [
        (ALL_ASKED, "headline"),
        ("ceiling_two_samples", "ceiling"),
        ("js_similarity", "beside"),
        ("w1_similarity", "beside"),
        ("option_mass", "beside"),
    ]
    assert group.answered == "js_similarity"
    assert found["org/choosy"].figures[""]["substantive"]["js_similarity"][0] == 0.9


def test_a_model_that_answers_something_else_is_marked_and_has_no_rank() -> None:
    """Its option mass is shown as small as it is; the next model has the first rank."""
    group = group_of(
        asked_of("org/babbler", 0.95, 0.95, mass=1e-6), asked_of("org/whole", 0.85, 0.85)
    )
    babbler, whole = (by_model(group)[name] for name in ("org/babbler", "org/whole"))
    assert (babbler.rank[""]["substantive"], babbler.otherwise[""]) == (None, True)
    assert (whole.rank[""]["substantive"], whole.otherwise[""]) == (1, False)
    assert babbler.figures[""]["substantive"]["option_mass"][0] == 1e-6


def test_another_version_of_a_suite_is_another_set() -> None:
    """Its headline means something else."""
    old = run("org/old", suite_version="1", scores=(overall(0.7),), rows=())
    rows = tuple(row_of_run(made, file="") for made in (old, asked_of("org/new", 0.8, 0.8)))
    (suite,) = view(Board(rows=rows), (), title="t").suites
    assert [group.title.rpartition(", ")[2] for group in suite.groups] == [
        "version 1",
        "version 1.0",
    ]
    assert len({group.group_id for group in suite.groups}) == 2


def test_ordered_scales_are_a_figure_between_their_own_floors() -> None:
    """Charts show W1 as they show the similarity, in the one reading that it has."""
    made = measured("m", 0.9)
    scores = [
        replace(score, metric=f"w1_{score.metric}" if score.metric in MARKS else "w1_similarity")
        for score in made.scores
        if score.reading == "substantive" and score.metric in (*MARKS, "js_similarity")
    ]
    shown: Any = overview(replace(made, scores=(*made.scores, *scores)))
    member, proxy, readings = shown["figures"]["w1_similarity"]["country"][0]
    assert (member, proxy, list(readings)) == ("BRA", "", ["substantive"])
    assert readings["substantive"][1] == [0.6, 0.75, 0.78, 0.98, None]
    (suite,) = view(Board(rows=(row_of_run(made, file=""),)), (), title="t").suites
    assert [c.metric for c in suite.ruled["w1_similarity"]] == [
        "w1_floor_uniform",
        "w1_floor_world_average",
        "w1_floor_best_blind",
        "w1_ceiling_population",
        "w1_ceiling_two_samples",
    ]


def test_a_question_left_open_is_told_from_one_that_nobody_was_asked() -> None:
    """The first has the people's answers and says so; the second has nothing to show."""
    made = measured("m", 0.9)
    first = made.rows[0]
    left_open, unasked = (
        replace(first.items[0], model=None, values={"js_similarity_substantive": 0.2}),
        replace(first.items[1], model=None, human=None, values={}),
    )
    changed = replace(made, rows=(replace(first, items=(left_open, unasked)),))
    content: Any = questions(changed, first.case.country)
    (answer,) = content["cases"][first.case.case_id]
    assert answer["u"] == 1
    assert answer["s"] == {"substantive": 0.2}
    shown: Any = overview(changed)
    assert shown["cases"][0][7]["substantive"][0][5] == 1


@pytest.mark.parametrize("suite", [path.parent.name for path in SUITES.glob("*/suite.toml")])
def test_every_metric_of_the_page_has_words(suite: str) -> None:
    """Columns, charts, floors and ceilings; a name of code is no word for people."""
    meta = read_meta(SUITES / suite)
    given = provided(chosen(meta.analyses, {}, source="suite.toml"))
    marks = [name for name in given if "floor_" in name or "ceiling_" in name]
    words = suite_words(suite)
    headline = next(name for name in given if meta.headline in (name, f"{name}_substantive"))
    columns = (headline, *words.beside, *words.figures, *words.marks, *marks)
    assert set(columns) - METRICS.keys() == set()
    for name in columns:
        direction(name)


def test_a_suite_nobody_wrote_words_for_shows_its_metrics() -> None:
    """Metrics are named by the data, in their order; lower is better is known."""
    scores = (
        Score(metric="mean_oddity", value=0.4, low=0.3, high=0.5, n=9, higher_is_better=False),
        Score(metric="other_thing", value=2.0, n=9, higher_is_better=True),
    )
    other = run(suite="oddities", headline="mean_oddity", scores=scores, rows=())
    worse = run(
        "org/worse",
        suite="oddities",
        headline="mean_oddity",
        rows=(),
        scores=(
            Score(metric="mean_oddity", value=0.9, low=0.8, high=1.0, n=9, higher_is_better=False),
        ),
    )
    group = group_of(other, worse)
    assert (group.columns[0].label, group.columns[0].lower_is_better) == ("mean oddity", True)
    ranks = {model: entry.rank[""][""] for model, entry in by_model(group).items()}
    assert ranks == {"org/model": 1, "org/worse": 2}


@pytest.mark.parametrize("suite", [path.parent.name for path in SUITES.glob("*/suite.toml")])
def test_shipped_suites_have_words_for_what_they_show(suite: str) -> None:
    """A title, who made the protocol, and a label for every figure that a chart can show."""
    words = suite_words(suite)
    assert words.title != suite
    assert words.credit
    assert {*words.figures, *words.marks} <= METRICS.keys()
    assert words.against in METRICS or not words.against


def test_stories_have_no_ranks_and_controls_alone_have_figures() -> None:
    """No number of theirs is a grade; a run of controls has no figures over everything."""
    scores = [
        Score(
            metric="usable",
            value=v,
            low=v,
            high=v,
            n=9,
            scope={"proxy": proxy},
            higher_is_better=True,
        )
        for proxy, v in (("none", 0.5), ("blank", 0.75))
    ]
    group = group_of(run(suite="stories", headline="usable", scores=tuple(scores), rows=()))
    assert list(group.proxies) == ["blank", "none"]
    assert group.proxies["none"] == "control: no picture"
    (entry,) = group.entries
    assert entry.rank == {"blank": {"": None}, "none": {"": None}}
    assert entry.figures["none"][""]["usable"][0] == 0.5


def test_equal_boards_give_equal_views() -> None:
    """There is no clock and no order of arrival."""
    runs = small_runs()
    boards = [
        Board(rows=tuple(row_of_run(made, file="") for made in order)) for order in (runs, runs)
    ]
    assert literal_of(boards[0]) == literal_of(boards[1])


def literal_of(board: Board) -> str:
    """The view as text."""
    from leaderboard.page.view import document

    return literal(document(view(board, (), title="t")))


def test_partial_and_complete_runs_have_other_scripts() -> None:
    """A row's name tells them apart, else one would overwrite the other's cases."""
    whole, part = measured("m", 0.9), measured("m", 0.9, complete=False)
    assert entry_id(row_of_run(whole, file="")) != entry_id(row_of_run(part, file=""))


# --- runs ----------------------------------------------------------------------------------


def test_people_stand_once_and_answers_by_case() -> None:
    """The people's shares of a question are shared by all proxies of a country."""
    content: Any = questions(measured("m", 0.9), "NGA")
    assert set(content["people"]) == {"q1", "q2"}
    assert content["people"]["q1"]["h"] == [0.4, 0.3, 0.15, 0.1, 0.05]
    assert content["people"]["q1"]["m"]["substantive"] == [0.6, 0.75, 0.78, 0.98]
    assert len(content["cases"]) == 4
    (first, _) = content["cases"]["wvs/NGA/gender/country"]
    assert sum(first["d"]) == pytest.approx(1, abs=0.01)
    assert "h" not in first


def test_an_overview_holds_every_case_with_its_marks() -> None:
    """Each case has its value, n, and floors; groups have intervals."""
    shown: Any = overview(measured("m", 0.9))
    assert len(shown["cases"]) == 8
    assert shown["marks"] == [
        "floor_uniform",
        "floor_world_average",
        "floor_best_blind",
        "ceiling_population",
    ]
    case = shown["cases"][0]
    assert case[:6] == ["BRA", "gender", "country", "", "alignment", "wvs/BRA/gender/country"]
    assert case[7]["substantive"][1] == [0.6, 0.75, 0.78, 0.98]
    incomes = {(member, proxy) for member, proxy, _ in shown["by"]["income_group"]}
    assert ("upper-middle", "") in incomes
    assert ("lower-middle", "food") in incomes


def test_no_wording_of_another_survey() -> None:
    """The sample's paraphrases are ours to publish; of any other survey there are ids only."""
    sample = load_survey(SAMPLE)
    assert publishable(sample.digest) is not None
    other = measured("m", 0.9, config=sample_config(survey={"name": "hub", "digest": "f" * 64}))
    assert publishable(data_digest(other)) is None
    assert publishable("") is None


@pytest.mark.parametrize("text", [HOSTILE, "</SCRIPT>", "<!--<script", "\ud800", "\u2029", "&lt;"])
def test_data_cannot_end_its_script(text: str) -> None:
    """Neither markup nor a line end of JavaScript survives, and the value is the same."""
    import json

    made = literal({text: [text]})
    assert made.isascii()
    assert not set("<>&") & set(made)
    assert json.loads(made) == {text: [text]}
    assert call("run", text).startswith('culture.run("')
