"""`suites.cultureverse` without pytest: which cells a set gives, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmark.errors import CultureError
from benchmark.records import Choice, Generate, ImageRef
from benchmark.suite.protocol import read_meta
from benchmark.suite.suite_options import with_own
from suites.cultureverse.suite import CultureVerseSuite, build
from tests.questions.writing import row, write
from tests.settings import settings

SUITE = Path(__file__).parents[2] / "suites" / "cultureverse"


def suite(**changes: object) -> CultureVerseSuite:
    """The suite under changed settings, its own options among them."""
    changed = settings(Path("runs"), model="reference:uniform", **changes)
    return build(read_meta(SUITE), with_own(SUITE, changed))


def first_requests(found: CultureVerseSuite, case_id: str) -> Sequence[object]:
    """What the script of a case asks."""
    case = next(case for case in found.select().cases if case.case_id == case_id)
    return next(found.interview(case))


def test_every_question_has_its_controls_and_missing_cells_a_reason() -> None:
    """72 cells of one question, two controls each; the rest of the table is listed as left out."""
    selection = suite().select()
    kinds = [case.kind for case in selection.cases]
    assert (kinds.count("question"), kinds.count("control")) == (72, 144)
    assert len(selection.excluded) == 12 * 11 * 3 - 72
    units = [case.unit for case in selection.cases]
    assert [u for i, u in enumerate(units) if i == 0 or units[i - 1] != u] == sorted(set(units))


def test_a_question_is_asked_with_its_picture_and_blind_in_one_script() -> None:
    """The blind requests are those of the control, so the store has each answer once."""
    found = suite(permutations=2)
    asked = first_requests(found, "cultureverse/ITA/food/cultural-knowledge")
    blind = first_requests(found, "cultureverse/ITA/food/cultural-knowledge/none")
    assert list(asked[2:]) == list(blind)
    seen, turned = asked[:2]
    assert isinstance(seen, Choice)
    assert isinstance(turned, Choice)
    assert [type(part) for part in seen.prompt.prefix] == [ImageRef, str]
    assert seen.prompt.prefix == turned.prompt.prefix
    assert (seen.subject.truth, turned.subject.order) != (turned.subject.truth, ())
    (grey,) = first_requests(suite(), "cultureverse/ITA/food/cultural-knowledge/blank")
    assert isinstance(grey, Choice)
    assert [image.image_id for image in grey.prompt.images] == ["blank"]


def test_written_answers_are_asked_for_behind_the_same_picture() -> None:
    """Step by step, with the letter last, and no lead-in."""
    found = suite(answering="generated", controls=())
    (asked,) = first_requests(found, "cultureverse/ITA/food/cultural-knowledge")
    assert isinstance(asked, Generate)
    assert "Think step by step" in asked.prompt.suffix
    assert (asked.prompt.lead_in, asked.params.max_new_tokens) == ("", 384)


def test_a_set_of_ones_own_is_asked_by_mapping_split_and_limit(tmp_path: Path) -> None:
    """Columns are mapped, training questions left out, and a limit cuts each case."""
    rows = [
        row(id=name, split=split, question_type=None, kind="image-recognition")
        for name, split in (("q2", "test"), ("q1", "test"), ("q0", "train"), ("q3", None))
    ]
    own = {
        "questions": (str(write(tmp_path / "set", *rows)),),
        "question_columns": ("question_type=kind",),
    }
    (case,) = suite(**own, controls=()).select().cases
    assert case.case_id == "cultureverse/JPN/food/image-recognition"

    def asked(**changes: object) -> list[str]:
        requests = first_requests(suite(**own, controls=(), **changes), case.case_id)
        return [one.subject.item_id for one in requests if isinstance(one, Choice)]

    assert asked() == ["q1", "q2", "q3"]  # a question without a split is in every one
    assert asked(limit=1) == ["q1"]
    assert asked(split="train") == ["q0", "q3"]
    assert asked(split="all") == ["q0", "q1", "q2", "q3"]


def test_configuration_moves_with_whatever_changes_a_row(tmp_path: Path) -> None:
    """Two runs are comparable only where it is equal."""
    own = write(tmp_path / "set", row())
    changes: list[dict[str, object]] = [
        {},
        {"questions": (str(own),)},
        {"answering": "generated"},
        {"controls": ()},
        {"split": "all"},
        {"permutations": None},
        {"countries": ("JPN",)},
        {"topics": ("food",)},
    ]
    configs = [str(suite(**change).config()) for change in changes]
    assert len(set(configs)) == len(configs)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"questions": ("absent",)}, ("absent", "is not there", "--questions takes")),
        ({"topics": ("foood",)}, ("unknown category 'foood'", "did you mean food")),
        ({"proxies": ("country",)}, ("unknown question type 'country'", "scene-reasoning")),
        ({"countries": ("Jappan",)}, ("unknown country 'Jappan'", "Japan")),
        ({"split": "train"}, ("--split train", "only in test")),
        ({"language": "sw"}, ("'en'", "--language is 'sw'")),
    ],
)
def test_wrong_settings_are_one_sentence(
    changes: dict[str, object], words: tuple[str, ...]
) -> None:
    """With near names, and what would be right."""
    with pytest.raises(CultureError) as found:
        suite(**changes).select()
    assert all(word in str(found.value) for word in words), found.value
