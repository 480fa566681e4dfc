"""The training split in its parts: nothing held out is trained on, no concept on two sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import CultureError
from benchmark.finetune.splitting import Parts, groups, marks, parts
from benchmark.questions.question import PictureQuestion

QUESTION = PictureQuestion(
    question_id="q",
    image_id="a.png",
    text="Which one is it?",
    options=("one", "other"),
    answer=0,
    question_type="scene-reasoning",
    category="food",
    concept="rice",
    country="JPN",
    split="train",
    licence="CC0-1.0",
)
SPLITS = ("train", "train", "train", "validation", "test", "")
some = st.lists(
    st.builds(
        lambda concept, image, country, split: replace(
            QUESTION,
            concept=f"Thing {concept}",
            image_id=f"{image}.png",
            country=country,
            split=split,
        ),
        st.integers(0, 12),
        st.integers(0, 20),
        st.sampled_from(["NGA", "KEN", "FRA", "MEX", "BRA"]),
        st.sampled_from(SPLITS),
    ),
    min_size=1,
    max_size=40,
).map(lambda found: [replace(q, question_id=str(i)) for i, q in enumerate(found)])


def divided(questions: list[PictureQuestion], *held_out: str, validation: float = 0.3) -> Parts:
    """By a fixed seed."""
    return parts(
        questions,
        split="train",
        held_out=groups(held_out, questions),
        validation=validation,
        rng=np.random.default_rng(0),
    )


@given(some, st.sampled_from([(), ("region:Africa",), ("continent:South America", "country:NGA")]))
def test_no_concept_and_no_picture_is_on_two_sides(
    questions: list[PictureQuestion], held_out: tuple[str, ...]
) -> None:
    """Training, validation and what other splits ask have none in common; nothing is lost."""
    try:
        found = divided(questions, *held_out)
    except CultureError:
        return  # nothing left to train on, or one concept alone
    asked = [q for q in questions if q.split != "train"]
    sides = [{m for q in side for m in marks(q)} for side in (found.train, found.validation, asked)]
    assert sides[0].isdisjoint(sides[1])
    assert (sides[0] | sides[1]).isdisjoint(sides[2])
    assert found.train
    assert found.validation
    gone = {"region:Africa": {"NGA", "KEN"}, "continent:South America": {"BRA"}}
    absent = set().union(*(gone.get(name, {name[-3:]}) for name in held_out))
    assert {q.country for q in (*found.train, *found.validation)}.isdisjoint(absent)
    n_held = sum(q.split == "train" and q.country in absent for q in questions)
    whole = len(found.train) + len(found.validation) + len(found.leaking) + n_held
    assert whole == sum(q.split == "train" for q in questions)


def concepts(*names: str, split: str = "train", **fields: Any) -> list[PictureQuestion]:
    """A question on each of these concepts, each with its own picture."""
    return [
        replace(
            QUESTION,
            question_id=f"{split}{n}",
            image_id=f"{split}{n}",
            concept=n,
            split=split,
            **fields,
        )
        for n in names
    ]


def test_leaks_are_left_out_and_counted_on_both_sides() -> None:
    """Whatever the case and punctuation; a question without a split is asked too."""
    train = concepts("Jollof rice", "tea", "bread", "salt")
    asked = [*concepts("jollof-rice", "sushi", split="test"), *concepts("TEA", split="")]
    found = divided([*train, *asked])
    assert [q.concept for q in found.leaking] == ["Jollof rice", "tea"]
    assert found.leaked == 2
    assert {q.concept for q in (*found.train, *found.validation)} == {"bread", "salt"}


def test_a_held_out_category_is_counted_by_its_label_too() -> None:
    """Categories go by slug or label, countries by code or name."""
    questions = [
        *concepts("rice", "tea"),
        *concepts("robe", "hat", category="clothing", country="NGA"),
    ]
    found = divided(questions, "category:food", validation=0.0)
    assert found.held_out == {"category:food": 2}
    assert [q.concept for q in found.train] == ["robe", "hat"]
    assert divided(questions, "country:Nigeria", validation=0.0).held_out == {"country:NGA": 2}


def test_the_validation_part_is_near_its_share() -> None:
    """A tenth of a hundred concepts of one question is ten."""
    found = divided(concepts(*map(str, range(100))), validation=0.1)
    assert (len(found.train), len(found.validation)) == (90, 10)


@pytest.mark.parametrize(
    ("held_out", "sentence"),
    [
        ("region:Afrika", "unknown region 'Afrika' \\(--hold-out\\); did you mean Africa"),
        ("continent:Americas", "unknown continent 'Americas'"),
        ("place:Africa", "unknown kind of group 'place'"),
        ("Africa", "'Africa' is not of the form KIND:NAME"),
        ("country:Atlantis", "unknown country 'Atlantis'"),
        ("category:fod", "unknown category 'fod' .* did you mean food"),
        ("country:JPN", "nothing is left to train on: of 2 questions of split 'train' 2 are held"),
    ],
)
def test_what_cannot_be_held_out_is_a_sentence(held_out: str, sentence: str) -> None:
    """With the near name where there is one."""
    with pytest.raises(CultureError, match=sentence):
        divided(concepts("rice", "tea"), held_out)


def test_without_a_training_split_the_others_are_named() -> None:
    """How many there are of each."""
    asked = [*concepts("rice", "tea", split="test"), *concepts("salt", split="")]
    with pytest.raises(CultureError, match="no split 'train' to train on, only no split 1, test 2"):
        divided(asked)


def test_one_concept_cannot_be_divided() -> None:
    """The way out is named."""
    with pytest.raises(CultureError, match="--validation 0"):
        divided([replace(QUESTION, question_id=str(i)) for i in range(5)])
