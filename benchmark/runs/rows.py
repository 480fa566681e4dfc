"""Writes one measured case as one flat JSON row, and reads it back without loss.

Knows nothing of files, runs or pytest. The row is what people read in run.json and the journal and
what a worker sends to the controller: each score's value stands under its name (`Score.name`), the
rest of the score in the list ``scores``. NaN is null; an infinite value also becomes null.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import cast

from benchmark.errors import BoardProblem
from benchmark.jsonio import Json, number
from benchmark.records import Case, CaseRecord, Item, Score
from benchmark.vocabulary import READINGS, Reading

CASE_KEYS = tuple(field.name for field in fields(Case))
RESERVED = frozenset({"case_id", *CASE_KEYS, "n_scored", "n_missing", "scores", "items"})
FLOATS, TEXTS = frozenset({float}), frozenset({str})


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A case that could not be measured, and why."""

    case_id: str
    reason: str


def sample(record: CaseRecord) -> tuple[int, int]:
    """``n_scored`` and ``n_missing`` of a row: those of its first score, the headline.

    Without a score, nothing was scored and every item is missing.
    """
    if not record.scores:
        return 0, len(record.items)
    return int(record.scores[0].n), int(record.scores[0].n_missing)


def encode(record: CaseRecord) -> str:
    """The row as one line of text; equal records give equal text."""
    # What `jsonio.canonical` writes, without its check for plain types: a row holds no others.
    return json.dumps(
        row_of(record),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        check_circular=False,
    )


def decode(text: str) -> CaseRecord:
    """The record that `encode` wrote; anything else is a BoardProblem."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BoardProblem(f"a row is not JSON ({error})") from error
    return record_of(row)


# --- record to row -------------------------------------------------------------------------


def row_of(record: CaseRecord) -> dict[str, Json]:
    """The flat row of a record; a score name used twice, or reserved by us, is a ValueError."""
    case = record.case
    row: dict[str, Json] = {"case_id": case.case_id}
    row.update((key, getattr(case, key)) for key in CASE_KEYS)
    row["n_scored"], row["n_missing"] = sample(record)
    for score in record.scores:
        if score.name in row or score.name in RESERVED:
            raise ValueError(
                f"case {case.case_id!r} has two things named {score.name!r} in its row"
            )
        row[score.name] = _json_number(score.value)
    row["scores"] = [_without_value(score_row(score)) for score in record.scores]
    row["items"] = [_item_row(item, case.case_id) for item in record.items]
    return row


def score_row(score: Score) -> dict[str, Json]:
    """A whole score as JSON, as in the ``scores`` of run.json and leaderboard.json."""
    return {
        "metric": score.metric,
        "reading": score.reading,
        "scope": dict(score.scope),
        "value": _json_number(score.value),
        "low": _json_number(score.low),
        "high": _json_number(score.high),
        "n": int(score.n),
        "n_missing": int(score.n_missing),
        **({} if score.n_unanswered is None else {"n_unanswered": int(score.n_unanswered)}),
        "n_clusters": int(score.n_clusters),
        "method": score.method,
        "higher_is_better": score.higher_is_better,
    }


def _without_value(row: dict[str, Json]) -> dict[str, Json]:
    del row["value"]
    return row


def _item_row(item: Item, case_id: str) -> dict[str, Json]:
    if item.case_id != case_id:
        raise ValueError(f"item {item.item_id!r} of {item.case_id!r} stands in case {case_id!r}")
    return {
        "item_id": item.item_id,
        "cluster": item.cluster,
        "image_ids": list(item.image_ids),
        "request_keys": list(item.request_keys),
        "human": None if item.human is None else _json_numbers(item.human),
        "model": None if item.model is None else _json_numbers(item.model),
        "by_image": [_json_numbers(p) for p in item.by_image],
        **({"by_order": [_json_numbers(p) for p in item.by_order]} if item.by_order else {}),
        "nonanswers": list(item.nonanswers),
        "values": dict(zip(item.values, _json_numbers(item.values.values()), strict=True)),
    }


def _json_number(value: float) -> float | None:
    value = float(value)  # a NumPy scalar would not pass the JSON boundary
    return value + 0.0 if math.isfinite(value) else None  # -0.0 equals 0.0, so it reads 0.0


def _json_numbers(values: Iterable[float]) -> list[float | None]:
    # inlined for floats, the usual case: a run holds millions of them
    return [v + 0.0 if type(v) is float and math.isfinite(v) else _json_number(v) for v in values]


# --- row to record -------------------------------------------------------------------------


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause Python's cycle collector while many rows are read.

    It would walk again and again through millions of new lists and dicts, none of which is in a
    cycle or can be freed, which takes longer than parsing the text they come from.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def record_of(row: object) -> CaseRecord:
    """The record that a row was made from; a row that is not ours is a BoardProblem naming it."""
    name = row.get("case_id") if isinstance(row, Mapping) else None
    try:
        return _record(_mapping(row))
    except KeyError as error:
        raise BoardProblem(f"row {name!r} lacks {error}") from error
    except (TypeError, ValueError) as error:
        raise BoardProblem(f"row {name!r} cannot be read: {error}") from error


def score_of(row: object) -> Score:
    """The score that `score_row` wrote; anything else is a BoardProblem."""
    try:
        about = _mapping(row)
        return _score(about, about["value"])
    except KeyError as error:
        raise BoardProblem(f"a score lacks {error}: {row!r}") from error
    except (TypeError, ValueError) as error:
        raise BoardProblem(f"a score cannot be read: {error}: {row!r}") from error


def _record(row: Mapping[str, object]) -> CaseRecord:
    case = Case(**{key: _text(row[key]) for key in CASE_KEYS})
    if case.case_id != row["case_id"]:
        raise ValueError(f"its suite, country, topic, proxy and variant make {case.case_id!r}")
    scores = tuple(_flat_score(row, _mapping(score)) for score in _list(row["scores"]))
    stray = row.keys() - RESERVED - {score.name for score in scores}
    if stray:
        raise ValueError(f"{min(stray)!r} is not in its list of scores")
    items = tuple(_item(_mapping(item), case.case_id) for item in _list(row["items"]))
    record = CaseRecord(case=case, scores=scores, items=items)
    if (_count(row["n_scored"]), _count(row["n_missing"])) != sample(record):
        raise ValueError("n_scored and n_missing are not those of its first score")
    return record


def _flat_score(row: Mapping[str, object], about: Mapping[str, object]) -> Score:
    score = _score(about, None)
    return replace(score, value=number(row[score.name]))


def _score(about: Mapping[str, object], value: object) -> Score:
    higher = about["higher_is_better"]
    if not about["metric"]:
        raise ValueError("a metric has no name")
    if higher is not None and type(higher) is not bool:
        raise TypeError(f"higher_is_better is {higher!r}, not true, false or null")
    return Score(
        metric=_text(about["metric"]),
        reading=_reading(about),
        scope={key: _text(member) for key, member in _mapping(about["scope"]).items()},
        value=number(value),
        low=number(about["low"]),
        high=number(about["high"]),
        n=_count(about["n"]),
        n_missing=_count(about["n_missing"]),
        n_unanswered=_count(about["n_unanswered"]) if "n_unanswered" in about else None,
        n_clusters=_count(about.get("n_clusters", 0)),  # not in runs of before 2026-12
        method=_text(about["method"]),
        higher_is_better=higher,
    )


def _reading(about: Mapping[str, object]) -> Reading:
    reading = about["reading"]
    if reading not in (*READINGS, ""):
        raise ValueError(f"{reading!r} is not a reading")
    return reading


def _item(row: Mapping[str, object], case_id: str) -> Item:
    values = _mapping(row["values"])
    return Item(
        case_id=case_id,
        item_id=_text(row["item_id"]),
        cluster=_text(row["cluster"]),
        image_ids=_texts(_list(row["image_ids"])),
        request_keys=_texts(_list(row["request_keys"])),
        human=None if row["human"] is None else _numbers(_list(row["human"])),
        model=None if row["model"] is None else _numbers(_list(row["model"])),
        by_image=tuple([_numbers(_list(p)) for p in _list(row["by_image"])]),
        by_order=tuple([_numbers(_list(p)) for p in _list(row.get("by_order", []))]),
        nonanswers=tuple([_count(place) for place in _list(row["nonanswers"])]),
        values=dict(zip(values, _numbers(values.values()), strict=True)),
    )


def _numbers(values: Collection[object]) -> tuple[float, ...]:
    if set(map(type, values)) == FLOATS:  # the usual case, without a call for each number
        return cast("tuple[float, ...]", tuple(values))
    return tuple([v if type(v) is float else number(v) for v in values])


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    if set(map(type, values)) == TEXTS:
        return cast("tuple[str, ...]", tuple(values))
    return tuple([_text(value) for value in values])


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError(f"{value!r} is not text")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r} is not a count")
    return value


def _list(value: object) -> list[object]:
    if type(value) is not list:
        raise TypeError(f"{value!r} is not a list")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value
