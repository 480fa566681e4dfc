"""What analyses declare, held against the scores of a run file; knows documents, runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.analyses import chosen, is_provided, provided
from benchmark.suite.protocol import own_analyses, read_meta

REPO = Path(__file__).parents[2]


def undeclared(document: Mapping[str, Any], suite: str) -> set[str]:
    """The metrics of a run's scores that no analysis of its suite declares."""
    folder = REPO / suite
    metrics = {score["metric"] for score in document["scores"]}
    assert metrics  # a run without scores would say nothing
    names = read_meta(folder).analyses
    declared = provided(chosen(names, own_analyses(folder), source=suite))
    return {metric for metric in metrics if not is_provided(metric, declared)}
