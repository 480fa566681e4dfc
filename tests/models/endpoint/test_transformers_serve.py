"""Text from another people's server: ``transformers serve`` with the demo model on loopback.

It takes no open last message and gives no log-probabilities, so it stands for plain servers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.errors import ModelProblem
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Generate, GenerationParams, Prompt
from tests.loopback import program
from tests.models.asking import SUBJECT, choice, picture
from tests.models.endpoint.conftest import Open

pytestmark = [pytest.mark.slow, pytest.mark.models]
NEEDED = ("fastapi", "uvicorn", "accelerate", "transformers")
PATIENCE_S = 120


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that runs the demo."""
    for name in NEEDED:
        pytest.importorskip(name, reason="transformers serve needs fastapi, uvicorn, accelerate")

    def command(port: int) -> list[str]:
        return [
            sys.executable, "-m", "transformers.cli.transformers", "serve", str(demo_folder),
            "--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--dtype", "float32",
        ]  # fmt: skip

    env = os.environ | {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    with program(command, env=env, log=log, patience_s=PATIENCE_S) as url:
        yield f"{url}/v1"


def writing(*prefix: object, suffix: str, lead_in: str) -> Generate:
    """Ten greedy tokens."""
    prompt = Prompt(prefix=prefix, suffix=suffix, lead_in=lead_in)  # type: ignore[arg-type]
    return Generate(
        prompt=prompt, params=GenerationParams(max_new_tokens=10), seed=1, subject=SUBJECT
    )


def test_text_is_that_of_the_same_weights_run_here(
    served: str, opened: Open, demo_folder: Path, demo_model: TransformersModel
) -> None:
    """With and without a picture; the lead-in closes the user's turn, as this server needs it."""
    model = opened(url=served, model=str(demo_folder))
    for prefix in (("Write. ",), ("Look: ", picture("red"))):
        remote = writing(*prefix, suffix="Where are you?", lead_in="I am")
        here = writing(*prefix, suffix="Where are you?\nI am", lead_in="")
        assert model.answer([remote]) == demo_model.answer([here])
    assert model.describe()["lead_in"] == "user"


def test_choices_are_refused_for_want_of_log_probabilities(
    served: str, opened: Open, demo_folder: Path
) -> None:
    """They are asked for, and the server ignores it."""
    with pytest.raises(ModelProblem, match="gives no log-probabilities"):
        opened(url=served, model=str(demo_folder)).answer([choice()])
