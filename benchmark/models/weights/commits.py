"""The commit of a Hub repository that a name means now, and its config; no weights.

Knows no framework. A full commit id needs no request, and without the Hub the local cache's commit
for the branch or tag is used, so what ran once can run offline.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from benchmark.errors import HubProblem
from benchmark.hub.asking import COMMIT, TIMEOUT_S, asking, refused
from benchmark.models.weights.families import folder_config

ALTERNATIVE = "`--model demo`, a local folder or a commit in the cache work without it"
# What works without the Hub, and how to pin a commit, by the option that took the name.
ALTERNATIVES = {
    "--model": ALTERNATIVE,
    "--encoder": ALTERNATIVE.replace("--model demo", "--encoder random-clip"),
    "--text-encoder": ALTERNATIVE.removeprefix("`--model demo`, "),
}
PINNED_BY = {
    "--model": "--revision",
    "--encoder": "--encoder NAME@COMMIT",
    "--text-encoder": "--text-encoder NAME@COMMIT#LAYER",
}


def hub_commit(repo_id: str, revision: str | None, *, option: str = "--model") -> str:
    """The commit of ``revision`` (a branch, tag or commit; None is the main branch).

    ``option`` is where the name was typed, for error messages.

    Raises
    ------
    HubProblem
        The repository or revision does not exist, access is refused, or the Hub is out of reach
        and the cache has no commit for this name.
    """
    if revision and COMMIT.fullmatch(revision):
        return revision
    from huggingface_hub import HfApi, errors

    where = f"{option} {repo_id}" + (f" at {revision!r}" if revision else "")
    try:
        with asking(f"look up {where} on the Hub", otherwise=ALTERNATIVES[option]):
            api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
            found = api.model_info(repo_id, revision=revision, timeout=TIMEOUT_S).sha
    except HubProblem as problem:
        if isinstance(problem.__cause__, errors.RevisionNotFoundError):
            raise HubProblem(
                f"the model {repo_id} has no revision {revision!r} on the Hub; check "
                f"{PINNED_BY[option]}"
            ) from problem
        found = None if refused(problem) else cached_commit(repo_id, revision)
        if found is None:
            raise
    if found is None:
        raise HubProblem(f"the Hub named no commit for {where}; pin one with {PINNED_BY[option]}")
    return found


def hub_config(repo_id: str, commit: str) -> Mapping[str, object]:
    """The config.json of a commit: fetched alone, and only if the local cache lacks it.

    Raises
    ------
    HubProblem
        There is none, access is refused, or the Hub is out of reach.
    """
    from huggingface_hub import hf_hub_download

    with asking(
        f"read config.json of {repo_id} at {commit[:12]}, which says how prompts are scored",
        otherwise=f"`--scoring full` does not need it, and {ALTERNATIVE}",
    ):
        path = hf_hub_download(
            repo_id, "config.json", revision=commit, endpoint=os.environ.get("HF_ENDPOINT")
        )
    return folder_config(Path(path).parent)


def cached_commit(repo_id: str, revision: str | None) -> str | None:
    """The commit that the local cache last saw for a branch or tag."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(repo_id, "config.json", revision=revision)
    return Path(path).parent.name if isinstance(path, str) else None
