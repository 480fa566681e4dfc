"""The vectors of stories and their pictures, as encoders gave them; knows records and answers.

A case's record has, besides its stories, one item for each encoder, named ``vectors:ENCODER|RULE``.
Its first request key is that of the picture's vector; the others are those of the case's stories,
in the order in which their items stand in the record. A story's vector may hold those of several
pieces one after the other (rule ``sentence-max``); it is then as many times as long as the
picture's, and its most similar piece counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmark.analyses.stories.table import REFUSAL, IntArray, counts, is_story
from benchmark.errors import DataProblem
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.retrieval import best_of_pieces
from benchmark.records import VECTORS, AnswerReader, CaseRecord, Item, Vector
from benchmark.vocabulary import CONTROL

EMPTY = "empty"
BLOCK = 2048  # stories or pieces whose cosines are summed at once, in float64

Units = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryVectors:
    """One encoder's vectors of the stories under one proxy; rows are sorted by place.

    Refusals and texts without words do not count as stories; ``left_out`` is their number.
    """

    encoder: str
    chunking: str
    proxy: str
    control: bool
    country: tuple[str, ...]  # (pictures,): one for each case
    concept: tuple[str, ...]  # (pictures,)
    image_id: tuple[str, ...]  # (pictures,)
    picture: Units  # (pictures, d), of length 1
    pieces: Units  # (pieces, d), of length 1
    starts: IntArray  # (stories,): where each story's pieces begin
    case: IntArray  # (stories,): the place of its picture
    left_out: int = 0

    def similarities(self, stories: IntArray, pictures: IntArray) -> FloatArray:
        """Cosine of each story's nearest piece with each picture, (stories, pictures)."""
        ends = np.append(self.starts[1:], len(self.pieces))
        shown = self.picture[pictures].astype(np.float64).T
        found = np.empty((len(stories), len(pictures)))
        for start in range(0, len(stories), BLOCK):
            some = stories[start : start + BLOCK]
            rows = [np.arange(self.starts[s], ends[s]) for s in some]
            first = np.cumsum([0, *(len(row) for row in rows[:-1])])
            near = self.pieces[np.concatenate(rows)].astype(np.float64) @ shown
            found[start : start + BLOCK] = best_of_pieces(near, first)
        return found

    def own(self) -> FloatArray:
        """Cosine of each story with its case's picture, (stories,)."""
        sizes = np.diff(np.append(self.starts, len(self.pieces)))
        of = np.repeat(self.case, sizes)
        near = np.empty(len(self.pieces))
        for start in range(0, len(near), BLOCK):
            some = slice(start, start + BLOCK)
            pieces = self.pieces[some].astype(np.float64)
            near[some] = np.einsum("pd,pd->p", pieces, self.picture[of[some]].astype(np.float64))
        found: FloatArray = np.maximum.reduceat(near, self.starts)
        return found


def story_vectors(records: Sequence[CaseRecord], answers: AnswerReader) -> Iterator[StoryVectors]:
    """Every encoder's vectors by proxy, sorted by encoder, chunking and proxy; none without any.

    Each part is read when it is asked for, and none is kept.

    Raises
    ------
    DataProblem
        Vectors that do not belong to the case's stories one by one, or of the wrong size.
    """
    found: dict[tuple[str, str, str], list[tuple[CaseRecord, Item]]] = {}
    for record in sorted(records, key=lambda r: r.case.case_id):
        for item in record.items if counts(record) else ():
            if item.item_id.startswith(VECTORS):
                encoder, chunking = spec_of(item.item_id)
                found.setdefault((encoder, chunking, record.case.proxy), []).append((record, item))
    # `filter` holds no part while it reads the next, as a loop variable would.
    return filter(None, (_read(key, members, answers) for key, members in sorted(found.items())))


def spec_of(item_id: str) -> tuple[str, str]:
    """Encoder and rule of chunking from the name of an item of vectors.

    >>> spec_of("vectors:openai/clip|truncate")
    ('openai/clip', 'truncate')
    """
    encoder, _, chunking = item_id.removeprefix(VECTORS).rpartition("|")
    if not encoder:
        raise DataProblem(f"item {item_id!r} names no encoder; it reads vectors:ENCODER|RULE")
    return encoder, chunking


def is_left_out(item: Item) -> bool:
    """Whether a story's vector stands for nothing: a refusal, or a text without words."""
    return any(item.values.get(name, 0.0) == 1.0 for name in (REFUSAL, EMPTY))


def _read(
    key: tuple[str, str, str],
    members: Sequence[tuple[CaseRecord, Item]],
    answers: AnswerReader,
) -> StoryVectors | None:
    """The part of one encoder under one proxy; None where it holds no story."""
    encoder, chunking, proxy = key
    pictures: list[Units] = []
    pieces: list[Units] = []
    case: list[int] = []
    left_out = 0
    for place, (record, item) in enumerate(members):
        stories = [one for one in record.items if is_story(one)]
        if len(item.request_keys) != len(stories) + 1:
            raise DataProblem(
                f"case {record.case.case_id!r} has {len(stories)} stories but "
                f"{len(item.request_keys) - 1} vectors of {encoder}; one is needed for each story "
                "after the picture's"
            )
        stored = answers(item.request_keys)
        rows = [_values(stored[k], record, encoder) for k in item.request_keys]
        ordered = sorted(range(len(stories)), key=lambda s: stories[s].item_id)
        pictures.append(_unit(rows[0][None])[0])
        for s in ordered:
            if is_left_out(stories[s]):
                left_out += 1
                continue
            pieces.append(_pieces(rows[s + 1], rows[0].size, record, encoder))
            case.append(place)
    if not pieces:
        return None
    sizes = [len(piece) for piece in pieces]
    return StoryVectors(
        encoder=encoder,
        chunking=chunking,
        proxy=proxy,
        control=members[0][0].case.kind == CONTROL,
        country=tuple(record.case.country for record, _ in members),
        concept=tuple(record.case.topic for record, _ in members),
        image_id=tuple("".join(item.image_ids[:1]) for _, item in members),
        picture=np.array(pictures),
        pieces=np.concatenate(pieces),
        starts=np.cumsum([0, *sizes[:-1]]),
        case=np.array(case, dtype=np.intp),
        left_out=left_out,
    )


def _values(answer: object, record: CaseRecord, encoder: str) -> FloatArray:
    if not isinstance(answer, Vector):
        raise DataProblem(
            f"case {record.case.case_id!r} points to a {type(answer).__name__} where a vector of "
            f"{encoder} should be"
        )
    return np.array(answer.values, dtype=np.float64)


def _pieces(values: FloatArray, size: int, record: CaseRecord, encoder: str) -> Units:
    if not size or values.size % size or not values.size:
        raise DataProblem(
            f"a story of case {record.case.case_id!r} has a vector of {values.size} numbers by "
            f"{encoder}, which is not a multiple of its picture's {size}"
        )
    return _unit(values.reshape(-1, size))


def _unit(rows: FloatArray) -> Units:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(length > 0, length, 1.0)).astype(np.float32)
