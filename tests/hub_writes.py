"""A Hub on 127.0.0.1 that can be written to: creation, uploads, commits, pull requests, logins.

Knows no benchmark. What the client asks and expects was read off huggingface_hub 2.4: a commit is
refused with 412 unless its parent is the head; a large file is uploaded before it is committed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from tests.hub_server import (
    DATE,
    KINDS,
    Asked,
    HubServer,
    Kind,
    Reply,
    Repository,
    as_json,
    blob_id,
    error,
    sha256,
)

LARGE = (".parquet", ".zip")
FIRST = {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"}
_API = re.compile(
    r"/api/(?P<kind>model|dataset|space)s/(?P<repo>[^/]+/[^/]+)"
    r"(?:/(?P<verb>preupload|commit|discussions)(?:/(?P<rev>.+))?)?"
)
_BATCH = re.compile(
    r"/(?:(?P<kind>dataset|space)s/)?(?P<repo>[^/]+/[^/]+)\.git/info/lfs/objects/batch"
)
_ANY = re.compile(r"/(?:api/)?(?:(?P<kind>model|dataset|space)s/)?(?P<repo>[^/]+/[^/]+)(?:/.*)?")


class WritableHub(HubServer):
    """Repositories that whoever holds ``token`` may create and write."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.may_write = True
        self.uploaded: dict[str, bytes] = {}
        self.history: list[tuple[Kind, str, str]] = []  # a line for each commit: where, and its id
        self.pulls: list[dict[str, Any]] = []
        self.before: Callable[[Asked], None] | None = None
        self._lock = threading.RLock()

    def forget(self) -> None:
        """Back to an empty Hub, for the next test."""
        self.repositories.clear()
        self.faults.clear()
        self.uploaded.clear()
        for log in (self.requests, self.tokens, self.history, self.pulls):
            log.clear()
        self.may_write, self.before = True, None

    def at(self, kind: Kind, repo_id: str) -> Repository:
        """A repository that is there."""
        return self.repositories[kind, repo_id]

    def files(self, kind: Kind, repo_id: str) -> dict[str, bytes]:
        """Its files on ``main``."""
        found = self.at(kind, repo_id)
        return dict(found.commits[found.branches["main"]])

    def n_commits(self, kind: Kind, repo_id: str) -> int:
        """How often it was written to, after it was created."""
        return sum(entry[:2] == (kind, repo_id) for entry in self.history)

    def respond(self, asked: Asked) -> Reply:
        """The reply to a request that meets no fault."""
        if self.before is not None:
            self.before(asked)
        with self._lock:
            return self._respond(asked)

    def _respond(self, asked: Asked) -> Reply:
        path = unquote(asked.path)
        if path == "/api/validate-yaml":
            return _validated(asked)
        if path == "/api/whoami-v2":
            return as_json({"type": "user", "name": "me"}) if self._known(asked) else error(401, "")
        if path == "/api/repos/create":
            return self._create(asked)
        if path.startswith("/lfs/"):
            return self._upload(asked, path.removeprefix("/lfs/"))
        if batch := _BATCH.fullmatch(path):
            return self._batch(asked) if self._known(asked) else error(401, batch["repo"])
        match = _API.fullmatch(path)
        if match is None or match["verb"] is None:
            return self._read(asked)
        return self._of(asked, match)

    def _of(self, asked: Asked, match: re.Match[str]) -> Reply:
        """Requests that only somebody known may make of a repository."""
        kind, repo = KINDS.get(match["kind"], "model"), match["repo"]
        if not self._known(asked):
            return error(401, "")
        repository = self.repositories.get((kind, repo))
        if repository is None:
            return error(404, "RepoNotFound")
        match match["verb"]:
            case "preupload":
                return self._preupload(asked, repository)
            case "discussions":
                return as_json({"discussions": self.pulls, "count": len(self.pulls), "start": 0})
            case _:
                return self._commit(asked, repository)

    def _known(self, asked: Asked) -> bool:
        return asked.token == self.token

    def _read(self, asked: Asked) -> Reply:
        """Private repositories are not there for strangers."""
        match = _ANY.fullmatch(asked.path)
        if match is not None:
            kind: Kind = KINDS.get(match["kind"] or "", "model")
            found = self.repositories.get((kind, unquote(match["repo"])))
            if asked.token and not self._known(asked):
                return error(401, "")
            if (found is None or found.private) and not self._known(asked):
                return error(401, "")
        return self.answer(asked.path, asked.query, asked.form)

    # --- writing ---------------------------------------------------------------------------

    def _create(self, asked: Asked) -> Reply:
        if not self._known(asked):
            return error(401, "")
        if not self.may_write:
            return error(403, "")
        wanted = json.loads(asked.form)
        kind: Kind = KINDS.get(wanted.get("type", ""), "model")
        if kind == "space" and wanted.get("sdk") != "static":
            return error(400, "")
        repo_id = f"{wanted.get('organization') or 'me'}/{wanted['name']}"
        url = f"{self.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}"
        if (kind, repo_id) in self.repositories:
            return Reply(status=409, body=json.dumps({"error": "exists", "url": url}).encode())
        self.add(kind, repo_id, FIRST, commit=_oid(kind, repo_id))
        repository = self.at(kind, repo_id)
        repository.lfs = LARGE
        # 1.x says private, 2.x says visibility
        repository.private = wanted.get("private") is True or wanted.get("visibility") == "private"
        return as_json({"url": url, "name": repo_id, "id": "0" * 24})

    def _preupload(self, asked: Asked, repository: Repository) -> Reply:
        files = repository.commits[repository.branches["main"]]
        return as_json(
            {
                "files": [
                    {
                        "path": one["path"],
                        "uploadMode": "lfs" if one["path"].endswith(repository.lfs) else "regular",
                        "shouldIgnore": False,
                        "oid": _remote_id(repository, files.get(one["path"]), one["path"]),
                    }
                    for one in json.loads(asked.form)["files"]
                ]
            }
        )

    def _batch(self, asked: Asked) -> Reply:
        wanted = json.loads(asked.form)["objects"]
        return as_json(
            {
                "transfer": "basic",
                "objects": [
                    one
                    if one["oid"] in self.uploaded
                    else one | {"actions": {"upload": {"href": f"{self.url}/lfs/{one['oid']}"}}}
                    for one in wanted
                ],
            }
        )

    def _upload(self, asked: Asked, oid: str) -> Reply:
        if asked.method != "PUT" or sha256(asked.form) != oid:
            return error(400, "")
        self.uploaded[oid] = asked.form
        return Reply()

    def _commit(self, asked: Asked, repository: Repository) -> Reply:
        if not self.may_write:
            return error(403, "")
        lines = [json.loads(line) for line in asked.form.splitlines()]
        head, parent = lines[0]["value"], repository.branches["main"]
        pull = asked.query.get("create_pr") == ["1"]
        if not pull and head.get("parentCommit", parent) != parent:
            return error(412, "")
        files = dict(repository.commits[parent])
        for line in lines[1:]:
            path = line["value"]["path"]
            match line["key"]:
                case "file":
                    files[path] = base64.b64decode(line["value"]["content"])
                case "lfsFile" if line["value"]["oid"] in self.uploaded:
                    files[path] = self.uploaded[line["value"]["oid"]]
                case "deletedFile" if path in files:
                    del files[path]
                case _:
                    return error(400, "")
        return self._written(repository, files, pull=pull, title=head["summary"])

    def _written(
        self, repository: Repository, files: dict[str, bytes], *, pull: bool, title: str
    ) -> Reply:
        kind, repo_id = repository.kind, repository.repo_id
        commit = _oid(repository.branches["main"], len(repository.commits), sorted(files.items()))
        repository.commits[commit] = files
        place = f"{self.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}"
        done = {"success": True, "commitOid": commit, "commitUrl": f"{place}/commit/{commit}"}
        if pull:
            self.pulls.append(_discussion(repo_id, len(self.pulls) + 1, title))
            repository.branches[f"refs/pr/{len(self.pulls)}"] = commit
            done["pullRequestUrl"] = f"{place}/discussions/{len(self.pulls)}"
        else:
            repository.branches["main"] = commit
            self.history.append((kind, repo_id, commit))
        return as_json(done)


def _validated(asked: Asked) -> Reply:
    """The head of a card must be there and be YAML; the real one holds its fields to a schema."""
    text = json.loads(asked.form)["content"]
    if not re.match(r"---\n.+?\n---\n", text, re.S):
        return Reply(status=400, body=b'{"errors": [{"message": "no metadata"}], "warnings": []}')
    return as_json({"errors": [], "warnings": []})


def _discussion(repo_id: str, number: int, title: str) -> dict[str, Any]:
    return {
        "num": number,
        "title": title,
        "status": "open",
        "author": {"name": "me"},
        "isPullRequest": True,
        "createdAt": DATE,
        "repo": {"name": repo_id, "type": "model"},
    }


def _remote_id(repository: Repository, data: bytes | None, path: str) -> str | None:
    if data is None:
        return None
    return sha256(data) if path.endswith(repository.lfs) else blob_id(data)


def _oid(*parts: object) -> str:
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()
