"""Which country a picture shows: ranks from likelihoods, guesses from text, nothing at random."""

from __future__ import annotations

import math

import pytest

from benchmark.errors import ModelProblem
from benchmark.records import Case, LogLikelihoods, Reply, Text, Vector
from benchmark.scoring.recognition import guesses, recognition_record, recognition_values

NAMES = ("Brazil", "China", "Niger", "Nigeria")


def likelihoods(*p: float) -> Reply:
    """Probabilities of the names as a model's log-likelihoods."""
    total = tuple(math.log(value) for value in p)
    return Reply(key="k", answer=LogLikelihoods(total=total, n_tokens=(2,) * len(p)))


def text(written: str) -> Reply:
    """A generated answer."""
    return Reply(key="k", answer=Text(text=written, finish="stop"))


def test_likelihoods_become_ranks_and_shares() -> None:
    """The third likeliest name is in no top 2, and its share is of the names alone."""
    found = recognition_values(likelihoods(0.1, 0.05, 0.2, 0.05), NAMES, 1)
    assert [found[name] for name in ("top1", "top2", "top5")] == [0, 0, 1]
    assert found["reciprocal_rank"] == 1 / 4  # tied with the last: a tie counts against it
    assert found["p_country"] == pytest.approx(0.05 / 0.4)
    assert found["answer_mass"] == pytest.approx(0.4)


def test_a_uniform_answer_recognises_nothing() -> None:
    """Ties rank the right name last, so knowing nothing is never a hit."""
    found = recognition_values(likelihoods(0.25, 0.25, 0.25, 0.25), NAMES, 0)
    assert found["top1"] == found["top2"] == 0
    assert found["p_country"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{"guesses": ["Nigeria", "Niger", "Brazil"]}', ("Nigeria", "Niger", "Brazil")),
        ('I think ["china", "Atlantis", "CHINA"] fits', ("China",)),
        ('{"country": {"best": "Brazil"}}', ()),  # cut where the inner object ends
        ('{"note": 3} then {"guess": "Brazil"}', ("Brazil",)),
        ("It is Brazil.", ()),
        ('{"guesses": ["Braz', ()),
        ("", ()),
    ],
)
def test_guesses_are_read_from_json_alone(written: str, expected: tuple[str, ...]) -> None:
    """Names outside the list and prose around it are left out; a broken object is none."""
    assert guesses(written, NAMES) == expected


def test_a_written_answer_is_ranked_and_an_unreadable_one_is_not_scored() -> None:
    """Unscored is NaN, never a random guess and never zero."""
    found = recognition_values(text('["Niger", "Nigeria"]'), NAMES, 3)
    assert [found[name] for name in ("top1", "top2", "reciprocal_rank")] == [0, 1, 0.5]
    assert recognition_values(text('["Niger"]'), NAMES, 3)["reciprocal_rank"] == 0
    unread = recognition_values(text("?"), NAMES, 3)
    assert unread.pop("chance") == 1 / 4
    assert all(math.isnan(value) for value in unread.values())


def test_a_record_says_what_is_missing() -> None:
    """One item a picture; an unreadable answer is counted."""
    case = Case(suite="wvs", country="NGA", topic="recognition", proxy="food", variant="x")
    record = recognition_record(case, image_id="x.png", reply=text("?"), names=NAMES, truth=3)
    assert [(score.n, score.n_missing) for score in record.scores] == [(0, 1)] * 6 + [(1, 0)]
    (item,) = record.items
    assert item.image_ids == ("x.png",)
    assert item.model is None


def test_another_kind_of_answer_is_refused() -> None:
    """A vector is not a guess."""
    with pytest.raises(ModelProblem, match="with Vector"):
        recognition_values(Reply(key="k", answer=Vector(values=(1.0,))), NAMES, 0)
