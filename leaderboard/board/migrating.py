"""Migrates boards of earlier schema versions to the current one, step by step.

Knows documents as JSON and nothing of files; run files have had one version so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from benchmark.jsonio import Json
from benchmark.runs.documents import schema_name

SELF_REPORTED = "self-reported"
UNCHECKED: Mapping[str, Json] = {
    "level": SELF_REPORTED,
    "bundle": "",
    "replay_level": "",
    "rerun_provenance_digest": "",
    "harness_version": "",
}
"""The ``trust`` of a row that nobody has checked."""

Document = Mapping[str, Json]


def migrated(document: Document) -> Document:
    """The document in the newest schema; one that is not our board stays as it is."""
    while isinstance(schema := document.get("schema"), str) and schema in STEPS:
        document = STEPS[schema](document)
    return document


def _with_trust(document: Document) -> Document:
    """1 to 2: a row says how it was checked; until then none was."""
    rows = document.get("rows")
    found = cast("Sequence[Json]", rows) if isinstance(rows, list) else ()
    whole = [
        {**row, "trust": row.get("trust", dict(UNCHECKED))} if isinstance(row, Mapping) else row
        for row in found
    ]
    changed: dict[str, Json] = {**document, "schema": schema_name("leaderboard")}
    if isinstance(rows, list):
        changed["rows"] = whole
    return changed


STEPS: Mapping[str, Callable[[Document], Document]] = {
    "pytest-culture/leaderboard/1": _with_trust,
}
"""Steps by the ``schema`` they start from; each leads to the next, the last to the newest."""
