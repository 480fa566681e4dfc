"""Boards and runs of any size for the tests of the page; nothing here is measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from PIL import Image

from benchmark.records import Case, CaseRecord, Item, Score
from benchmark.runs.run import Run, write_run
from benchmark.survey.survey import SAMPLE, load_survey
from benchmark.vocabulary import Reading
from benchmark.world.countries import countries
from leaderboard.board.board import update
from tests.leaderboard.samples import identity, run

HOSTILE = "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'>&amp;\u2028"
COUNTRIES = ("BRA", "CHN", "FRA", "ITA", "KOR", "MEX", "NGA", "PAK", "USA", "VNM")
TOPICS = (
    *("social-values", "religion", "science", "politics", "demographics", "international"),
    *("gender", "news", "immigration", "family", "race", "economy", "regions", "methodology"),
    "security",
)
PROXIES = (
    *("country", "food", "sports", "objects", "brands", "geography", "tradition"),
    *("pop-culture", "income-low", "income-high", "none"),
)
FLOORS = {"floor_uniform": 0.60, "floor_world_average": 0.75, "floor_best_blind": 0.78}
MARKS = {**FLOORS, "ceiling_population": 0.98}
READINGS: Mapping[Reading, str] = {"substantive": "_substantive", "printed": ""}
PHOTO = "photos/open.png"


def sample_config(**changes: Any) -> dict[str, Any]:
    """The configuration of a run over the embedded survey, whose wording may be shown."""
    survey = {"name": "sample", "digest": load_survey(SAMPLE).digest}
    return {"seed": 0, "survey": survey, "countries": ["BRA", "NGA"], **changes}


def measured(
    name: str,
    level: float,
    *,
    where: Sequence[str] = ("BRA", "NGA"),
    topics: Sequence[str] = ("religion", "gender"),
    proxies: Sequence[str] = ("country", "food"),
    items: Sequence[str] = ("q1", "q2"),
    **changes: Any,
) -> Run:
    """A run whose similarities lie about ``level``, with figures overall and by group."""
    rng = np.random.default_rng(round(1000 * level))
    rows = [
        _record(rng, level, country, topic, proxy, items)
        for country, topic, proxy in product(where, topics, proxies)
    ]
    rows.sort(key=lambda row: row.case.case_id)
    model = changes.pop("model", identity(name))
    found: dict[str, Any] = {
        "rows": tuple(rows),
        "scores": tuple(_scores(rows)),
        "n_selected": len(rows),
        "config": sample_config(),
        "model": model,
    }
    return run(name, **(found | changes))


def _record(
    rng: np.random.Generator,
    level: float,
    country: str,
    topic: str,
    proxy: str,
    items: Sequence[str],
) -> CaseRecord:
    case = Case(suite="wvs", country=country, topic=topic, proxy=proxy, kind="alignment")
    made = tuple(_item(rng, level, case, item) for item in items)
    names = [*(("js_similarity", level), *MARKS.items())]
    scores = [
        Score(
            metric=metric,
            reading=reading,
            value=fmean(item.values[metric + suffix] for item in made),
            n=len(made),
            higher_is_better=True if metric == "js_similarity" else None,
        )
        for (metric, _), (reading, suffix) in product(names, READINGS.items())
    ]
    return CaseRecord(case=case, scores=tuple(scores), items=made)


def _item(rng: np.random.Generator, level: float, case: Case, item: str) -> Item:
    similarity = float(np.clip(level + rng.normal(0, 0.05), 0.2, 1))
    values = {"option_mass": 0.9}
    for suffix, less in (("", 0.1), ("_substantive", 0.0)):
        values["js_similarity" + suffix] = similarity - less
        values |= {mark + suffix: value - less for mark, value in MARKS.items()}
    shares = rng.dirichlet(np.ones(5))
    return Item(
        case_id=case.case_id,
        item_id=item,
        cluster=f"s-{item}",
        image_ids=() if case.proxy == "country" else (PHOTO, "photos/closed.png"),
        human=(0.4, 0.3, 0.15, 0.1, 0.05),
        model=tuple(float(share) for share in shares),
        nonanswers=(4,),
        values=values,
    )


def _scores(rows: Sequence[CaseRecord]) -> Iterator[Score]:
    known = countries()
    keys: dict[tuple[tuple[str, str], ...], list[CaseRecord]] = {}
    for row in rows:
        case = row.case
        group = known[case.country].income_group
        families = {"country": case.country, "topic": case.topic, "income_group": group}
        for family, proxy in product(({}, *({k: v} for k, v in families.items())), (True, False)):
            scope = {**family, **({"proxy": case.proxy} if proxy else {})}
            keys.setdefault(tuple(sorted(scope.items())), []).append(row)
    for place, members in keys.items():
        yield from _means(dict(place), members)


def _means(scope: Mapping[str, str], members: Sequence[CaseRecord]) -> Iterator[Score]:
    n = sum(len(row.items) for row in members)
    for score in members[0].scores:
        mean = fmean(s.value for row in members for s in row.scores if s.name == score.name)
        main = score.metric == "js_similarity"
        yield Score(
            metric=score.metric,
            reading=score.reading,
            scope=scope,
            value=mean,
            low=mean - 0.03 if main else math.nan,
            high=mean + 0.03 if main else math.nan,
            n=n,
            higher_is_better=score.higher_is_better,
        )
    for reading in READINGS:
        yield Score(
            metric="skill_world_average",
            reading=reading,
            scope=scope,
            value=0.3,
            n=n,
            higher_is_better=True,
        )
    yield Score(metric="option_mass", scope=scope, value=0.9, n=n, higher_is_better=True)


# --- on disk -------------------------------------------------------------------------------


def small_runs() -> list[Run]:
    """Models above, within and below each other's intervals, a hostile one, and another suite."""
    questions = [question.question_id for question in load_survey(SAMPLE).questions[:2]]
    stories = Score(
        metric="lexical_variety", value=0.4, low=0.3, high=0.5, n=9, higher_is_better=True
    )
    told = Case(suite="stories", country="", topic="food", proxy="", variant=HOSTILE)
    return [
        measured("org/alpha", 0.90, items=questions),
        measured("org/beta", 0.88, items=questions),
        measured("org/gamma", 0.55, items=questions),
        measured("reference:uniform", 0.60, items=questions, model=_reference()),
        measured(
            HOSTILE,
            0.95,
            items=[HOSTILE],
            complete=False,
            partial_because=(HOSTILE,),
            n_selected=99,
        ),
        measured("org/elsewhere", 0.7, config=sample_config(survey={"name": "own", "digest": "e"})),
        run(
            "org/teller",
            suite="stories",
            headline="lexical_variety",
            scores=(stories,),
            rows=(
                CaseRecord(
                    case=told,
                    scores=(stories,),
                    items=(
                        Item(case_id=told.case_id, item_id=HOSTILE, cluster="", values={"x": 1.0}),
                    ),
                ),
            ),
        ),
    ]


def _reference() -> Any:
    return identity("reference:uniform", reads_subject=True, revision="1")


def write_board(folder: Path, runs: Sequence[Run]) -> Path:
    """A board of these runs, with its run files beside it."""
    board = folder / "board.json"
    for made in runs:
        update(board, made, run_file=write_run(folder / "runs", made))
    return board


def photos(folder: Path) -> Path:
    """A set of two pictures: one free, with a hostile credit, and one that may not be shown."""
    (folder / "photos").mkdir(parents=True)
    for name in ("open", "closed"):
        Image.new("RGB", (200, 100), (200, 80, 40)).save(folder / "photos" / f"{name}.png")
    rows = [
        f'photos/open.png,NGA,food,,CC BY 4.0,"{HOSTILE.replace(chr(34), "")}",here',
        "photos/closed.png,NGA,food,,all rights reserved,a photographer,here",
    ]
    head = "image,country,category,income_usd_month,licence,credit,source"
    (folder / "manifest.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return folder


def large_runs(n_models: int) -> list[Run]:
    """Runs of 1 650 cases: ten countries, fifteen topics, eleven proxies."""
    return [
        measured(
            f"organisation/a-model-with-a-name-{n:02d}",
            0.5 + n / 120,
            where=COUNTRIES,
            topics=TOPICS,
            proxies=PROXIES,
            items=("q1", "q2"),
        )
        for n in range(n_models)
    ]
