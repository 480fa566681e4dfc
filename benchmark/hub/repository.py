"""Reads repositories on the Hub at a resolved commit; whatever goes wrong is one sentence.

Knows huggingface_hub, which is imported when something is read, and neither boards nor runs. No
message carries a token, nor an address, which might hold one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmark.errors import HubProblem

Kind = Literal["dataset", "space", "model"]
WORDS: Mapping[Kind, str] = {"dataset": "data set", "space": "Space", "model": "model"}
TIMEOUT_S = 20.0
LOGIN = "log in with `hf auth login`, or set HF_TOKEN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository by its kind and its ``ORG/NAME``."""

    kind: Kind
    repo_id: str

    def __str__(self) -> str:
        return f"{WORDS[self.kind]} {self.repo_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A stored file: bytes, Git's id of it, and its SHA-256 where it is stored by that (LFS)."""

    size: int
    git_id: str
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What a branch points to: a commit and all its files by path."""

    commit: str
    private: bool
    files: Mapping[str, Blob] = field(default_factory=dict)


def head(repository: Repository, *, revision: str | None = None, files: bool = True) -> Head | None:
    """The newest commit, or the one that ``revision`` names; None if there is no repository.

    Without ``files`` the list of files is not asked for.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError
    from huggingface_hub.hf_api import RepoFile

    api = HfApi()
    name, kind = repository.repo_id, repository.kind
    with translated(f"read {repository}"):
        try:
            info = api.repo_info(name, repo_type=kind, revision=revision, timeout=TIMEOUT_S)
        except RepositoryNotFoundError as error:
            if status(error) == 404:
                return None
            raise
        tree = (
            api.list_repo_tree(name, repo_type=kind, recursive=True, revision=info.sha)
            if files
            else ()
        )
        blobs = {
            entry.path: Blob(
                size=entry.size,
                git_id=entry.blob_id,
                sha256=entry.lfs.sha256 if entry.lfs else None,
            )
            for entry in tree
            if isinstance(entry, RepoFile)
        }
    return Head(commit=str(info.sha), private=bool(info.private), files=blobs)


def fetch(repository: Repository, commit: str, path: str) -> Path:
    """A file at a commit, from huggingface_hub's cache where it is there."""
    from huggingface_hub import hf_hub_download

    with translated(f"read {path} of {repository}"):
        found = hf_hub_download(
            repository.repo_id, path, repo_type=repository.kind, revision=commit
        )
    return Path(str(found))


# --- what went wrong, in words ---------------------------------------------------------------


@contextmanager
def translated(doing: str, reason: Callable[[BaseException], str] | None = None) -> Iterator[None]:
    """What huggingface_hub raises, as a `HubProblem`; nothing of ours that raises runs inside."""
    from huggingface_hub import errors

    transport = vars(errors)["HTTPError"]  # of httpx or httpx2, by the version installed
    try:
        yield
    except (OSError, ValueError, RuntimeError, transport) as error:
        raise HubProblem(f"cannot {doing}: {(reason or in_words)(error)}") from error


def in_words(error: BaseException) -> str:
    """What the Hub or the way to it said; class names and codes only, as texts hold addresses."""
    names = [type(link).__name__ for link in _chain(error)]
    if "OfflineModeIsEnabled" in names:
        return "HF_HUB_OFFLINE forbids network use"
    if "HFValidationError" in names:
        return "the Hub has no names like that; give it as ORG/NAME"
    match status(error):
        case 401:
            return f"the Hub does not know who asks, or it is not there (401); {LOGIN}"
        case 403:
            return "the token may not do that (403); use one that may write to this place"
        case 404:
            return f"it is not there, or not for this token (404); check the name, or {LOGIN}"
        case 412:
            return "somebody else changed it in the meantime, again and again (412); try again"
        case 429:
            return "the Hub asks for a pause (429); try again in some minutes"
        case None:
            return f"the Hub cannot be reached, or its answer not read ({names[-1]}); try again"
        case code if code >= 500:
            return f"the Hub is out of order ({code}); try again later"
        case code:
            return f"the Hub answered with an error ({code})"


def status(error: BaseException) -> int | None:
    """The HTTP status behind an error, the innermost one; None where no answer came."""
    codes = [
        code
        for link in _chain(error)
        if isinstance(code := getattr(getattr(link, "response", None), "status_code", None), int)
    ]
    return codes[-1] if codes else None


def header(error: BaseException, name: str) -> str:
    """A header of the answer behind an error; empty where there is none."""
    for link in _chain(error):
        headers = getattr(getattr(link, "response", None), "headers", None)
        if headers is not None and name in headers:
            return str(headers[name])
    return ""


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what it came of, outermost first."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) and inner not in chain:
        chain.append(inner)
    return chain
