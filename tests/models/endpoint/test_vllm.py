"""The same weights give the same answers, run here and by a real vLLM: `tox run -e vllm`.

Its server is far from the harness in every part (engine, attention, tokenizer, picture code), so
it shows what a stand-in cannot. Logits are sharpened: answers that are all alike prove nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.models import registry
from benchmark.models.endpoint.adapter import EndpointModel
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import (
    Choice,
    Generate,
    GenerationParams,
    ImageRef,
    Model,
    Probabilities,
    Prompt,
    Request,
    Text,
)
from tests.models.asking import SUBJECT, options, picture
from tests.models.endpoint.conftest import Open
from tests.models.endpoint.vllm_server import NAME, program, vllm

pytestmark = [pytest.mark.vllm, pytest.mark.slow, pytest.mark.models]
BUILD = Path(__file__).parents[3].parent / "shared" / "real" / "build.py"
# What the output layer is multiplied by, so that answers are decided; larger saturates them.
SHARPER = {"llava_next": 1.2, "internvl": 5.0, "smolvlm": 4.0, "llava": 2.0}
TOPICS = ("leisure", "religion", "work", "family", "friends", "politics", "clothes", "food")
LABELS = ("A", "B", "C", "D")
TEXT, PICTURES = 1e-5, 1e-3
# With 27 patches in a row, transformers' i * (1 / 27) and vLLM's i / 27 fall on two sides of a
# bound: one patch in 27 has another position there. Other families place patches by number.
POSITIONS = {"smolvlm": 1e-2}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One checkpoint, run here and served."""

    family: str
    folder: Path
    here: TransformersModel
    root: str

    def tokens(self, **body: object) -> list[int]:
        """The server's tokens of a conversation."""
        data = json.dumps({"model": NAME, **body}).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.root}/tokenize", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return [int(token) for token in json.load(reply)["tokens"]]


@pytest.fixture(scope="module", params=SHARPER)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """The family's checkpoint, built, sharpened, loaded and served."""
    program()  # skips where there is none
    if not BUILD.exists():
        pytest.skip(f"real tokenizers and templates are not at hand ({BUILD})")
    family, place = str(request.param), tmp_path_factory.mktemp("vllm")
    env = os.environ | {"FOR_VLLM": "1"}
    subprocess.run([sys.executable, BUILD, place, family], env=env, check=True, capture_output=True)
    sharpen(place / family, SHARPER[family])
    with vllm(place / family, place / "log.txt") as root:
        asked = options(place / "cache")
        spec = registry.resolve(str(place / family))
        identity = registry.identify(spec, asked, survey=None)
        here = registry.load(spec, identity, asked, survey=None)
        assert isinstance(here, TransformersModel)
        yield Pair(family=family, folder=place / family, here=here, root=root)


@pytest.fixture
def there(pair: Pair, opened: Open) -> EndpointModel:
    """The same checkpoint behind the server."""
    return opened(url=f"{pair.root}/v1", model=NAME)


def sharpen(folder: Path, factor: float) -> None:
    """Multiplies the output layer in the saved weights."""
    from safetensors.torch import load_file, save_file

    for path in folder.glob("*.safetensors"):
        weights: dict[str, Any] = load_file(path)
        for name in weights:
            if name.endswith("lm_head.weight"):
                weights[name] = weights[name] * factor
        save_file(weights, path, metadata={"format": "pt"})


def shown(i: int) -> ImageRef:
    """Coloured tiles, others for each number, in different sizes."""
    rng = np.random.default_rng(i)
    cells = rng.integers(0, 256, (7, 9, 3)) * (0.3 + 0.7 * (i % 2)) * rng.integers(0, 2, 3)
    tile = np.ones((10 + 6 * (i % 3), 10 + 4 * (i % 2), 1))
    image = Image.fromarray(np.kron(cells, tile).astype(np.uint8))
    return ImageRef(image_id=f"tiles{i}", digest=f"tiles{i}", pixels=lambda: image)


def asked(*before: str | ImageRef, topic: str) -> Choice:
    """How important a topic is."""
    words = "(A) Very important\n(B) Rather important\n(C) Not very\n(D) Not at all important\n"
    prompt = Prompt(
        prefix=before,
        suffix=f"How important is {topic} in your life?\n{words}",
        lead_in="Of these options I choose (",
    )
    return Choice(prompt=prompt, labels=LABELS, subject=SUBJECT)


def probabilities(model: Model, requests: Sequence[Request]) -> NDArray[np.float64]:
    """One row a request."""
    answers = model.answer(requests)
    assert all(isinstance(answer, Probabilities) for answer in answers)
    return np.array([answer.p for answer in answers if isinstance(answer, Probabilities)])


def largest(p: NDArray[np.float64]) -> float:
    """The mean of each answer's largest probability: 0.25 says nothing, 1 cannot be moved."""
    return float(p.max(axis=1).mean())


def told(figures: str) -> None:
    """For the summary (``-rP``), from which they go to docs/endpoints.md."""
    sys.stdout.write(f"{figures}\n")


def worded() -> list[Choice]:
    """Questions without a picture."""
    return [asked("Imagine that you live in France. ", topic=topic) for topic in TOPICS]


def pictured(shift: int = 0) -> list[Choice]:
    """Questions with one; shifted, with another question's."""
    return [
        asked("Look: ", shown((i + shift) % 6), "Answer as one who lives there. ", topic=topic)
        for i, topic in enumerate(TOPICS)
    ]


def test_probabilities_of_words_are_equal(pair: Pair, there: EndpointModel) -> None:
    """By token number, behind the same tokens, to the rounding of float32."""
    here = probabilities(pair.here, worded())
    apart = float(np.abs(here - probabilities(there, worded())).max())
    told(f"{pair.family}, words: max |Δp| {apart:.1e}, mean largest p {largest(here):.2f}")
    assert there.describe()["scores"] == "ids"
    assert largest(here) >= 0.5
    assert apart <= TEXT


def test_probabilities_of_pictures_are_equal(pair: Pair, there: EndpointModel) -> None:
    """Up to the code that resizes; another picture's answers are far away."""
    here = probabilities(pair.here, pictured())
    moved = float(np.abs(here - probabilities(pair.here, pictured(1))).max(axis=1).mean())
    apart = float(np.abs(here - probabilities(there, pictured())).max())
    told(
        f"{pair.family}, pictures: max |Δp| {apart:.1e}, mean largest p {largest(here):.2f}, "
        f"moved by another picture {moved:.2f}"
    )
    assert largest(here) >= 0.5
    assert moved >= 0.05
    assert apart <= POSITIONS.get(pair.family, PICTURES)


def test_pictures_that_resize_alike_are_equal_as_words_are(
    pair: Pair, there: EndpointModel
) -> None:
    """One colour stays what it is under any filter: all that was left is the resizing."""
    requests = [
        asked("Look: ", picture(colour, (90, 70)), "Answer as one who lives there. ", topic=topic)
        for colour, topic in zip(("red", "white", "navy", "black"), TOPICS, strict=False)
    ]
    here = probabilities(pair.here, requests)
    apart = float(np.abs(here - probabilities(there, requests)).max())
    told(f"{pair.family}, one colour: max |Δp| {apart:.1e}")
    assert apart <= POSITIONS.get(pair.family, TEXT)


def test_tokens_are_equal(pair: Pair, there: EndpointModel) -> None:
    """What the server makes of a conversation is what is scored here, token for token."""
    request = worded()[0]
    there.answer([request])
    user = {
        "role": "user",
        "content": "".join((*map(str, request.prompt.prefix), request.prompt.suffix)).rstrip(),
    }
    body = {
        "messages": [user, {"role": "assistant", "content": request.prompt.lead_in}],
        "continue_final_message": True,
        "add_generation_prompt": False,
        "add_special_tokens": there.describe()["add_special_tokens"],
    }
    inputs = pair.here._inputs
    text, _ = inputs.render(request.prompt)
    assert pair.tokens(**body) == list(inputs.token_ids(text))


@pytest.mark.parametrize("picture", [False, True])
def test_greedy_text_is_equal(pair: Pair, there: EndpointModel, picture: bool) -> None:
    """Twenty tokens, whatever the checkpoint's generation_config.json would have sampled."""
    if picture and pair.family in POSITIONS:
        pytest.skip(f"{pair.family}'s patches have other positions there")
    before = (shown(1),) if picture else ()
    requests = [
        Generate(
            prompt=Prompt(prefix=("Write about this: ", *before), suffix=f"{topic}.", lead_in=""),
            params=GenerationParams(max_new_tokens=20),
            seed=1,
            subject=SUBJECT,
        )
        for topic in TOPICS[:4]
    ]
    found = there.answer(requests)
    assert all(isinstance(text, Text) and text.text for text in found)
    assert found == pair.here.answer(requests)
