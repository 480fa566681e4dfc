"""The training itself: adapters on a base model, trl's trainer, checkpoints; knows no question.

trl's own preparation of pictures and prompts is not used: its batches are ours (`batches`), so that
training shows what the harness asks. docs/decisions/0009 says what is taken from where.
"""

from __future__ import annotations

import contextlib
import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import ModelProblem, UsageProblem, unknown
from benchmark.finetune.batches import PLACE
from benchmark.models.adapters import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmark.finetune.options import Recipe

CHECKPOINTS = "checkpoints"
COMPLETE = "trainer_state.json"  # the last file that a checkpoint gets
SHOWN = 50  # points of the loss curve, at most about
# Fixed, and written into the model card: AdamW as torch has it.
FIXED: Mapping[str, Any] = {
    "optim": "adamw_torch",
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    "lr_scheduler_type": "cosine",
}
WARM_UP = 0.03  # of the steps


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """Mean loss (natural logarithm, a label) over the steps since the last point."""

    step: int
    loss: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much of a model is trained."""

    trained: int
    all: int
    modules: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """The model with its adapters after the last step, and how it came there."""

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
) -> Trained:
    """Train on ``n`` places in order, from the folder's last checkpoint where ``resume`` says so.

    Raises
    ------
    ModelProblem, UsageProblem
        Memory runs out, a loss is no number, the model has no such layers, or there is more than
        one GPU.
    """
    import torch
    from datasets import Dataset
    from transformers.trainer_callback import PrinterCallback

    pattern = target_pattern(model, recipe.target_modules)
    if not _is_on_cpu(model) and torch.cuda.device_count() > 1:
        raise UsageProblem(
            f"{torch.cuda.device_count()} GPUs are visible and tuning takes one; name it, as in "
            "CUDA_VISIBLE_DEVICES=0"
        )
    with _quietly():
        trainer = _trainer_class()(
            model=model,
            args=_arguments(recipe, folder, steps_of(n, recipe), on_cpu=_is_on_cpu(model)),
            data_collator=batches,
            train_dataset=Dataset.from_dict({PLACE: range(n)}),
            processing_class=tokenizer,
            peft_config=_lora(recipe, pattern),
            callbacks=[_teller(tell)],
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
    curve = _curve(trainer.state.log_history)
    if any(not math.isfinite(point.loss) for point in curve):
        raise ModelProblem(
            "the loss is no number any more, so nothing was saved; try a smaller --learning-rate "
            f"than {recipe.learning_rate:g}"
        )
    return Trained(model=trainer.model, steps=trainer.state.global_step, curve=curve, size=size)


def last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint to go on from; one that was not finished does not count."""
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
    UsageProblem
        The language model has no linear layer of a wanted name.
    """
    import torch

    decoder = model.get_decoder()
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
    return rf"{re.escape(prefix)}\.(.*\.)?({leaves})" if prefix else rf"(.*\.)?({leaves})"


# --- the trainer ------------------------------------------------------------------------------


def _trainer_class() -> Any:  # noqa: ANN401 - trl is imported when first needed
    from trl import SFTTrainer

    base: Any = SFTTrainer

    class Trainer(base):  # type: ignore[misc]
        """trl's, which would call home and write a card of its own with each checkpoint."""

        def _send_telemetry(self) -> None:
            pass

        def create_model_card(self, *_: object, **__: object) -> None:
            pass

        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:  # noqa: ANN401
            super()._save(output_dir, state_dict)
            # The trainer's arguments as a pickle, which nobody reads: finetune.toml has them.
            (Path(output_dir or self.args.output_dir) / "training_args.bin").unlink()

    return Trainer


def _arguments(recipe: Recipe, folder: Path, steps: int, *, on_cpu: bool) -> Any:  # noqa: ANN401
    from trl import SFTConfig

    return SFTConfig(
        output_dir=str(folder / CHECKPOINTS),
        seed=recipe.seed,
        data_seed=recipe.seed,
        num_train_epochs=1,  # the schedule holds all epochs
        train_sampling_strategy="sequential",
        per_device_train_batch_size=recipe.batch_size,
        gradient_accumulation_steps=recipe.accumulation,
        learning_rate=recipe.learning_rate,
        warmup_steps=math.ceil(WARM_UP * steps),
        bf16=recipe.dtype == "bfloat16",
        fp16=False,
        use_cpu=on_cpu,
        gradient_checkpointing=recipe.gradient_checkpointing,
        save_strategy="steps",
        save_steps=recipe.save_steps,
        save_total_limit=2,
        logging_strategy="steps",
        logging_steps=max(1, steps // SHOWN),
        logging_nan_inf_filter=False,  # a loss that is no number is to be seen
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        completion_only_loss=False,  # the labels say what counts
        shuffle_dataset=False,
        dataloader_pin_memory=not on_cpu,
        **FIXED,
    )


def _lora(recipe: Recipe, pattern: str) -> Any:  # noqa: ANN401
    from peft import LoraConfig

    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=pattern,
        bias="none",
    )


def _teller(tell: Callable[[Point], None]) -> Any:  # noqa: ANN401
    from transformers import TrainerCallback

    base: Any = TrainerCallback

    class Teller(base):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ANN401, ARG002
            for point in _curve([{**more["logs"], "step": state.global_step}]):
                tell(point)
                control.should_training_stop |= not math.isfinite(point.loss)

    return Teller()


def _curve(history: Sequence[Mapping[str, float]]) -> tuple[Point, ...]:
    return tuple(
        Point(step=int(entry["step"]), loss=float(entry["loss"]))
        for entry in history
        if "loss" in entry
    )


def _size(model: Any, pattern: str) -> Size:  # noqa: ANN401
    weights = [(weight.numel(), weight.requires_grad) for weight in model.parameters()]
    return Size(
        trained=sum(n for n, trained in weights if trained),
        all=sum(n for n, _ in weights),
        modules=pattern,
    )


def _is_on_cpu(model: Any) -> bool:  # noqa: ANN401
    return bool(next(model.parameters()).device.type == "cpu")


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without the libraries' notes to those who program with them."""
    import transformers

    notes: Any = transformers.utils.logging
    level = notes.get_verbosity()
    notes.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        notes.set_verbosity(level)
