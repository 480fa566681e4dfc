"""Label Studio's exports: what version 1.23.2 wrote, in both forms, and what is not an export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.images.label_studio import Annotation, local_file, read_export

DATA = {"study": "f46ce4770bdf", "rater": "r01", "item": "s022", "story": "quiet hand walked"}
# Taken from a server's own export, with fewer questions; times and counters are as it wrote them.
EXPORT = [
    {
        "id": 1,
        "annotations": [
            {
                "id": 1,
                "completed_by": 1,
                "result": [
                    {
                        "from_name": "respect",
                        "to_name": "story",
                        "type": "choices",
                        "value": {"choices": ["2"]},
                    },
                    {
                        "from_name": "coherence",
                        "to_name": "story",
                        "type": "choices",
                        "value": {"choices": ["5"]},
                    },
                ],
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-11-21T18:53:51.434358Z",
                "lead_time": 42.0,
                "task": 1,
                "project": 1,
            }
        ],
        "drafts": [],
        "predictions": [],
        "data": DATA,
        "meta": {},
        "total_annotations": 1,
        "cancelled_annotations": 0,
        "project": 1,
    },
    {
        "id": 2,
        "annotations": [{"id": 4, "completed_by": 1, "result": [], "was_cancelled": True}],
        "data": {**DATA, "item": "s007"},
    },
    {"id": 3, "annotations": [], "data": {**DATA, "item": "s009"}},
]
MINIMAL = [
    {
        **DATA,
        "id": 1,
        "respect": "2",
        "coherence": "5",
        "annotator": 1,
        "annotation_id": 1,
        "created_at": "2026-11-21T18:53:51.434358Z",
        "lead_time": 42.0,
    }
]


def written(path: Path, content: object) -> Path:
    """The content as a file."""
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_the_full_export_is_read(tmp_path: Path) -> None:
    """Tasks with their data; answered, skipped and untouched ones."""
    found = read_export(written(tmp_path / "export.json", EXPORT))
    assert [task.data["item"] for task in found] == ["s022", "s007", "s009"]
    values = {"respect": ("2",), "coherence": ("5",)}
    assert found[0].annotations == (Annotation(account="1", values=values),)
    assert found[1].annotations == (Annotation(account="1", values={}, skipped=True),)
    assert found[2].annotations == ()


def test_the_minimal_export_is_read(tmp_path: Path) -> None:
    """One annotation a row, the tags among the fields."""
    (task,) = read_export(written(tmp_path / "export.json", MINIMAL))
    (annotation,) = task.annotations
    assert (task.data["item"], annotation.account) == ("s022", "1")
    assert annotation.values["respect"] == ("2",)


def test_other_tags_have_values_too(tmp_path: Path) -> None:
    """Stars, numbers, texts and several choices; an account with its address is its number."""
    kinds = [{"rating": 4}, {"number": 2.5}, {"text": ["nice", "story"]}, {"choices": ["a", "b"]}]
    results = [{"from_name": f"t{i}", "value": value} for i, value in enumerate(kinds)]
    account = {"id": 7, "email": "nobody@example.invalid"}
    task = {"data": DATA, "annotations": [{"completed_by": account, "result": results}]}
    (found,) = read_export(written(tmp_path / "export.json", [task]))
    assert found.annotations[0] == Annotation(
        account="7",
        values={"t0": (4,), "t1": (2.5,), "t2": ("nice", "story"), "t3": ("a", "b")},
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("no json", "is not JSON"),
        ({"tasks": []}, "is not a JSON export"),
        ([3], "is not a JSON export"),
        ([{"data": DATA}], "is not a JSON export"),
        ([{"data": [], "annotations": []}], "is not a JSON export"),
        ([{"data": DATA, "annotations": {}}], "is not a JSON export"),
        ([{"data": DATA, "annotations": [{"result": [{"from_name": "a"}]}]}], "is not a JSON"),
        ([{"data": DATA, "annotations": [{"result": [{"from_name": "a", "value": 3}]}]}], "is not"),
    ],
)
def test_anything_else_is_told(tmp_path: Path, content: object, sentence: str) -> None:
    """With the file's name."""
    path = written(tmp_path / "export.json", content)
    with pytest.raises(DataProblem, match=sentence) as caught:
        read_export(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(DataProblem, match="cannot be read"):
        read_export(tmp_path / "nothing.json")


def test_addresses_are_quoted() -> None:
    """A picture's name may hold anything."""
    assert local_file("a b/ü&x.png") == "/data/local-files/?d=a%20b/%C3%BC%26x.png"
