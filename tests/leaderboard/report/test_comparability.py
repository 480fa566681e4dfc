"""`side_by_side`: who may stand beside whom, under which label, with which warning."""

from __future__ import annotations

import pytest

from benchmark.errors import BoardProblem
from leaderboard.report.comparability import differences
from tests.leaderboard.report.made_up import RANDOM, REFERENCE, made, measured
from tests.leaderboard.samples import identity


def config(survey: str = "f" * 64, **more: object) -> dict[str, object]:
    """A configuration over a survey."""
    return {"survey": {"name": "sample", "digest": survey}, **more}


def labels(*runs: object) -> list[str]:
    """The labels of runs side by side."""
    return [entry.label for entry in measured(*runs)]  # type: ignore[arg-type]


def test_labels_say_what_a_run_is() -> None:
    """Random weights, references and partial runs are marked wherever their name stands."""
    runs = (made(model=RANDOM), made(model=REFERENCE, complete=False), made())
    assert labels(*runs) == [
        "demo (random weights)",
        "reference:uniform (reference, PARTIAL)",
        "org/model",
    ]


def test_labels_are_never_alike() -> None:
    """By configuration, then revision, then a number."""
    other = made(config=config(seed=1), config_digest="b" * 12)
    assert labels(made(config_digest="a" * 12), other) == [
        f"org/model, config {'a' * 12}",
        f"org/model, config {'b' * 12}",
    ]
    newer = made(model=identity(revision="1" * 40), config_digest="a" * 12)
    assert labels(made(config_digest="a" * 12), newer)[1].endswith("revision 111111111111")
    assert labels(made(), made())[1].endswith("no. 2")


def test_a_name_is_one_line_of_printable_text() -> None:
    """Whatever the name holds, a label breaks no row."""
    assert labels(made("a\n|\tb\u202e"), made("\x00")) == ["a | b", "unnamed"]


def test_another_survey_is_refused() -> None:
    """One sentence with both surveys and what to do."""
    with pytest.raises(BoardProblem, match=r"'sample' \(0000.*not comparable; report each survey"):
        measured(made(), made("other", config=config("0" * 64)))


def test_another_suite_is_refused() -> None:
    """Even if it has similarities."""
    with pytest.raises(BoardProblem, match=r"suite 'stories'.*report each suite separately"):
        measured(made(), made("other", suite="stories"))


def test_a_run_without_similarities_is_refused() -> None:
    """With the suite's name; a run without any case says that."""
    with pytest.raises(BoardProblem, match="a report needs a run of value alignment"):
        measured(made(kind="recognition"))
    with pytest.raises(BoardProblem, match="no measured case"):
        measured(made(rows=()))


def test_differences_name_what_was_not_alike() -> None:
    """The model's own settings do not count, data and wording do."""
    one = made(config=config(seed=0, images="a", model={"dtype": "x"}))
    two = made("other", config=config(seed=0, images="b", model={"dtype": "y"}), suite_version="2")
    assert differences(measured(one, two)) == ("images", "suite_version")
    assert differences(measured(one, one)) == ()


def test_written_answers_do_not_stand_beside_probabilities() -> None:
    """Nor eight of them beside four: a few draws of the same answer score lower."""
    eight, four = ({"answers": n, "tokens": 64, "temperature": 1.0} for n in (8, 4))
    with pytest.raises(BoardProblem, match=r"for 8 written answers .* by probabilities"):
        measured(made(config=config()), made("other", config=config(sampled=eight)))
    with pytest.raises(BoardProblem, match="not comparable; report each"):
        measured(made(config=config(sampled=four)), made("other", config=config(sampled=eight)))
    assert len(measured(*[made(config=config(sampled=eight))] * 2)) == 2
