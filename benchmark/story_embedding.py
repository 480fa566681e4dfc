"""A case's stories and picture as embed requests, and their replies as the item that holds them.

Knows records; no encoder. A suite yields the requests as one more stage of its script, after the
stories, and adds the item to the case's record; `benchmark.analyses.story_vectors` reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.records import Case, Embed, ImageRef, Item, Reply, Subject

PREFIX = "vectors:"


def vector_requests(
    case: Case, stories: Sequence[str], picture: ImageRef, encoder: str
) -> tuple[Embed, ...]:
    """The picture first and then each story, in the order of the case's items.

    ``encoder`` is ``ENCODER|RULE``: who makes the vectors, and how long texts are cut.
    """
    subject = Subject(country=case.country, item_id=f"{PREFIX}{encoder}")
    contents: tuple[str | ImageRef, ...] = (picture, *stories)
    return tuple(Embed(content=one, encoder=encoder, subject=subject) for one in contents)


def vectors_item(case: Case, picture: ImageRef, encoder: str, replies: Sequence[Reply]) -> Item:
    """The item that says under which keys the vectors of `vector_requests` are stored."""
    return Item(
        case_id=case.case_id,
        item_id=f"{PREFIX}{encoder}",
        cluster=case.topic,
        image_ids=(picture.image_id,),
        request_keys=tuple(reply.key for reply in replies),
    )
