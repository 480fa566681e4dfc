"""Names of models: what each kind means, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import ModelProblem, UsageProblem
from benchmark.models.naming import aliases, references, resolve


def model_folder(folder: Path) -> Path:
    """A folder that looks like a saved model."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


@pytest.mark.parametrize(
    ("alias", "repo_id"),
    [
        ("llava-1.6-13b", "llava-hf/llava-v1.6-vicuna-13b-hf"),
        ("llava-1.6-34b", "llava-hf/llava-v1.6-34b-hf"),
        ("llava-next-72b", "llava-hf/llava-next-72b-hf"),
        ("qwen2.5-vl", "Qwen/Qwen2.5-VL-7B-Instruct"),
        ("qwen2.5-vl-3b", "Qwen/Qwen2.5-VL-3B-Instruct"),
        ("qwen2.5-vl-32b", "Qwen/Qwen2.5-VL-32B-Instruct"),
        ("qwen2.5-vl-72b", "Qwen/Qwen2.5-VL-72B-Instruct"),
        ("gemma-3-4b", "google/gemma-3-4b-it"),
        ("gemma-3-12b", "google/gemma-3-12b-it"),
        ("internvl3-8b", "OpenGVLab/InternVL3-8B-hf"),
        ("smolvlm2-2.2b", "HuggingFaceTB/SmolVLM2-2.2B-Instruct"),
        ("qwen3-vl", "Qwen/Qwen3-VL-8B-Instruct"),
        ("gemma-4-e4b", "google/gemma-4-E4B-it"),
    ],
)
def test_alias_means_its_hub_id_at_the_pinned_revision(alias: str, repo_id: str) -> None:
    """Every model of the three studies has a short name, and `--revision` goes with it."""
    spec = resolve(alias, revision="v1")
    assert (spec.kind, spec.name, spec.model_id, spec.revision) == ("hub", alias, repo_id, "v1")


def test_aliases_are_lower_case_and_point_at_repositories() -> None:
    """No alias can be mistaken for a folder or another repository."""
    for alias, repo_id in aliases().items():
        assert alias == alias.lower()
        assert "/" not in alias
        assert repo_id.count("/") == 1


def test_org_and_name_are_taken_as_they_stand() -> None:
    """A repository that the table does not list needs no row."""
    spec = resolve("some-org/Some_Model.v2")
    assert (spec.kind, spec.model_id, spec.revision) == ("hub", "some-org/Some_Model.v2", None)


def test_demo_and_references_are_names() -> None:
    """Embedded models have a kind of their own."""
    assert resolve("demo").kind == "demo"
    assert {resolve(name).kind for name in references()} == {"reference"}
    assert set(references()) == {
        f"reference:{rule}"
        for rule in ("uniform", "random", "oracle", "world-average", "nearest-country", "resample")
    }


def test_existing_folder_goes_before_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`org/name` that exists as a folder is that folder."""
    folder = model_folder(tmp_path / "org" / "name")
    monkeypatch.chdir(tmp_path)
    spec = resolve("org/name")
    assert (spec.kind, spec.model_id, spec.path) == ("folder", "name", folder.resolve())


def test_trailing_dot_path_has_the_folders_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--model .` is identified by the folder it stands for, not by a dot."""
    monkeypatch.chdir(model_folder(tmp_path / "checkpoint-7"))
    assert resolve(".").model_id == "checkpoint-7"


@pytest.mark.parametrize(
    ("missing", "named"),
    [("config.json", "no config.json"), ("model.safetensors", "no *.safetensors")],
)
def test_folder_without_a_model_says_what_it_lacks(
    tmp_path: Path, missing: str, named: str
) -> None:
    """A folder is checked when it is named, long before a model is loaded."""
    folder = model_folder(tmp_path / "m")
    (folder / missing).unlink()
    with pytest.raises(ModelProblem) as error:
        resolve(str(folder))
    assert named in str(error.value)
    assert str(folder) in str(error.value)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("qwen25-vl", "qwen2.5-vl"),
        ("dmeo", "demo"),
        ("reference:world-avarage", "reference:world-average"),
        ("Gemma-3-4B", "gemma-3-4b"),
    ],
)
def test_unknown_name_suggests_near_ones(typed: str, near: str) -> None:
    """A typing slip costs one look, not a search through the docs."""
    with pytest.raises(UsageProblem, match=r"did you mean") as error:
        resolve(typed)
    assert near in str(error.value).split("Known:")[0]


@pytest.mark.parametrize("typed", ["./nowhere", "../nowhere", "/no/where", "~/no-such-model"])
def test_missing_path_is_not_looked_for_on_the_hub(typed: str) -> None:
    """What can only be a path is reported as a missing folder."""
    with pytest.raises(UsageProblem, match="no such folder"):
        resolve(typed)


@pytest.mark.parametrize("typed", ["", "a/b/c", "org/", "-x/y"])
def test_names_that_mean_nothing_are_unknown(typed: str) -> None:
    """Neither a crash nor a request to the Hub."""
    with pytest.raises(UsageProblem):
        resolve(typed)


@pytest.mark.parametrize("name", ["demo", "reference:uniform", "FOLDER"])
def test_revision_of_what_is_not_on_the_hub_is_refused(name: str, tmp_path: Path) -> None:
    """A pin that would be ignored is an error."""
    typed = str(model_folder(tmp_path / "m")) if name == "FOLDER" else name
    with pytest.raises(UsageProblem, match="--revision abc"):
        resolve(typed, revision="abc")
