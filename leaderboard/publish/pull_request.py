"""Offers a run's ``.eval_results`` to the repository of its model, as a pull request.

Knows the Hub and the text that `export` writes. Results of other benchmarks in the same file stay.
An offer that is already open or was accepted is not made again.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from benchmark.errors import HubProblem
from benchmark.hub.asking import asking
from benchmark.hub.repository import Head, Repository, fetch, head
from benchmark.jsonio import digest
from benchmark.runs.run import Run
from leaderboard.export.headline import Attribution
from leaderboard.export.hub import eval_results
from leaderboard.publish.client import commit, retrying
from leaderboard.publish.plan import File, Plan, compare


def offer(runs: Sequence[Run], about: Attribution, sure: bool) -> None:
    """Open a pull request for each run; unless ``sure``, only print which would be opened.

    Raises
    ------
    HubProblem
        A model has no repository, or the Hub refused.
    """
    for run in runs:
        text = eval_results(run, about)
        for attempt in retrying():
            with attempt:
                message = _offer(run, text, sure=sure)
        sys.stdout.write(f"{message}\n")


def _offer(run: Run, text: str, *, sure: bool) -> str:
    repository = Repository(kind="model", repo_id=run.model.model_id)
    path = f".eval_results/{run.suite}.yaml"
    there = head(repository)
    if there is None:
        raise HubProblem(
            f"{repository} is not on the Hub, or hidden from this token (404); results can only be "
            "offered to a model's repository"
        )
    whole = _merged_entries(repository, there, path, text)
    plan = compare(repository, there, [File(path=path, read=lambda: whole)], private=there.private)
    if not plan.changed:
        return f"{repository}: {path} is up to date"
    title = f"Results of {run.suite} (pytest-culture, {digest(whole.decode())[:12]})"
    if address := _open(repository, title):
        return f"{repository}: already offered, {address}"
    if not sure:
        return (
            f"{repository}: would offer {path}, {len(whole)} bytes; nothing was written: add --yes"
        )
    return f"{repository}: offered {path}, {_commit(plan, title)}"


def _commit(plan: Plan, title: str) -> str:
    """Open a pull request on the head that was read; a newer head is not a conflict."""
    return commit(plan, title, pull_request=True)


def _merged_entries(repository: Repository, there: Head, path: str, text: str) -> bytes:
    """The file's entries of other data sets or tasks, then ours."""
    own = yaml.safe_load(text)
    if path not in there.files:
        return text.encode()
    found = fetch(repository, there.commit, path).read_text(encoding="utf-8", errors="replace")
    try:
        old = yaml.safe_load(found)
    except yaml.YAMLError as error:
        raise HubProblem(f"{path} of {repository} is not YAML; repair it there first") from error
    names = {_name(entry) for entry in own}
    kept = [entry for entry in old if _name(entry) not in names] if isinstance(old, list) else []
    return str(yaml.safe_dump([*kept, *own], sort_keys=False, allow_unicode=True)).encode()


def _name(entry: Any) -> tuple[str, str]:  # noqa: ANN401 - another's YAML
    about = entry.get("dataset") if isinstance(entry, Mapping) else None
    found = about if isinstance(about, Mapping) else {}
    return str(found.get("id")), str(found.get("task_id"))


def _open(repository: Repository, title: str) -> str:
    """The address of an open pull request of that title; empty if there is none."""
    from huggingface_hub import HfApi

    with asking(f"read the pull requests of {repository}"):
        for found in HfApi().get_repo_discussions(
            repository.repo_id,
            repo_type=repository.kind,
            discussion_type="pull_request",
            discussion_status="open",
        ):
            if found.title == title:
                return str(found.url)
    return ""
