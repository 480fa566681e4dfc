"""The commit of a Hub repository that a name means now, and its config; no weights.

Knows no framework. A full commit id needs no request, and without the Hub the local cache's commit
for the branch or tag is used, so what ran once can run offline.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import HubProblem
from benchmark.models.weights.families import folder_config

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMIT = re.compile(r"[0-9a-f]{40}")
TIMEOUT_S = 20.0
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

    transport = vars(errors)["HTTPError"]  # of httpx or httpx2, by the version installed
    where = f"{repo_id} at {revision}" if revision else repo_id
    instead, pinned_by = ALTERNATIVES[option], PINNED_BY[option]
    try:
        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        found = api.model_info(repo_id, revision=revision, timeout=TIMEOUT_S).sha
    except errors.GatedRepoError as error:
        raise HubProblem(
            f"the model {where} is gated: accept its terms on its Hub page and log in with "
            f"`hf auth login` or HF_TOKEN; {instead}"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise HubProblem(
            f"the model {repo_id} has no revision {revision!r} on the Hub; check {pinned_by}"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise HubProblem(
            f"there is no model {repo_id} on the Hub, or it is private and needs HF_TOKEN; "
            f"check {option}"
        ) from error
    except (OSError, transport) as error:
        found = cached_commit(repo_id, revision)
        if found is None:
            raise HubProblem(
                f"the Hub cannot be reached ({type(error).__name__}) to look up {where}, and the "
                f"cache holds no commit of it; {instead}"
            ) from error
    except ValueError as error:
        raise HubProblem(
            f"{where} is not the name of a model on the Hub; check {option}"
        ) from error
    if found is None:
        raise HubProblem(f"the Hub named no commit for {where}; pin one with {pinned_by}")
    return found


def hub_config(repo_id: str, commit: str) -> Mapping[str, object]:
    """The config.json of a commit: fetched alone, and only if the local cache lacks it.

    Raises
    ------
    HubProblem
        There is none, access is refused, or the Hub is out of reach.
    """
    from huggingface_hub import errors, hf_hub_download

    transport = vars(errors)["HTTPError"]
    try:
        path = hf_hub_download(
            repo_id, "config.json", revision=commit, endpoint=os.environ.get("HF_ENDPOINT")
        )
    except (OSError, ValueError, transport) as error:
        raise HubProblem(
            f"config.json of {repo_id} at {commit[:12]}, which says how prompts are scored, cannot "
            f"be read from the Hub ({type(error).__name__}); `--scoring full` does not need it, "
            f"and {ALTERNATIVE}"
        ) from error
    return folder_config(Path(path).parent)


def cached_commit(repo_id: str, revision: str | None) -> str | None:
    """The commit that the local cache last saw for a branch or tag."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(repo_id, "config.json", revision=revision)
    return Path(path).parent.name if isinstance(path, str) else None
