"""Names and identities of endpoints: what is part of them, what is refused, what they cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.models import registry
from benchmark.models.naming import resolve
from tests.models.asking import options

NAME = "endpoint:http://localhost:8000/v1#org/name"


def test_identity_is_unpinned_and_complete(tmp_path: Path) -> None:
    """Address, model and what changes the asking; nothing that only changes the speed."""
    args = (("concurrency", "3"), ("timeout", "9"), ("retries", "1"), ("lead_in", "user"))
    chosen = options(tmp_path, device="auto", model_args=args)
    found = registry.identify(resolve(NAME), chosen, survey=None)
    assert found.model_id == "http://localhost:8000/v1#org/name"
    assert (found.revision, found.backend) == ("unpinned", "endpoint 2")
    assert found.model_args == (("lead_in", "user"), ("scores", "auto"), ("top_logprobs", "20"))
    assert registry.default_batch_size(found) == 64


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("endpoint:http://user:hunter2@host/v1#m", "holds credentials before the host host"),
        ("endpoint:http://host/v1?key=hunter2#m", "has a query"),
        ("endpoint:host:8000/v1#m", "has no http or https URL"),
        ("endpoint:http://host/v1", "does not say which"),
        ("endpoint:http://host:port/v1#m", "no valid URL"),
        ("endpoint:", "has no http or https URL"),
    ],
)
def test_bad_addresses_are_refused(name: str, words: str) -> None:
    """One sentence each, and what may be a secret is not repeated."""
    with pytest.raises(UsageProblem) as caught:
        resolve(name)
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_args": (("concurency", "4"),)}, "did you mean concurrency"),
        ({"model_args": (("concurrency", "0"),)}, "is not a whole number of at least 1"),
        ({"model_args": (("scores", "all"),)}, "not one of auto, ids, top"),
        ({"dtype": "float16"}, "--dtype float16 has no meaning"),
        ({"device": "cpu"}, "--device cpu has no meaning"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, change: dict[str, object], words: str) -> None:
    """What a server cannot be told is an error, not ignored."""
    chosen = options(tmp_path, **({"device": "auto"} | change))
    with pytest.raises(UsageProblem, match=words):
        registry.identify(resolve(NAME), chosen, survey=None)


def test_a_revision_is_refused() -> None:
    """A server's weights have no commit that could be chosen."""
    with pytest.raises(UsageProblem, match="--revision main"):
        resolve(NAME, revision="main")


def test_identifying_imports_no_client_and_no_torch(tmp_path: Path) -> None:
    """A run whose answers are all stored needs neither, nor a server."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from benchmark.models import registry\n"
        f"options = registry.ModelOptions(cache=Path({str(tmp_path)!r}))\n"
        f"registry.identify(registry.resolve({NAME!r}), options, survey=None)\n"
        "print([name for name in ('openai', 'torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
