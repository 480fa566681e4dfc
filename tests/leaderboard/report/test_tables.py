"""Tables 1 to 3: every number by hand, bold, floors, and what is not in the run."""

from __future__ import annotations

import csv
import io

import pytest

from benchmark.runs.run import Run
from leaderboard.report.by_country import table_1
from leaderboard.report.by_income import table_2
from leaderboard.report.by_topic import table_3
from leaderboard.report.options import ReadingName
from leaderboard.report.own_scores import table_4, table_5
from leaderboard.report.table import Table
from leaderboard.report.view import NoView
from leaderboard.report.writing import csv_text
from tests.leaderboard.report.made_up import contrasts, long, made, measured, score

USA_ONLY = ("USA", "religion", "country")


def row(table: Table, *labels: str) -> dict[str, str]:
    """The row that begins with the labels, by column."""
    (found,) = (
        [cell.text for cell in line]
        for group in table.groups
        for line in group
        if tuple(cell.text for cell in line[: len(labels)]) == labels
    )
    return dict(zip(table.head, found, strict=True))


def bold(table: Table) -> list[tuple[str, str]]:
    """Label of the row's condition and head of the column of every bold cell."""
    return [
        (line[1].text, head)
        for group in table.groups
        for line in group
        for head, cell in zip(table.head, line, strict=True)
        if cell.bold
    ]


def test_table_1_by_hand() -> None:
    """Means by country, with floors and ceiling as rows of the same table."""
    table = table_1(measured(made()))
    country = row(table, "org/model", "country prompt")
    images = row(table, "org/model", "images")
    assert (country["Nigeria"], country["United States"]) == ("0.625†", "0.417†")
    assert (images["Nigeria"], images["United States"], images["all"]) == (
        "0.625†",
        "0.750†",
        "0.688†",
    )
    for name, value in (("floor: uniform", "0.500"), ("ceiling", "0.969")):
        assert row(table, "without a model", name)["Nigeria"] == value


def test_table_1_shows_the_prompt_over_the_images_questions_where_they_are_fewer() -> None:
    """Else 0.5 of all questions would stand beside 0.688 of some."""
    paired = row(table_1(measured(made())), "org/model", "country prompt, questions of images")
    assert (paired["United States"], paired["all"]) == ("0.500†", "0.562†")
    whole = table_1(measured(made(values=long())))
    assert not [g for group in whole.groups for g in group if "questions of" in g[1].text]


def test_table_1_bolds_the_better_where_significant() -> None:
    """Only with the run's own contrast scores, and only the better one."""
    scores = (
        *contrasts(0.01, 0.04, 0.2, country="USA"),
        *contrasts(0.01, 0.06, 0.0, country="NGA"),
    )
    assert bold(table_1(measured(made(scores=tuple(scores))))) == [("images", "United States")]
    without = table_1(measured(made()))
    assert bold(without) == []
    assert any("not in this run of org/model" in note for note in without.notes)


def test_floors_are_shown_once_where_they_are_the_same() -> None:
    """Two runs over the same questions share them; over others each names its own."""
    runs = measured(made(), made("same"), made("other", values={USA_ONLY: (0.5, 0.5)}))
    labels = [line[0].text for g in table_1(runs).groups for line in g if "floor" in line[1].text]
    assert sorted(set(labels)) == [
        "without a model, questions of org/model and same",
        "without a model, questions of other",
    ]
    assert len(labels) == 6


def test_table_2_has_both_formulas_under_their_names() -> None:
    """The United States: 0.5 to 0.75 is +50 % of the country's and +33.3 % of the image's."""
    table = table_2(measured(made()))
    shown = {
        formula: row(table, "images", formula, "high", "org/model")
        for formula in ("÷ country", "÷ image")
    }
    assert shown["÷ country"]["B religion"] == "+50.0†"
    assert shown["÷ image"]["B religion"] == "+33.3†"
    assert shown["÷ country"]["M race"] == "—"
    assert row(table, "images", "÷ country", "low", "org/model")["B religion"] == "0.0†"


def test_household_photos_have_rows_of_their_own() -> None:
    """Income bands are not categories; both bands are one condition."""
    values = {
        ("NGA", "religion", "country"): (0.5,),
        ("NGA", "religion", "income-low"): (0.5,),
        ("NGA", "religion", "income-high"): (1.0,),
    }
    table = table_2(measured(made(values=values)))
    cells = row(table, "household photos", "÷ country", "low", "org/model")
    assert cells["B religion"] == "+50.0†"


def test_table_3_shows_the_runs_own_p_values() -> None:
    """Small ones as below a thousandth; bold by Holm, in the paper's reading by its bootstrap."""
    run = made(values=long(), scores=contrasts(0.01, 0.0001, 0.2, topic="politics"))
    (plain,), (paper,) = (
        [table_3(measured(run, reading=reading))] for reading in ("substantive", "paper")
    )
    cells = row(plain, "Politics and policy")
    assert cells["org/model: sign-flip p"] == "0.010"
    assert cells["org/model: Holm"] == "< 0.001"
    assert cells["org/model: gain"] == "+0.125"
    assert bold(plain) == [("+0.125", "org/model: Holm")]
    assert bold(paper) == []
    assert paper.head[2] == "org/model: bootstrap p"


def test_table_3_says_too_few_and_not_in_this_run() -> None:
    """A topic of two stems, a topic without pictures, a run without contrasts."""
    scores = contrasts(float("nan"), float("nan"), float("nan"), topic="religion")
    table = table_3(measured(made(scores=scores), made("old")))
    assert row(table, "Religion and spirituality")["org/model: Holm"] == "too few"
    assert row(table, "Race and ethnicity")["org/model: Holm"] == "—"
    assert row(table, "Race and ethnicity")["old: p"] == "not in this run"
    assert [r["status"] for r in table.records] == [
        *("too few", "no pairs"),
        *("not in this run", "not in this run"),
    ]


def test_the_published_p_is_of_the_printed_options() -> None:
    """A run has it in that reading only; the other reading shows the same number."""
    where = {"contrast": "images-country", "topic": "politics"}
    holm = score("js_similarity_gain_p_holm", 0.5, where)
    published = score("js_similarity_gain_p_published", 0.125, where, reading="printed")
    table = table_3(measured(made(values=long(), scores=(holm, published))))
    assert row(table, "Politics and policy")["org/model: bootstrap p"] == "0.125"


def test_table_3_does_not_call_a_missing_p_too_few() -> None:
    """Enough stems, but the run has p-values of another topic only."""
    run = made(values=long(), scores=contrasts(0.1, 0.1, 0.1, topic="religion"))
    table = table_3(measured(run))
    assert row(table, "Politics and policy")["org/model: Holm"] == "not in this run"
    assert table.records[0]["status"] == "not in this run"


def own(run_name: str, **mass: float) -> Run:
    """A run with scores on ordered scales, and one question left open."""
    left_open = {"n": 9, "n_missing": 4, "n_unanswered": 1}
    scores = [
        score("w1_similarity", 0.85, {}, low=0.8, high=0.9, **left_open),
        score("w1_similarity", 0.875, {"country": "NGA"}),
        score("w1_similarity", 0.8, {"proxy": "country"}),
        score("w1_floor_uniform", 0.774, {}),
        score("w1_ceiling_population", 0.99, {}),
        score("w1_skill_world_average", -0.7, {}),
        score("js_similarity", 0.7, {}, **left_open),
        score("js_similarity_all_asked", 0.65, {}, n=10, n_missing=3, n_unanswered=1),
        score("js_similarity_items", 0.72, {}),
        score("ceiling_population", 0.983, {}),
        score("ceiling_two_samples", 0.976, {}),
        score("option_mass", mass.get("mass", 0.9), {}, reading=""),
    ]
    return made(run_name, scores=tuple(scores))


def test_table_4_has_ordered_scales_with_their_own_floors() -> None:
    """By country and under the country prompt, whatever reading the report is in."""
    readings: tuple[ReadingName, ...] = ("substantive", "printed")
    for reading in readings:
        table = table_4(measured(own("org/model"), reading=reading))
        assert isinstance(table, Table)
        main = row(table, "org/model", "W1 similarity")
        assert (main["Nigeria"], main["United States"], main["all"]) == ("0.875", "—", "0.850")
        assert row(table, "org/model", "W1 similarity, country prompt")["all"] == "0.800"
        assert row(table, "org/model", "floor: uniform")["all"] == "0.774"
        assert row(table, "org/model", "skill")["all"] == "-0.700"
        (whole, *_) = (r for r in table.records if not r["country"] and not r["condition"])
        assert (whole["low"], whole["high"], whole["reading"]) == (0.8, 0.9, "substantive")
    assert isinstance(table_4(measured(made())), NoView)


def test_table_5_tells_unasked_from_unanswered() -> None:
    """Both similarities, counts and ceilings; an option mass of nearly nothing is bold."""
    table = table_5(measured(own("org/a"), own("org/b", mass=1e-6)))
    assert isinstance(table, Table)
    assert list(row(table, "org/a").values()) == [
        *("org/a", "0.700", "0.650", "0.720", "0.983", "0.976", "9", "3", "1", "0.900")
    ]
    last = [line[-1] for group in table.groups for line in group]
    assert [(cell.text, cell.bold) for cell in last] == [("0.900", False), ("1e-06", True)]
    assert isinstance(table_5(measured(made())), NoView)


@pytest.mark.parametrize("build", [table_1, table_2, table_3])
def test_csv_has_full_precision(build: object) -> None:
    """A number read back is the number itself; a missing one is empty."""
    table = build(measured(made()))  # type: ignore[operator]
    read = list(csv.DictReader(io.StringIO(csv_text(table.records))))
    assert len(read) == len(table.records)
    for line, record in zip(read, table.records, strict=True):
        for name, value in record.items():
            if isinstance(value, float):
                assert line[name] == "" if value != value else float(line[name]) == value
