"""A run as lm-evaluation-harness writes its results: the keys that its readers look for.

Score keys are ``METRIC,READING``. Standard errors are ``N/A``, as is usual there, since we have
intervals instead, which stand in each task's ``metadata``.
"""

from __future__ import annotations

from datetime import datetime

from benchmark.jsonio import Json, pretty
from benchmark.runs.run import Run
from benchmark.vocabulary import MARKS, SKILL, TWO_SAMPLES, W1
from leaderboard.board.standing import ANSWERS_OTHERWISE, OPTION_MASS
from leaderboard.export.headline import end_time, harness, tasks

KEPT = (*MARKS, TWO_SAMPLES, f"{SKILL}world_average", OPTION_MASS)


def results(run: Run) -> str:
    """The text of ``results_….json``."""
    found = tasks(run)
    started = _seconds(run, "started_at")
    ended = _seconds(run, "finished_at")
    return pretty(
        {
            "results": {task.name: _values(run, task.name, task.score.scope) for task in found},
            "configs": {
                task.name: {
                    "task": task.name,
                    "output_type": "multiple_choice",
                    "num_fewshot": 0,
                    "metadata": {
                        "version": run.suite_version,
                        "config_digest": run.config_digest,
                        "interval": [task.score.low, task.score.high],
                        "interval_method": task.score.method,
                        "not_answered": task.answered.n_unanswered,
                        **({"note": ANSWERS_OTHERWISE} if task.otherwise else {}),
                        "harness": f"pytest-culture {harness(run)}",
                    },
                }
                for task in found
            },
            "versions": {task.name: run.suite_version for task in found},
            "n-shot": {task.name: 0 for task in found},
            "higher_is_better": {
                task.name: {
                    score.metric: score.higher_is_better for score in (task.score, *task.beside)
                }
                for task in found
            },
            "n-samples": {
                task.name: {
                    "original": task.answered.n + task.answered.n_missing,
                    "effective": task.answered.n,
                }
                for task in found
            },
            "config": _config(run),
            "git_hash": run.provenance.get("git_commit"),
            "date": end_time(run).timestamp(),
            "model_source": run.model.backend,
            "model_name": run.model.model_id,
            "model_name_sanitized": run.model.model_id.replace("/", "__"),
            "start_time": started,
            "end_time": ended,
            "total_evaluation_time_seconds": str(ended - started) if started and ended else None,
        }
    )


def _values(run: Run, name: str, scope: object) -> dict[str, Json]:
    """The similarities, floors, ceilings, skill and option mass of one scope."""
    values: dict[str, Json] = {"alias": name}
    for score in run.scores:
        kept = score.metric.startswith(("js_", W1)) or score.metric in KEPT
        if dict(score.scope) == scope and kept:
            key = f"{score.metric}{{}},{score.reading or 'none'}"
            values[key.format("")] = score.value
            values[key.format("_stderr")] = "N/A"
    return values


def _config(run: Run) -> dict[str, Json]:
    return {
        "model": run.model.backend,
        "model_args": ",".join(f"{key}={value}" for key, value in run.model.model_args),
        "model_revision": run.model.revision,
        "model_dtype": run.model.dtype,
        "batch_size": run.provenance.get("batch_size"),
        "device": run.model.device_kind,
        "limit": run.limit,
        "random_seed": run.config.get("seed"),
    }


def _seconds(run: Run, name: str) -> float | None:
    try:
        return datetime.fromisoformat(str(run.provenance.get(name))).timestamp()
    except ValueError:
        return None
