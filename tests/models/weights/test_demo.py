"""The demo: an ordinary model folder, always the same, built once, whose answers vary."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmark.models import registry
from benchmark.models.encoders import random_weights
from benchmark.models.registry import ModelOptions
from benchmark.models.weights import demo
from benchmark.models.weights.local import check_folder, processor_digest, weights_digest
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Choice, Probabilities
from tests.models.asking import QUESTION, choice, differs, picture

TEXTS = [QUESTION, "Rules: answer always.", "Nigeria and France"]


def answers(model: TransformersModel, *batch: Choice) -> list[np.ndarray]:
    """The labels' probabilities."""
    found = model.answer(batch)
    return [np.asarray(a.p) for a in found if isinstance(a, Probabilities)]


def weight_sum(folder: Path) -> float:
    """The sum of the absolute weights, which moves with the tokenizer's size and every draw."""
    from safetensors.numpy import load_file

    weights = load_file(folder / "model.safetensors").values()
    return float(sum(np.abs(weight.astype(np.float64)).sum() for weight in weights))


def test_two_builds_are_the_same_model(demo_folder: Path, tmp_path: Path) -> None:
    """Same recipe, same bytes: two machines' demo rows can be compared."""
    start = time.monotonic()
    again = demo.ready_demo(tmp_path)
    assert time.monotonic() - start < 20
    assert again.name == demo_folder.name
    assert weights_digest(again, cache=tmp_path) == weights_digest(demo_folder, cache=tmp_path)
    assert processor_digest(again) == processor_digest(demo_folder)


def test_it_is_an_ordinary_folder_of_about_a_million_parameters(demo_folder: Path) -> None:
    """float32 weights of 2 to 6 megabytes, and all that a processor needs."""
    check_folder(demo_folder)
    size = (demo_folder / "model.safetensors").stat().st_size
    assert 0.5e6 < size / 4 < 1.5e6
    assert (demo_folder / "chat_template.jinja").is_file()
    assert list(demo_folder.parent.glob(".building-*")) == []


def test_ready_demo_builds_once(
    demo_folder: Path, demo_options: ModelOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second call only looks."""

    def never(_folder: Path, _texts: Sequence[str]) -> None:
        pytest.fail("built again")

    monkeypatch.setattr(demo, "build_demo", never)
    assert demo.ready_demo(demo_options.cache) == demo_folder


def test_workers_that_start_together_build_one_demo(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits for the first and takes its folder."""
    built: list[Path] = []

    def build(folder: Path, _texts: Sequence[str]) -> None:
        time.sleep(0.1)
        shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
        built.append(folder)

    monkeypatch.setattr(demo, "build_demo", build)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: demo.ready_demo(tmp_path, TEXTS), range(4)))
    assert len(built) == len(folders) == 1


def test_interrupted_build_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a model never looks like one."""

    def interrupted(folder: Path, _texts: Sequence[str]) -> None:
        (folder / "config.json").write_text("{}")
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "build_demo", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demo.ready_demo(tmp_path, TEXTS)
    assert [p.name for p in (tmp_path / "demo").iterdir() if p.is_dir()] == []


def test_other_texts_are_another_recipe() -> None:
    """The tokenizer is trained on them."""
    assert demo.recipe_digest(TEXTS) != demo.recipe_digest(TEXTS[:2])


def test_the_recipes_names_stand_for_these_models(demo_folder: Path, tmp_path: Path) -> None:
    """Whoever changes what is built raises RECIPE, or an old folder is taken for the new one."""
    sums = {demo.RECIPE: weight_sum(demo_folder)}
    for name in random_weights.RANDOM:
        folder = random_weights.ready_encoder(name, tmp_path)
        sums[f"{name}, {random_weights.RECIPE}"] = weight_sum(folder)
    assert sums == {
        "demo 1": pytest.approx(197767.592, abs=0.01),
        "random-clip, encoders 1": pytest.approx(111542.568, abs=0.01),
        "random-siglip, encoders 1": pytest.approx(114394.088, abs=0.01),
    }


def test_another_image_gets_another_answer(demo_model: TransformersModel) -> None:
    """The picture is looked at: its pixels move the probabilities visibly."""
    colours = ("red", "blue", "green", "white")
    rows = answers(demo_model, *(choice("Look:\n", picture(colour)) for colour in colours))
    moved = [np.abs(a - b).max() for i, a in enumerate(rows) for b in rows[:i]]
    assert np.median(moved) > 0.01


def test_another_country_gets_another_answer(demo_model: TransformersModel) -> None:
    """One name in the prompt moves the probabilities visibly, for most pairs of names."""
    names = ("Nigeria", "France", "Brazil", "Italy")
    rows = answers(demo_model, *(choice(f"You live in {name}.\n") for name in names))
    moved = [np.abs(a - b).max() for i, a in enumerate(rows) for b in rows[:i]]
    assert np.median(moved) > 0.01


def test_answers_are_not_all_near_uniform(demo_model: TransformersModel) -> None:
    """A comparison of near-uniform answers would pass on anything."""
    questions = [QUESTION.replace("leisure", word) for word in ("work", "family", "politics")]
    rows = answers(demo_model, *(choice("Rules.\n", question=text) for text in questions))
    assert np.mean([row.max() for row in rows]) > 0.45


def test_identity_is_the_demos_own(demo_folder: Path, demo_options: ModelOptions) -> None:
    """It is called what it is, and differs from the same folder given as a path in name only."""
    spec = registry.resolve("demo")
    identity = registry.identify(spec, demo_options, survey=None)
    assert (identity.name, identity.model_id) == ("demo", "demo (random weights)")
    by_path = registry.identify(registry.resolve(str(demo_folder)), demo_options, survey=None)
    assert differs(identity, by_path) == {"name", "model_id"}


@pytest.mark.usefixtures("demo_folder")
def test_identity_of_a_built_demo_needs_no_torch(demo_options: ModelOptions) -> None:
    """A stored run of the demo starts in the time of a file read."""
    program = (
        "import sys; from pathlib import Path; from benchmark.models import registry as r\n"
        "o = r.ModelOptions(device='cpu', cache=Path(sys.argv[1]))\n"
        "print(r.identify(r.resolve('demo'), o, survey=None).revision)\n"
        "print(sorted({'torch', 'transformers', 'tokenizers'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(demo_options.cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    revision, imported = done.stdout.splitlines()
    assert revision.startswith("sha256:")
    assert imported == "[]"
