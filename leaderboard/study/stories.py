"""The stories of one or more runs that people could rate: their texts and values.

Knows runs and their answers; not which stories are chosen or who rates them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.analyses.stories.table import Row, StoryTable, counts, is_story, story_table
from benchmark.analyses.stories.vectors import is_left_out, story_vectors
from benchmark.records import PICTURE_SIMILARITY, VECTORS, AnswerReader, CaseRecord, Item
from benchmark.runs.run import Run
from leaderboard.study.key import KeyStory
from leaderboard.study.sources import Source

_NO_WORD = re.compile(r"[^a-zA-Z]")
Place = tuple[str, str, float, int]  # country, concept, temperature, response


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A story that may be rated, with its values from the run file; its image may be empty."""

    about: KeyStory
    text: str

    @property
    def place(self) -> Place:
        one = self.about
        return one.country, one.concept, one.temperature, one.response


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryPool:
    """Stories sorted by place and label, and how many were left out for which reason."""

    stories: tuple[Story, ...]
    refused: int
    empty: int
    names_itself: int
    truncated: int


def gather(
    found: Sequence[Source], *, proxy: str, countries: Sequence[str], concepts: Sequence[str]
) -> StoryPool:
    """Every story of the proxy that can be shown; () means all countries, all concepts.

    Left out and counted: refusals, empty texts, and texts that name a model of the study.
    """
    stories: list[Story] = []
    refused = empty = truncated = 0
    for source in found:
        records = [
            record
            for record in source.run.rows
            if counts(record)
            and record.case.proxy == proxy
            and (not countries or record.case.country in countries)
            and (not concepts or record.case.topic in concepts)
        ]
        table = story_table(records, source.answers)
        refused, empty = refused + table.refused, empty + table.empty
        truncated += table.truncated
        items = _items(records, source.answers)
        stories += [_story(source, row, *items[_place(row)]) for row in _rows(table)]
    named = _names([source.run for source in found])
    kept = [story for story in stories if not named.search(story.text)]
    return StoryPool(
        stories=tuple(sorted(kept, key=lambda story: (story.place, story.about.model))),
        refused=refused,
        empty=empty,
        names_itself=len(stories) - len(kept),
        truncated=truncated,
    )


def _story(source: Source, row: Row, image: str, values: Mapping[str, float]) -> Story:
    about = KeyStory(
        model=source.label,
        country=row.country,
        concept=row.concept,
        temperature=row.temperature,
        response=row.response,
        image=image,
        values=dict(values),
    )
    return Story(about=about, text=row.text)


def _rows(table: StoryTable) -> Iterator[Row]:
    for at, text in enumerate(table.text):
        yield Row(
            country=table.country[at],
            concept=table.concept[at],
            proxy=table.proxy[at],
            temperature=float(table.temperature[at]),
            response=int(table.response[at]),
            text=text,
            control=bool(table.control[at]),
        )


def _place(row: Row) -> Place:
    return row.country, row.concept, row.temperature, row.response


def _items(
    records: Sequence[CaseRecord], answers: AnswerReader
) -> dict[Place, tuple[str, dict[str, float]]]:
    """Picture and values of each story, with its similarity to the picture by each encoder."""
    found = {}
    near = _similarities(records, answers)
    for record in records:
        for item in filter(is_story, record.items):
            concept, temperature, response = item.item_id.split("/")  # as story_table has checked
            place = record.case.country, concept, float(temperature), int(response)
            values = {**item.values, **near.get((record.case.case_id, item.item_id), {})}
            found[place] = "".join(item.image_ids[:1]), values
    return found


def _similarities(
    records: Sequence[CaseRecord], answers: AnswerReader
) -> dict[tuple[str, str], dict[str, float]]:
    """Similarity of story and picture by case, item and encoder; empty without vectors."""
    near: dict[tuple[str, str], dict[str, float]] = {}
    for vectors in story_vectors(records, answers):
        name = f"{PICTURE_SIMILARITY} {vectors.encoder} {vectors.chunking}"
        mine = f"{VECTORS}{vectors.encoder}|{vectors.chunking}"
        places = [
            (record.case.case_id, item.item_id)
            for record in sorted(records, key=lambda r: r.case.case_id)
            if any(item.item_id == mine for item in record.items)
            for item in sorted(filter(is_story, record.items), key=_item_id)
            if not is_left_out(item)
        ]
        for place, value in zip(places, vectors.own().tolist(), strict=True):
            near.setdefault(place, {})[name] = value
    return near


def _item_id(item: Item) -> str:
    return item.item_id


def _names(runs: Sequence[Run]) -> re.Pattern[str]:
    """Matches the models' names and ids, whole or their last part: with one, a story is not blind.

    A part that is a plain word does not count: a checkpoint called `final` must not cost stories.
    """
    whole = {text for run in runs for text in (run.model.name, run.model.model_id)}
    names = whole | {re.split(r"[/:#]", text.rstrip("/"))[-1] for text in whole}
    telling = sorted(filter(_NO_WORD.search, names), key=len, reverse=True)
    every = "|".join(map(re.escape, telling)) or "(?!)"  # which matches nothing
    return re.compile(rf"(?<!\w)(?:{every})(?!\w)", re.IGNORECASE)
