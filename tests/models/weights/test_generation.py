"""Texts follow from the weights and our settings, whatever settings a folder brings."""

from __future__ import annotations

import dataclasses
import json
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.models import registry
from benchmark.models.weights.generation import end_tokens
from benchmark.models.weights.transformers import TransformersModel
from benchmark.models.weights.writing import SharedWriter
from benchmark.records import Generate, GenerationParams, Text
from tests.models.asking import SUBJECT, picture, prompt

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.models.registry import ModelOptions

transformers: Any = pytest.importorskip("transformers")
pytest.importorskip("torch")

GREEDY = GenerationParams(max_new_tokens=12)
DRAWN = GenerationParams(max_new_tokens=12, temperature=1.0)
OFTEN = list(range(4, 1200))  # of the demo's two thousand tokens

# As `generation_config.json` may hold them; most change texts where they are obeyed, or break.
SETTINGS: dict[str, dict[str, object]] = {
    "min_p": {"min_p": 0.9},
    "typical_p": {"typical_p": 0.05},
    "top_p": {"top_p": 0.01},
    "top_k": {"top_k": 1},
    "top_h": {"top_h": 0.01},
    "temperature": {"temperature": 1e-6, "do_sample": True},
    "epsilon_cutoff": {"epsilon_cutoff": 0.9},
    "eta_cutoff": {"eta_cutoff": 0.9},
    "repetition_penalty": {"repetition_penalty": 9.0},
    "encoder_repetition_penalty": {"encoder_repetition_penalty": 9.0},
    "no_repeat_ngram_size": {"no_repeat_ngram_size": 1},
    "encoder_no_repeat_ngram_size": {"encoder_no_repeat_ngram_size": 1},
    "suppress_tokens": {"suppress_tokens": OFTEN},
    "begin_suppress_tokens": {"begin_suppress_tokens": OFTEN},
    "bad_words_ids": {"bad_words_ids": [[token] for token in OFTEN]},
    "sequence_bias": {"sequence_bias": [[[token], 90.0] for token in OFTEN[:9]]},
    "forced_bos_token_id": {"forced_bos_token_id": 1300},
    "forced_eos_token_id": {"forced_eos_token_id": 1300},
    "exponential_decay_length_penalty": {"exponential_decay_length_penalty": [1, 99.0]},
    "guidance_scale": {"guidance_scale": 9.0},
    "watermarking_config": {"watermarking_config": {"bias": 90.0}},
    "stop_strings": {"stop_strings": list("abcdefghijklmnopqrstuvwxyz ")},
    "num_return_sequences": {"num_return_sequences": 2, "do_sample": True},
    "num_beams": {"num_beams": 3},
    "max_length": {"max_length": 2},
    "max_new_tokens": {"max_new_tokens": 2},
    "min_length": {"min_length": 400},
    "max_time": {"max_time": 1e-9},
    "return_dict_in_generate": {"return_dict_in_generate": True, "output_scores": True},
    "use_cache": {"use_cache": False},
    "cache_implementation": {"cache_implementation": "static"},
    "prompt_lookup_num_tokens": {"prompt_lookup_num_tokens": 3},
    "token_healing": {"token_healing": True},
    "unknown": {"a_name_of_their_own": True},
}


def stories() -> list[Generate]:
    """With a picture and without; likeliest and drawn."""
    shown = (("Look:\n", picture("red")), ("Only words.\n",))
    return [
        Generate(
            prompt=prompt(*parts, question="Tell a story.\n", lead_in=""),
            params=params,
            seed=3,
            subject=SUBJECT,
        )
        for params in (GREEDY, DRAWN)
        for parts in shown
    ]


def loaded(folder: Path, asked: ModelOptions, path: str) -> TransformersModel:
    """A folder's model, as a run opens it."""
    asked = dataclasses.replace(asked, scoring=path)
    spec = registry.resolve(str(folder))
    model = registry.load(spec, registry.identify(spec, asked, survey=None), asked, survey=None)
    assert isinstance(model, TransformersModel)
    return model


def texts(model: TransformersModel) -> list[Text]:
    """The stories, one by one."""
    found = [model.answer([request])[0] for request in stories()]
    assert all(isinstance(answer, Text) for answer in found)
    return [answer for answer in found if isinstance(answer, Text)]


@pytest.fixture(scope="module")
def full(demo_folder: Path, demo_options: ModelOptions) -> TransformersModel:
    """The demo in full, whose settings the tests change."""
    return loaded(demo_folder, demo_options, "full")


@pytest.fixture(scope="module")
def usual(full: TransformersModel) -> list[Text]:
    """Its texts under the demo's own settings."""
    return texts(full)


@pytest.mark.parametrize("name", list(SETTINGS))
def test_no_setting_of_the_folder_changes_a_text(
    full: TransformersModel,
    usual: list[Text],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read from a file as transformers reads it, and in place again afterwards."""
    own = full._model.generation_config
    document = json.loads(own.to_json_string()) | SETTINGS[name]
    (tmp_path / "generation_config.json").write_text(json.dumps(document))
    theirs = transformers.GenerationConfig.from_pretrained(tmp_path)
    monkeypatch.setattr(full._model, "generation_config", theirs)
    assert texts(full) == usual
    assert full._model.generation_config is theirs


@pytest.mark.parametrize("file", ["generation_config.json", "config.json"])
@pytest.mark.parametrize("path", ["full", "shared"])
def test_folder_with_all_settings_writes_as_without(
    demo_folder: Path,
    demo_options: ModelOptions,
    usual: list[Text],
    tmp_path: Path,
    file: str,
    path: str,
) -> None:
    """The likeliest text on both paths, the drawn one in full; older folders have one file."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    document = json.loads((folder / file).read_text())
    for more in SETTINGS.values():
        document |= more
    if file == "config.json":
        (folder / "generation_config.json").unlink()
    (folder / file).write_text(json.dumps(document | {"num_beams": 2}))
    found = texts(loaded(folder, demo_options, path))
    assert found[:2] == usual[:2]
    if path == "full":
        assert found == usual


def test_decoding_that_a_repository_brings_is_not_run(
    full: TransformersModel, usual: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where remote code is trusted, it stands in the place of the model's own."""
    monkeypatch.setattr(full._model, "generate", lambda **_: pytest.fail("was run"), raising=False)
    assert texts(full) == usual


def test_settings_inside_the_model_are_put_aside_as_well(
    full: TransformersModel, usual: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some models let one inside them write."""
    inside = full._model.model.language_model
    theirs = transformers.GenerationConfig(suppress_tokens=OFTEN)
    monkeypatch.setattr(inside, "generation_config", theirs, raising=False)
    seen = []
    hook = inside.register_forward_pre_hook(lambda part, _: seen.append(part.generation_config))
    assert texts(full) == usual
    hook.remove()
    assert all(settings.suppress_tokens is None for settings in seen)
    assert inside.generation_config is theirs


@pytest.mark.parametrize(
    ("named", "own", "ends"),
    [(2, 2, {2}), ([1, 106], 1, {1, 106}), (7, 2, {2, 7}), (None, 2, {2}), (None, None, set())],
)
def test_texts_end_where_the_settings_or_the_tokenizer_say(
    named: int | list[int] | None, own: int | None, ends: set[int]
) -> None:
    """A server stops at both; where there is neither, nothing stops but the limit."""
    model = SimpleNamespace(generation_config=transformers.GenerationConfig(eos_token_id=named))
    assert end_tokens(model, own) == ends
    assert end_tokens(SimpleNamespace(), own) == ({own} - {None})


@pytest.mark.parametrize("path", ["full", "shared"])
def test_model_without_an_end_writes_to_the_limit(
    demo_folder: Path, demo_options: ModelOptions, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the settings nor the tokenizer name one: the text is as long as it may be."""
    model = loaded(demo_folder, demo_options, path)
    monkeypatch.setattr(model._model.generation_config, "eos_token_id", None)
    model._inputs._tokenizer.eos_token = None
    if model._writer is not None:
        model._writer = SharedWriter(model._model, model._inputs, model._writer._scorer)
    assert end_tokens(model._model, model._inputs.eos_id) == set()
    assert {text.finish for text in texts(model)} == {"length"}
