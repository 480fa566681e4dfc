"""Identities: what changes them, what they cost, and that loading honours them."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models import registry
from benchmark.models.weights import loading
from benchmark.models.weights.families import FULL, SHARED
from benchmark.models.weights.loading import model_arguments
from tests.models.asking import differs, options, question, survey

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PEOPLE = survey(question("q1", {"FRA": [0.5, 0.5], "ITA": [0.2, 0.8]}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that can be identified, though not loaded."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "no-such-architecture"}')
    (folder / "model.safetensors").write_bytes(b"not safetensors")
    return folder


def test_hub_identity_is_complete(tmp_path: Path) -> None:
    """All fields that change an answer, for a pinned model on a CPU."""
    spec = registry.resolve("qwen2.5-vl", revision=COMMIT)
    found = registry.identify(spec, options(tmp_path, scoring="full"), survey=None)
    assert (found.name, found.model_id) == ("qwen2.5-vl", "Qwen/Qwen2.5-VL-7B-Instruct")
    assert (found.revision, found.processor) == (COMMIT, "commit")
    assert found.backend.startswith("transformers ")
    assert " / tokenizers " in found.backend
    assert " / torch " in found.backend
    assert (found.dtype, found.attention, found.scoring) == ("float32", "sdpa", FULL)
    assert (found.device_kind, found.reads_subject) == ("cpu", False)
    assert found.resize.startswith(("pil ", "torchvision "))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"dtype": "bfloat16"}, {"dtype"}),
        ({"model_args": (("attn_implementation", "eager"),)}, {"attention", "model_args"}),
        ({"model_args": (("processor.max_pixels", "50176"),)}, {"model_args"}),
        ({"seed": 9}, set()),
        ({"threads": 2}, set()),
    ],
)
def test_options_change_what_they_affect(
    tmp_path: Path, change: dict[str, object], fields: set[str]
) -> None:
    """Seed and threads are not the model's: requests carry seeds, provenance records threads."""
    spec = registry.resolve("org/name", revision=COMMIT)
    base = registry.identify(spec, options(tmp_path, scoring="full"), survey=None)
    other = registry.identify(spec, options(tmp_path, scoring="full", **change), survey=None)
    assert differs(base, other) == fields


def test_model_args_are_sorted(tmp_path: Path) -> None:
    """Their order on the command line is not a reason to compute again."""
    spec = registry.resolve("org/name", revision=COMMIT)
    args = (("b", "2"), ("a", "1"))
    one = registry.identify(spec, options(tmp_path, scoring="full", model_args=args), survey=None)
    two = registry.identify(
        spec, options(tmp_path, scoring="full", model_args=args[::-1]), survey=None
    )
    assert one == two
    assert one.model_args == (("a", "1"), ("b", "2"))


def test_folder_identity_follows_weights_and_processor(folder: Path, tmp_path: Path) -> None:
    """A changed template is another processor, changed weights another revision."""
    spec = registry.resolve(str(folder))
    before = registry.identify(spec, options(tmp_path), survey=None)
    assert before.model_id == "checkpoint"
    (folder / "chat_template.jinja").write_text("new")
    template = registry.identify(spec, options(tmp_path), survey=None)
    assert differs(before, template) == {"processor"}
    (folder / "model.safetensors").write_bytes(b"not safetensorS")
    assert differs(template, registry.identify(spec, options(tmp_path), survey=None)) == {
        "revision"
    }


@pytest.mark.parametrize(
    ("rule", "revision", "reads"),
    [
        ("uniform", "1", False),
        ("random", "1", False),
        ("world-average", f"sha256:{PEOPLE.digest}", True),
        ("nearest-country", f"sha256:{PEOPLE.digest}", True),
        ("resample", f"sha256:{PEOPLE.digest}", True),
    ],
)
def test_reference_identity_is_its_rule_and_data(
    tmp_path: Path, rule: str, revision: str, reads: bool
) -> None:
    """A rule over the survey changes with the survey; the blind ones with nothing."""
    spec = registry.resolve(f"reference:{rule}")
    found = registry.identify(spec, options(tmp_path), survey=PEOPLE)
    assert (found.model_id, found.revision) == (f"reference:{rule}", revision)
    assert (found.backend, found.reads_subject) == ("reference 1", reads)
    changed = dataclasses.replace(PEOPLE, digest="e" * 64)
    other = registry.identify(spec, options(tmp_path), survey=changed)
    assert differs(found, other) == ({"revision"} if reads else set())


def test_only_the_resample_depends_on_the_seed(tmp_path: Path) -> None:
    """Another seed is another sample, and must not be read from the store as the first."""
    for rule in ("uniform", "random", "world-average", "nearest-country", "resample"):
        spec = registry.resolve(f"reference:{rule}")
        one = registry.identify(spec, options(tmp_path), survey=PEOPLE)
        two = registry.identify(spec, options(tmp_path, seed=1), survey=PEOPLE)
        assert (one != two) == (rule == "resample")


@pytest.mark.parametrize(
    "name", ["trust_remote_code", "use_safetensors", "revision", "dtype", "processor.token"]
)
def test_fixed_arguments_cannot_be_passed(tmp_path: Path, name: str) -> None:
    """What is part of the identity, or of safety, has its own option or none."""
    spec = registry.resolve("org/name", revision=COMMIT)
    with pytest.raises(UsageProblem, match=rf"--model-args {name}=true"):
        registry.identify(spec, options(tmp_path, model_args=((name, "true"),)), survey=None)


def test_references_take_no_model_arguments(tmp_path: Path) -> None:
    """An argument that would be ignored is an error."""
    spec = registry.resolve("reference:uniform")
    with pytest.raises(UsageProblem, match="no meaning"):
        registry.identify(spec, options(tmp_path, model_args=(("a", "1"),)), survey=None)


def test_model_arguments_are_json_or_text() -> None:
    """Numbers and switches arrive as such, words as words."""
    pairs = {"a": "1", "b": "true", "c": "eager", "processor.size": '{"height": 8}'}
    assert model_arguments(pairs) == ({"a": 1, "b": True, "c": "eager"}, {"size": {"height": 8}})


def test_identifying_imports_no_framework(folder: Path, tmp_path: Path) -> None:
    """Collection and stored runs stay quick, with torch and transformers installed or not."""
    program = (
        "import sys; from pathlib import Path; from benchmark.models import registry as r\n"
        "o = r.ModelOptions(cache=Path(sys.argv[2]))\n"
        f"pinned = r.resolve('qwen3-vl', revision='{COMMIT}')\n"
        "full = r.ModelOptions(cache=Path(sys.argv[2]), scoring='full')\n"
        "r.identify(r.resolve(sys.argv[1]), o, survey=None)\n"
        "r.identify(r.resolve('reference:uniform'), o, survey=None)\n"
        "r.identify(pinned, full, survey=None)\n"
        "print(sorted({'torch', 'transformers', 'tokenizers', 'datasets'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(folder), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("scoring", "device", "expected"),
    [
        (FULL, "cpu", 8),
        (FULL, "NVIDIA H200", 16),
        (SHARED, "cpu", 64),
        (SHARED, "NVIDIA H200", 256),
    ],
)
def test_automatic_batch_size_is_a_number(
    tmp_path: Path, scoring: str, device: str, expected: int
) -> None:
    """Full prompts a handful at a time, shared ones by the token budget within a larger batch."""
    spec = registry.resolve("org/name", revision=COMMIT)
    identity = registry.identify(spec, options(tmp_path, scoring="full"), survey=None)
    identity = dataclasses.replace(identity, device_kind=device, scoring=scoring)
    assert registry.default_batch_size(identity) == expected


def test_references_take_thousands_at_a_time(tmp_path: Path) -> None:
    """They compute next to nothing."""
    spec = registry.resolve("reference:uniform")
    identity = registry.identify(spec, options(tmp_path), survey=None)
    assert registry.default_batch_size(identity) == 4096


# --- loading -----------------------------------------------------------------------------------


def load(folder: Path, tmp_path: Path, **more: object) -> None:
    """Identify and load a folder."""
    opened = options(tmp_path, **more)
    spec = registry.resolve(str(folder))
    registry.load(spec, registry.identify(spec, opened, survey=None), opened, survey=None)


def copy(folder: Path, target: Path) -> Path:
    """The demo's files, to be spoilt."""
    target.mkdir()
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def test_unsupported_architecture_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    """No traceback of somebody else's library."""
    pytest.importorskip("transformers")
    with pytest.raises(ModelProblem, match="cannot be loaded") as error:
        load(folder, tmp_path)
    assert str(folder) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "spoil", ["tokenizer.json", "processor_config.json", "truncated weights", "not weights"]
)
def test_spoilt_folder_is_one_sentence(demo_folder: Path, tmp_path: Path, spoil: str) -> None:
    """Missing or damaged files are the user's to mend, and are named as far as known."""
    target = copy(demo_folder, tmp_path / "spoilt")
    weights = target / "model.safetensors"
    match spoil:
        case "truncated weights":
            weights.write_bytes(weights.read_bytes()[:5000])
        case "not weights":
            weights.write_bytes(b"\x00" * 100)
        case file:
            (target / file).unlink()
    with pytest.raises(ModelProblem, match="cannot be loaded"):
        load(target, tmp_path)


def test_incomplete_checkpoint_is_refused(demo_folder: Path, tmp_path: Path) -> None:
    """Transformers would fill the missing weights with random numbers and go on."""
    safetensors = pytest.importorskip("safetensors.torch")
    target = copy(demo_folder, tmp_path / "incomplete")
    weights = safetensors.load_file(target / "model.safetensors")
    weights.pop(next(name for name in weights if "lm_head" in name))
    safetensors.save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelProblem, match="1 weights are missing"):
        load(target, tmp_path)


def test_bad_model_argument_is_one_sentence(demo_folder: Path, tmp_path: Path) -> None:
    """A misspelt value comes back as a sentence that names --model-args."""
    with pytest.raises(ModelProblem, match="--model-args"):
        load(demo_folder, tmp_path, model_args=(("attn_implementation", "no-such-kernel"),))


def test_device_that_this_torch_cannot_use_is_refused(demo_folder: Path, tmp_path: Path) -> None:
    """Asked for a GPU where there is none: said before any weights are read."""
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises((ModelProblem, UsageProblem), match="--device cuda"):
        load(demo_folder, tmp_path, device="cuda")


def test_missing_torch_names_the_extra(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, the sentence says what to install and what works without."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelProblem, match=r"pytest-culture\[models\]") as error:
        loading.backend_modules()
    assert "reference:uniform" in str(error.value)
    with pytest.raises(ModelProblem):
        load(demo_folder, tmp_path)
