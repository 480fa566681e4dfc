"""From a recipe to requests: licences, what is said of leaks, what is shown and what is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import DataProblem
from benchmark.finetune.messages import about
from benchmark.finetune.options import Recipe
from benchmark.finetune.preparing import TrainingData, prepare
from benchmark.finetune.saving import Base
from benchmark.models.naming import ModelSpec
from benchmark.models.registry import ModelOptions
from benchmark.questions.checking import check
from benchmark.questions.copies import copies
from benchmark.records import ModelIdentity
from tests.finetune import planted

BASE = Base(
    spec=ModelSpec(kind="demo", name="demo", model_id="demo"),
    identity=ModelIdentity(name="demo", model_id="demo", revision="1", backend="none"),
    options=ModelOptions(),
)


def prepared(tmp_path: Path, *rows: dict[str, Any], **options: object) -> TrainingData:
    """A recipe over these rows."""
    folder = planted.write(tmp_path / "data", *rows)
    recipe = replace(Recipe(model="demo", data=str(folder)), **options)  # type: ignore[arg-type]
    return prepare(recipe, cache=tmp_path)


def test_questions_without_licence_are_refused(tmp_path: Path) -> None:
    """Unless somebody says it."""
    rows = [{**row, "licence": ""} for row in planted.rows(4, split="train")]
    with pytest.raises(DataProblem, match="12 of 12 training questions state no licence"):
        prepared(tmp_path, *rows)
    assert prepared(tmp_path, *rows, data_licence="mine").licences == ("mine",)


def test_leaks_are_said_with_their_number_and_the_first(tmp_path: Path) -> None:
    """One concept of the test split is in training too: three questions on either side."""
    rows = [*planted.rows(6, split="train"), *planted.rows(3, split="test")]
    for row in rows[-3:]:
        row["concept"] = "TRAIN thing, 2"
    lines = about(BASE, prepared(tmp_path, *rows, validation=0.2))
    (fault,) = (line for line in lines if "FAULT" in line)
    assert "3 questions there, so 3 training questions are left out" in fault
    assert "(first: train-2-cultural-knowledge, train thing 2)" in fault
    assert (
        "  train 12 questions (4 concepts), validation 3 (1, none trained on); 12 not used" in lines
    )


def test_a_copy_of_a_picture_under_another_name_is_a_leak(tmp_path: Path) -> None:
    """Byte for byte; in `check` too. One of the same size and other bytes is none."""
    rows = [*planted.rows(6, split="train"), *planted.rows(3, split="test")]
    folder = planted.write(tmp_path / "data", *rows)
    sizes = {path.stat().st_size for path in folder.glob("*.png")}
    assert len(sizes) < 9
    (folder / "test-1.png").write_bytes((folder / "train-4.png").read_bytes())
    found = prepare(Recipe(model="demo", data=str(folder)), cache=tmp_path)
    assert {question.image_id for question in found.parts.leaking} == {"train-4.png"}
    assert found.parts.leaked == 3
    checked = check(found.questions.questions, copies=copies(found.questions))
    (finding,) = (one for one in checked if one.check == "a picture in train and in test")
    assert (finding.count, finding.weight) == (3, "fault")


def test_training_shows_what_the_suite_asks_but_for_order_and_size(tmp_path: Path) -> None:
    """The same rules, question and lead-in; options in the drawn order, the picture shrunk."""
    found = prepared(
        tmp_path, *planted.rows(4, split="train"), validation=0.0, max_image_size=16, epochs=3
    )
    assert len(found.drawn) == 36
    for place, one in enumerate(found.drawn):
        shown, asked = found.at(place), found.as_printed(one.question)
        assert (shown.prompt.lead_in, shown.labels) == (asked.prompt.lead_in, asked.labels)
        assert shown.prompt.prefix[1:] == asked.prompt.prefix[1:]
        assert sorted(shown.prompt.suffix) == sorted(asked.prompt.suffix)
        (small,), (whole,) = shown.prompt.images, asked.prompt.images
        assert (small.pixels().size, whole.pixels().size) == ((16, 16), (24, 24))
        assert (one.order == (0, 1)) is (shown.prompt.suffix == asked.prompt.suffix)
