"""A run in the format of Every Eval Ever (schema 0.2): one record, and a line for each question.

The schema wants a prompt for each line. The survey's licence forbids publishing it, so the line
gives the question's id and says that its wording is withheld.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmark.engine.sampled import OF_CONFIG
from benchmark.jsonio import Json, canonical, pretty
from benchmark.records import CaseRecord, Item, Score
from benchmark.runs.run import Run
from benchmark.vocabulary import ORDERED, SIMILARITY, W1
from leaderboard.board.standing import ANSWERS_OTHERWISE, OPTION_MASS
from leaderboard.export.headline import Attribution, Task, end_time, harness, tasks

VERSION = "0.2.2"
PROBABILITIES = "probabilities of the option labels"
LETTERS = "letters read in written answers"
NO_ANSWER = "[no usable answer]"
# The least value, by the beginning of a metric's name; of Jensen-Shannon with natural logarithm.
LEAST = {SIMILARITY: 1 - math.sqrt(math.log(2)), ORDERED: 0.0, OPTION_MASS: 0.0}


def files(run: Run, about: Attribution) -> dict[Path, str]:
    """The record and its lines, by their paths in the format's collection."""
    name = str(_uuid(run))
    developer, _, model = run.model.model_id.rpartition("/")
    folder = Path("data") / run.suite / _plain(developer or "unknown") / _plain(model)
    lines = list(_lines(run))
    text = "".join(canonical(line) + "\n" for line in lines)
    samples = folder / f"{name}_samples.jsonl"
    record = _record(run, about)
    if lines:
        record["detailed_evaluation_results"] = {
            "format": "jsonl",
            "file_path": samples.as_posix(),
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(text.encode()).hexdigest(),
            "total_rows": len(lines),
        }
    found = {folder / f"{name}.json": pretty(record)}
    return {**found, samples: text} if lines else found


def _record(run: Run, about: Attribution) -> dict[str, Json]:
    at = str(int(end_time(run).timestamp()))
    return {
        "schema_version": VERSION,
        "evaluation_id": _evaluation_id(run),
        "evaluation_timestamp": at,
        "retrieved_timestamp": at,  # equal runs give equal files
        "source_metadata": {
            "source_name": "pytest-culture",
            "source_type": "evaluation_run",
            "source_organization_name": about.organisation,
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "pytest-culture", "version": harness(run)},
        "model_info": {
            "name": run.model.name,
            "id": run.model.model_id,
            "inference_engine": {"name": run.model.backend},
            "additional_details": {
                "revision": run.model.revision,
                "dtype": run.model.dtype,
                "device_kind": run.model.device_kind,
            },
        },
        "evaluation_results": [
            _result(run, task, score, about)
            for task in tasks(run)
            for score in (task.score, *task.beside)
        ],
    }


def _result(run: Run, task: Task, score: Score, about: Attribution) -> dict[str, Json]:
    uncertainty: dict[str, Json] = {"num_samples": score.n}
    if not math.isnan(score.low + score.high):
        uncertainty["confidence_interval"] = {
            "lower": score.low,
            "upper": score.high,
            "confidence_level": 0.95,
            "method": score.method,
        }
    least = next((low for name, low in LEAST.items() if score.metric.startswith(name)), None)
    bounds: dict[str, Json] = (
        {} if least is None else {"score_type": "continuous", "min_score": least, "max_score": 1.0}
    )
    floors = task.floors.get(W1 if score.metric.startswith(W1) else "", {})
    details = {name: repr(value) for name, value in floors.items()}
    if task.otherwise:
        details["note"] = ANSWERS_OTHERWISE
    return {
        "evaluation_result_id": f"{task.name}/{score.name}",
        "evaluation_name": task.name,
        "source_data": _source(run, about),
        "metric_config": {
            "metric_id": f"pytest-culture.{score.name}",
            "metric_name": score.name,
            "lower_is_better": score.higher_is_better is False,
            "metric_parameters": {"reading": score.reading or "none"},
            **bounds,
        },
        "score_details": {
            "score": score.value,
            "details": details,
            "uncertainty": uncertainty,
        },
    }


def _source(run: Run, about: Attribution) -> dict[str, Json]:
    survey = run.config.get("survey")
    named = survey if isinstance(survey, Mapping) else {}
    name, revision = str(named.get("name", run.suite)), str(named.get("revision", ""))
    if "/" in name:
        return {
            "dataset_name": name,
            "source_type": "hf_dataset",
            "hf_repo": name,
            "hf_revision": revision,
        }
    where = {"source_id": about.dataset} if about.dataset else {}
    return {"dataset_name": name, "source_type": "other", "source_version": revision, **where}


def _lines(run: Run) -> Iterator[dict[str, Json]]:
    """A line for each scored question of each case, under the result of its proxy."""
    by_proxy = {task.score.scope.get("proxy"): task for task in tasks(run)}
    for record in run.rows:
        task = by_proxy.get(record.case.proxy)
        for item in record.items:
            value = item.values.get(run.headline, math.nan)
            if task is not None and not math.isnan(value):
                yield _line(run, record, item, task, value)


def _line(run: Run, record: CaseRecord, item: Item, task: Task, value: float) -> dict[str, Json]:
    answer = NO_ANSWER if item.model is None else canonical(item.model)
    case = record.case
    return {
        "schema_version": VERSION,
        "evaluation_id": _evaluation_id(run),
        "model_id": run.model.model_id,
        "evaluation_name": task.name,
        "evaluation_result_id": f"{task.name}/{task.score.name}",
        "sample_id": f"{case.case_id}/{item.item_id}",
        "interaction_type": "single_turn",
        "input": {
            "raw": f"[wording withheld under the survey's licence: question {item.item_id}]",
            "reference": [canonical(item.human)],
        },
        "output": {"raw": [answer]},
        "answer_attribution": [
            {
                "turn_idx": 0,
                "source": "output.raw",
                "extracted_value": answer,
                "extraction_method": LETTERS if OF_CONFIG in run.config else PROBABILITIES,
                "is_terminal": True,
            }
        ],
        "evaluation": {"score": value, "is_correct": False},  # no answer is right or wrong here
        "metadata": {
            "country": case.country,
            "topic": case.topic,
            "proxy": case.proxy,
            "cluster": item.cluster,
            "is_correct": "has no meaning: people's answers are compared, none is right",
        },
    }


def _evaluation_id(run: Run) -> str:
    at = int(end_time(run).timestamp())
    return f"{run.suite}-{run.config_digest}/{run.model.model_id}@{run.model.revision}/{at}"


def _uuid(run: Run) -> uuid.UUID:
    """An id that is the same for the same run."""
    return uuid.UUID(bytes=hashlib.sha256(_evaluation_id(run).encode()).digest()[:16], version=4)


def _plain(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "._-" else "-" for c in name)
    return kept.lstrip(".") or "unknown"
