"""Writes to the Hub: creates repositories, commits whole plans, and retries where that helps.

Knows huggingface_hub and plans. That package retries reads and uploads, but neither a commit nor a
creation, since it cannot tell whether a lost answer was a success. Here the whole step is
repeated from reading on, so that what was done is seen and not done twice.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.errors import HubProblem, UsageProblem
from benchmark.hub.asking import asking, header, status
from benchmark.hub.repository import Repository
from leaderboard.publish.plan import Plan

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

TRIES = 6
LONGEST_WAIT_S = 300.0
_RATE_LIMIT = re.compile(r"r\s*=\s*0\s*;\s*t\s*=\s*(\d+)")


def create(repository: Repository, *, private: bool) -> None:
    """Create a repository; one that somebody created meanwhile is as good."""
    from huggingface_hub import HfApi

    with asking(f"create {repository}"):
        HfApi().create_repo(
            repository.repo_id,
            repo_type=repository.kind,
            private=private,
            exist_ok=True,
            space_sdk="static" if repository.kind == "space" else None,
        )


def commit(plan: Plan, message: str, *, pull_request: bool = False) -> str:
    """Make all changes of a plan in one commit on its parent; return the address of the result.

    Operations are made anew for each try: huggingface_hub marks in them what it has uploaded.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    operations = [
        CommitOperationDelete(path_in_repo=change.path)
        if change.action == "delete"
        else CommitOperationAdd(path_in_repo=change.path, path_or_fileobj=change.content)
        for change in plan.changed
    ]
    repository = plan.repository
    with asking(f"write to {repository}"):
        done = HfApi().create_commit(
            repository.repo_id,
            operations,
            repo_type=repository.kind,
            commit_message=message,
            parent_commit=plan.parent,
            create_pr=pull_request,
        )
    return str(done.pr_url if pull_request else done.oid)


def secrets() -> Sequence[str]:
    """Tokens that this process may send, so that no file with one in it is sent."""
    from huggingface_hub import get_token

    with asking("find the token to log in with"):
        token = get_token()
    named = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
    return [text for text in (token, *(os.environ.get(name) for name in named)) if text]


def retrying() -> Retrying:
    """Retry what failed for a passing reason, with growing waits, at most six times in all."""
    try:
        from tenacity import Retrying, retry_if_exception, stop_after_attempt
    except ImportError as error:
        raise UsageProblem(
            "publishing needs the extra `publish`: pip install 'pytest-culture[publish]'"
        ) from error
    return Retrying(
        retry=retry_if_exception(passing), wait=_wait, stop=stop_after_attempt(TRIES), reraise=True
    )


def passing(error: BaseException) -> bool:
    """Whether retrying may help: a lost race, a busy Hub, a broken connection."""
    from huggingface_hub import errors

    if not isinstance(error, HubProblem):
        return False
    code = status(error)
    if code is not None:
        return code in (408, 412, 429) or code >= 500
    lost = (vars(errors)["HTTPError"], json.JSONDecodeError)  # a gateway's page is not JSON
    links: list[BaseException | None] = [error]
    while links[-1] is not None:
        links.append(links[-1].__cause__)
    return any(isinstance(link, lost) and _on_the_way(link) for link in links)


def _on_the_way(error: BaseException) -> bool:
    return "Offline" not in type(error).__name__


def _wait(state: RetryCallState) -> float:
    """As long as the Hub asks for; else longer each time, at random, so that rivals part."""
    from tenacity import wait_random_exponential

    error = state.outcome.exception() if state.outcome else None
    asked = 0.0
    if error is not None:
        limit = _RATE_LIMIT.search(header(error, "ratelimit"))
        after = header(error, "retry-after") or (limit[1] if limit else "")
        asked = float(after) if after.isdecimal() else 0.0
    own: float = wait_random_exponential(multiplier=1, max=20)(state)
    return min(max(own, asked), LONGEST_WAIT_S)
