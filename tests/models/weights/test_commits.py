"""Which commit a Hub name means: asked of a Hub on loopback, and without any Hub."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from benchmark.models.weights.commits import hub_commit
from tests.hub_server import HubServer, serving

REPO = "org/model"
FILES = {"config.json": b"{}", "model.safetensors": b"weights"}
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PROGRAM = """
import json, sys
from benchmark.errors import HubProblem
from benchmark.models.weights.commits import hub_commit
try:
    print(json.dumps({"commit": hub_commit(sys.argv[1], sys.argv[2] or None)}))
except HubProblem as problem:
    print(json.dumps({"problem": str(problem)}))
"""
DOWNLOAD = "import sys; from huggingface_hub import hf_hub_download as get; get(*sys.argv[1:])"


@pytest.fixture
def server() -> Iterator[HubServer]:
    """A Hub with one model."""
    with serving() as running:
        running.add("model", REPO, FILES)
        yield running


def ask(env: Mapping[str, str], repo_id: str = REPO, revision: str = "") -> dict[str, str]:
    """The commit or the problem, in a process of its own: clients read settings at import."""
    command = [sys.executable, "-c", PROGRAM, repo_id, revision]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_name_means_the_head_of_its_main_branch(server: HubServer, tmp_path: Path) -> None:
    """One request finds the commit; no file is fetched."""
    head = server.repositories["model", REPO].branches["main"]
    assert ask(server.environment(tmp_path)) == {"commit": head}
    assert len(server.requests) == 1


def test_commit_needs_no_hub() -> None:
    """A full commit id cannot mean anything else, so a pinned run starts offline."""
    assert hub_commit("org/any", COMMIT) == COMMIT


def test_branch_of_the_cache_serves_when_the_hub_is_gone(server: HubServer, tmp_path: Path) -> None:
    """What ran once runs again offline, at the commit that was fetched."""
    env = server.environment(tmp_path)
    command = [sys.executable, "-c", DOWNLOAD, REPO, "config.json"]
    subprocess.run(command, env=env, check=True, capture_output=True)
    head = server.repositories["model", REPO].branches["main"]
    server.fail("/api/", 503)
    assert ask(env) == {"commit": head}
    assert ask(env | {"HF_HUB_OFFLINE": "1"}) == {"commit": head}


@pytest.mark.parametrize(
    ("offline", "reason"),
    [({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids network use"), ({}, "cannot be reached")],
)
def test_unreachable_hub_is_one_sentence_naming_what_works(
    server: HubServer, tmp_path: Path, offline: dict[str, str], reason: str
) -> None:
    """Without network and cache the message says how to go on."""
    env = server.environment(tmp_path) | {"HF_ENDPOINT": "http://127.0.0.1:9"} | offline
    problem = ask(env)["problem"]
    assert reason in problem
    assert "--model demo" in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("revision", "status", "code", "said"),
    [
        ("", 404, "RepoNotFound", "it is not there"),
        ("v9", 404, "RevisionNotFound", "has no revision 'v9' on the Hub; check --revision"),
        ("", 403, "GatedRepo", "is gated"),
    ],
)
def test_refusals_say_which(
    server: HubServer, tmp_path: Path, revision: str, status: int, code: str, said: str
) -> None:
    """A wrong name, a wrong revision and a gate are told apart."""
    server.fail("/api/", status, code=code)
    problem = ask(server.environment(tmp_path), revision=revision)["problem"]
    assert said in problem
    assert REPO in problem


def test_name_that_the_hub_cannot_have_is_refused(server: HubServer, tmp_path: Path) -> None:
    """The client's own check of names becomes a sentence too."""
    assert "--model" in ask(server.environment(tmp_path), "org/a--b..c")["problem"]


CONFIG = """
import json, sys
from benchmark.errors import HubProblem
from benchmark.models.weights.commits import hub_config
try:
    print(json.dumps({"config": hub_config(sys.argv[1], sys.argv[2])}))
except HubProblem as problem:
    print(json.dumps({"problem": str(problem)}))
assert not {"torch", "transformers"} & set(sys.modules)
"""


def config(env: Mapping[str, str], commit: str) -> dict[str, object]:
    """The config or the problem, in a process of its own."""
    command = [sys.executable, "-c", CONFIG, REPO, commit]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_config_is_fetched_alone_and_once(server: HubServer, tmp_path: Path) -> None:
    """It says how prompts are scored; weights are not touched, and the cache serves it later."""
    head = server.add("model", REPO, {**FILES, "config.json": b'{"model_type": "llava"}'})
    env = server.environment(tmp_path)
    assert config(env, head) == {"config": {"model_type": "llava"}}
    asked = list(server.requests)
    assert not [path for path in asked if "safetensors" in path]
    assert config(env, head) == {"config": {"model_type": "llava"}}
    assert server.requests == asked


def test_missing_config_names_the_way_round(server: HubServer, tmp_path: Path) -> None:
    """One sentence, and the option that needs no config."""
    head = server.add("model", REPO, {"model.safetensors": b"w"})
    assert "--scoring full" in str(config(server.environment(tmp_path), head)["problem"])
