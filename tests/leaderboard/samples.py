"""Made-up records and runs for the tests of rows, journal and boards; nothing here is measured."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from benchmark.records import Case, CaseRecord, Item, ModelIdentity, Score
from benchmark.runs.rows import RESERVED
from benchmark.runs.run import Run, config_digest

NAN = float("nan")
METRICS = ("js_similarity", "js_distance", "option_mass", "skill_world_average", "cosine")


def same(left: object, right: object) -> bool:
    """Equality that lets NaN equal NaN, through records, mappings and sequences."""
    if dataclasses.is_dataclass(left) and type(left) is type(right):
        names = [field.name for field in dataclasses.fields(left)]
        return all(same(getattr(left, name), getattr(right, name)) for name in names)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    return left == right


# --- by hand -------------------------------------------------------------------------------


def record(country: str = "NGA", similarity: float = 0.75, **changes: Any) -> CaseRecord:
    """One case of two items, the second not scored."""
    case = Case(suite="wvs", country=country, topic="religion", proxy="country", unit="wvs/a")
    items = (
        Item(
            case_id=case.case_id,
            item_id="q1",
            cluster="s1",
            request_keys=("ab12",),
            human=(0.25, 0.75),
            model=(0.5, 0.5),
            values={"js_similarity": similarity, "option_mass": 0.5},
        ),
        Item(case_id=case.case_id, item_id="q2", cluster="s2", values={"js_similarity": NAN}),
    )
    scores = (
        Score(
            metric="js_similarity",
            reading="printed",
            value=similarity,
            n=1,
            n_missing=1,
            higher_is_better=True,
        ),
        Score(
            metric="js_similarity",
            reading="substantive",
            value=NAN,
            n=0,
            n_missing=2,
            higher_is_better=True,
        ),
    )
    return dataclasses.replace(CaseRecord(case=case, scores=scores, items=items), **changes)


def identity(name: str = "org/model", **changes: Any) -> ModelIdentity:
    """A model as the registry would describe it."""
    plain = ModelIdentity(
        name=name, model_id=name, revision="0" * 40, backend="test", model_args=(("a", "1"),)
    )
    return dataclasses.replace(plain, **changes)


def overall(similarity: float = 0.7, metric: str = "js_similarity", **changes: Any) -> Score:
    """An overall score over substantive options."""
    plain = Score(
        metric=metric, reading="substantive", value=similarity, n=10, higher_is_better=True
    )
    return dataclasses.replace(plain, **changes)


def run(name: str = "org/model", **changes: Any) -> Run:
    """A complete run of one case, unless told otherwise."""
    config = changes.pop("config", {"seed": 0, "survey": {"name": "sample", "digest": "f" * 64}})
    fields: dict[str, Any] = {
        "suite": "wvs",
        "suite_version": "1.0",
        "headline": "js_similarity_substantive",
        "model": identity(name),
        "config": config,
        "config_digest": config_digest(config),
        "complete": True,
        "partial_because": (),
        "n_selected": 1,
        "excluded": (),
        "failed": (),
        "rows": (record(),),
        "scores": (overall(),),
        "gates": (),
        "provenance": {"started_at": "2025-01-02T03:04:05Z", "harness_version": "0.1.0"},
    }
    return Run(**(fields | changes))


def partial(name: str = "org/model", **changes: Any) -> Run:
    """The same run cut short."""
    return run(name, complete=False, partial_because=("interrupted",), **changes)


# --- by chance -----------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
numbers = st.floats(allow_infinity=False)
distributions = st.none() | st.lists(numbers, max_size=4).map(tuple)
counts = st.integers(min_value=0, max_value=10**6)
intervals = st.just((math.nan, math.nan)) | st.tuples(numbers, numbers)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """A score of any metric, reading and scope."""
    low, high = draw(intervals)
    return Score(
        metric=draw(st.sampled_from(METRICS) | texts.filter(bool)),
        value=draw(numbers),
        scope=draw(st.dictionaries(texts, texts, max_size=2)),
        n=draw(counts),
        n_missing=draw(counts),
        method=draw(texts),
        higher_is_better=draw(st.sampled_from([True, False, None])),
        reading=draw(st.sampled_from(["printed", "substantive", ""])),
        low=low,
        high=high,
    )


@st.composite
def records(draw: st.DrawFn) -> CaseRecord:
    """A record of any shape that a suite may build."""
    words = [draw(texts.filter(bool)), *(draw(texts) for _ in range(5))]
    keys = ("suite", "country", "topic", "proxy", "unit", "kind")
    case = Case(**dict(zip(keys, words, strict=True)))
    items = st.builds(
        Item,
        case_id=st.just(case.case_id),
        item_id=texts,
        cluster=texts,
        image_ids=st.lists(texts, max_size=2).map(tuple),
        request_keys=st.lists(texts, max_size=2).map(tuple),
        human=distributions,
        model=distributions,
        nonanswers=st.lists(st.integers(0, 9), max_size=2).map(tuple),
        by_image=st.lists(distributions.filter(bool), max_size=2).map(tuple),
        values=st.dictionaries(texts, numbers, max_size=3),
    )
    named = st.lists(scores(), max_size=4, unique_by=lambda score: score.name)
    kept = tuple(score for score in draw(named) if score.name not in RESERVED)
    return CaseRecord(case=case, scores=kept, items=tuple(draw(st.lists(items, max_size=3))))


def unique(found: Sequence[CaseRecord]) -> tuple[CaseRecord, ...]:
    """One record for each case id."""
    return tuple({entry.case.case_id: entry for entry in found}.values())
