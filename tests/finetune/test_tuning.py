"""A whole tuning as a user runs it, on the demo: what is learned, kept, resumed, refused."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import ModelProblem
from benchmark.finetune import options, running, training
from benchmark.finetune.__main__ import main
from benchmark.finetune.options import Recipe
from benchmark.finetune.preparing import TrainingData, prepare
from benchmark.finetune.schedule import Draw
from benchmark.models import registry
from benchmark.models.registry import ModelOptions
from benchmark.records import Probabilities
from leaderboard.__main__ import main as leaderboard
from tests.plugin.running import Place

pytestmark = [pytest.mark.models, pytest.mark.slow]
SHORT = ("--model", "demo", "--device", "cpu", "--threads", "1", "--batch-size", "4")
KEPT = {"README.md", "adapter_config.json", "adapter_model.safetensors", "finetune.json"}


@pytest.fixture(scope="module")
def tuned(
    tmp_path_factory: pytest.TempPathFactory, data: Path, cache: Path
) -> tuple[Path, list[str]]:
    """A folder tuned on the planted set without Africa, and the lines that were said."""
    folder = tmp_path_factory.mktemp("tuned") / "out"
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CULTURE_CACHE", str(cache))
        patch.setattr("benchmark.finetune.__main__._say", lines.append)
        words = ("--data", str(data), "--hold-out", "region:Africa", "--max-steps", "25")
        rates = ("--learning-rate", "0.004", "--dropout", "0", "--accumulation", "2")
        assert main([*SHORT, *words, *rates, "--out", str(folder)]) == 0
    return folder, lines


def share_right(name: str, prepared: TrainingData, cpu: ModelOptions, *, split: str) -> float:
    """Of the questions of a split, each asked in both orders."""
    spec = registry.resolve(name)
    model = registry.load(spec, registry.identify(spec, cpu, survey=None), cpu, survey=None)
    asked = [
        prepared._ask(Draw(question=question, order=order), None)
        for question in prepared.questions.questions
        if question.split == split
        for order in ((0, 1), (1, 0))
    ]
    right = [
        isinstance(answer, Probabilities) and max(answer.p) == answer.p[request.subject.truth or 0]
        for request, answer in zip(asked, model.answer(asked), strict=True)
    ]
    return sum(right) / len(right)


def test_what_was_planted_is_learned(
    tuned: tuple[Path, list[str]], cpu: ModelOptions, cache: Path
) -> None:
    """The loss falls to a tenth; 50 % right become 95 % and more, on other concepts too."""
    folder, lines = tuned
    record = json.loads((folder / "finetune.json").read_text("utf-8"))
    losses = [loss for _, loss in record["loss"]]
    assert sum(losses[-5:]) < sum(losses[:5]) / 10
    assert [line for line in lines if line.startswith("step 25 of 25: loss")]
    prepared = prepare(options.recipe(options.read_file(folder / "finetune.toml")), cache=cache)
    for split in ("train", "test"):
        assert share_right("demo", prepared, cpu, split=split) == 0.5
        assert share_right(str(folder), prepared, cpu, split=split) > 0.95


def test_folder_and_card_say_what_was_done(tuned: tuple[Path, list[str]], data: Path) -> None:
    """Safetensors and text only; the held-out region was not trained on, and the card says so."""
    folder, lines = tuned
    assert {path.name for path in folder.iterdir()} == {*KEPT, "finetune.toml"}
    assert "  held out: region:Africa, 36 training questions" in lines
    record = json.loads((folder / "finetune.json").read_text("utf-8"))
    assert record["data"]["held_out"] == {"region:Africa": 36}
    assert record["data"]["train"] + record["data"]["validation"] == 72
    assert record["accuracy_after"]["share"] > record["accuracy_before"]["share"]
    card = (folder / "README.md").read_text("utf-8")
    for words in (
        *("CC0-1.0", "region:Africa: 36 training questions", "seed = 0", "learning_rate = 0.004"),
        *("| before |", "| after |", "| 25 |", "- peft ", "## Limits", record["base"]["revision"]),
    ):
        assert words in card
    assert str(data.parent) not in card


def test_suites_answer_from_the_folder_and_show_the_gain(
    tuned: tuple[Path, list[str]],
    data: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Offline: a gate on the change since another's run holds, and the comparison says where.

    The other is uniform and not the demo, which is right as often but takes longer.
    """
    folder, _ = tuned
    base, new = Place(folder=tmp_path / "base"), Place(folder=tmp_path / "new")
    env = {"CULTURE_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    asked = ("--questions", str(data), "--controls", "off")
    suite = "suites/cultureverse"
    assert base.run(*asked, suite=suite, env=env).code == 0
    gates = tmp_path / "gates.toml"
    gates.write_text(
        '[[gate]]\nsuite = "cultureverse"\nmetric = "accuracy"\ncompare = "regression"\n'
        'worst = "region"\ninconclusive = "pass"\n',
        encoding="utf-8",
    )
    compared = ("--gate", str(gates), "--baseline", str(base.run_file()))
    done = new.run(*asked, *compared, suite=suite, model=str(folder), env=env)
    assert done.code == 0, done.out
    assert "paired over" in done.sentence("regression against reference:uniform", "worst region")
    assert "peft" in new.document()["model"]["backend"]
    runs = (str(new.run_file()), str(base.run_file()))
    assert leaderboard(["compare", *runs, "--held-out", "region:Africa"]) == 0
    rows = {line.strip().split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    for group in ("overall", "held out", "the rest", "region Africa", "topic food"):
        assert "better" in rows[group]


class BrokenOffError(Exception):
    """Stands for a killed process."""


def weights_of(folder: Path) -> dict[str, Any]:
    """The adapter's tensors."""
    from safetensors.torch import load_file

    found: dict[str, Any] = load_file(folder / "adapter_model.safetensors")
    return found


def test_a_broken_run_ends_as_an_unbroken_one(data: Path, cache: Path, tmp_path: Path) -> None:
    """Dropout and all: the same losses, the same adapter; half a checkpoint does not count."""
    recipe = Recipe(
        model="demo", data=str(data), device="cpu", threads=1, batch_size=4, accumulation=1,
        max_steps=7, save_steps=2, dropout=0.2, learning_rate=1e-3, rank=4,
    )  # fmt: skip
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    lines: list[str] = []
    running.run(recipe, whole, cache=cache, resume=False, say=lines.append)

    def until(start: str) -> None:
        def say(line: str) -> None:
            if line.startswith(start):
                raise BrokenOffError

        with pytest.raises(BrokenOffError):
            running.run(recipe, broken, cache=cache, resume=broken.exists(), say=say)

    until("step 5")
    (broken / "checkpoints" / "checkpoint-6").mkdir()
    assert training.last_checkpoint(broken) == broken / "checkpoints" / "checkpoint-4"
    until("after")  # the adapter is saved, and the record does not say so yet
    running.run(recipe, broken, cache=cache, resume=True, say=lines.append)
    assert any(line.endswith("checkpoint-7") for line in lines if line.startswith("resuming"))
    records = [json.loads((one / "finetune.json").read_text("utf-8")) for one in (whole, broken)]
    assert [step for step, _ in records[0]["loss"]] == list(range(1, 8))
    for (_, one), (_, other) in zip(records[0]["loss"], records[1]["loss"], strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    first, second = weights_of(whole), weights_of(broken)
    assert first.keys() == second.keys()
    assert max(float((first[name] - second[name]).abs().max()) for name in first) < 1e-6
    running.run(recipe, broken, cache=cache, resume=True, say=lines.append)
    assert lines[-1].endswith("is finished; there is nothing to resume")


def test_merged_weights_are_a_model_of_their_own(
    data: Path, cache: Path, cpu: ModelOptions, tmp_path: Path
) -> None:
    """They answer as the adapter beside them does, without it; no file is a pickle."""
    recipe = Recipe(
        model="demo", data=str(data), device="cpu", threads=1, max_steps=3, accumulation=1,
        merge=True, validation=0.0, learning_rate=3e-3,
    )  # fmt: skip
    folder = tmp_path / "merged"
    lines: list[str] = []
    running.run(recipe, folder, cache=cache, resume=False, say=lines.append)
    assert "before: not measured, there is no validation part" in lines
    files = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert files == {".json", ".jinja", ".md", ".safetensors", ".toml"}
    prepared = prepare(recipe, cache=cache)
    asked = [prepared.as_printed(question) for question in prepared.parts.train[:8]]
    found = []
    for name in (str(folder), str(folder / "adapter"), "demo"):
        spec = registry.resolve(name)
        identity = registry.identify(spec, cpu, survey=None)
        found.append(registry.load(spec, identity, cpu, survey=None).answer(asked))
    for merged, beside, base in zip(*found, strict=True):
        assert isinstance(merged, Probabilities)
        assert isinstance(beside, Probabilities)
        assert isinstance(base, Probabilities)
        assert merged.p == pytest.approx(beside.p, abs=1e-6)
        assert merged.p != pytest.approx(base.p, abs=1e-2)


def test_an_adapter_is_known_by_itself_and_by_its_base(
    tuned: tuple[Path, list[str]], cpu: ModelOptions, tmp_path: Path
) -> None:
    """A copy is the same model; other settings of the adapter, or a changed base, are not."""
    folder, _ = tuned

    def revision(of: Path) -> str:
        return registry.identify(registry.resolve(str(of)), cpu, survey=None).revision

    def copied(name: str, file: str, old: str, new: str) -> Path:
        target = tmp_path / name
        target.mkdir()
        for path in folder.iterdir():
            (target / path.name).write_bytes(path.read_bytes())
        text = (target / file).read_text("utf-8")
        assert old in text
        (target / file).write_text(text.replace(old, new), "utf-8")
        return target

    config = "adapter_config.json"
    assert revision(copied("same", config, "demo", "demo")) == revision(folder)
    other = copied("other", config, '"lora_alpha": 32', '"lora_alpha": 64')
    assert revision(other) != revision(folder)
    base = json.loads((folder / "finetune.json").read_text("utf-8"))["base"]["revision"]
    with pytest.raises(ModelProblem, match="was trained on demo @ sha256:0000"):
        revision(copied("moved", "finetune.json", base, f"sha256:{'0' * 64}"))
    with pytest.raises(ModelProblem, match="'nowhere', which cannot be found"):
        revision(copied("lost", config, '"demo"', '"nowhere"'))
    with pytest.raises(ModelProblem, match="names no commit of org/name"):
        revision(copied("unpinned", config, '"demo"', '"org/name"'))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--hold-out", "region:Afrika"), "unknown region 'Afrika' (--hold-out); did you mean"),
        (("--split", "trian"), "no split 'trian' to train on, only test 72, train 108"),
        (("--model", "reference:uniform"), "has no weights to tune"),
        (("--model", "dmo"), "unknown model 'dmo'"),
        (("--target-modules", "q_porj"), "unknown module 'q_porj' (--target-modules); did you"),
        (("--data", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: tuple[str, str],
    sentence: str,
    data: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 4, and nothing is left behind that would have to be cleared away."""
    monkeypatch.setenv("CULTURE_CACHE", str(cache))
    out = tmp_path / "out"
    given = [*SHORT, "--data", str(data), "--validation", "0", *words, "--out", str(out)]
    assert main(given) == 4
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert not out.exists()


def test_folders_are_not_written_over(
    tuned: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a begun tuning without --resume, nor with other options, nor anything else."""
    folder, _ = tuned
    (tmp_path / "notes.txt").write_text("mine")
    named = ("--model", "demo", "--data", "sample")
    for words, sentence in (
        (
            (*named, "--out", str(folder)),
            "is not an empty folder; name another (--resume continues",
        ),
        ((*named, "--out", str(tmp_path)), "(it holds no fine-tuning to resume)"),
        (("--out", str(folder), "--resume", "--rank", "3"), "rank is 16 there and 3 now; leave"),
    ):
        assert main(words) == 4
        assert sentence in capsys.readouterr().err


def test_without_peft_the_extra_is_named(
    data: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the model is loaded."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("peft", "trl") else found(name)
    )
    recipe = Recipe(model="demo", data=str(data), device="cpu")
    with pytest.raises(ModelProblem, match=r"needs peft and trl, .*pytest-culture\[finetune\]"):
        running.run(recipe, tmp_path / "out", cache=cache, resume=False, say=print)
