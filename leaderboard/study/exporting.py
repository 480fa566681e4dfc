"""Writes a study into a folder: what Label Studio gets, what raters read, and the key.

Knows the parts and puts them together; chooses nothing itself. It never writes to a folder that
is not empty: people may be rating from it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark import jsonio
from benchmark.errors import BoardProblem, UsageProblem
from benchmark.runs.documents import write
from benchmark.vocabulary import BLANK, NONE
from leaderboard.study.design import Design, Page, design
from leaderboard.study.dimensions import Dimensions
from leaderboard.study.key import Key, StudyModel, write_key
from leaderboard.study.pictures import Copy, copies, open_pictures
from leaderboard.study.project import TaskPage, answerable, check_text, config, instructions, tasks
from leaderboard.study.sources import Source, proxy_of
from leaderboard.study.stories import StoryPool, gather

SERVED = "label-studio"  # all that Label Studio may see; the key lies outside
CONFIG, INSTRUCTIONS, TASKS = "labelling-config.xml", "instructions.html", "tasks"
UNSEEN = frozenset({BLANK, NONE})  # proxies that show nothing a story could fit
LEAST_DIGITS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What the study should be like; () means all countries, all concepts."""

    dimensions: Dimensions
    stories: int
    raters: int
    per_rater: int
    attention: int
    seed: int
    proxy: str | None = None
    countries: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    pictures: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What was written, and the stories it was chosen from."""

    key: Key
    design: Design
    gathered: StoryPool
    pictures: int


def export(found: Sequence[Source], plan: Plan, out: Path) -> Export:
    """Choose, deal, blind and write a study; if anything is wrong, write nothing.

    Raises
    ------
    BoardProblem
        The folder is not empty or cannot be written.
    UsageProblem, DataProblem, StoreProblem
        The runs, their pictures or their texts do not allow the study that was asked for.
    """
    if os.path.lexists(out) and not (out.is_dir() and not any(out.iterdir())):
        raise BoardProblem(f"{out} exists; name a new folder with --out")
    proxy = proxy_of(found, plan.proxy)
    seen = plan.pictures and proxy not in UNSEEN
    dimensions = answerable(plan.dimensions, pictures=seen)
    gathered = gather(found, proxy=proxy, countries=plan.countries, concepts=plan.concepts)
    if not gathered.stories:
        raise UsageProblem(
            f"there is no story to choose from under proxy {proxy!r}: of those that "
            f"--nationalities and --concepts allow {gathered.refused} are refusals, "
            f"{gathered.empty} are empty and {gathered.names_itself} name a model"
        )
    rng = np.random.default_rng(plan.seed)
    made = design(
        gathered.stories,
        number=plan.stories,
        raters=plan.raters,
        per_rater=plan.per_rater,
        attention=plan.attention,
        steps=dimensions.steps,
        rng=rng,
    )
    shown = _pictures(found, made, plan) if seen else {}
    named = _page_ids(made, rng)
    key = Key(
        seed=plan.seed,
        proxy=proxy,
        dimensions=dimensions,
        models=tuple(map(_model, found)),
        stories={
            name: made.stories[page.story].about for name, page in _pages(made, named, checks=False)
        },
        checks={name: page.answer or 0 for name, page in _pages(made, named, checks=True)},
        raters={rater_name(at): tuple(names) for at, names in enumerate(named)},
    )
    _write(out, key, made, shown)
    return Export(key=key, design=made, gathered=gathered, pictures=len(shown))


def rater_name(place: int) -> str:
    """The name of a rater: ``r01`` for the first.

    >>> rater_name(0)
    'r01'
    """
    return f"r{place + 1:02d}"


def _pictures(found: Sequence[Source], made: Design, plan: Plan) -> dict[str, Copy]:
    images = open_pictures(found[0].run, plan.images)
    return copies(images, sorted({story.about.image for story in made.stories}), plan.licences)


def _page_ids(made: Design, rng: np.random.Generator) -> list[list[str]]:
    """The id of each page of each list: stories and checks share one series of numbers."""
    checks = sum(page.answer is not None for pages in made.lists for page in pages)
    total = len(made.stories) + checks
    width = max(LEAST_DIGITS, len(str(total)))
    pot = [f"s{number + 1:0{width}d}" for number in rng.permutation(total).tolist()]
    stories, rest = pot[: len(made.stories)], iter(pot[len(made.stories) :])
    return [
        [stories[page.story] if page.answer is None else next(rest) for page in pages]
        for pages in made.lists
    ]


def _pages(made: Design, named: Sequence[Sequence[str]], *, checks: bool) -> list[tuple[str, Page]]:
    """Stories, or checks, with their ids, in the ids' order."""
    found = {
        name: page
        for names, pages in zip(named, made.lists, strict=True)
        for name, page in zip(names, pages, strict=True)
        if (page.answer is not None) is checks
    }
    return sorted(found.items(), key=lambda pair: pair[0])


def _model(source: Source) -> StudyModel:
    return StudyModel(
        label=source.label,
        name=source.run.model.name,
        model_id=source.run.model.model_id,
        revision=source.run.model.revision,
        config_digest=source.run.config_digest,
        run=source.path,
    )


def _write(out: Path, key: Key, made: Design, shown: Mapping[str, Copy]) -> None:
    served, pictures, study = out / SERVED, bool(shown), key.study
    try:
        for picture in shown.values():
            path = served / picture.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture.content)
    except OSError as error:
        raise BoardProblem(f"{out} cannot be written ({error.strerror or error})") from error
    for (rater, names), pages in zip(key.raters.items(), made.lists, strict=True):
        seen = [
            _task_page(name, page, made, key.dimensions, shown)
            for name, page in zip(names, pages, strict=True)
        ]
        text = jsonio.pretty(tasks(study, rater, seen))
        write(served / TASKS / f"{rater}.json", text)
    write(served / CONFIG, config(key.dimensions, pictures=pictures))
    write(served / INSTRUCTIONS, instructions(key.dimensions, pictures=pictures))
    write_key(out, key)  # last: a folder with a key is complete


def _task_page(
    name: str, page: Page, made: Design, dimensions: Dimensions, shown: Mapping[str, Copy]
) -> TaskPage:
    story = made.stories[page.story]
    picture = shown.get(story.about.image)
    return TaskPage(
        item=name,
        country=story.about.country,
        concept=story.about.concept,
        text=story.text.strip() if page.answer is None else check_text(dimensions, page.answer),
        picture="" if picture is None else picture.file,
        credit="" if picture is None else picture.credit,
    )
