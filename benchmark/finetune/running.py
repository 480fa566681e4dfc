"""One fine-tuning from a recipe to a folder that ``--model`` loads; tells what it does by lines.

Knows the order of the steps; each is done elsewhere.
"""

from __future__ import annotations

import dataclasses
import gc
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from benchmark import jsonio
from benchmark.errors import ModelProblem, UsageProblem
from benchmark.finetune import options, record, saving, splitting, training
from benchmark.finetune.batches import Batches
from benchmark.finetune.card import card
from benchmark.finetune.preparing import Prepared, prepare
from benchmark.finetune.record import Accuracy
from benchmark.metrics.right_option import share_of_best
from benchmark.models import registry
from benchmark.models.adapters import is_adapter
from benchmark.models.inputs import Inputs
from benchmark.models.loading import backend_modules, open_weights
from benchmark.models.registry import ModelOptions
from benchmark.models.transformers import TransformersModel
from benchmark.records import Probabilities

if TYPE_CHECKING:
    from benchmark.finetune.options import Recipe
    from benchmark.finetune.training import Point
    from benchmark.jsonio import Json
    from benchmark.models.naming import ModelSpec
    from benchmark.records import Model, ModelIdentity

CONFIG = "finetune.toml"
CARD = "README.md"
ASKED_TOGETHER = 16
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """The model that is tuned."""

    spec: ModelSpec
    identity: ModelIdentity
    options: ModelOptions


def settled(given: Mapping[str, object], folder: Path, *, resume: bool) -> Recipe:
    """What is to be done, and that the folder may be written to.

    Raises
    ------
    UsageProblem
        Something is missing; the folder holds something and ``resume`` was not said; or it was,
        and the folder holds another fine-tuning or none.
    """
    begun = (folder / CONFIG).is_file()
    if resume and begun:
        there = options.recipe(options.read_file(folder / CONFIG))
        if other := options.differences(given, there):
            raise UsageProblem(
                f"--resume goes on with what {folder / CONFIG} says, but {'; '.join(other)}; leave "
                "that out, or begin in another folder"
            )
        return there
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "--resume goes on with it" if begun else "it holds no fine-tuning to resume"
        raise UsageProblem(f"--out {folder} is not an empty folder; name another ({hint})")
    return options.recipe(given)


def run(recipe: Recipe, folder: Path, *, cache: Path, resume: bool, say: Say) -> None:
    """Tune, or go on with it, and leave adapter or weights, model card and record in the folder.

    Raises
    ------
    CultureError
        One sentence on what is wrong with the data, the model, the folder or the machine.
    """
    prepared = prepare(recipe, cache=cache)
    training.needed()
    base = _base(recipe, cache)
    recipe = dataclasses.replace(recipe, dtype=base.identity.dtype)
    for line in about(base, prepared):
        say(line)
    document = record.begun(base.spec, base.identity, prepared)
    document = _checked(folder, document) if resume and (folder / CONFIG).is_file() else document
    if document["finished"]:
        say(f"{folder} is finished, there is nothing to resume")
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
    say(f"before: {_told(document['accuracy_before'])}")
    trained = _train(model, processor, prepared, recipe, folder, resume=resume, say=say)
    saving.save(trained.model, base, folder, merge=recipe.merge)
    trained = dataclasses.replace(trained, model=None)
    del model
    _forget()
    after = _accuracy(_reopened(folder, base), prepared) if prepared.parts.validation else None
    say(f"after:  {after.words() if after else 'not measured, there is no validation part'}")
    document = record.ended(document, trained, after)
    jsonio.write_atomic(folder / CARD, card(document, prepared.recipe, name=folder.name))
    record.write(folder, document)
    shutil.rmtree(folder / training.CHECKPOINTS, ignore_errors=True)
    say(_next(folder, recipe))


def about(base: Base, prepared: Prepared) -> list[str]:
    """What a person should know before it starts."""
    identity, parts, found = base.identity, prepared.parts, prepared.questions
    n_other = len(found.questions) - len(parts.train) - len(parts.validation)
    lines = [
        f"model {base.spec.name} = {identity.model_id} @ {identity.revision[:19]}, "
        f"{identity.dtype} on {identity.device_kind}",
        f"data {found.name} @ {found.revision[:19]}: {len(found.questions)} questions, licence "
        f"{', '.join(prepared.licences)}",
    ]
    lines += [f"  held out: {name}, {n} training questions" for name, n in parts.held_out.items()]
    if parts.leaking:
        first = parts.leaking[0]
        lines.append(
            f"  FAULT, a concept or picture in {prepared.recipe.split} and in another split: "
            f"{parts.leaked} questions there, so {len(parts.leaking)} training questions are left "
            f"out, or what they give would be memory (first: {first.question_id}, {first.concept})"
        )
    if prepared.recipe.split == "test":
        lines.append("  NOTE: this trains on what suites ask by default; scores there are memory")
    trained, kept = splitting.concepts(parts.train), splitting.concepts(parts.validation)
    lines.append(
        f"  train {len(parts.train)} questions on {trained} concepts, validation "
        f"{len(parts.validation)} on {kept} others; {n_other} not used"
    )
    return lines


def _base(recipe: Recipe, cache: Path) -> Base:
    spec = registry.resolve(recipe.model, revision=recipe.revision)
    if spec.kind not in ("hub", "folder", "demo"):
        raise UsageProblem(f"--model {recipe.model} has no weights to tune; name a model with some")
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
    """The folder's own record, if what it was begun with is what is there now."""
    there = record.read(folder)
    if other := record.changed(there, document):
        raise UsageProblem(
            f"--resume: {folder} was begun with another {' and another '.join(other)} than is "
            "there now; begin in another folder"
        )
    return dict(there)


def _begin(folder: Path, recipe: Recipe, document: Mapping[str, Json]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    record.write(folder, document)
    jsonio.write_atomic(folder / CONFIG, options.as_toml(recipe))


def _train(
    model: Any,  # noqa: ANN401 - transformers' own, any family
    processor: Any,  # noqa: ANN401
    prepared: Prepared,
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool,
    say: Say,
) -> training.Trained:
    n = len(prepared.drawn)
    steps = training.steps_of(n, recipe)
    last = training.last_checkpoint(folder) if resume else None
    if last is not None:
        say(f"going on from {last}")
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
    """What lies in the folder, opened as ``--model`` would."""
    spec = registry.resolve(str(folder))
    identity = registry.identify(spec, base.options, survey=None)
    return registry.load(spec, identity, base.options, survey=None)


def _accuracy(model: Model, prepared: Prepared) -> Accuracy | None:
    """On the validation part, asked as the suite asks; None where there is none."""
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


def _told(found: Json) -> str:
    if not isinstance(found, Mapping):
        return "not measured, there is no validation part"
    known = cast("Mapping[str, Any]", found)
    return Accuracy(share=known["share"], n=known["n"]).words()


def _forget() -> None:
    """Give back what the training held before the result is opened beside it."""
    torch, _ = backend_modules()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _next(folder: Path, recipe: Recipe) -> str:
    where = f" --questions {recipe.data}" if recipe.data != "sample" else ""
    mapping = f" --question-columns {recipe.question_columns}" if recipe.question_columns else ""
    wording = f" --prompts {recipe.prompts}" if recipe.prompts else ""
    form = "weights" if recipe.merge else "adapter"
    return (
        f"{folder}: {form}, {CARD} (model card), {CONFIG}; next:\n"
        f"  pytest suites/cultureverse --model {folder}{where}{mapping}{wording}\n"
        "  python -m leaderboard compare ITS-RUN.json BASE-RUN.json"
    )
