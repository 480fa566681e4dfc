"""From a case's stories to the vectors that the analyses read."""

from __future__ import annotations

import numpy as np
from PIL import Image

from benchmark.analyses.story_vectors import story_vectors
from benchmark.engine.keys import Keys
from benchmark.models.random_answers import RandomAnswers
from benchmark.records import (
    Answer,
    Case,
    CaseRecord,
    ImageRef,
    Item,
    ModelIdentity,
    Reply,
    Vector,
)
from benchmark.story_embedding import vector_requests, vectors_item

CASE = Case(suite="stories", country="JPN", topic="honesty", proxy="own-image", kind="story")
PICTURE = ImageRef(image_id="p", digest="d", pixels=lambda: Image.new("RGB", (2, 2)))
SPEC = "clip@1|mean-of-chunks"


def test_what_is_asked_comes_back_as_the_stories_vectors() -> None:
    """Requests, replies and item make the vectors of each story, in the order of the items."""
    stories = ("Once", "Twice")
    requests = vector_requests(CASE, stories, PICTURE, SPEC)
    identity = ModelIdentity(name="m", model_id="m", revision="1", backend="fake")
    keys, found = Keys(identity), RandomAnswers(identity).answer(requests)
    replies = [Reply(key=keys(r), answer=a) for r, a in zip(requests, found, strict=True)]
    stored: dict[str, Answer] = {reply.key: reply.answer for reply in replies}
    items = [
        Item(
            case_id=CASE.case_id,
            item_id=f"honesty/0.3/{k}",
            cluster="honesty",
            request_keys=(f"{k}",),
        )
        for k in range(len(stories))
    ]
    record = CaseRecord(
        case=CASE, scores=(), items=(*items, vectors_item(CASE, PICTURE, SPEC, replies))
    )
    (vectors,) = story_vectors([record], lambda wanted: {key: stored[key] for key in wanted})
    assert (vectors.encoder, vectors.chunking) == ("clip@1", "mean-of-chunks")
    assert vectors.image_id == ("p",)
    rows = []
    for answer in found:
        assert isinstance(answer, Vector)
        rows.append(np.array(answer.values) / np.linalg.norm(answer.values))
    assert np.allclose(vectors.picture[0], rows[0])
    assert np.allclose(vectors.pieces, rows[1:])
