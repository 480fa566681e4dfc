"""Made-up runs of stories, and people who rate them, as Label Studio would export it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmark.engine.store import ResponseStore
from benchmark.images.opening import drawn_stories
from benchmark.jsonio import Json
from benchmark.records import Case, CaseRecord, Item, Text
from benchmark.runs.run import write_run
from benchmark.stories.lists import SAMPLE_CONCEPTS, SAMPLE_COUNTRIES
from leaderboard.__main__ import main
from leaderboard.study.exporting import SERVED, TASKS
from leaderboard.study.key import Key, read_key
from tests.leaderboard.samples import identity, run

MODELS = ("org/alpha-7b", "org/beta-2b")
Values = Callable[[str, str, str, int], dict[str, float]]
Judge = Callable[[str, str, str], int | None]  # rater, story, dimension: a rating, or none


def plain(_model: str, _country: str, _concept: str, response: int) -> dict[str, float]:
    """Values of a story that say little."""
    return {"usable": 1.0, "n_words": 100.0 + response, "refusal": 0.0, "truncated": 0.0}


@dataclass(kw_only=True)
class Told:
    """Runs of several models and the store of their stories."""

    folder: Path
    models: Sequence[str] = MODELS
    countries: Sequence[str] = SAMPLE_COUNTRIES
    concepts: Sequence[str] = SAMPLE_CONCEPTS
    responses: int = 2
    proxy: str = "shared-image"
    values: Values = plain
    config: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)  # by model
    texts: Mapping[tuple[str, str, str, int], str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        return self.folder / "responses.sqlite"

    def write(self) -> list[Path]:
        """The run files, one a model, with their stories in the store."""
        return [self._run(model) for model in self.models]

    def _run(self, model: str) -> Path:
        rows: list[CaseRecord] = []
        answers: dict[str, Text] = {}
        for country in self.countries:
            for concept in self.concepts:
                record, texts = self._case(model, country, concept)
                rows.append(record)
                answers |= texts
        store = ResponseStore(self.store)
        store.put(answers, context=model, identity="{}")
        store.close()
        images = drawn_stories()
        config = {
            "images": {"name": "sample", "digest": images.digest},
            **self.config.get(model, {}),
        }
        about = run(
            model,
            suite="stories",
            headline="usable",
            model=identity(model),
            config=config,
            rows=tuple(rows),
            n_selected=len(rows),
            scores=(),
        )
        return write_run(self.folder / "runs", about)

    def _case(self, model: str, country: str, concept: str) -> tuple[CaseRecord, dict[str, Text]]:
        kind = "story" if self.proxy.endswith("-image") else "control"
        case = Case(suite="stories", country=country, topic=concept, proxy=self.proxy, kind=kind)
        items, answers = [], {}
        shown = (f"synthetic/{concept}-shared",) if self.proxy == "shared-image" else ()
        for temperature in (0.3, 0.7):
            for response in range(1, self.responses + 1):
                place = (model, country, concept, response)
                key = hashlib.sha256(repr((place, temperature, self.proxy)).encode()).hexdigest()
                text = self.texts.get(place, f"Once in {country}, {concept}, {key[:8]}.")
                answers[key] = Text(text=text, finish="stop")
                items.append(
                    Item(
                        case_id=case.case_id,
                        item_id=f"{concept}/{temperature:g}/{response}",
                        cluster=concept,
                        image_ids=shown,
                        request_keys=(key,),
                        values=self.values(*place),
                    )
                )
        items.sort(key=lambda item: item.item_id)
        return CaseRecord(case=case, scores=(), items=tuple(items)), answers


def exported(folder: Path, judge: Judge, *, careless: Sequence[str] = ()) -> dict[str, list[Any]]:
    """What Label Studio's JSON export of each rater's project holds when all did their list.

    Raters in ``careless`` answer attention checks with a number that is not the right one.
    """
    key = read_key(folder)
    found = {}
    for place, path in enumerate(sorted((folder / SERVED / TASKS).glob("*.json"))):
        rater = path.stem
        found[rater] = [
            _annotated(key, task["data"], judge, rater in careless, number, place + 1)
            for number, task in enumerate(json.loads(path.read_text("utf-8")), start=1)
        ]
    return found


def _annotated(
    key: Key, data: dict[str, str], judge: Judge, careless: bool, number: int, account: int
) -> dict[str, Any]:
    results = []
    for name in key.dimensions.names:
        right = key.checks.get(data["item"])
        if right is None:
            rating = judge(data["rater"], data["item"], name)
        else:
            rating = 1 + right % key.dimensions.high if careless else right
        if rating is not None:
            results.append(
                {
                    "id": f"x{number}{name}",
                    "from_name": name,
                    "to_name": "story",
                    "type": "choices",
                    "origin": "manual",
                    "value": {"choices": [str(rating)]},
                }
            )
    return {
        "id": number,
        "data": data,
        "annotations": [
            {
                "id": 1000 * account + number,
                "completed_by": account,
                "result": results,
                "was_cancelled": False,
                "ground_truth": False,
                "lead_time": 60.0,
            }
        ],
        "predictions": [],
    }


def write_exports(folder: Path, found: Mapping[str, list[Any]]) -> list[Path]:
    """One file a rater."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for rater, tasks in found.items():
        path = folder / f"project-of-{rater}.json"
        path.write_text(json.dumps(tasks), encoding="utf-8")
        paths.append(path)
    return paths


def refused(capsys: pytest.CaptureFixture[str], step: str, *words: str, out: Path) -> str:
    """The one sentence with which a step of a study ends that writes nothing."""
    assert main(["study", step, *words, "--out", str(out)]) == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert not out.exists()
    return shown
