"""The stories of one run or several that people could rate: their texts and their values.

Knows run files, bundles and the response store; not which stories are chosen, nor who rates them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.analyses.story_table import Row, StoryTable, counts, is_story, story_table
from benchmark.analyses.story_vectors import PREFIX, story_vectors
from benchmark.engine.store import StoredAnswers
from benchmark.errors import BoardProblem, StoreProblem, UsageProblem, unknown
from benchmark.records import Answer, AnswerReader, CaseRecord, Item
from leaderboard.replay import bundle
from leaderboard.runs import Run, read_run

PROXIES = ("shared-image", "own-image", "other-country", "blank", "none")
SIMILARITY = "picture_similarity"
Place = tuple[str, str, float, int]  # country, concept, temperature, response


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A run with the way to its answers; ``label`` tells it from the study's other runs."""

    path: str
    label: str
    run: Run
    answers: AnswerReader


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One story that may be rated, with what the run file says of it; ``image`` may be empty."""

    label: str
    country: str
    concept: str
    temperature: float
    response: int
    text: str
    image: str
    values: Mapping[str, float]

    @property
    def place(self) -> Place:
        return self.country, self.concept, self.temperature, self.response


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Stories sorted by place and label, and how many were left out for what."""

    stories: tuple[Story, ...]
    refused: int
    empty: int
    names_itself: int
    truncated: int


def sources(
    paths: Sequence[Path], stores: Sequence[Path]
) -> tuple[list[Source], Callable[[], None]]:
    """The runs in the files and bundles that were named, and what closes their stores.

    Raises
    ------
    BoardProblem
        A file is no run or bundle, or its run is no complete measurement of stories.
    """
    stored = StoredAnswers(*stores)
    found: list[tuple[str, Run, AnswerReader]] = []
    for path in dict.fromkeys(paths):
        if zipfile.is_zipfile(path):
            held = bundle.read(path)
            reader = _reader(held.answers, path)
            found += [(f"{path}:{entry.file}", entry.run, reader) for entry in held.entries]
        else:
            found.append((str(path), read_run(path), stored))
    for path_text, run, _ in found:
        _check(path_text, run)
    labels = _labels([run for _, run, _ in found])
    _check_alike(found)
    every = [
        Source(path=path_text, label=label, run=run, answers=answers)
        for label, (path_text, run, answers) in zip(labels, found, strict=True)
    ]
    return sorted(every, key=lambda source: source.label), stored.close


def proxy_of(found: Sequence[Source], wanted: str | None) -> str:
    """The proxy whose stories are rated: as asked, else the first that all runs have."""
    held = [{record.case.proxy for record in source.run.rows} for source in found]
    common = set.intersection(*held)
    if wanted is not None and wanted not in common:
        raise UsageProblem(unknown("proxy of all runs", wanted, common, source="--proxy"))
    first = [proxy for proxy in (*PROXIES, *sorted(common)) if proxy in common]
    if not first:
        raise UsageProblem("the runs have no proxy in common; name runs of the same cases")
    return wanted or first[0]


def gather(
    found: Sequence[Source], *, proxy: str, countries: Sequence[str], concepts: Sequence[str]
) -> Gathered:
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
    return Gathered(
        stories=tuple(sorted(kept, key=lambda story: (story.place, story.label))),
        refused=refused,
        empty=empty,
        names_itself=len(stories) - len(kept),
        truncated=truncated,
    )


def _story(source: Source, row: Row, image: str, values: Mapping[str, float]) -> Story:
    return Story(
        label=source.label,
        country=row.country,
        concept=row.concept,
        temperature=row.temperature,
        response=row.response,
        text=row.text,
        image=image,
        values=values,
    )


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
    """By case and item, what each encoder says of story and picture; nothing without vectors."""
    near: dict[tuple[str, str], dict[str, float]] = {}
    for vectors in story_vectors(records, answers):
        name = f"{SIMILARITY} {vectors.encoder} {vectors.chunking}"
        mine = f"{PREFIX}{vectors.encoder}|{vectors.chunking}"
        places = [
            (record.case.case_id, item.item_id)
            for record in sorted(records, key=lambda r: r.case.case_id)
            if any(item.item_id == mine for item in record.items)
            for item in sorted(filter(is_story, record.items), key=_item_id)
        ]
        for place, value in zip(places, vectors.own().tolist(), strict=True):
            near.setdefault(place, {})[name] = value
    return near


def _item_id(item: Item) -> str:
    return item.item_id


def _reader(held: Mapping[str, Answer], path: Path) -> AnswerReader:
    def read(keys: Sequence[str]) -> Mapping[str, Answer]:
        missing = [key for key in keys if key not in held]
        if missing:
            raise StoreProblem(f"bundle {path} lacks {len(missing)} answers; make it again")
        return {key: held[key] for key in keys}

    return read


def _check(path: str, run: Run) -> None:
    if not any(counts(record) and record.case.proxy in PROXIES for record in run.rows):
        raise BoardProblem(
            f"{path} is a run of {run.suite!r} without stories for a nationality; name runs of "
            "`pytest suites/stories`"
        )
    if run.shard is not None:
        raise BoardProblem(f"{path} is {run.shard}; merge the shards first, then name the run")


def _check_alike(found: Sequence[tuple[str, Run, AnswerReader]]) -> None:
    """One page shows one picture to every model's story, so the runs must have had the same."""
    (first_path, first, _), *others = found
    for path, run, _ in others:
        if run.config.get("images") != first.config.get("images"):
            raise BoardProblem(
                f"{first_path} and {path} were measured on different pictures, so their stories "
                "cannot be rated side by side; name runs on the same --images"
            )


def _labels(runs: Sequence[Run]) -> list[str]:
    """The models' names, with revision and configuration where a name alone is not enough."""
    for label in (
        lambda run: run.model.name,
        lambda run: f"{run.model.name} @ {run.model.revision[:19]}",
        lambda run: f"{run.model.name} @ {run.model.revision[:19]} ({run.config_digest})",
    ):
        labels = [label(run) for run in runs]
        if len(set(labels)) == len(labels):
            return labels
    raise UsageProblem("two of the runs are one measurement; name each run once")


def _names(runs: Sequence[Run]) -> re.Pattern[str]:
    """The models' names and ids, whole or their last part: a story with one in it is not blind."""
    whole = {text for run in runs for text in (run.model.name, run.model.model_id)}
    names = whole | {re.split(r"[/:#]", text.rstrip("/"))[-1] for text in whole}
    ordered = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)", re.IGNORECASE)
