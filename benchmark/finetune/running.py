"""One fine-tuning from a recipe to a folder that ``--model`` loads; reports progress in lines.

Knows the order of the steps; each is done elsewhere.
"""

from __future__ import annotations

import dataclasses
import gc
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchmark import jsonio
from benchmark.errors import ModelProblem, UsageProblem
from benchmark.finetune import options, record, saving, training
from benchmark.finetune.batches import Batches
from benchmark.finetune.card import card
from benchmark.finetune.messages import CARD, CONFIG, about, last_words
from benchmark.finetune.options import Recipe
from benchmark.finetune.preparing import TrainingData, prepare
from benchmark.finetune.record import Accuracy
from benchmark.finetune.saving import Base
from benchmark.finetune.trainer import Point
from benchmark.jsonio import Json
from benchmark.metrics.right_option import share_of_best
from benchmark.models import registry
from benchmark.models.registry import ModelOptions
from benchmark.models.weights.adapters import is_adapter
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.loading import backend_modules, open_weights
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Model, Probabilities

ASKED_TOGETHER = 16
Say = Callable[[str], None]


def checked_recipe(given: Mapping[str, object], folder: Path, *, resume: bool) -> Recipe:
    """The recipe, after checking that the folder can be written to.

    Raises
    ------
    UsageProblem
        An option is missing; the folder cannot be made or written to; it is not empty without
        ``resume``; or, with ``resume``, it holds another fine-tuning or none.
    """
    try:
        wanted = _recipe_for(given, folder, resume=resume)
        _try_writing(folder)
    except OSError as error:
        raise UsageProblem(
            f"--out {folder} cannot be written to ({error.strerror}); name another folder"
        ) from error
    return wanted


def _recipe_for(given: Mapping[str, object], folder: Path, *, resume: bool) -> Recipe:
    begun = (folder / CONFIG).is_file()
    if resume and begun:
        there = options.recipe(options.read_file(folder / CONFIG))
        if other := options.differences(given, there):
            raise UsageProblem(
                f"--resume continues what {folder / CONFIG} says, but {'; '.join(other)}; leave "
                "that out, or start in another folder"
            )
        return there
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "--resume continues it" if begun else "it holds no fine-tuning to resume"
        raise UsageProblem(f"--out {folder} is not an empty folder; name another ({hint})")
    return options.recipe(given)


def _try_writing(folder: Path) -> None:
    """Raise now rather than after the training; leaves nothing behind."""
    way = (folder, *folder.parents)
    there = next(path for path in way if path.exists() or path.is_symlink())
    with tempfile.TemporaryDirectory(prefix=".finetune-", dir=there):
        pass


def run(recipe: Recipe, folder: Path, *, cache: Path, resume: bool, say: Say) -> None:
    """Tune, or resume, and leave adapter or weights, model card and record in the folder.

    Raises
    ------
    CultureError
        One sentence on what is wrong with the data, the model, the folder or the machine.
    """
    prepared = prepare(recipe, cache=cache)
    training.needed()
    base = _base(recipe, cache)
    training.one_gpu(base.identity.device_kind)
    recipe = dataclasses.replace(recipe, dtype=base.identity.dtype)
    for line in about(base, prepared):
        say(line)
    document = record.begun(base.spec, base.identity, prepared)
    document = _checked(folder, document) if resume and (folder / CONFIG).is_file() else document
    if document["finished"]:
        say(f"{folder} is finished; there is nothing to resume")
        return
    model, processor = open_weights(
        base.identity,
        registry.weights_at(base.spec, base.identity, base.options),
        device=recipe.device,
        threads=recipe.threads,
    )
    training.target_pattern(model, recipe.target_modules)  # before anything is written
    if "accuracy_before" not in document:
        before = _accuracy(TransformersModel(base.identity, model, processor), prepared)
        document["accuracy_before"] = before.document() if before else None
        _begin(folder, prepared.recipe, document)
    say(f"before: {_accuracy_text(document['accuracy_before'])}")
    trained = _train(model, processor, prepared, recipe, folder, resume=resume, say=say)
    saving.save(trained.model, base, folder, merge=recipe.merge)
    trained = dataclasses.replace(trained, model=None)
    del model
    _free_memory()
    after = _accuracy(_reopened(folder, base), prepared) if prepared.parts.validation else None
    say(f"after:  {after.words() if after else 'not measured, there is no validation part'}")
    document = record.ended(document, trained, after)
    jsonio.write_atomic(folder / CARD, card(document, prepared.recipe, name=folder.name))
    record.write(folder, document)
    shutil.rmtree(folder / training.CHECKPOINTS, ignore_errors=True)
    say(last_words(folder, recipe))


def _base(recipe: Recipe, cache: Path) -> Base:
    spec = registry.resolve(recipe.model, revision=recipe.revision)
    if spec.kind not in ("hub", "folder", "demo"):
        raise UsageProblem(f"--model {recipe.model} has no weights to tune; name one with weights")
    if spec.path is not None and is_adapter(spec.path):
        raise UsageProblem(
            f"--model {recipe.model} is an adapter already, and adapters are not stacked; tune its "
            "base, or train it again with --merge and tune that"
        )
    asked = ModelOptions(
        device=recipe.device,
        dtype=recipe.dtype,
        scoring="full",
        trust_remote_code=recipe.trust_remote_code,
        seed=recipe.seed,
        threads=recipe.threads,
        cache=cache,
    )
    return Base(spec=spec, identity=registry.identify(spec, asked, survey=None), options=asked)


def _checked(folder: Path, document: dict[str, Json]) -> dict[str, Json]:
    """The folder's own record, if what it was begun with has not changed."""
    there = record.read(folder)
    if other := record.changed(there, document):
        raise UsageProblem(
            f"--resume: {folder} was begun with another {' and another '.join(other)}; start in "
            "another folder"
        )
    return dict(there)


def _begin(folder: Path, recipe: Recipe, document: Mapping[str, Json]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    record.write(folder, document)
    jsonio.write_atomic(folder / CONFIG, options.as_toml(recipe))


def _train(
    model: Any,  # noqa: ANN401 - transformers' own, any family
    processor: Any,  # noqa: ANN401
    prepared: TrainingData,
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool,
    say: Say,
) -> training.Result:
    n = len(prepared.drawn)
    steps = training.steps_of(n, recipe)
    last = training.last_checkpoint(folder) if resume else None
    if last is not None:
        say(f"resuming from {last}")
    say(f"{steps} steps of {recipe.batch_size} x {recipe.accumulation} questions")

    def tell(point: Point) -> None:
        say(f"step {point.step} of {steps}: loss {point.loss:.4f}")

    return training.train(
        model,
        processor.tokenizer,
        Batches(Inputs(processor), prepared.at, model.dtype),
        n=n,
        recipe=recipe,
        folder=folder,
        resume=resume,
        tell=tell,
    )


def _reopened(folder: Path, base: Base) -> Model:
    """The folder's model, opened as ``--model`` would; an absolute path is not an alias."""
    spec = registry.resolve(str(folder.resolve()))
    identity = registry.identify(spec, base.options, survey=None)
    return registry.load(spec, identity, base.options, survey=None)


def _accuracy(model: Model, prepared: TrainingData) -> Accuracy | None:
    """On the validation part, asked as the suite asks; None if there is no such part."""
    asked = sorted(prepared.parts.validation, key=lambda question: question.image_id)
    shares: list[float] = []
    for start in range(0, len(asked), ASKED_TOGETHER):
        some = asked[start : start + ASKED_TOGETHER]
        answers = model.answer([prepared.as_printed(question) for question in some])
        for question, answer in zip(some, answers, strict=True):
            if not isinstance(answer, Probabilities):
                raise ModelProblem(f"a question was answered with {type(answer).__name__}")
            shares.append(float(share_of_best(answer.p, question.answer)))
    return Accuracy(share=float(np.mean(shares)), n=len(shares)) if shares else None


def _accuracy_text(found: Json) -> str:
    if not isinstance(found, Mapping):
        return "not measured, there is no validation part"
    known = cast("Mapping[str, Any]", found)
    return Accuracy(share=known["share"], n=known["n"]).words()


def _free_memory() -> None:
    """Release what the training held, before the result is opened."""
    torch, _ = backend_modules()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
