"""Boards and runs as flat Parquet tables: one row a score, a case, or a question asked.

Knows records and pyarrow; the tables hold no wording, as records have none. Equal runs give
equal bytes with one version of pyarrow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmark.records import Item, Score
from benchmark.runs.rows import sample
from benchmark.runs.run import Run
from benchmark.vocabulary import (
    ALL_ASKED,
    MARKS,
    ORDERED,
    POOLED,
    SIMILARITY,
    SUBSTANTIVE,
    TWO_SAMPLES,
    W1,
)
from leaderboard.board.board import Board

LAYOUT = 2
"""Part of the files' paths: a table with other columns gets another path."""

BOTH = (
    *(SIMILARITY, ALL_ASKED, POOLED, "js_distance", "js_divergence"),
    *(*MARKS, TWO_SAMPLES),
)
ON_SCALES = (ORDERED, *(W1 + mark for mark in (*MARKS, TWO_SAMPLES)))
FIGURES = (
    *BOTH,
    *(name + SUBSTANTIVE for name in (*BOTH, *ON_SCALES)),
    *("option_mass", "order_sensitivity"),
)
"""Columns of their own; whatever else a suite measures is in the list ``scores`` or ``values``."""

_TEXT, _NUMBER, _COUNT, _TRUTH = pa.string(), pa.float64(), pa.int64(), pa.bool_()


def _columns(kind: pa.DataType, *names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, kind) for name in names]


_MODEL = ("model", "model_id", "revision", "suite", "suite_version", "config_digest")
_CASE = ("case_id", "country", "topic", "proxy", "variant", "kind")
_WHO = [*_columns(_TEXT, *_MODEL), ("complete", _TRUTH)]
_SCORE = [
    *_columns(_TEXT, "metric", "reading"),
    *_columns(_NUMBER, "value", "low", "high"),
    *_columns(_COUNT, "n", "n_missing", "n_unanswered", "n_clusters"),
    ("method", _TEXT),
    ("higher_is_better", _TRUTH),
]
_VALUE = [("name", _TEXT), ("value", _NUMBER)]
LEADERBOARD = pa.schema(
    [
        *_WHO,
        *_columns(_TEXT, "headline", "measured_on", "comparable", "trust", "proxy"),
        *_SCORE,
        ("run", _TEXT),
    ]
)
ROWS = pa.schema(
    [
        *_WHO,
        *_columns(_TEXT, *_CASE),
        *_columns(_COUNT, "n_scored", "n_missing"),
        *_columns(_NUMBER, *FIGURES),
        ("scores", pa.list_(pa.struct(_SCORE))),
    ]
)
ITEMS = pa.schema(
    [
        *_WHO,
        *_columns(_TEXT, *_CASE, "item_id", "cluster"),
        ("image_ids", pa.list_(_TEXT)),
        *_columns(pa.list_(_NUMBER), "people_p", "model_p"),
        ("nonanswers", pa.list_(_COUNT)),
        *_columns(_NUMBER, *FIGURES),
        ("values", pa.list_(pa.struct(_VALUE))),
    ]
)


def leaderboard(board: Board) -> bytes:
    """A row for each score of each row of the board: overall, and by proxy."""
    named = (*_MODEL, "headline", "measured_on", "comparable")
    return _file(
        (
            {name: row[name] for name in named}
            | {"complete": row.complete, "trust": row.trust, "run": row["file"]}
            | {"proxy": score.scope.get("proxy", "")}
            | _score(score)
            for row in board.rows
            for score in row.scores
        ),
        LEADERBOARD,
    )


def rows(run: Run) -> bytes:
    """A row for each case."""
    return _file((_row(run, index) for index in range(len(run.rows))), ROWS)


def items(run: Run) -> bytes:
    """A row for each question of each case."""
    return _file(
        (
            _who(run) | _case(run, index) | _item(item)
            for index, record in enumerate(run.rows)
            for item in record.items
        ),
        ITEMS,
    )


def _row(run: Run, index: int) -> dict[str, Any]:
    record = run.rows[index]
    scored, missing = sample(record)
    return {
        **_who(run),
        **_case(run, index),
        "n_scored": scored,
        "n_missing": missing,
        **_figures({score.name: score.value for score in record.scores}),
        "scores": [_score(score) for score in record.scores],
    }


def _who(run: Run) -> dict[str, Any]:
    return {
        "model": run.model.name,
        "model_id": run.model.model_id,
        "revision": run.model.revision,
        "suite": run.suite,
        "suite_version": run.suite_version,
        "config_digest": run.config_digest,
        "complete": run.complete,
    }


def _case(run: Run, index: int) -> dict[str, Any]:
    case = run.rows[index].case
    return {name: getattr(case, name) for name in _CASE}


def _item(item: Item) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "cluster": item.cluster,
        "image_ids": list(item.image_ids),
        "people_p": _numbers(item.human),
        "model_p": _numbers(item.model),
        "nonanswers": list(item.nonanswers),
        **_figures(item.values),
        "values": [{"name": name, "value": _number(v)} for name, v in item.values.items()],
    }


def _score(score: Score) -> dict[str, Any]:
    numbers = {name: _number(getattr(score, name)) for name in ("value", "low", "high")}
    counted = ("n", "n_missing", "n_unanswered", "n_clusters")
    named = ("metric", "reading", "method", "higher_is_better", *counted)
    return {**{name: getattr(score, name) for name in named}, **numbers}


def _figures(values: Mapping[str, float]) -> dict[str, Any]:
    return {name: _number(values.get(name, math.nan)) for name in FIGURES}


def _numbers(values: Sequence[float] | None) -> list[float | None] | None:
    return None if values is None else [_number(value) for value in values]


def _number(value: float) -> float | None:
    """The value, or null if not scored, as in all our files."""
    return float(value) if math.isfinite(value) else None


def _file(found: Iterable[Mapping[str, Any]], schema: pa.Schema) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(found), schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())
