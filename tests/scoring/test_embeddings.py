"""From a case's stories to the vectors that the analyses read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from benchmark.analyses.stories.encoder_favours import case_similarities
from benchmark.analyses.stories.vectors import story_vectors
from benchmark.engine.keys import Keys
from benchmark.engine.unit import run_unit
from benchmark.models.rules.random_answers import RandomAnswers
from benchmark.records import (
    Answer,
    Case,
    CaseRecord,
    ImageRef,
    ModelIdentity,
    Reply,
    Request,
    Text,
    Vector,
)
from benchmark.scoring.embeddings import with_vectors
from benchmark.scoring.stories import WrittenStory, story_record

CASE = Case(suite="stories", country="JPN", topic="honesty", proxy="own-image", kind="story")
PICTURE = ImageRef(image_id="p", digest="d", pixels=lambda: Image.new("RGB", (2, 2)))
SPEC = "clip@1|mean-of-chunks"
SIGLIP = "vectors:siglip|truncate"


STORIES = ("Once", "Twice")


def told(k: int, text: str) -> WrittenStory:
    """A story of the case."""
    reply = Reply(key=f"{k}", answer=Text(text=text, finish="stop"))
    return WrittenStory(item_id=f"honesty/0.3/{k}", temperature=0.3, prompt="", reply=reply)


def measured(texts: Sequence[str]) -> tuple[CaseRecord, dict[str, Answer]]:
    """The record of the stories with random vectors, and what is stored of it."""
    stories = [told(k, text) for k, text in enumerate(texts)]
    record = story_record(CASE, stories, language="en", image_ids=["p"])
    identity = ModelIdentity(name="m", model_id="m", revision="1", backend="fake")
    model, keys = RandomAnswers(identity), Keys(identity)
    stored: dict[str, Answer] = {}

    def ask(batch: Sequence[Request]) -> list[Reply]:
        found = model.answer(batch)
        replies = [Reply(key=keys(r), answer=a) for r, a in zip(batch, found, strict=True)]
        stored.update({reply.key: reply.answer for reply in replies})
        return replies

    script = with_vectors(record, stories, PICTURE, [SPEC, "siglip|truncate"])
    outcome = run_unit({CASE.case_id: script}, ask)[CASE.case_id]
    assert isinstance(outcome, CaseRecord)
    return outcome, stored


def test_what_is_asked_comes_back_as_the_stories_vectors() -> None:
    """Each encoder's item holds the keys of the picture and of each story, in their order."""
    record, stored = measured(STORIES)
    assert [item.item_id for item in record.items[2:]] == [f"vectors:{SPEC}", SIGLIP]
    vectors, other = story_vectors([record], lambda wanted: {key: stored[key] for key in wanted})
    assert (vectors.encoder, vectors.chunking) == ("clip@1", "mean-of-chunks")
    assert vectors.image_id == other.image_id == ("p",)
    picture, *stories = (stored[key] for key in record.items[2].request_keys)
    assert isinstance(picture, Vector)
    assert np.allclose(vectors.picture[0] * np.linalg.norm(picture.values), picture.values)
    assert len(vectors.pieces) == len(stories) == 2
    assert not np.allclose(vectors.pieces, other.pieces)


def test_the_item_has_the_mean_that_the_analysis_finds() -> None:
    """So that encoders can be compared over runs from their files alone."""
    record, stored = measured(STORIES)
    (vectors, _) = story_vectors([record], lambda wanted: {key: stored[key] for key in wanted})
    found = case_similarities([record])["mean-of-chunks"]["clip@1"]["JPN", "honesty", "own-image"]
    assert found == pytest.approx(float(vectors.own().mean()))


def test_a_refusal_is_no_story() -> None:
    """Nor is an empty text: both are left out of vectors and mean, and counted."""
    record, stored = measured(("Once", "I'm sorry, but I can't help with that.", ""))
    (vectors, _) = story_vectors([record], lambda wanted: {key: stored[key] for key in wanted})
    assert (len(vectors.pieces), vectors.left_out) == (1, 2)
    assert len(record.items[3].request_keys) == 4
    none, stored = measured(("",))
    assert not list(story_vectors([none], lambda wanted: {key: stored[key] for key in wanted}))
    assert case_similarities([none])["truncate"] == {"siglip": {}}
