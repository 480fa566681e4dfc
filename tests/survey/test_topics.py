"""The fifteen topics, the published labels and a user's own."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.survey.topics import published_topics, read_labels, topic, topics
from benchmark.survey.wording import question_sha

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "topics.csv"


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "labels.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_topics_are_the_papers_fifteen_in_its_order() -> None:
    """Letters A to Q without F and H."""
    assert "".join(found.letter for found in topics().values()) == "ABCDEGIJKLMNOPQ"
    assert list(topics())[:3] == ["social-values", "religion", "science"]


@pytest.mark.parametrize("text", ["gender", "GENDER", "Gender and LGBTQ", "gender and lgbtq"])
def test_a_topic_is_found_by_slug_or_label(text: str) -> None:
    """Case and spacing do not matter."""
    assert topic(text, source="--topics").slug == "gender"


def test_an_unknown_topic_names_near_ones() -> None:
    """The message says where the name came from."""
    with pytest.raises(DataProblem, match=r"'religon' \(--topics\); did you mean religion"):
        topic("religon", source="--topics")


def test_published_labels_are_very_uneven() -> None:
    """117 of 290 questions are methodological research, one is on social values."""
    counts = Counter(published_topics().values())
    assert counts.total() == 290
    assert counts["methodology"] == 117
    assert counts["social-values"] == 1
    assert set(counts) == set(topics())


@pytest.mark.skipif(not SHARED.exists(), reason="the reference data is not on this machine")
def test_the_shipped_table_holds_the_published_labels() -> None:
    """Every question of the authors' list is found by its wording alone."""
    with SHARED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        slug = published_topics()[question_sha(row["question"])]
        assert topics()[slug].label == row["topic"]


def test_a_users_table_takes_wording_or_digest_and_slug_or_label(tmp_path: Path) -> None:
    """Either column identifies a question; an empty digest falls back on the wording."""
    sha = question_sha("Coffee?")
    path = _file(
        tmp_path,
        "sha256,question,topic",
        f"{sha},,Economy and work",
        ",Tea or milk?,security",
    )
    assert read_labels(path) == {sha: "economy", question_sha("tea, or milk"): "security"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["question,topic", "Tea?,econmy"],
            r"'econmy' \(labels.csv, row 1\); did you mean econ",
        ),
        (["question,subject", "Tea?,economy"], "found question, subject"),
        (["question,topic"], "found no rows"),
        (["sha256,topic", "abc,economy"], r"sha256 'abc' \(labels.csv, row 1\) is not 64"),
        (["question,topic", '"Tea?,economy'], "cannot be read"),
    ],
)
def test_a_bad_table_is_one_clear_sentence(tmp_path: Path, lines: list[str], message: str) -> None:
    """Each mistake names the file, the row and the value."""
    with pytest.raises(DataProblem, match=message):
        read_labels(_file(tmp_path, *lines))


def test_a_missing_table_is_one_clear_sentence(tmp_path: Path) -> None:
    """The path is in the message."""
    with pytest.raises(DataProblem, match=r"nowhere.csv cannot be read"):
        read_labels(tmp_path / "nowhere.csv")
