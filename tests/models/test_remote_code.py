"""Code in a model's repository is run only where the option says so, and then is in the key."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models import registry
from benchmark.models.weights.families import FULL, SHARED
from benchmark.models.weights.loading import TRUSTED
from benchmark.records import Probabilities
from tests.models.asking import choice, differs, options, picture

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.records import Model

pytest.importorskip("torch")

CODE = """
from pathlib import Path

from transformers import LlavaNextConfig, LlavaNextForConditionalGeneration

Path({trace!r}).touch()


class OwnConfig(LlavaNextConfig):
    model_type = "own_kind"


class OwnModel(LlavaNextForConditionalGeneration):
    config_class = OwnConfig


class OwnChat(OwnModel):
    def forward(self, data, **more):
        return super().forward(**data, **more)
"""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A file that is there once the code was run."""
    return tmp_path / "was-run"


@pytest.fixture
def own(demo_folder: Path, tmp_path: Path, trace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo as a family that transformers does not know, with the code for it."""
    modules: Any = pytest.importorskip("transformers.dynamic_module_utils")
    monkeypatch.setattr(modules, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    folder = tmp_path / f"own{tmp_path.name.rpartition('_')[2]}"
    shutil.copytree(demo_folder, folder)
    (folder / "own_code.py").write_text(CODE.format(trace=str(trace)))
    rename_head(folder / "model.safetensors")
    change(
        folder,
        model_type="own_kind",
        auto_map={
            "AutoConfig": "own_code.OwnConfig",
            "AutoModelForImageTextToText": "own_code.OwnModel",
        },
    )
    return folder


def rename_head(file: Path) -> None:
    """As the class calls it: transformers translates old names for families that it knows."""
    tensors: Any = pytest.importorskip("safetensors.torch")
    weights = tensors.load_file(file)
    weights["lm_head.weight"] = weights.pop("language_model.lm_head.weight")
    tensors.save_file(weights, file, metadata={"format": "pt"})


def change(folder: Path, **entries: object) -> None:
    """Set entries of config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def opened(folder: Path, cache: Path, **more: object) -> Model:
    """The folder's model as a run opens it."""
    spec, asked = registry.resolve(str(folder)), options(cache, **more)
    identity = registry.identify(spec, asked, survey=None)
    return registry.load(spec, identity, asked, survey=None)


def test_code_is_refused_without_the_option(own: Path, tmp_path: Path, trace: Path) -> None:
    """One sentence that names the option, and nothing was run."""
    with pytest.raises(ModelProblem, match="use --trust-remote-code"):
        opened(own, tmp_path)
    assert not trace.exists()


def test_code_is_run_with_the_option(own: Path, tmp_path: Path, trace: Path) -> None:
    """The model answers, by full prompts, as its code is not what sharing was tested with."""
    model = opened(own, tmp_path, trust_remote_code=True)
    assert trace.exists()
    assert model.identity.scoring == FULL
    assert TRUSTED in model.identity.model_args
    (answer,) = model.answer([choice("Look:\n", picture("red"))])
    assert isinstance(answer, Probabilities)


@pytest.mark.parametrize("entry", ["AutoModelForCausalLM", "AutoModel"])
def test_class_that_the_repository_names_is_taken(own: Path, tmp_path: Path, entry: str) -> None:
    """Whatever Auto class it is entered for; the answers are those of the usual one."""
    asked = [choice("Look:\n", picture("red"))]
    expected = opened(own, tmp_path, trust_remote_code=True).answer(asked)
    change(own, auto_map={"AutoConfig": "own_code.OwnConfig", entry: "own_code.OwnModel"})
    assert opened(own, tmp_path, trust_remote_code=True).answer(asked) == expected


def test_class_of_the_saved_weights_goes_first(own: Path, tmp_path: Path) -> None:
    """Where several are entered, `architectures` says which of them has the head."""
    entries = {"AutoModelForCausalLM": "own_code.OwnChat", "AutoModel": "own_code.OwnModel"}
    change(
        own,
        auto_map={"AutoConfig": "own_code.OwnConfig", **entries},
        architectures=["OwnModel"],
    )
    model = opened(own, tmp_path, trust_remote_code=True)
    (answer,) = model.answer([choice("Look:\n", picture("red"))])
    assert isinstance(answer, Probabilities)


@pytest.mark.parametrize("trusted", [False, True])
def test_code_that_cannot_be_asked_is_said_before_the_question_of_trust(
    own: Path, tmp_path: Path, trace: Path, trusted: bool
) -> None:
    """No processor: as InternVL's first repositories, whose twins are named."""
    for name in ("processor_config.json", "preprocessor_config.json", "tokenizer_config.json"):
        file = own / name
        if file.is_file():
            kept = {k: v for k, v in json.loads(file.read_text()).items() if k != "processor_class"}
            file.write_text(json.dumps(kept))
    with pytest.raises(ModelProblem, match=r"no processor that takes text and pictures") as found:
        opened(own, tmp_path, trust_remote_code=trusted)
    assert "--trust-remote-code" not in str(found.value)
    change(own, model_type="internvl_chat")
    with pytest.raises(ModelProblem, match=r"classes read .*OpenGVLab/InternVL3-8B-hf"):
        opened(own, tmp_path, trust_remote_code=trusted)
    assert not trace.exists()


def test_forward_of_another_kind_is_said_from_its_text(
    own: Path, tmp_path: Path, trace: Path
) -> None:
    """As MiniCPM-V's, which takes one dictionary; nothing is run to find out."""
    change(own, auto_map={"AutoConfig": "own_code.OwnConfig", "AutoModel": "own_code.OwnChat"})
    with pytest.raises(ModelProblem, match=r"OwnChat\.forward takes data and no input_ids"):
        opened(own, tmp_path)
    assert not trace.exists()


@pytest.mark.parametrize("named", [None, {"AutoConfig": "own_code.OwnConfig"}])
def test_family_of_nobody_is_one_sentence(own: Path, tmp_path: Path, named: object) -> None:
    """As DeepSeek-VL2's: neither transformers nor the repository has a class for it."""
    change(own, auto_map=named)
    with pytest.raises(ModelProblem, match=r"'own_kind'.*names no class of its own"):
        opened(own, tmp_path)


def test_known_family_does_not_run_the_code_beside_it(
    own: Path, tmp_path: Path, trace: Path
) -> None:
    """Many repositories bring code that transformers has long had itself."""
    change(own, model_type="llava_next")
    assert opened(own, tmp_path).identity.scoring == SHARED
    assert not trace.exists()


def test_another_line_of_code_is_another_model(own: Path, tmp_path: Path) -> None:
    """Only where it would be run."""
    spec = registry.resolve(str(own))

    def identities() -> list[Any]:
        each = (options(tmp_path, trust_remote_code=trusted) for trusted in (False, True))
        return [registry.identify(spec, asked, survey=None) for asked in each]

    before = identities()
    (own / "own_code.py").write_text("# another\n")
    after = identities()
    assert differs(before[0], after[0]) == set()
    assert differs(before[1], after[1]) == {"processor"}
    assert "model_args" in differs(before[0], before[1])


def test_code_of_another_repository_is_refused(own: Path, tmp_path: Path) -> None:
    """No commit of the model's says which code that would be."""
    change(own, auto_map={"AutoConfig": "someone/else--own_code.OwnConfig"})
    with pytest.raises(ModelProblem, match="someone/else--own_code"):
        opened(own, tmp_path, trust_remote_code=True)


@pytest.mark.parametrize("name", ["reference:uniform", "endpoint:http://127.0.0.1:9/v1#m"])
def test_option_without_a_meaning_is_refused(tmp_path: Path, name: str) -> None:
    """Rules and servers bring no code."""
    asked = options(tmp_path, device="auto", trust_remote_code=True)
    with pytest.raises(UsageProblem, match="--trust-remote-code has no meaning"):
        registry.identify(registry.resolve(name), asked, survey=None)
