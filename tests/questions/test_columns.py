"""`benchmark.questions.columns`: pairs, files and ready mappings."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import CultureError
from benchmark.questions.columns import FIELDS, OPTIONAL, columns_of, ready
from benchmark.questions.reading import load_questions
from tests.questions.writing import row, write

FILE = """
[columns]
question = "text"
options = ["one", "two"]
[constants]
split = "test"
[country]
"Nippon" = "JPN"
[category]
"things to eat" = "snacks"
"""


def test_pairs_name_columns_and_options_may_have_one_each(tmp_path: Path) -> None:
    """``options=A+B`` takes the options from columns of their own."""
    changed = row(options=None, question=None, text="Which?", one="Onigiri", two="Mochi")
    folder = write(tmp_path / "set", changed)
    columns = columns_of("question=text, options=one+two")
    found = load_questions(folder, columns, cache=tmp_path)
    assert (found.questions[0].text, found.questions[0].options) == ("Which?", ("Onigiri", "Mochi"))


def test_file_brings_constants_and_what_words_mean(tmp_path: Path) -> None:
    """A set's own category is taken as the mapping has it."""
    (tmp_path / "map.toml").write_text(FILE, encoding="utf-8")
    changed = row(
        options=None,
        question=None,
        split=None,
        text="Which?",
        one="Onigiri",
        two="Mochi",
        country="nippon",
        category="Things to eat",
    )
    folder = write(tmp_path / "set", changed)
    found = load_questions(folder, columns_of(str(tmp_path / "map.toml")), cache=tmp_path)
    question = found.questions[0]
    assert (question.country, question.category, question.split) == ("JPN", "snacks", "test")


def test_ready_mappings_can_all_be_read_and_name_every_needed_field() -> None:
    """Nothing that ships with the project is broken."""
    for name in ready():
        columns = columns_of(name)
        named = {*columns.columns, *columns.constants}
        assert set(FIELDS) - set(OPTIONAL) <= named, name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cvqaa", ("unknown mapping 'cvqaa'", "cvqa")),
        ("kwestion=text", ("unknown field 'kwestion'", "did you mean question")),
        ("question=", ("no column for 'question'",)),
        ("answer=a+b", ("2 columns for 'answer'",)),
        ("absent.toml", ("absent.toml", "cannot be read")),
    ],
)
def test_bad_mapping_is_one_sentence(text: str, words: tuple[str, ...]) -> None:
    """Unknown names have near ones."""
    with pytest.raises(CultureError) as found:
        columns_of(text)
    assert all(word in str(found.value) for word in words), found.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[colums]\n", "unknown table 'colums'"),
        ('[pattern]\nconcept = "("\n', "not a regular expression"),
        ('[pattern]\nconcept = "a"\n', "has no group"),
        ("columns = 3\n", "is not a table"),
        ("a = [", "cannot be read as TOML"),
    ],
)
def test_bad_file_is_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    """It names the file."""
    (tmp_path / "map.toml").write_text(content, encoding="utf-8")
    with pytest.raises(CultureError, match=words) as found:
        columns_of(str(tmp_path / "map.toml"))
    assert "map.toml" in str(found.value)
