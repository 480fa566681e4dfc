"""The training itself: which layers get adapters, the run of the trainer, checkpoints.

Knows no question: batches come from `batches`, by place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import ModelProblem, UsageProblem, unknown
from benchmark.finetune.batches import PLACE
from benchmark.finetune.options import Recipe
from benchmark.finetune.trainer import (
    Point,
    arguments,
    callback,
    curve_of,
    lora,
    quietly,
    trainer_class,
)
from benchmark.models.weights.adapters import EXTRA

CHECKPOINTS = "checkpoints"
COMPLETE = "trainer_state.json"  # the last file that a checkpoint gets


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much of a model is trained."""

    trained: int
    all: int
    modules: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The model with its adapters after the last step, and how it got there."""

    model: Any
    steps: int
    curve: tuple[Point, ...]
    size: Size


def needed() -> None:
    """Raise unless everything that training needs is installed."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "peft", "trl") if find_spec(name) is None]
    if missing:
        raise ModelProblem(
            f"fine-tuning needs {' and '.join(missing)}, not installed here; install the extra "
            f"finetune: {EXTRA}"
        )


def one_gpu(device_kind: str) -> None:
    """Raise if more GPUs are visible than tuning takes."""
    import torch

    if device_kind == "cuda" and (n := torch.cuda.device_count()) > 1:
        raise UsageProblem(
            f"{n} GPUs are visible and tuning takes one; name it, as in CUDA_VISIBLE_DEVICES=0"
        )


def steps_of(n: int, recipe: Recipe) -> int:
    """Optimiser steps over ``n`` questions in all."""
    return math.ceil(n / (recipe.batch_size * recipe.accumulation))


def train(
    model: Any,  # noqa: ANN401 - transformers' own, any family
    tokenizer: Any,  # noqa: ANN401
    batches: Callable[[Sequence[Mapping[str, int]]], dict[str, Any]],
    *,
    n: int,
    recipe: Recipe,
    folder: Path,
    resume: bool,
    tell: Callable[[Point], None],
    each_step: bool = False,
) -> Result:
    """Train on ``n`` places in order, from the folder's last checkpoint where ``resume`` says so.

    ``each_step`` reports the loss of every step, not only of some.

    Raises
    ------
    ModelProblem, UsageProblem
        Memory runs out, a loss is not a number, the model has no such layers, or there is more than
        one GPU.
    """
    import torch
    from datasets import Dataset
    from transformers.trainer_callback import PrinterCallback

    pattern = target_pattern(model, recipe.target_modules)
    on_cpu = _is_on_cpu(model)
    one_gpu("cpu" if on_cpu else "cuda")
    with quietly():
        trainer = trainer_class()(
            model=model,
            args=arguments(
                recipe,
                folder / CHECKPOINTS,
                steps_of(n, recipe),
                on_cpu=on_cpu,
                each_step=each_step,
            ),
            data_collator=batches,
            train_dataset=Dataset.from_dict({PLACE: range(n)}),
            processing_class=tokenizer,
            peft_config=lora(recipe, pattern),
            callbacks=[callback(tell)],
        )
        trainer.remove_callback(PrinterCallback)
        size = _size(trainer.model, pattern)
        last = last_checkpoint(folder) if resume else None
        try:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
        except torch.OutOfMemoryError as error:
            raise ModelProblem(
                f"memory ran out with --batch-size {recipe.batch_size}; halve it and double "
                "--accumulation, or use --gradient-checkpointing, a smaller --max-image-size or "
                "--rank"
            ) from error
    curve = curve_of(trainer.state.log_history)
    if any(not math.isfinite(point.loss) for point in curve):
        raise ModelProblem(
            "the loss is no longer a number, so nothing was saved; try a smaller --learning-rate "
            f"than {recipe.learning_rate:g}"
        )
    return Result(model=trainer.model, steps=trainer.state.global_step, curve=curve, size=size)


def last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint to resume from; one that was not finished does not count."""
    found = {
        int(path.name.rpartition("-")[2]): path
        for path in (folder / CHECKPOINTS).glob("checkpoint-*")
        if (path / COMPLETE).is_file() and path.name.rpartition("-")[2].isdecimal()
    }
    return found[max(found)] if found else None


def target_pattern(model: Any, wanted: Sequence[str]) -> str:  # noqa: ANN401
    """A regular expression over the language model's linear layers, all or those of these names.

    The vision tower and the projector are never among them.

    Raises
    ------
    UsageProblem, ModelProblem
        The language model has no linear layer of a wanted name, or cannot be identified.
    """
    import torch

    decoder = model.get_decoder()
    if decoder is model:
        raise ModelProblem(
            f"{type(model).__name__} does not say which part of it is the language model, so its "
            "vision tower cannot be kept out"
        )
    prefix = next(name for name, module in model.named_modules() if module is decoder)
    names = {
        name.rpartition(".")[2]
        for name, module in decoder.named_modules()
        if isinstance(module, torch.nn.Linear) and name
    }
    for name in wanted:
        if name not in names:
            raise UsageProblem(unknown("module", name, names, source="--target-modules"))
    leaves = "|".join(map(re.escape, sorted(wanted or names)))
    return rf"{re.escape(prefix)}\.(.*\.)?({leaves})"


def _size(model: Any, pattern: str) -> Size:  # noqa: ANN401
    weights = [(weight.numel(), weight.requires_grad) for weight in model.parameters()]
    return Size(
        trained=sum(n for n, trained in weights if trained),
        all=sum(n for n, _ in weights),
        modules=pattern,
    )


def _is_on_cpu(model: Any) -> bool:  # noqa: ANN401
    return bool(next(model.parameters()).device.type == "cpu")
