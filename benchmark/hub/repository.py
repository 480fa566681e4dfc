"""Reads repositories on the Hub at a resolved commit.

Knows huggingface_hub, which is imported when something is read, and neither boards nor runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmark.hub.asking import TIMEOUT_S, asking, status

Kind = Literal["dataset", "space", "model"]
WORDS: Mapping[Kind, str] = {"dataset": "data set", "space": "Space", "model": "model"}


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
    with asking(f"read {repository}"):
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
    """A file at a commit, from huggingface_hub's cache if it is there."""
    from huggingface_hub import hf_hub_download

    with asking(f"read {path} of {repository}"):
        found = hf_hub_download(
            repository.repo_id, path, repo_type=repository.kind, revision=commit
        )
    return Path(str(found))
