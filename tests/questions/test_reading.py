"""`benchmark.questions.reading`: the documented layout in, a set or one sentence out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmark.errors import DataProblem
from benchmark.questions.columns import SAME, columns_of
from benchmark.questions.question import QuestionSet
from benchmark.questions.reading import load_questions
from tests.questions.writing import row, write


def load(path: Path, mapping: str = "") -> QuestionSet:
    """The set at a path."""
    return load_questions(path, columns_of(mapping), cache=path.parent / "cache")


def refusal(folder: Path, *rows: dict[str, Any], mapping: str = "") -> str:
    """The one sentence that these rows earn."""
    with pytest.raises(DataProblem) as found:
        load(write(folder, *rows), mapping)
    sentence = str(found.value)
    assert "\n" not in sentence
    return sentence


def test_rows_become_questions_sorted_by_id_that_share_pictures(tmp_path: Path) -> None:
    """Names, labels and letters are understood; two questions on a picture have one entry."""
    found = load(
        write(
            tmp_path / "set",
            row(id="b", answer="c", country="South Korea", category="Famous Landmarks"),
            row(id="a", answer=1, question_type="Scene reasoning", concept=None, licence=None),
        )
    )
    first, second = found.questions
    assert (first.question_id, first.answer, first.question_type) == ("a", 1, "scene-reasoning")
    assert (second.answer, second.country, second.category) == (2, "KOR", "landmarks")
    assert (first.concept, list(found.entries)) == ("a.png", ["a.png"])
    assert found.licences == ("CC0-1.0", "not stated")
    assert found.images.open(found.entries["a.png"]).pixels().size == (8, 8)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"country": "Jappan"}, ("line 1", "'Jappan'", "did you mean Japan")),
        ({"category": "foood"}, ("unknown category 'foood'", "did you mean food")),
        ({"question_type": "recognise"}, ("unknown question type", "image-recognition")),
        ({"answer": "Sushi"}, ("'q1'", "'Sushi' is none of the options", "Zongzi")),
        ({"answer": "E"}, ("'E' is none of the options",)),
        ({"answer": 4}, ("4 is not a place among 4 options",)),
        ({"answer": -1}, ("withholds the answers",)),
        ({"answer": True}, ("'True' is none of the options",)),
        ({"options": ["Onigiri"]}, ("1 option, but at least 2",)),
        ({"options": ["Onigiri", ""]}, ("an option is empty",)),
        ({"options": ["Onigiri", "Mochi", "Mochi"]}, ("'Mochi' occurs twice",)),
        ({"options": "Onigiri or Mochi"}, ("options are not a list",)),
        ({"question": "  "}, ("question is empty",)),
        ({"category": None}, ("no column 'category'", "--question-columns category=COLUMN")),
        ({"image": "../a.png"}, ("not a path inside the folder of the questions",)),
        ({"image": "gone/b.png"}, ("gone/b.png is missing", "restore it or drop")),
    ],
)
def test_bad_row_is_one_sentence(
    tmp_path: Path, changes: dict[str, Any], words: tuple[str, ...]
) -> None:
    """It names the row, the value and what to do."""
    sentence = refusal(tmp_path / "set", row(**changes))
    assert all(word in sentence for word in words), sentence


def test_an_id_twice_or_no_question_at_all_is_refused(tmp_path: Path) -> None:
    """Rows are keyed by id, and an empty file is a mistake."""
    assert "'q1' occurs twice" in refusal(tmp_path / "twice", row(), row())
    assert "it holds no question" in refusal(tmp_path / "none")
    with pytest.raises(DataProblem, match=r"is not there; --questions takes"):
        load(tmp_path / "absent")
    (tmp_path / "broken.jsonl").write_text("{\n", encoding="utf-8")
    with pytest.raises(DataProblem, match=r"line 1: not readable as JSON"):
        load(tmp_path / "broken.jsonl")


def test_complaints_are_collected_where_somebody_listens(tmp_path: Path) -> None:
    """The checker sees every bad row, and the good ones become a set all the same."""
    heard: list[str] = []
    folder = write(tmp_path / "set", row(answer="?"), row(id="q2"), row(id="q3", country="X"))
    found = load_questions(
        folder, SAME, cache=tmp_path, complain=lambda problem: heard.append(str(problem))
    )
    assert [question.question_id for question in found.questions] == ["q2"]
    assert ["line 1" in heard[0], "line 3" in heard[1], len(heard)] == [True, True, 2]


def test_digest_moves_with_every_field_and_with_a_picture(tmp_path: Path) -> None:
    """A run's configuration names the set it was measured on."""
    changes: tuple[dict[str, Any], ...] = (
        *({}, {"question": "What?"}, {"answer": "Mochi"}, {"split": "train"}),
        *({"country": "CHN"}, {"concept": "rice"}, {"options": ["Onigiri", "Mochi"]}),
    )
    digests = [
        load(write(tmp_path / str(n), row(**change))).digest for n, change in enumerate(changes)
    ]
    (tmp_path / "0" / "a.png").write_bytes((tmp_path / "0" / "a.png").read_bytes() + b" ")
    digests.append(load(tmp_path / "0").digest)
    assert len(set(digests)) == len(digests)


def png(colour: str) -> bytes:
    """A small picture file."""
    file = io.BytesIO()
    Image.new("RGB", (6, 4), colour).save(file, "PNG")
    return file.getvalue()


def cvqa_table(path: Path, labels: tuple[int, ...] = (2, 0)) -> Path:
    """Two questions on one picture in CVQA's columns."""
    options = [["a", "b", "c", "d"]] * 2
    table = pa.table(
        {
            "image": [{"bytes": png("red"), "path": None}] * 2,
            "ID": ["71_0", "71_1"],
            "Subset": ["('Igbo', 'Nigeria')", "('Korean', 'South Korea')"],
            "Question": ["Gịnị?", "무엇?"],
            "Translated Question": ["What?", "Where?"],
            "Options": [["u", "v", "w", "x"]] * 2,
            "Translated Options": options,
            "Label": list(labels),
            "Category": ["Cooking and food", "Vehicles and Transportation"],
            "License": ["CC BY-SA", None],
        }
    )
    pq.write_table(table, path)
    return path


def test_ready_mappings_read_cvqa_in_english_and_in_its_languages(tmp_path: Path) -> None:
    """Country from the pair, the picture's id from the question's, pictures unpacked once."""
    path = cvqa_table(tmp_path / "test-00000-of-00001.parquet")
    english, local = load(path, "cvqa"), load(path, "cvqa-local")
    first, second = english.questions
    assert (first.text, first.options, first.answer) == ("What?", ("a", "b", "c", "d"), 2)
    assert (first.country, second.country, second.category) == ("NGA", "KOR", "vehicles")
    assert (first.concept, first.split, first.question_type) == ("71", "test", "cultural-knowledge")
    assert (local.questions[1].text, local.questions[1].options[0]) == ("무엇?", "u")
    assert len(english.entries) == 1
    assert english.digest == load(path, "cvqa").digest != local.digest


def test_public_copy_of_cvqa_says_that_it_withholds_the_answers(tmp_path: Path) -> None:
    """Its Label is -1 throughout: nothing could be scored, so nothing is run."""
    path = cvqa_table(tmp_path / "test.parquet", (-1, -1))
    with pytest.raises(DataProblem, match=r"row 1|line 1.*withholds"):
        load(path, "cvqa")


def test_parquet_with_paths_takes_the_split_from_its_name(tmp_path: Path) -> None:
    """As data sets on the Hub do, where no column says it."""
    write(tmp_path / "set", row())
    rows = [row(split=None), row(id="q2", split=None)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "set" / "train-0.parquet")
    found = load(tmp_path / "set" / "train-0.parquet")
    assert {question.split for question in found.questions} == {"train"}
