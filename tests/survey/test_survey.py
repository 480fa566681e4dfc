"""The survey reader: both layouts, what it repairs, what it drops and how it says so."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from benchmark.errors import DataProblem
from benchmark.survey.csv_file import _literal
from benchmark.survey.survey import SAMPLE, Question, Survey, load_survey, with_design_effect
from benchmark.survey.topics import topics
from benchmark.survey.wording import question_sha
from benchmark.world.countries import countries

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "global_opinions.csv"
TEN = ("BRA", "CHN", "FRA", "ITA", "MEX", "NGA", "PAK", "KOR", "USA", "VNM")
needs_data = pytest.mark.skipif(not SHARED.exists(), reason="reference data not on this machine")
HEADER = ("question", "selections", "options", "source")
OPTIONS = "['Yes', 'No', \"Don't know\"]"
Row = tuple[str, str, str, str]


def _selections(shares: str) -> str:
    return f"defaultdict(<class 'list'>, {{{shares}}})"


def _row(shares: str = "'Brazil': [0.5, 0.4, 0.1]", text: str = "Tea?") -> Row:
    return (text, _selections(shares), OPTIONS, "WVS")


GOOD = _row("'Brazil': [0.5, 0.4, 0.1]", "Is there any good tea?")


def _file(folder: Path, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Path:
    path = folder / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def _problems(survey: Survey) -> dict[str, int]:
    return {problem.kind: problem.count for problem in survey.problems}


def _only(survey: Survey) -> Question:
    (question,) = survey.questions
    return question


# --- what is read --------------------------------------------------------------------------


def test_a_row_becomes_a_question(tmp_path: Path) -> None:
    """Shares by ISO3 code, the mask, a source that can be cited, nothing to report."""
    survey = load_survey(_file(tmp_path, GOOD))
    question = _only(survey)
    assert question.options == ("Yes", "No", "Don't know")
    assert question.substantive == (True, True, False)
    assert question.human == {"BRA": (0.5, 0.4, 0.1)}
    assert question.respondents == {}
    assert "GlobalOpinionQA" in question.source
    assert survey.problems == ()
    assert survey.countries() == {"BRA"}


def test_mixed_options_become_text(tmp_path: Path) -> None:
    """Numbers lose a needless decimal, wrapped text its quotes."""
    row = ("Tea?", _selections("'Italy': [0.25] * 4"), "[1.0, 2, '\"Dont belong\"', 'x']", "WVS")
    row = (row[0], row[1].replace("[0.25] * 4", "[0.25, 0.25, 0.25, 0.25]"), row[2], row[3])
    question = _only(load_survey(_file(tmp_path, row)))
    assert question.options == ("1", "2", "Dont belong", "x")


def test_only_rows_of_the_source_are_kept_and_the_others_noted(tmp_path: Path) -> None:
    """Another source is not a problem; without a source all rows are kept."""
    other = (*_row(text="Milk?")[:3], "GAS")
    path = _file(tmp_path, GOOD, other, other)
    survey = load_survey(path)
    assert len(survey.questions) == 1
    assert survey.problems == ()
    assert {(n.kind, n.count) for n in survey.notes} == {
        ("row from a source other than WVS", 2),
        ("question without a topic label", 1),
    }
    assert len(load_survey(path, source=None).questions) == 2


def test_text_is_never_evaluated(tmp_path: Path) -> None:
    """A cell with a call in it is malformed, and the call does not happen."""
    trap = tmp_path / "trap"
    row = ("Tea?", f"defaultdict(list, {{'Brazil': [open({str(trap)!r}, 'w')]}})", OPTIONS, "WVS")
    survey = load_survey(_file(tmp_path, GOOD, row))
    assert _problems(survey) == {"malformed selections": 1}
    assert not trap.exists()


@given(
    st.dictionaries(
        st.text(alphabet=st.characters(codec="utf-8")),
        st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers()),
    )
)
def test_the_quick_parser_agrees_with_literal_eval(shares: dict[str, list[float]]) -> None:
    """Whatever Python prints of labels and numbers comes back, whichever parser takes it."""
    assert _literal(repr(shares)) == shares


# --- what is dropped and reported ----------------------------------------------------------


@pytest.mark.parametrize(("n_options", "problems"), [(26, {}), (27, {"more than 26": 1})])
def test_a_question_with_more_options_than_letters_is_left_out(
    tmp_path: Path, n_options: int, problems: dict[str, int]
) -> None:
    """Labels end at Z; what cannot be asked is reported here, and does not end a run later."""
    shares = f"'Brazil': {[1.0] + [0.0] * (n_options - 1)}"
    long = ("Milk?", _selections(shares), str([f"o{n}" for n in range(n_options)]), "WVS")
    survey = load_survey(_file(tmp_path, GOOD, long))
    assert len(survey.questions) == 2 - len(problems)
    assert _problems(survey) == {f"question with {k} options": n for k, n in problems.items()}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("[0.5, 0.5]", "not as many shares as options"),
        ("[1.2, -0.2, 0.0]", "negative share"),
        ("[0.5, nan, 0.5]", "share that is not a number"),
        ("[0.5, None, 0.5]", "share that is not a number"),
        ("[0.5, True, 0.5]", "share that is not a number"),
        ("[0.5, inf, 0.5]", "share that is not a number"),
        ("[0.5, 1e999, 0.5]", "share that is not a number"),
        (f"[0.5, {10**400}, 0.5]", "share that is not a number"),
        ("[0.0, 0.0, 0.0]", "all shares zero"),
        ("[0.5, 0.5, 0.1]", "shares do not sum to 1"),
        ("[0.5, 0.3, 0.1]", "shares do not sum to 1"),
    ],
)
def test_a_bad_cell_is_dropped_and_counted(tmp_path: Path, cell: str, kind: str) -> None:
    """The other countries of the row stay; the example names question and country."""
    survey = load_survey(_file(tmp_path, _row(f"'Brazil': {cell}, 'Italy': [0.5, 0.4, 0.1]")))
    question = _only(survey)
    assert set(question.human) == {"ITA"}
    (problem,) = survey.problems
    assert (problem.kind, problem.count) == (kind, 1)
    assert problem.example == f"question {question.question_id}, Brazil"


def test_rounded_shares_are_renormalised(tmp_path: Path) -> None:
    """A sum within one percent of 1 is rounding and no problem."""
    survey = load_survey(_file(tmp_path, _row("'Brazil': [0.5, 0.4, 0.107]")))
    assert _only(survey).human["BRA"] == pytest.approx((0.5 / 1.007, 0.4 / 1.007, 0.107 / 1.007))
    assert survey.problems == ()


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("[0.25, 0.74]", (25 / 99, 74 / 99)),
        ("[0.26, 0.75]", (26 / 101, 75 / 101)),
        ("[0.57, 0.42]", (57 / 99, 42 / 99)),
        ("[0.249, 0.74]", None),
        ("[0.2601, 0.75]", None),
    ],
)
def test_whole_percent_may_miss_one_by_one_percent(
    tmp_path: Path, cell: str, kept: tuple[float, ...] | None
) -> None:
    """0.99 and 1.01 are within it, whatever their floats add up to; 0.989 and 1.0101 are not."""
    row = ("Tea?", _selections(f"'Brazil': {cell}, 'Italy': [0.5, 0.5]"), "['Yes', 'No']", "WVS")
    found = _only(load_survey(_file(tmp_path, row))).human.get("BRA")
    assert found == (None if kept is None else pytest.approx(kept))


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ("['Yes', 'Yes', 'No']", "two options that read the same"),
        ("['Yes', ' \"yes\" ', 'No']", "two options that read the same"),
        ("['Yes', '', 'No']", "an option without words"),
        ("['Yes', '  ', 'No']", "an option without words"),
    ],
)
def test_options_that_cannot_be_told_apart_set_their_question_aside(
    tmp_path: Path, options: str, kind: str
) -> None:
    """Whose share is whose cannot be known; counted, with the reason and an example."""
    row = ("Tea?", _selections("'Brazil': [0.5, 0.4, 0.1]"), options, "WVS")
    survey = load_survey(_file(tmp_path, GOOD, row))
    assert _problems(survey) == {f"question with {kind}": 1}
    assert _only(survey).text == GOOD[0]


def test_one_substantive_option_is_worth_knowing(tmp_path: Path) -> None:
    """The question stays, for the printed reading; a note says so."""
    row = ("Tea?", _selections("'Brazil': [0.5, 0.5]"), "['Yes', \"Don't know\"]", "WVS")
    survey = load_survey(_file(tmp_path, GOOD, row))
    assert len(survey.questions) == 2
    assert survey.problems == ()
    assert "fewer than two substantive options" in " ".join(note.kind for note in survey.notes)


# --- how many respondents the figures are worth ------------------------------------------------


def test_a_column_says_what_weighting_costs(tmp_path: Path) -> None:
    """It divides the number of respondents; what is not such a number is counted and not used."""
    header = (*HEADER, "design_effect")
    texts = ("1.5", "", "0.5", "many")
    rows = [(*_row(text=f"Is tea {i}?"), text) for i, text in enumerate(texts)]
    survey = load_survey(_file(tmp_path, *rows, header=header))
    found = {q.text: q.respondents_of("BRA") for q in survey.questions}
    assert found == {f"Is tea {i}?": n for i, n in enumerate((800, 1200, 1200, 1200))}
    assert _problems(survey) == {"design effect that is not a number of at least 1, not used": 2}


def test_a_number_for_the_run_fills_what_the_file_leaves_open(tmp_path: Path) -> None:
    """And makes it another survey to compare runs on; said twice it is the same."""
    header = (*HEADER, "design_effect")
    rows = [(*_row(), "1.5"), (*GOOD, "")]
    survey = load_survey(_file(tmp_path, *rows, header=header))
    weighted = with_design_effect(survey, 2.0)
    found = {q.text: q.respondents_of("BRA") for q in weighted.questions}
    assert found == {"Tea?": 800, GOOD[0]: 600}
    assert weighted.digest != survey.digest
    assert with_design_effect(weighted, 2.0) is weighted


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (("Tea?", "[0.5, 0.5]", OPTIONS, "WVS"), "malformed selections"),
        (("Tea?", "nothing", OPTIONS, "WVS"), "malformed selections"),
        (("Tea?", "{'Brazil': 0.5}", OPTIONS, "WVS"), "malformed selections"),
        (("Tea?", "{'Brazil': [0.5", OPTIONS, "WVS"), "malformed selections"),
        (("Tea?", "{" * 5000 + "}", OPTIONS, "WVS"), "malformed selections"),
        (("Tea?", _selections("'Italy': [1.0]"), "'Yes'", "WVS"), "malformed options"),
        (("Tea?", _selections("'Italy': [1.0]"), "['Yes']", "WVS"), "malformed options"),
        (("Tea?", _selections("'Italy': [1.0]"), "", "WVS"), "malformed options"),
        (("?!", _selections("'Italy': [1.0]"), OPTIONS, "WVS"), "question without words"),
        (("Tea?", _selections("'Italy': [1.0]")), "malformed row"),
        ((*_row(), "more"), "malformed row"),
    ],
)
def test_a_malformed_row_is_dropped_and_counted(
    tmp_path: Path, row: tuple[str, ...], kind: str
) -> None:
    """The rest of the file is read; the example names the row."""
    survey = load_survey(_file(tmp_path, GOOD, row))
    assert len(survey.questions) == 1
    (problem,) = survey.problems
    assert (problem.kind, problem.count, problem.example) == (kind, 1, "row 2")


def test_labels_that_are_no_whole_country_are_left_out_and_reported(tmp_path: Path) -> None:
    """Parts of countries, other samples and unknown labels each have their own line."""
    labels = ("Northern Ireland", "Chad (Non-national sample)", "Atlantis", "S. Korea")
    survey = load_survey(_file(tmp_path, _row(", ".join(f"'{x}': [1.0, 0, 0]" for x in labels))))
    assert survey.countries() == {"KOR"}
    assert sum(_problems(survey).values()) == 3
    assert "country label left out: unknown country label" in _problems(survey)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_labels_of_one_country_the_stated_one_wins(tmp_path: Path, order: int) -> None:
    """The English name goes before an abbreviation in whatever order the row has them."""
    cells = ["'South Korea': [1.0, 0.0, 0.0]", "'S. Korea': [0.0, 1.0, 0.0]"][::order]
    survey = load_survey(_file(tmp_path, _row(", ".join(cells))))
    assert _only(survey).human == {"KOR": (1.0, 0.0, 0.0)}
    assert _problems(survey) == {"second label of one country": 1}


def test_one_wording_with_other_options_makes_two_questions_of_one_stem(tmp_path: Path) -> None:
    """Only the same wording with the same options is a duplicate."""
    other = ("Tea?", _selections("'Italy': [0.5, 0.5]"), "['Yes', 'No']", "WVS")
    survey = load_survey(_file(tmp_path, _row(), other))
    assert len({q.question_id for q in survey.questions}) == 2
    assert len({q.stem for q in survey.questions}) == 1
    assert survey.problems == ()


def test_of_duplicate_rows_the_one_with_more_countries_stays(tmp_path: Path) -> None:
    """File order does not decide."""
    full = _row("'Brazil': [1.0, 0, 0], 'Italy': [1.0, 0, 0]", "tea")
    for rows in ((_row(), full, _row()), (full, _row(), _row())):
        survey = load_survey(_file(tmp_path, *rows))
        assert _only(survey).human.keys() == {"BRA", "ITA"}
        assert _problems(survey) == {"duplicate question": 2}


# --- what is fatal -------------------------------------------------------------------------


def test_a_missing_column_is_named_with_the_found_ones(tmp_path: Path) -> None:
    """The message says what the layout is."""
    path = _file(tmp_path, ("Tea?", "{}", "WVS"), header=("question", "answers", "source"))
    with pytest.raises(
        DataProblem, match=r"lacks the columns selections, options; found 'question, answers, sou"
    ):
        load_survey(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "lacks the columns"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not readable as CSV"),
        (b'question,selections,options,source\n"Tea?,{},[],WVS\n', "not readable as CSV"),
        (b"{}", "lacks the columns"),
        (b"question,selections,options,source\n", "has no usable question .* found no row"),
        (b"question,selections,options,source\nTea?,x,[],WVS\n", "malformed options: 1"),
        (b"question,selections,options,source\nTea?,x,[],GAS\n", "a source other than WVS: 1"),
    ],
)
def test_a_file_that_is_no_survey_is_one_clear_sentence(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """Empty, binary, torn, other text, and a survey of which nothing can be used."""
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    with pytest.raises(DataProblem, match=message) as caught:
        load_survey(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """Both name the path and the way out."""
    with pytest.raises(DataProblem, match=r"does not exist; give a CSV file .* --survey sample"):
        load_survey(tmp_path / "nowhere.csv")
    with pytest.raises(DataProblem, match="is a folder"):
        load_survey(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not readable as JSON"),
        ("[]", "schema_version None"),
        ('{"schema_version": 99}', "schema_version 99, but this reader knows 1"),
        ('{"schema_version": 1}', "field 'questions' should be a list"),
        (
            '{"schema_version": 1, "name": "x", "licence": "x", "questions": [{"text": 3}]}',
            "question 1: field 'text' should be a str, found 3",
        ),
    ],
)
def test_json_of_another_shape_is_one_clear_sentence(
    tmp_path: Path, content: str, message: str
) -> None:
    """The field and the value are named."""
    path = tmp_path / "survey.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataProblem, match=message):
        load_survey(path)


# --- identity ------------------------------------------------------------------------------


def test_file_order_changes_neither_ids_nor_digest(tmp_path: Path) -> None:
    """Questions are sorted by an id that depends on the wording alone."""
    rows = [_row(text=f"Is number {n} good?") for n in range(20)]
    first = load_survey(_file(tmp_path, *rows))
    rows = rows[1::2] + rows[::2]
    second = load_survey(_file(tmp_path, *rows))
    assert first.questions == second.questions
    assert first.digest == second.digest
    assert first.revision != second.revision


def test_the_digest_changes_with_a_share_and_with_a_topic(tmp_path: Path) -> None:
    """Everything a figure depends on is in it; the file's name is not."""
    plain = load_survey(_file(tmp_path, GOOD))
    moved = tmp_path / "elsewhere.csv"
    moved.write_bytes((tmp_path / "survey.csv").read_bytes())
    labels = tmp_path / "labels.csv"
    labels.write_text(f'question,topic\n"{GOOD[0]}",security\n', encoding="utf-8")
    other_share = _row("'Brazil': [0.5, 0.39999, 0.10001]", GOOD[0])
    assert load_survey(moved).digest == plain.digest
    labelled = load_survey(moved, topic_labels=labels)
    assert _only(labelled).topic == "security"
    assert labelled.digest != plain.digest
    assert load_survey(_file(tmp_path, other_share)).digest != plain.digest


def test_a_label_of_a_question_that_is_not_in_the_file_is_noted(tmp_path: Path) -> None:
    """A typing mistake in the user's table shows."""
    labels = tmp_path / "labels.csv"
    labels.write_text("question,topic\nMilk?,security\n", encoding="utf-8")
    survey = load_survey(_file(tmp_path, GOOD), topic_labels=labels)
    assert "topic label of an absent question" in {note.kind for note in survey.notes}


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_a_kept_distribution_sums_to_one(
    tmp_path_factory: pytest.TempPathFactory, shares: list[float]
) -> None:
    """Whatever the cell, a country is either out or has probabilities."""
    path = _file(tmp_path_factory.mktemp("s"), GOOD, _row(f"'Italy': {shares}"))
    for question in load_survey(path).questions:
        for p in question.human.values():
            assert math.isclose(sum(p), 1, abs_tol=1e-12)
            assert min(p) >= 0


# --- the embedded sample -------------------------------------------------------------------


def test_the_sample_covers_all_topics_and_the_ten_countries_without_a_problem() -> None:
    """At least 48 questions, every topic, every one of the ten countries."""
    survey = load_survey(SAMPLE)
    assert survey.name == "sample"
    assert len(survey.questions) >= 48
    assert {q.topic for q in survey.questions} == set(topics())
    assert survey.countries() >= set(TEN)
    assert survey.countries() <= set(countries())
    assert survey.problems == ()
    assert "CC BY-NC-SA" in survey.licence


def test_the_sample_has_cells_with_enough_stems_for_an_interval() -> None:
    """Six or more stems in some topic and country, DESIGN §6."""
    stems = defaultdict(set)
    for question in load_survey(SAMPLE).questions:
        for iso3 in set(TEN) & question.human.keys():
            stems[question.topic, iso3].add(question.stem)
    assert sum(len(found) >= 6 for found in stems.values()) >= 6


def test_every_sample_item_cites_its_source_and_keeps_its_non_answers() -> None:
    """The printed reading needs the options that are not opinions."""
    for question in load_survey(SAMPLE).questions:
        assert "Durmus et al. 2023" in question.source
        assert sum(question.substantive) >= 2
        assert not all(question.substantive)


@needs_data
def test_the_sample_has_the_published_shares_and_none_of_the_wording() -> None:
    """Rounded to four decimals, country by country, stems as in the original."""
    original = {question_sha(q.text): q for q in load_survey(SHARED).questions}
    for item in json.loads(SAMPLE.read_text(encoding="utf-8"))["questions"]:
        source = original[item["row"]]
        assert item["stem"] == source.stem
        assert item["topic"] == source.topic
        assert item["shares"].keys() == source.human.keys()
        assert item["text"] not in source.text
        for iso3, shares in item["shares"].items():
            p = np.array(shares) / sum(shares)
            np.testing.assert_allclose(p, source.human[iso3], atol=1e-3)


# --- on real input -------------------------------------------------------------------------


@needs_data
def test_the_reference_file_is_read_as_counted_by_hand() -> None:
    """271 rows of the World Values Survey, of which one has no usable country."""
    survey = load_survey(SHARED)
    assert len(survey.questions) == 270
    assert len(survey.countries()) == 89
    problems = _problems(survey)
    assert problems["shares do not sum to 1"] == 1
    assert problems["all shares zero"] == 17
    assert problems["not as many shares as options"] == 4
    notes = {note.kind: note.count for note in survey.notes}
    assert notes["row from a source other than WVS"] == 1639
    assert notes["question without a topic label"] == 23


@needs_data
def test_the_stem_rule_finds_the_cells_that_rest_on_one_battery() -> None:
    """35 of 111 topic-by-country cells have a single stem, DESIGN §6."""
    stems = defaultdict(set)
    for question in load_survey(SHARED).questions:
        for iso3 in set(TEN) & question.human.keys() if question.topic in topics() else ():
            stems[question.topic, iso3].add(question.stem)
    assert len(stems) == 111
    assert sum(len(found) == 1 for found in stems.values()) == 35


@needs_data
@pytest.mark.parametrize(
    ("substantive", "uniform", "others", "everybody"),
    [(True, 0.74, 0.84, 0.85), (False, 0.54, 0.82, 0.83)],
)
def test_floors_on_the_reference_file_land_where_the_design_says(
    substantive: bool,
    uniform: float,
    others: float,
    everybody: float,
) -> None:
    """Mean 1 - distance of ten countries to uniform and to the other countries' mean (SciPy)."""
    found: dict[str, list[float]] = {"uniform": [], "others": [], "everybody": []}
    for question in load_survey(SHARED).questions:
        mask = np.array(question.substantive) | (not substantive)
        kept = {c: np.array(p)[mask] for c, p in question.human.items()}
        kept = {c: p / p.sum() for c, p in kept.items() if p.sum() > 0}
        for iso3 in set(TEN) & kept.keys():
            p, rest = kept[iso3], [q for c, q in kept.items() if c != iso3]
            found["uniform"].append(1 - jensenshannon(p, np.ones_like(p)))
            if rest:
                found["others"].append(1 - jensenshannon(p, np.mean(rest, axis=0)))
                found["everybody"].append(1 - jensenshannon(p, np.mean([*rest, p], axis=0)))
    got = [float(np.mean(found[name])) for name in ("uniform", "others", "everybody")]
    assert got == pytest.approx([uniform, others, everybody], abs=0.006)
