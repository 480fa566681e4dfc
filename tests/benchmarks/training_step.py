"""``python -m tests.benchmarks.training_step``: memory and tokens a second of training steps.

Weights are random and nothing is downloaded: neither depends on what the weights are. The steps
are those of `benchmark.finetune`, adapters, optimiser and all; the first warms up and is not timed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmark import jsonio
from benchmark.errors import CultureError
from benchmark.finetune import training
from benchmark.finetune.batches import Batches
from benchmark.finetune.options import Recipe
from benchmark.finetune.parser import WRONG, Parser
from benchmark.finetune.trainer import Point
from benchmark.finetune.training import Size
from benchmark.models.weights import machine
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.loading import backend_modules
from benchmark.option_values import count
from benchmark.records import Choice
from tests.benchmarks.perf.geometry import CONFIGS, geometry
from tests.benchmarks.perf.measure import Plan, weights
from tests.benchmarks.perf.workload import LABELS, WORDS, pictures, questions

SMALLEST = "llava-next-230m"
MIB = 1 << 20
TITLE = "training steps behind one picture a question"
Rows = Sequence[Mapping[str, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What steps cost: ``seconds`` each; ``tokens`` of a step leave out padding.

    ``peak_mib`` is what the device's allocator held at most; on a CPU the whole process's memory.
    """

    config: str
    device: str
    dtype: str
    batch_size: int
    accumulation: int
    parameters: int
    trained: int
    seconds: tuple[float, ...]
    tokens: float
    peak_mib: float

    @property
    def tokens_s(self) -> float:
        """Tokens a second, median step."""
        return self.tokens / statistics.median(self.seconds)


class CountedBatches:
    """Batches, and how many real tokens they had."""

    def __init__(self, inner: Callable[[Rows], dict[str, Any]]) -> None:
        self._inner = inner
        self.tokens = 0

    def __call__(self, rows: Rows) -> dict[str, Any]:
        batch = self._inner(rows)
        self.tokens += int(batch["attention_mask"].sum())
        return batch


def measure(config: str, recipe: Recipe, *, steps: int) -> Figures:
    """Build the model and train it ``steps`` steps after one that warms up."""
    training.needed()
    torch, transformers = backend_modules()
    if recipe.threads is not None:
        torch.set_num_threads(recipe.threads)
    size = geometry(config, [" ".join(WORDS), " " + " ".join(WORDS), *"ABCD"])
    plan = Plan(config=config, device=recipe.device, dtype=recipe.dtype, seed=recipe.seed)
    model = weights(torch, transformers, size, plan)
    n = recipe.batch_size * recipe.accumulation * (steps + 1)
    asked = _requests(size.picture, n, seed=recipe.seed)
    processor = size.processor()
    batches = CountedBatches(Batches(Inputs(processor), asked.__getitem__, model.dtype))
    ends: list[float] = []

    def tell(_: Point) -> None:
        ends.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        done = training.train(
            model,
            processor.tokenizer,
            batches,
            n=n,
            recipe=replace(recipe, save_steps=n),
            folder=Path(folder),
            resume=False,
            tell=tell,
            each_step=True,
        )
    return _figures(config, recipe, done.size, ends, tokens=batches.tokens / (steps + 1))


def _figures(
    config: str, recipe: Recipe, size: Size, ends: Sequence[float], *, tokens: float
) -> Figures:
    return Figures(
        config=config,
        device=recipe.device,
        dtype=recipe.dtype,
        batch_size=recipe.batch_size,
        accumulation=recipe.accumulation,
        parameters=size.all,
        trained=size.trained,
        seconds=tuple(np.diff(ends).tolist()),
        tokens=tokens,
        peak_mib=_peak_mib(recipe.device),
    )


def _requests(picture: tuple[int, int], n: int, *, seed: int) -> list[Choice]:
    """One question a picture, as a set has it; what is right does not matter here."""
    rng = np.random.default_rng(seed)
    shown = pictures(picture, rng=rng)
    found = [questions(1, next(shown), rng=rng)[0] for _ in range(n)]
    return [
        replace(one, subject=replace(one.subject, truth=place % len(LABELS)))
        for place, one in enumerate(found)
    ]


def _peak_mib(device: str) -> float:
    if device == "cuda":
        torch, _ = backend_modules()
        return float(torch.cuda.max_memory_allocated()) / MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB, bytes on Apple's machines
    return peak / (MIB if sys.platform == "darwin" else 1024)


def table(found: Figures) -> Table:
    """One row."""
    shown = Table(title=TITLE, title_justify="left")
    shown.add_column("config")
    for name in ("trained", "step", "tokens/step", "s/step", "tokens/s", "peak memory"):
        shown.add_column(name, justify="right")
    shown.add_row(
        f"{found.config} ({found.parameters / 1e6:.0f} M, {found.device}, {found.dtype})",
        f"{found.trained / 1e6:.1f} M",
        f"{found.batch_size} x {found.accumulation}",
        f"{found.tokens:.0f}",
        f"{statistics.median(found.seconds):.2f}",
        f"{found.tokens_s:.0f}",
        f"{found.peak_mib:.0f} MiB",
    )
    return shown


def arguments() -> argparse.ArgumentParser:
    """The options."""
    parser = Parser(prog="python -m tests.benchmarks.training_step", description=__doc__)
    parser.add_argument("--config", choices=list(CONFIGS), default=SMALLEST, help=SMALLEST)
    parser.add_argument("--steps", default=3, help="timed steps; default: 3")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), default="cpu")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), help="default: by device")
    parser.add_argument("--batch-size", default=1, help="default: 1")
    parser.add_argument("--accumulation", default=1, help="default: 1")
    parser.add_argument("--rank", default=16, help="default: 16")
    parser.add_argument("--gradient-checkpointing", action="store_true")
    parser.add_argument("--threads", help="default: torch's own choice")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser


def recipe_of(given: argparse.Namespace) -> Recipe:
    """What is timed.

    Raises
    ------
    UsageProblem
        A value is not a number, or too small.
    """
    threads = given.threads
    return Recipe(
        model=given.config,
        data="",
        device=given.device,
        dtype=given.dtype or ("float32" if given.device == "cpu" else "bfloat16"),
        batch_size=count(given.batch_size, "--batch-size"),
        accumulation=count(given.accumulation, "--accumulation"),
        rank=count(given.rank, "--rank"),
        gradient_checkpointing=given.gradient_checkpointing,
        threads=None if threads is None else count(threads, "--threads"),
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, write; 4 with a sentence where that is not possible."""
    given = arguments().parse_args(words)
    try:
        steps = count(given.steps, "--steps")
        found = measure(given.config, recipe_of(given), steps=steps)
    except CultureError as problem:
        sys.stderr.write(f"{problem}\n")
        return WRONG
    Console(width=120).print(table(found))
    if given.json is not None:
        figures = {**asdict(found), "tokens_s": found.tokens_s, "backend": machine.backend()}
        jsonio.write_atomic(given.json, jsonio.pretty(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
