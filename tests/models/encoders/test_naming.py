"""What ``--encoder`` and ``--chunking`` take, and what identifies an encoder; nothing is loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark.errors import CultureError
from benchmark.models.encoders.naming import encoder_identity, encoders_named
from benchmark.models.registry import options_of
from benchmark.settings import EncoderChoice
from tests.settings import settings

COMMIT = "3" * 40


def model_folder(path: Path, weights: bytes = b"w") -> Path:
    """A folder that looks like a model's."""
    path.mkdir(parents=True)
    (path / "config.json").write_text("{}")
    (path / "model.safetensors").write_bytes(weights)
    return path


def test_names_of_every_kind(tmp_path: Path) -> None:
    """By comma or repeated, each once; a folder is known by its own name, a Hub id pinned by @."""
    mine = model_folder(tmp_path / "deep" / "mine")
    found = encoders_named(
        ["random-clip, org/clip@refs/pr/7", "deep/mine", "random-clip"], here=tmp_path
    )
    assert found == (
        EncoderChoice(name="random-clip", source="random-clip"),
        EncoderChoice(name="org/clip", source="org/clip", revision="refs/pr/7"),
        EncoderChoice(name="mine", source=str(mine.resolve())),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("random-clp", "did you mean random-clip"),
        ("./nowhere", "no such folder"),
        ("~nobody-of-this-name/x", "no such folder"),
        ("a" * 300, "unknown encoder"),
        ("org/clip,org/clip@v1", "another encoder is named 'org/clip' already"),
        (",", "names nothing"),
        ("empty", "no config.json"),
    ],
)
def test_wrong_names_are_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """What is wrong, and near names where there are any."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(CultureError, match=re.escape(sentence)):
        encoders_named([text], here=tmp_path)


def test_an_identity_is_all_that_a_vector_depends_on(tmp_path: Path) -> None:
    """Weights by their digest, a Hub id by its commit; other weights are another encoder."""
    choices = encoders_named([f"org/clip@{COMMIT}"], here=tmp_path)
    found = encoder_identity(choices[0], device="cpu", cache=tmp_path)
    assert (found.name, found.revision, found.dtype) == ("org/clip", COMMIT, "float32")
    assert found.device_kind == "cpu"
    revisions = []
    for weights in (b"one", b"two"):
        place = model_folder(tmp_path / weights.decode() / "mine", weights)
        (choice,) = encoders_named([str(place)], here=tmp_path)
        identity = encoder_identity(choice, device="cpu", cache=tmp_path / "cache")
        revisions.append(identity.revision)
        assert identity.model_id == "mine"
    assert len(set(revisions)) == 2


def test_beside_a_server_the_device_is_the_encoders(tmp_path: Path) -> None:
    """--device would be refused of an endpoint, but with encoders it has something to say."""
    encoders = (EncoderChoice(name="random-clip", source="random-clip"),)
    server = "endpoint:http://localhost:1#m"
    beside = settings(tmp_path, model=server, device="cpu", encoders=encoders)
    assert options_of(beside).device == "auto"
    assert options_of(settings(tmp_path, model=server, device="cpu")).device == "cpu"
