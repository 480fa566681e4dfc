"""trl's trainer as used here: its arguments, what is switched off, what it reports.

trl's own preparation of pictures and prompts is not used: its batches are ours (`batches`), so that
training shows what the harness asks. docs/decisions/0009 says what is taken from where.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.finetune.options import Recipe

SHOWN = 50  # points of the loss curve, about the most
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


def trainer_class() -> Any:  # noqa: ANN401 - trl is imported when first needed
    """trl's, without what it does besides training."""
    from trl import SFTTrainer

    base: Any = SFTTrainer

    class Trainer(base):  # type: ignore[misc]
        """trl's, without its telemetry and its card in each checkpoint."""

        def _send_telemetry(self) -> None:
            pass

        def create_model_card(self, *_: object, **__: object) -> None:
            pass

        def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:  # noqa: ANN401
            super()._save(output_dir, state_dict)
            # The trainer's arguments as a pickle, which nobody reads: finetune.toml has them.
            (Path(output_dir or self.args.output_dir) / "training_args.bin").unlink(missing_ok=True)

    return Trainer


def arguments(
    recipe: Recipe, checkpoints: Path, steps: int, *, on_cpu: bool, each_step: bool = False
) -> Any:  # noqa: ANN401
    """The recipe for trl; ``each_step`` makes every step a point of the loss curve."""
    from trl import SFTConfig

    return SFTConfig(
        output_dir=str(checkpoints),
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
        logging_steps=1 if each_step else max(1, steps // SHOWN),
        logging_nan_inf_filter=False,  # a loss that is not a number must be seen
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


def lora(recipe: Recipe, pattern: str) -> Any:  # noqa: ANN401
    """The recipe for peft."""
    from peft import LoraConfig

    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=pattern,
        bias="none",
    )


def callback(tell: Callable[[Point], None]) -> Any:  # noqa: ANN401
    """Passes each point of the loss on; ends a training whose loss is not a number."""
    from transformers import TrainerCallback

    base: Any = TrainerCallback

    class Callback(base):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ANN401, ARG002
            for point in curve_of([{**more["logs"], "step": state.global_step}]):
                tell(point)
                control.should_training_stop |= not math.isfinite(point.loss)

    return Callback()


def curve_of(history: Sequence[Mapping[str, float]]) -> tuple[Point, ...]:
    """The points of the loss in the trainer's log."""
    return tuple(
        Point(step=int(entry["step"]), loss=float(entry["loss"]))
        for entry in history
        if "loss" in entry
    )


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Silence the libraries' notes to programmers."""
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
