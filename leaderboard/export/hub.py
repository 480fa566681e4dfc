"""The Hub's own formats: ``.eval_results``, ``model-index`` and the data set's ``eval.yaml``.

huggingface_hub makes the entries, so the format's version is that of the package.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import yaml

from benchmark.errors import UsageProblem
from benchmark.hub.asking import is_repo_id
from benchmark.runs.run import Run
from benchmark.suite.protocol import shipped_meta
from leaderboard.export.headline import Attribution, end_time, harness, in_words, tasks

FRAMEWORK = "pytest-culture"


def eval_results(run: Run, about: Attribution) -> str:
    """``.eval_results/SUITE.yaml`` of the model's repository: one entry a number."""
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    _check_model(run)
    entries = [
        EvalResultEntry(
            dataset_id=dataset(about),
            task_id=task.name,
            value=task.score.value,
            date=end_time(run).date().isoformat(),
            source_url=about.source_url,
            source_name=FRAMEWORK if about.source_url else None,
            notes=f"{in_words(task)}; {FRAMEWORK} {harness(run)}, config {run.config_digest}",
        )
        for task in tasks(run)
    ]
    return _yaml(eval_result_entries_to_yaml(entries))


def model_index(run: Run, about: Attribution) -> str:
    """The ``model-index`` block for the header of the model's card."""
    from huggingface_hub import EvalResult
    from huggingface_hub.repocard_data import eval_results_to_model_index

    _check_model(run)
    entries = [
        EvalResult(
            task_type="visual-question-answering",
            task_name=f"cultural values ({run.suite})",
            dataset_type=about.dataset or f"{FRAMEWORK}/{run.suite}",
            dataset_name=f"{run.suite} {run.suite_version}, {_survey(run)}",
            dataset_config=task.name,
            metric_type=task.score.metric,
            metric_name=in_words(task),
            metric_value=task.score.value,
            source_name=FRAMEWORK if about.source_url else None,
            source_url=about.source_url,
        )
        for task in tasks(run)
    ]
    return _yaml({"model-index": eval_results_to_model_index(run.model.model_id, entries)})


def eval_yaml(runs: Mapping[Path, Run]) -> str:
    """The ``eval.yaml`` of the benchmark's data set: the tasks that results may name."""
    suites = {run.suite: run for run in runs.values()}
    return eval_yaml_of(list(suites), {task.name for run in runs.values() for task in tasks(run)})


def eval_yaml_of(suites: Sequence[str], names: Collection[str]) -> str:
    """The same, from suites and task ids."""
    about = [_described(suite) for suite in suites]
    return _yaml(
        {
            "name": " and ".join(title for title, _ in about),
            "description": " ".join(summary for _, summary in about),
            "evaluation_framework": FRAMEWORK,
            "tasks": [{"id": name} for name in sorted(names)],
        }
    )


def dataset(about: Attribution) -> str:
    """The benchmark's data set on the Hub, which must be given."""
    if about.dataset is None or not is_repo_id(about.dataset):
        raise UsageProblem(
            f"--dataset {about.dataset} must name the benchmark's data set on the Hub, as org/name"
        )
    return about.dataset


def _check_model(run: Run) -> None:
    if not is_repo_id(run.model.model_id):
        raise UsageProblem(
            f"{run.model.model_id!r} has no repository on the Hub whose card could hold results; "
            "export it as lm-eval or every-eval-ever"
        )


def _described(suite: str) -> tuple[str, str]:
    meta = shipped_meta(suite)
    if meta is None:
        return suite, f"The suite {suite}."
    return meta.title, f"{meta.summary} Cite: {meta.citation}. Licence: {meta.licence}."


def _survey(run: Run) -> str:
    about = run.config.get("survey")
    return f"survey {about.get('name')}" if isinstance(about, Mapping) else "no survey"


def _yaml(content: object) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
