"""The stories of a run as one plain table: who, about what, signalled how, and the text.

Knows records and stored answers; no metric, and not what a story is about. Rows are sorted, so no
figure depends on the order in which cases finished.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from benchmark.errors import DataProblem
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.records import VECTORS, AnswerReader, CaseRecord, Item, Text
from benchmark.vocabulary import CONTROL, STORY

IntArray = npt.NDArray[np.intp]

KINDS = frozenset({STORY, CONTROL})
REFUSAL = "refusal"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryTable:
    """One row a story, sorted by country, concept, proxy, temperature and response.

    ``refused`` and ``empty`` were left out, ``truncated`` are among the rows: a story that was cut
    at the limit of its length is still one.
    """

    country: tuple[str, ...]  # ISO3 of the nationality
    concept: tuple[str, ...]
    proxy: tuple[str, ...]
    temperature: FloatArray  # (stories,)
    response: IntArray  # (stories,)
    text: tuple[str, ...]
    control: BoolArray  # (stories,): to compare with, never pooled
    refused: int = 0
    empty: int = 0
    truncated: int = 0

    def __len__(self) -> int:
        return len(self.text)

    @property
    def left_out(self) -> int:
        """Stories that were asked for and are in no figure."""
        return self.refused + self.empty


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Row:
    """A story and its place; the order of the fields is the order of the table."""

    country: str
    concept: str
    proxy: str
    temperature: float
    response: int
    text: str
    control: bool


def story_table(records: Sequence[CaseRecord], answers: AnswerReader) -> StoryTable:
    """The stories of all cases of the kinds "story" and "control" that carry no variant.

    A case with a variant (an ethnic group, another language) is another measurement and is not
    compared with the nationalities. Left out and counted: stories whose value ``refusal`` is 1, and
    texts without a letter or digit.

    Raises
    ------
    DataProblem
        An item whose id is not ``concept/temperature/response``, or that is there twice.
    StoreProblem
        A story is not in the store.
    """
    stories = [
        (record, item)
        for record in records
        if counts(record)
        for item in record.items
        if is_story(item)
    ]
    items = [(record, item) for record, item in stories if item.values.get(REFUSAL, 0.0) != 1.0]
    refused = len(stories) - len(items)
    stored = answers([key for _, item in items for key in item.request_keys[:1]])
    rows, empty, cut = [], 0, 0
    for record, item in items:
        answer = stored[item.request_keys[0]]
        if not isinstance(answer, Text):
            raise DataProblem(
                f"item {item.item_id!r} of case {item.case_id!r} points to a "
                f"{type(answer).__name__} in the store and not to a text; its first key must be "
                "that of the story"
            )
        if not any(map(str.isalnum, answer.text)):
            empty += 1
            continue
        cut += answer.finish == "length"
        rows.append(_row(record, item, answer.text))
    return table_of(rows, refused=refused, empty=empty, truncated=cut)


def table_of(
    rows: Sequence[Row], *, refused: int = 0, empty: int = 0, truncated: int = 0
) -> StoryTable:
    """Rows in any order as the table; two of one place are a DataProblem."""
    ordered = sorted(rows)
    for one, other in pairwise(ordered):
        if _place(one) == _place(other):
            raise DataProblem(
                f"there are two stories of {'/'.join(map(str, _place(one)))}; each response needs "
                "a number of its own"
            )
    return StoryTable(
        country=tuple(row.country for row in ordered),
        concept=tuple(row.concept for row in ordered),
        proxy=tuple(row.proxy for row in ordered),
        temperature=np.array([row.temperature for row in ordered], dtype=np.float64),
        response=np.array([row.response for row in ordered], dtype=np.intp),
        text=tuple(row.text for row in ordered),
        control=np.array([row.control for row in ordered], dtype=np.bool_),
        refused=refused,
        empty=empty,
        truncated=truncated,
    )


def by_proxy(
    records: Sequence[CaseRecord], answers: AnswerReader
) -> Iterator[tuple[str, StoryTable]]:
    """The table of each proxy in their order, read when it is reached: one at a time in memory."""
    mine = [record for record in records if counts(record)]
    for proxy in sorted({record.case.proxy for record in mine}):
        table = story_table([r for r in mine if r.case.proxy == proxy], answers)
        if len(table):
            yield proxy, table


def counts(record: CaseRecord) -> bool:
    """Whether a case's stories are in the table."""
    return record.case.kind in KINDS and not record.case.variant


def is_story(item: Item) -> bool:
    """Whether an item is a story and not the place of its vectors."""
    return bool(item.request_keys) and not item.item_id.startswith(VECTORS)


def _place(row: Row) -> tuple[str, str, str, float, int]:
    return row.country, row.concept, row.proxy, row.temperature, row.response


def _row(record: CaseRecord, item: Item, text: str) -> Row:
    try:
        concept, temperature, response = item.item_id.split("/")
        place = float(temperature), int(response)
    except ValueError:
        raise DataProblem(
            f"item {item.item_id!r} of case {item.case_id!r} is not named "
            "concept/temperature/response; the suite must name its stories so"
        ) from None
    return Row(
        country=record.case.country,
        concept=concept,
        proxy=record.case.proxy,
        temperature=place[0],
        response=place[1],
        text=text,
        control=record.case.kind == CONTROL,
    )
