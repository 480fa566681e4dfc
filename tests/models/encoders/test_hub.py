"""Tiny random CLIP, SigLIP, SigLIP 2 and BLIP through the adapter, offline and by Pillow alone.

SigLIP 2 comes in two kinds: of one resolution, which is the architecture of SigLIP with another
tokenizer, and NaFlex (``siglip2``), which sees each picture at its own shape. Trained weights are
not tested.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import ModelProblem
from benchmark.metrics.chunking import MEAN, SENTENCE_MAX, TRUNCATE
from benchmark.metrics.greedy_matching import greedy_f1
from benchmark.models.encoders.hub import BlipEncoder, HubEncoder, _why, open_encoder
from benchmark.models.encoders.naming import encoder_folder, encoder_identity, encoders_named
from benchmark.models.encoders.protocol import encode_long
from benchmark.models.encoders.tokens import open_token_encoder
from benchmark.records import ImageRef, ModelIdentity
from tests.models.families.parts import library, tokenizer

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
    elif kind in ("siglip", "siglip2-fixed"):
        config = t.SiglipConfig(text_config=text, vision_config=seen)
        made, images = t.SiglipModel, t.SiglipImageProcessorPil(size=shape)
    elif kind == "siglip2-naflex":
        config = t.Siglip2Config(
            text_config=text, vision_config={**SMALL, "patch_size": 14, "num_patches": 16}
        )
        made = t.Siglip2Model
        images = t.Siglip2ImageProcessorPil(patch_size=14, max_num_patches=16)
    elif kind == "altclip":
        # Positions of RoBERTa: the first is behind the padding's.
        config = t.AltCLIPConfig(
            text_config=text | ids | {"project_dim": 16, "pad_token_id": words.pad_token_id},
            vision_config=seen,
            projection_dim=16,
        )
        made, images = t.AltCLIPModel, t.CLIPImageProcessorPil(size=shape, crop_size=shape)
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
    if kind.startswith("siglip2"):
        words = gemma_like()
    words.save_pretrained(path)
    names = {
        "clip": "CLIPProcessor",
        "siglip": "SiglipProcessor",
        "siglip2-fixed": "SiglipProcessor",
        "siglip2-naflex": "Siglip2Processor",
        "blip": "BlipProcessor",
        "altclip": "AltCLIPProcessor",
    }
    document = {
        "processor_class": names[kind],
        "image_processor": json.loads(images.to_json_string()),
    }
    (path / "processor_config.json").write_text(json.dumps(document))
    return path


def opened(place: Path) -> HubEncoder:
    """A folder as ``--encoder`` opens it."""
    (choice,) = encoders_named([str(place)], here=place)
    identity = encoder_identity(choice, device="cpu", cache=place.parent / "cache")
    return open_encoder(identity, place, device="cpu")


def gemma_like() -> Any:
    """SigLIP 2's own tokenizer class: lower case, padding at the left and a mask unless told."""
    letters = [chr(code) for code in range(33, 127)]
    marks = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "\u2581"]
    return library().Siglip2Tokenizer(
        vocab={token: place for place, token in enumerate([*marks, *letters])}, merges=[]
    )


@pytest.fixture(
    scope="module", params=["clip", "siglip", "siglip2-fixed", "siglip2-naflex", "blip"]
)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HubEncoder:
    """Each kind through the adapter."""
    return opened(folder(tmp_path_factory.mktemp(request.param), request.param))


def test_vectors_have_length_one_and_one_size(encoder: HubEncoder) -> None:
    """Texts and pictures lie in one space, in the order given, whatever the batch."""
    texts = encoder.encode_texts(["leisure", "family and work", "trust"])
    images = encoder.encode_images([picture(0), picture(200)])
    assert texts.shape[1] == images.shape[1]
    assert np.linalg.norm(np.concatenate([texts, images]), axis=1) == pytest.approx(1, abs=1e-5)
    alone = encoder.encode_texts(["family and work"])
    assert texts[1] == pytest.approx(alone[0], abs=1e-5)
    assert not np.allclose(images[0], images[1])


def test_cosines_are_those_of_the_librarys_own_forward(encoder: HubEncoder) -> None:
    """Texts against pictures in one call of the whole model, as its head for contrast has it."""
    import torch

    texts, images = ["leisure", "family and work", "trust"], [picture(0), picture(200)]
    model, processor = encoder._model, encoder._processor
    inputs = encoder._tokens(texts)
    shown = processor.image_processor(images=[i.pixels() for i in images], return_tensors="pt")
    with torch.inference_mode():
        if isinstance(encoder, BlipEncoder):
            # Its own head pairs each picture with each text, pictures first.
            wanted = model(**inputs, **shown, use_itm_head=False)[0].T
        else:
            found = model(**inputs, **shown)
            wanted = found.logits_per_text - getattr(model, "logit_bias", 0)
            wanted = wanted / model.logit_scale.exp()
    near = encoder.encode_texts(texts) @ encoder.encode_images(images).T
    assert near == pytest.approx(wanted.numpy(), abs=1e-5)


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


def test_siglip_is_asked_as_it_was_trained(encoder: HubEncoder) -> None:
    """Its text is lower case, padded at the right over the whole window, and nothing is masked."""
    inputs = encoder._tokens(["Trust", "trust and family"])
    if encoder.name.startswith("siglip"):
        assert "attention_mask" not in inputs
        assert inputs["input_ids"].shape[1] == 24
        alike = encoder.encode_texts(["TRUST", "trust"])
        assert alike[0] == pytest.approx(alike[1], abs=1e-6)
        first = inputs["input_ids"][0].tolist()
        assert first[-1] == encoder._processor.tokenizer.pad_token_id
    else:
        assert inputs["input_ids"].shape[1] < 24
        assert "attention_mask" in inputs


def shaped(size: tuple[int, int]) -> ImageRef:
    """A picture from dark to bright."""
    return ImageRef(
        image_id=str(size),
        digest=str(size),
        pixels=lambda: Image.linear_gradient("L").resize(size).convert("RGB"),
    )


def test_pictures_of_another_shape_are_others(encoder: HubEncoder) -> None:
    """A wide and a tall picture of the same colours; NaFlex sees each in patches of its own."""
    both = [shaped((56, 28)), shaped((28, 56))]
    rows = encoder.encode_images(both)
    assert rows[0] == pytest.approx(encoder.encode_images(both[:1])[0], abs=1e-5)
    if encoder.name == "siglip2-naflex":
        assert not np.allclose(rows[0], rows[1], atol=1e-4)


def test_the_matching_head_reads_both(tmp_path: Path) -> None:
    """BLIP's second head: its probability moves with the text and with the picture."""
    place = folder(tmp_path / "blip", "blip")
    blip = opened(place)
    assert isinstance(blip, BlipEncoder)
    found = blip.matches(["leisure", "trust", "leisure"], [picture(0), picture(0), picture(255)])
    assert all(0 < p < 1 for p in found)
    assert len({round(p, 7) for p in found}) == 3


def test_token_vectors_are_those_of_the_text_alone(tmp_path: Path) -> None:
    """Padding and special tokens are not among them; BERTScore of a text with itself is 1."""
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


def test_positions_that_begin_behind_the_padding_are_not_all_used(tmp_path: Path) -> None:
    """RoBERTa and AltCLIP read fewer tokens than the configuration says; long texts are cut."""
    t: Any = library()
    words = tokenizer()
    config = t.RobertaConfig(
        **SMALL, vocab_size=len(words), max_position_embeddings=24, pad_token_id=1
    )
    t.RobertaModel(config).save_pretrained(tmp_path / "roberta")
    words.save_pretrained(tmp_path / "roberta")
    roberta = open_token_encoder(
        str(tmp_path / "roberta"), layer=2, revision=None, cache=tmp_path / "cache", device="cpu"
    )
    rows = roberta.encode_tokens([STORY, "leisure"])
    assert len(rows[0]) == 24 - 2 - len(words("")["input_ids"])
    place = folder(tmp_path / "altclip", "altclip")
    alt = opened(place)
    behind = json.loads((place / "config.json").read_text())["text_config"]["pad_token_id"] + 1
    assert alt.window == 24 - behind - len(words("")["input_ids"])
    assert alt.encode_texts([STORY]).shape == (1, 16)


def test_the_smaller_of_two_limits_is_the_window(tmp_path: Path) -> None:
    """A tokenizer that was saved with fewer tokens than there are positions says what was read."""
    place = folder(tmp_path / "clip", "clip")
    words = tokenizer()
    words.model_max_length = 20
    words.save_pretrained(place)
    assert opened(place).window == 20 - len(words("")["input_ids"])


def test_a_model_without_vectors_is_refused(tmp_path: Path) -> None:
    """A language model has no picture's vectors, and the sentence says so."""
    t: Any = library()
    words = tokenizer()
    config = t.BertConfig(**SMALL, vocab_size=len(words))
    t.BertModel(config).save_pretrained(tmp_path)
    words.save_pretrained(tmp_path)
    with pytest.raises(ModelProblem, match="no vectors of texts and pictures"):
        opened(tmp_path)


def test_weights_that_are_missing_are_not_made_up(tmp_path: Path) -> None:
    """A checkpoint without the picture's half would have random pictures: one sentence."""
    from safetensors.torch import load_file, save_file

    place = folder(tmp_path / "clip", "clip")
    file = place / "model.safetensors"
    kept = {k: v for k, v in load_file(file).items() if not k.startswith("vision_model")}
    save_file(kept, file, metadata={"format": "pt"})
    with pytest.raises(ModelProblem, match=r"weights are missing .* vision_model"):
        opened(place)


def test_embedded_encoders_tell_texts_and_pictures_apart(tmp_path: Path) -> None:
    """Random, but not alike for all: each has its vector, in the window of a trained one."""
    for choice in encoders_named(["random-clip,random-siglip"], here=tmp_path):
        identity = encoder_identity(choice, device="cpu", cache=tmp_path)
        place = encoder_folder(choice, cache=tmp_path)
        assert place is not None
        random = open_encoder(identity, place, device="cpu")
        assert random.window == (76 if choice.name == "random-clip" else 63)
        texts = random.encode_texts(["A child sang.", "Rain fell on the garden."])
        images = random.encode_images([picture(0), picture(200)])
        assert float(texts[0] @ texts[1]) < 0.99
        assert float(images[0] @ images[1]) < 0.9999
        assert identity.model_id.endswith("(random weights)")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError("x does not appear to have a file named model.safetensors"), "refs/pr/N"),
        (ValueError("Please set trust_remote_code=True"), "not run for encoders"),
        (KeyError("image_processor"), "KeyError: 'image_processor'"),
    ],
)
def test_what_transformers_says_becomes_one_sentence(error: Exception, sentence: str) -> None:
    """With what to do."""
    identity = ModelIdentity(name="org/m", model_id="org/m", revision="1" * 40, backend="b")
    assert sentence in _why(identity, error)
