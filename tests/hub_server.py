"""A Hub on 127.0.0.1: serves small repositories to the real clients, and fails on demand.

Knows no benchmark: model and data set repositories are paths and bytes. What the clients ask was
read off huggingface_hub 2.4 and datasets 5.2: repository, tree, paths, refs, and files by range.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.loopback import listening

Kind = Literal["model", "dataset", "space"]
Deed = int | Literal["drop", "lose"]
KINDS: dict[str, Kind] = {"dataset": "dataset", "space": "space"}
DATE = "2024-01-01T00:00:00.000Z"


@dataclass(kw_only=True)
class Repository:
    """Commits by id, each a whole tree; ``branches`` name some of them."""

    kind: Kind
    repo_id: str
    commits: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    private: bool = False
    lfs: tuple[str, ...] = ()  # files with these endings are stored by their SHA-256

    def find(self, revision: str) -> str | None:
        """The commit that a branch or commit id names."""
        commit = self.branches.get(revision, revision)
        return commit if commit in self.commits else None


@dataclass(kw_only=True)
class Fault:
    """What to do instead of answering the next ``times`` requests whose path matches.

    ``drop`` breaks the connection, ``lose`` does what was asked and then breaks it.
    """

    pattern: str
    do: Deed
    code: str = ""
    times: int = 10**6
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Reply:
    """A whole answer; HEAD sends it without its body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    form: bytes
    token: str = ""


class HubServer:
    """The state of the server, shared by its handlers; tests change it while it runs."""

    def __init__(self) -> None:
        self.repositories: dict[tuple[Kind, str], Repository] = {}
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.tokens: list[str] = []
        self.url = ""

    def add(
        self, kind: Kind, repo_id: str, files: Mapping[str, bytes], *, commit: str | None = None
    ) -> str:
        """A new commit on ``main``, earlier ones stay reachable; its id comes from the content."""
        repository = self.repositories.setdefault(
            (kind, repo_id), Repository(kind=kind, repo_id=repo_id)
        )
        tree = sorted((path, blob_id(data)) for path, data in files.items())
        commit = commit or hashlib.sha1(repr(tree).encode(), usedforsecurity=False).hexdigest()
        repository.commits[commit] = dict(files)
        repository.branches["main"] = commit
        return commit

    def fail(
        self, pattern: str, do: Deed, *, code: str = "", times: int = 10**6, **headers: str
    ) -> None:
        """Answer with a status (and the Hub's error code), or drop the connection."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(Fault(pattern=pattern, do=do, code=code, times=times, headers=named))

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """For a subprocess whose Hub is this server and nothing else (DESIGN §7, trap 11)."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        return kept | {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "NO_PROXY": "127.0.0.1",
            **more,
        }

    def fault(self, path: str) -> Fault | None:
        """The first fault that still applies to this path, counted down."""
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.pattern, path):
                fault.times -= 1
                return fault
        return None

    def respond(self, asked: Asked) -> Reply:
        """The reply to a request that meets no fault; this Hub can only be read."""
        return self.answer(asked.path, asked.query, asked.form)

    def answer(self, path: str, query: Mapping[str, list[str]], form: bytes) -> Reply:
        """The reply to a request that meets no fault; GET and HEAD are alike here."""
        prefix = r"/(?P<api>api/)?(?:(?P<kind>model|dataset|space)s/)?(?P<repo>[^/]+/[^/]+)"
        match = re.fullmatch(
            prefix + r"(?:/(?P<verb>revision|tree|paths-info|refs|resolve)"
            r"(?:/(?P<rev>[^/]+))?(?:/(?P<path>.+))?)?",
            path,
        )
        if match is None:
            return error(404, "")
        kind: Kind = KINDS.get(match["kind"] or "", "model")
        repository = self.repositories.get((kind, unquote(match["repo"])))
        if repository is None:
            return error(404, "RepoNotFound")
        commit = repository.find(unquote(match["rev"] or "main"))
        if commit is None:
            return error(404, "RevisionNotFound")
        inner = unquote(match["path"] or "")
        match match["verb"], bool(match["api"]):
            case None | "revision", True:
                return as_json(_info(repository, commit))
            case "tree", True:
                deep = query.get("recursive", ["false"])[0].lower() in ("true", "1")
                return _tree(repository, commit, inner, recursive=deep)
            case "paths-info", True:
                return as_json(_paths_info(repository, commit, form))
            case "refs", True:
                return as_json(_refs(repository))
            case "resolve", False:
                return _file(repository, inner, commit)
            case _:
                return error(404, "")


def blob_id(data: bytes) -> str:
    """Git's id of a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def as_json(value: object) -> Reply:
    """A reply that carries a JSON value."""
    return Reply(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def error(status: int, code: str) -> Reply:
    """The Hub's way to say no: the client turns ``X-Error-Code`` into its exception."""
    headers = {"X-Error-Code": code, "X-Error-Message": code} if code else {}
    return Reply(status=status, body=b"{}", headers=headers)


def _info(repository: Repository, commit: str) -> dict[str, object]:
    return {
        "_id": "0" * 24,
        "id": repository.repo_id,
        "sha": commit,
        "private": repository.private,
        "gated": False,
        "disabled": False,
        "lastModified": DATE,
        "createdAt": DATE,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "siblings": [{"rfilename": path} for path in sorted(repository.commits[commit])],
    }


def _refs(repository: Repository) -> dict[str, object]:
    branches = [
        {"name": name, "ref": f"refs/heads/{name}", "targetCommit": commit}
        for name, commit in repository.branches.items()
    ]
    return {"branches": branches, "converts": [], "tags": []}


def _node(repository: Repository, commit: str, path: str) -> dict[str, object]:
    files = repository.commits[commit]
    if path in files:
        data = files[path]
        about: dict[str, object] = {"type": "file", "path": path, "size": len(data)}
        if not path.endswith(repository.lfs):
            return about | {"oid": blob_id(data)}
        pointer = lfs_pointer(data)
        stored = {"oid": sha256(data), "size": len(data), "pointerSize": len(pointer)}
        return about | {"oid": blob_id(pointer), "lfs": stored}
    return {"type": "directory", "path": path, "size": 0, "oid": blob_id(path.encode())}


def _nodes(files: Mapping[str, bytes]) -> set[str]:
    """Every file and folder; the root is not among them."""
    return {str(p) for file in files for p in (Path(file), *Path(file).parents)} - {"."}


def sha256(data: bytes) -> str:
    """The id of a file that is stored as a large one."""
    return hashlib.sha256(data).hexdigest()


def lfs_pointer(data: bytes) -> bytes:
    """What Git holds in the place of such a file."""
    version = "version https://git-lfs.github.com/spec/v1"
    return f"{version}\noid sha256:{sha256(data)}\nsize {len(data)}\n".encode()


def _tree(repository: Repository, commit: str, inner: str, *, recursive: bool) -> Reply:
    files = repository.commits[commit]
    below = [p for p in sorted(_nodes(files)) if not inner or p.startswith(f"{inner}/")]
    if inner and not below:
        return error(404, "EntryNotFound")
    depth = inner.count("/") + 1 if inner else 0
    return as_json(
        [_node(repository, commit, p) for p in below if recursive or p.count("/") == depth]
    )


def _paths_info(repository: Repository, commit: str, form: bytes) -> list[dict[str, object]]:
    asked = parse_qs(form.decode()).get("paths", [])
    known = _nodes(repository.commits[commit])
    return [_node(repository, commit, path) for path in asked if path in known]


def _file(repository: Repository, path: str, commit: str) -> Reply:
    files = repository.commits[commit]
    if path not in files:
        reply = error(404, "EntryNotFound")
        reply.headers["X-Repo-Commit"] = commit
        return reply
    data = files[path]
    etag = sha256(data) if path.endswith(repository.lfs) else blob_id(data)
    headers = {"ETag": f'"{etag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
    if path.endswith(repository.lfs):
        headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(data))}
    return Reply(body=data, headers=headers)


def _ranged(reply: Reply, wanted: str | None) -> Reply:
    """The bytes that a Range header asks for, as 206."""
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if reply.status != 200 or match is None:
        return reply
    first, size = int(match[1]), len(reply.body)
    last = min(int(match[2] or size - 1), size - 1)
    if first > last:
        return Reply(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = reply.headers | {"Content-Range": f"bytes {first}-{last}/{size}"}
    return Reply(status=206, body=reply.body[first : last + 1], headers=headers)


class _Handler(BaseHTTPRequestHandler):
    """HTTP to `HubServer.answer` and back."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: else each answer waits for an acknowledgement
    disable_nagle_algorithm = True
    hub: HubServer

    def _serve(self) -> None:
        url = urlsplit(self.path)
        form = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.requests.append(f"{self.command} {url.path}")
        self.hub.tokens.append(self.headers.get("Authorization") or "")
        fault = self.hub.fault(url.path)
        if fault is not None and isinstance(fault.do, int):
            reply = error(fault.do, fault.code)
            reply.headers |= fault.headers
            self._send(reply)
            return
        asked = Asked(
            method=self.command,
            path=url.path,
            query=parse_qs(url.query),
            form=form,
            token=(self.headers.get("Authorization") or "").removeprefix("Bearer "),
        )
        reply = Reply() if fault is not None and fault.do == "drop" else self.hub.respond(asked)
        if fault is not None:
            self.close_connection = True
            self.connection.close()
            return
        self._send(_ranged(reply, self.headers.get("Range")))

    do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815 - the names that http.server calls

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Quiet: `HubServer.requests` is the log."""


Served = TypeVar("Served", bound=HubServer)


@contextmanager
def serving() -> Iterator[HubServer]:
    """A running, empty Hub."""
    with running(HubServer()) as hub:
        yield hub


@contextmanager
def running(hub: Served) -> Iterator[Served]:
    """A Hub while it runs."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    with listening(handler, told=partial(setattr, hub, "url")):
        yield hub
