"""A case's stories and picture as embed requests, and their replies as an item of the record.

Knows records; no encoder. A suite yields the requests as one more stage of its script, after the
stories, and adds the items to the case's record; `benchmark.analyses.stories.vectors` reads them.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from benchmark.errors import ModelProblem
from benchmark.metrics.retrieval import nearest_piece
from benchmark.records import (
    PICTURE_SIMILARITY,
    VECTORS,
    Case,
    CaseRecord,
    Embed,
    ImageRef,
    Item,
    Reply,
    Subject,
    Vector,
)
from benchmark.scoring.stories import WrittenStory, has_story


def with_vectors(
    record: CaseRecord, written: Sequence[WrittenStory], picture: ImageRef, specs: Sequence[str]
) -> Generator[Sequence[Embed], Sequence[Reply], CaseRecord]:
    """One more stage of a script: the record with an item of vectors for each of ``specs``.

    ``written`` are the record's stories in any order; all vectors of a case are asked at once.
    """
    texts = {story.item_id: story.answer.text for story in written}
    stories = [texts[item.item_id] for item in record.items]
    asked = [vector_requests(record.case, stories, picture, spec) for spec in specs]
    replies = yield [request for requests in asked for request in requests]
    size = len(stories) + 1
    items = [
        vectors_item(record, picture, spec, replies[place * size : (place + 1) * size])
        for place, spec in enumerate(specs)
    ]
    return replace(record, items=(*record.items, *items))


def vector_requests(
    case: Case, stories: Sequence[str], picture: ImageRef, encoder: str
) -> tuple[Embed, ...]:
    """The picture first and then each story, in the order of the case's items.

    ``encoder`` is ``ENCODER|RULE``: what makes the vectors, and how long texts are cut.
    """
    subject = Subject(country=case.country, item_id=f"{VECTORS}{encoder}")
    contents: tuple[str | ImageRef, ...] = (picture, *stories)
    return tuple(Embed(content=one, encoder=encoder, subject=subject) for one in contents)


def vectors_item(
    record: CaseRecord, picture: ImageRef, encoder: str, replies: Sequence[Reply]
) -> Item:
    """The item with the keys under which the vectors of `vector_requests` are stored.

    Its value ``picture_similarity`` is the mean cosine of the case's stories with the picture.
    Refusals and texts without words are not stories; without any story it is NaN.
    """
    picture_vector, *stories = [_values(reply, encoder) for reply in replies]
    near = [
        nearest_piece(vector, picture_vector)
        for item, vector in zip(record.items, stories, strict=True)
        if has_story(item)
    ]
    return Item(
        case_id=record.case.case_id,
        item_id=f"{VECTORS}{encoder}",
        cluster=record.case.topic,
        image_ids=(picture.image_id,),
        request_keys=tuple(reply.key for reply in replies),
        values={PICTURE_SIMILARITY: float(np.mean(near)) if near else float("nan")},
    )


def _values(reply: Reply, encoder: str) -> tuple[float, ...]:
    if not isinstance(reply.answer, Vector):
        kind = type(reply.answer).__name__
        raise ModelProblem(f"encoder {encoder} answered with {kind}, not with a vector")
    return reply.answer.values
