"""Runs of stories and of questions about pictures, with made-up answers, through the real analyses.

So that the page is tested on the metrics that there are; nothing here is measured of a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.analyses import chosen
from benchmark.engine.store import ResponseStore, StoredAnswers
from benchmark.gates import load_gates
from benchmark.questions.embedded import sample_questions
from benchmark.questions.question import PictureQuestion
from benchmark.records import Answer, Case, CaseRecord, Probabilities, Reply, Text
from benchmark.runs.conclude import conclude
from benchmark.runs.run import Run
from benchmark.scoring.right_answers import Replies, right_answer_record
from benchmark.scoring.stories import WrittenStory, story_record
from benchmark.stories.lists import SAMPLE_CONCEPTS, SAMPLE_COUNTRIES, concepts
from benchmark.suite.protocol import read_meta
from tests.leaderboard.page.boards import HOSTILE
from tests.leaderboard.samples import identity, run

REPO = Path(__file__).parents[3]
GATES = REPO / "docs" / "gates"
HEATS = (0.3, 0.7)
OWN: Mapping[str, str] = {"BRA": "samba", "FRA": "baguette", "NGA": "jollof", "PAK": "cricket"}
BEGINNINGS = (
    "Early in the morning, before the street was awake,",
    "On the last day of the long rains,",
    "When the lamp went out for the second time,",
    "Nobody had asked, and yet",
)
MIDDLES = (
    "a child found a key with no door to it.",
    "the smallest of five cousins climbed the hill alone.",
    "somebody had left a drum beside the well.",
    "two friends counted every star they could name.",
)
ENDINGS = (
    "By evening the whole house knew about it, and everybody laughed.",
    "It was enough for one day, and for the next one too.",
    "And that is why the gate is never locked any more.",
    "They kept the secret until the mangoes were ripe.",
)


def told_run(
    name: str,
    store: Path | None,
    *,
    gates: Sequence[str] = (),
    own: bool = True,
    analyses: Sequence[str] = (),
    **changes: Any,
) -> Run:
    """A run of the sample's stories; with ``own`` every nationality has a word of its own.

    Stories of Brazil about the forest are hostile, and two of Pakistan are refused. Without a
    ``store`` its texts are nowhere. ``analyses`` are the suite's unless some are named.
    """
    rng = np.random.default_rng(7)
    answers: dict[str, Answer] = {}
    cells = product(("shared-image", "own-image", "none"), SAMPLE_CONCEPTS, SAMPLE_COUNTRIES)
    rows = [_told(name, *cell, answers, rng, own=own) for cell in cells]
    reader: Any = lambda keys: {key: answers[key] for key in keys}  # noqa: E731 - one use
    if store is not None:
        kept = ResponseStore(store)
        kept.put(answers, context="made up", identity="{}")
        kept.close()
        reader = StoredAnswers(store)
    return _settled("stories", name, rows, gates, reader, analyses, **changes)


@cache
def silent_run() -> Run:
    """A run of stories whose texts are nowhere, made once."""
    return told_run("org/silent", None)


def asked_run(name: str, level: float, *, gates: Sequence[str] = (), **changes: Any) -> Run:
    """A run of the sample's questions: right with a chance of ``level``, blind of 0.3."""
    rng = np.random.default_rng(round(1000 * level))
    cells: dict[tuple[str, str, str], list[PictureQuestion]] = {}
    for question in sample_questions().questions:
        place = question.country, question.category, question.question_type
        cells.setdefault(place, []).append(question)
    rows = [row for place, mine in cells.items() for row in _asked(place, mine, level, rng)]
    return _settled("cultureverse", name, rows, gates, StoredAnswers(), (), **changes)


def _settled(
    suite: str,
    name: str,
    rows: Sequence[CaseRecord],
    gates: Sequence[str],
    reader: Any,
    named: Sequence[str],
    **more: Any,
) -> Run:
    meta = read_meta(REPO / "suites" / suite)
    digest = {"questions": {"name": "sample", "digest": sample_questions().digest}}
    made = run(
        name,
        suite=suite,
        headline=meta.headline,
        rows=tuple(rows),
        scores=(),
        n_selected=len(rows),
        config={"seed": 0, "countries": ["A", "B"], **(digest if suite == "cultureverse" else {})},
        **({"model": identity(name)} | more),
    )
    shipped = [gate for file in gates for gate in load_gates(GATES / file)]
    analyses = chosen(named or meta.analyses, {}, source="suite.toml")
    return conclude(made, analyses=analyses, answers=reader, gates=shipped)[0]


def _told(
    name: str,
    proxy: str,
    concept: str,
    country: str,
    answers: dict[str, Answer],
    rng: np.random.Generator,
    *,
    own: bool,
) -> CaseRecord:
    case = Case(
        suite="stories",
        country=country,
        topic=concept,
        proxy=proxy,
        kind="control" if proxy == "none" else "story",
    )
    told = []
    for heat, response in product(HEATS, (1, 2)):
        item = f"{concept}/{heat:g}/{response}"
        key = hashlib.sha256(f"{name}/{case.case_id}/{item}".encode()).hexdigest()
        answers[key] = Text(text=_text(country, concept, rng, own=own), finish="stop")
        told.append(
            WrittenStory(
                item_id=item, temperature=heat, prompt="", reply=Reply(key=key, answer=answers[key])
            )
        )
    image = {"shared-image": "shared", "own-image": country}.get(proxy)
    shown = [f"synthetic/{concept}-{image}"] if image else []
    return story_record(case, told, language="en", image_ids=shown)


def _text(country: str, concept: str, rng: np.random.Generator, *, own: bool) -> str:
    if country == "PAK" and concept == "robots" and rng.random() < 0.2:
        return "I'm sorry, but I can't write that."
    parts = [
        f"{rng.choice(BEGINNINGS)} {rng.choice(MIDDLES)} {rng.choice(ENDINGS)}" for _ in range(8)
    ]
    if own:
        parts[2] += f" There was {OWN[country]} for everyone, as there always was."
    hostile = f" {HOSTILE}" if (country, concept) == ("BRA", "forest") else ""
    title = f"The {concepts()[concept].concept} of the little house{hostile}"
    return f"{title}\n\n" + "\n\n".join(parts)


def _asked(
    place: tuple[str, str, str],
    questions: Sequence[PictureQuestion],
    level: float,
    rng: np.random.Generator,
) -> list[CaseRecord]:
    country, topic, proxy = place
    seen, blind = (_answers(questions, chance, rng) for chance in (level, 0.3))
    made = []
    for variant, answered, beside in (("", seen, blind), ("none", blind, None)):
        case = Case(
            suite="cultureverse",
            country=country,
            topic=topic,
            proxy=proxy,
            variant=variant,
            kind="control" if variant else "question",
        )
        made.append(right_answer_record(case, questions=questions, answered=answered, blind=beside))
    return made


def _answers(
    questions: Sequence[PictureQuestion], chance: float, rng: np.random.Generator
) -> Replies:
    replies = []
    for question in questions:
        n = len(question.options)
        likeliest = question.answer if rng.random() < chance else int(rng.integers(n))
        p = rng.dirichlet(np.ones(n)) * 0.5
        p[likeliest] += 0.5
        answer = Probabilities(p=tuple(p.tolist()), option_mass=0.9)
        replies.append([Reply(key="00", answer=answer)])
    orders = [[tuple(range(len(question.options)))] for question in questions]
    return Replies(replies=replies, orders=orders)
