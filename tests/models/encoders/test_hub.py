"""Tiny random CLIP, SigLIP 2 and BLIP through the adapter, against the library's own forward."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import ModelProblem
from benchmark.metrics.chunking import MEAN, SENTENCE_MAX, TRUNCATE
from benchmark.metrics.greedy_matching import greedy_f1
from benchmark.models.encoders.hub import BlipEncoder, HubEncoder, open_encoder
from benchmark.models.encoders.protocol import encode_long
from benchmark.models.encoders.tokens import open_token_encoder
from benchmark.records import ImageRef
from tests.models.families.parts import library, tokenizer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.models]

SMALL = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
STORY = "How important is leisure in your life? " * 12


def picture(level: int) -> ImageRef:
    """A plain picture."""
    return ImageRef(
        image_id=str(level),
        digest=str(level),
        pixels=lambda: Image.new("RGB", (40, 30), (level, 10, 90)),
    )


def folder(path: Path, kind: str) -> Path:
    """A model of a kind with random weights, as a folder."""
    import torch

    t: Any = library()
    words = tokenizer()
    text = {**SMALL, "vocab_size": len(words), "max_position_embeddings": 24}
    ids = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id}
    seen: dict[str, float] = {**SMALL, "image_size": 28, "patch_size": 14}
    shape = {"height": 28, "width": 28}
    if kind == "clip":
        config = t.CLIPConfig(text_config=text | ids, vision_config=seen, projection_dim=16)
        made, images = t.CLIPModel, t.CLIPImageProcessorPil(size=shape, crop_size=shape)
    elif kind == "siglip":
        config = t.SiglipConfig(text_config=text, vision_config=seen)
        made, images = t.SiglipModel, t.SiglipImageProcessorPil(size=shape)
    else:
        more = {"encoder_hidden_size": 32, **ids}
        seen["initializer_range"] = 0.08  # 1e-10 by default: all pictures would be alike
        config = t.BlipConfig(
            text_config=text | more,
            vision_config=seen,
            projection_dim=16,
            image_text_hidden_size=16,
        )
        made, images = t.BlipForImageTextRetrieval, t.BlipImageProcessorPil(size=shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made(config).save_pretrained(path)
    words.save_pretrained(path)
    names = {"clip": "CLIPProcessor", "siglip": "SiglipProcessor", "blip": "BlipProcessor"}
    document = {
        "processor_class": names[kind],
        "image_processor": json.loads(images.to_json_string()),
    }
    (path / "processor_config.json").write_text(json.dumps(document))
    return path


@pytest.fixture(scope="module", params=["clip", "siglip", "blip"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HubEncoder:
    """Each kind through the adapter."""
    place = folder(tmp_path_factory.mktemp(request.param), request.param)
    return open_encoder(str(place), revision=None, cache=place.parent / "cache", device="cpu")


def test_vectors_have_length_one_and_one_size(encoder: HubEncoder) -> None:
    """Texts and pictures lie in one space, in the order given, whatever the batch."""
    texts = encoder.encode_texts(["leisure", "family and work", "trust"])
    images = encoder.encode_images([picture(0), picture(200)])
    assert texts.shape[1] == images.shape[1]
    assert np.linalg.norm(np.concatenate([texts, images]), axis=1) == pytest.approx(1, abs=1e-5)
    alone = encoder.encode_texts(["family and work"])
    assert texts[1] == pytest.approx(alone[0], abs=1e-5)
    assert not np.allclose(images[0], images[1])


def test_a_long_story_is_cut_by_the_rule(encoder: HubEncoder) -> None:
    """Truncation sees the beginning alone, the mean all of it, sentences one by one."""
    changed = STORY + "government. " * 3
    (cut,), (cut_too,) = (encode_long(encoder, [t], TRUNCATE) for t in (STORY, changed))
    assert cut == pytest.approx(cut_too, abs=1e-5)
    (mean,), (mean_too,) = (encode_long(encoder, [t], MEAN) for t in (STORY, changed))
    assert mean.shape == cut.shape
    assert not np.allclose(mean, mean_too, atol=1e-4)
    (sentences,) = encode_long(encoder, [STORY], SENTENCE_MAX)
    assert len(sentences) >= 12
    assert sum(encoder.count_tokens(STORY.split())) > encoder.window


def test_the_matching_head_reads_both(tmp_path: Path) -> None:
    """BLIP's second head: its probability moves with the text and with the picture."""
    place = folder(tmp_path / "blip", "blip")
    blip = open_encoder(str(place), revision=None, cache=tmp_path / "cache", device="cpu")
    assert isinstance(blip, BlipEncoder)
    found = blip.matches(["leisure", "trust", "leisure"], [picture(0), picture(0), picture(255)])
    assert all(0 < p < 1 for p in found)
    assert len({round(p, 7) for p in found}) == 3


def test_token_vectors_are_those_of_the_text_alone(tmp_path: Path) -> None:
    """Padding and special tokens are no part of them; BERTScore of a text with itself is 1."""
    t: Any = library()
    words = tokenizer()
    t.BertModel(t.BertConfig(**SMALL, vocab_size=len(words))).save_pretrained(tmp_path)
    words.save_pretrained(tmp_path)
    opened = open_token_encoder(str(tmp_path), layer=1, revision=None, cache=tmp_path / "cache")
    together = opened.encode_tokens(["leisure", "family and work are important"])
    alone = opened.encode_tokens(["leisure"])
    assert together[0] == pytest.approx(alone[0], abs=1e-5)
    assert len(together[0]) < len(together[1])
    assert greedy_f1(together[0], together[0]) == pytest.approx(1, abs=1e-5)
    assert opened.name.endswith("#1")
    with pytest.raises(ModelProblem, match="layers 0 to 2, and layer 3"):
        open_token_encoder(str(tmp_path), layer=3, revision=None, cache=tmp_path / "cache")


def test_a_model_without_vectors_is_refused(tmp_path: Path) -> None:
    """A language model has no picture's vectors, and the sentence says so."""
    t: Any = library()
    words = tokenizer()
    config = t.BertConfig(**SMALL, vocab_size=len(words))
    t.BertModel(config).save_pretrained(tmp_path)
    words.save_pretrained(tmp_path)
    with pytest.raises(ModelProblem, match="no vectors of texts and pictures"):
        open_encoder(str(tmp_path), revision=None, cache=tmp_path / "cache", device="cpu")
