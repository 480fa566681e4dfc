"""Times shared against full prompts on the same weights, turn by turn in one run.

Turns are interleaved because machines are shared and clocks drift: only the ratio of two figures
from one run means something. Knows no model family.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmark.jsonio import Json
from benchmark.models.weights.budget import TokenBudget, token_budget
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.labels import Labels
from benchmark.models.weights.loading import backend_modules
from benchmark.models.weights.placement import memory_bytes
from benchmark.models.weights.shared_answers import SharedAnswers
from benchmark.models.weights.transformers import TransformersModel
from benchmark.records import Choice, ModelIdentity
from tests.benchmarks.perf.flops import work
from tests.benchmarks.perf.geometry import Geometry, geometry
from tests.benchmarks.perf.workload import WORDS, pictures, questions


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to time. ``n_full`` prompts stand for all in a turn of full prompts."""

    config: str
    device: str = "cpu"
    dtype: str = "float32"
    n_questions: int = 64
    n_full: int = 8
    full_batch: int = 1
    budget: int | None = None
    repeats: int = 3
    threads: int | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Seconds a question, turn by turn, and what they say.

    ``…_cpu_s`` is what the process used of all cores: on a CPU that others use too it is the fairer
    measure, as waiting for a core is not in it.
    """

    plan: Plan
    prefix_tokens: int
    tail_tokens: float
    parameters: int
    budget: int
    bound: float
    full_s: tuple[float, ...]
    shared_s: tuple[float, ...]
    full_cpu_s: tuple[float, ...]
    shared_cpu_s: tuple[float, ...]
    overhead: float
    achieved_tflops: float

    @property
    def speedup(self) -> float:
        """Shared over full by the clock, medians of one run."""
        return statistics.median(self.full_s) / statistics.median(self.shared_s)

    @property
    def cpu_speedup(self) -> float:
        """Shared over full by processor time."""
        return statistics.median(self.full_cpu_s) / statistics.median(self.shared_cpu_s)

    def document(self) -> dict[str, Json]:
        """As JSON, with the ratios spelt out."""
        return {
            **asdict(self),
            "speedup": self.speedup,
            "share_of_bound": self.speedup / self.bound,
            "cpu_speedup": self.cpu_speedup,
            "cpu_share_of_bound": self.cpu_speedup / self.bound,
        }


class ForwardClock:
    """Seconds spent inside a module's forward; the rest of a turn is the engine's own."""

    def __init__(self, module: Any, synchronise: Any) -> None:
        self.seconds = 0.0
        self._started = 0.0
        self._synchronise = synchronise
        module.register_forward_pre_hook(self._start)
        module.register_forward_hook(self._stop)

    def _start(self, *_: object) -> None:
        self._synchronise()
        self._started = time.perf_counter()

    def _stop(self, *_: object) -> None:
        self._synchronise()
        self.seconds += time.perf_counter() - self._started


def measure(plan: Plan) -> Figures:
    """Build the model, warm up, and time both ways in turn."""
    torch, transformers = backend_modules()
    if plan.threads is not None:
        torch.set_num_threads(plan.threads)
    rng = np.random.default_rng(plan.seed)
    size = geometry(plan.config, [" ".join(WORDS), " " + " ".join(WORDS), *"ABCD"])
    model = weights(torch, transformers, size, plan)
    tokens = plan.budget or token_budget(memory_bytes(torch, model))
    full = _full(model, size, plan)
    inputs = Inputs(size.processor())
    shared = SharedAnswers(model, inputs, Labels(inputs.token_ids), TokenBudget(tokens))
    shown = pictures(size.picture, rng=rng)
    seed = int(rng.integers(2**32))

    def ask() -> list[Choice]:
        return questions(plan.n_questions, next(shown), rng=np.random.default_rng(seed))

    prefix, tails = _lengths(shared, inputs, ask())
    first = shared.line(ask()[0])[0]
    tensors = inputs.tensors([first.text], [first.prompt])
    everything = work(model, tensors.to(plan.device, dtype=model.dtype))
    shared.choices(ask()[:8])
    full(ask()[: plan.full_batch])
    clock = ForwardClock(model, _synchroniser(torch, plan.device))
    full_turns, shared_turns, inside = [], [], 0.0
    for _ in range(plan.repeats):
        batch = ask()
        some = _spread(batch, plan.n_full)
        full_turns.append(_seconds(full, some))
        clock.seconds = 0.0
        shared_turns.append(_seconds(shared.choices, batch))
        inside += clock.seconds
    full_s, full_cpu_s = zip(*full_turns, strict=True)
    shared_s, shared_cpu_s = zip(*shared_turns, strict=True)
    return Figures(
        plan=plan,
        prefix_tokens=prefix,
        tail_tokens=float(np.mean(tails)),
        parameters=sum(weight.numel() for weight in model.parameters()),
        budget=tokens,
        bound=everything.bound(prefix, tails),
        full_s=full_s,
        shared_s=shared_s,
        full_cpu_s=full_cpu_s,
        shared_cpu_s=shared_cpu_s,
        overhead=1 - inside / (sum(shared_s) * plan.n_questions),
        achieved_tflops=everything.shared(prefix, tails)
        / plan.n_questions
        / statistics.median(shared_s)
        / 1e12,
    )


def weights(torch: Any, transformers: Any, size: Geometry, plan: Plan) -> Any:
    """Random weights of a size, the same for the same seed."""
    torch.manual_seed(plan.seed)
    with torch.device(plan.device):
        model = transformers.AutoModelForImageTextToText.from_config(
            size.config, dtype=getattr(torch, plan.dtype)
        )
    return model.eval()


def _full(model: Any, size: Geometry, plan: Plan) -> Callable[[Sequence[Choice]], None]:
    """The control: whole prompts, a few at a time."""
    identity = ModelIdentity(
        name="timing", model_id="timing", revision="0", backend="", scoring="full"
    )
    control = TransformersModel(identity, model, size.processor())

    def ask(batch: Sequence[Choice]) -> None:
        for start in range(0, len(batch), plan.full_batch):
            control.answer(batch[start : start + plan.full_batch])

    return ask


def _seconds(
    ask: Callable[[Sequence[Choice]], object], batch: Sequence[Choice]
) -> tuple[float, float]:
    """Wall and processor time a request; answers are on the host, so no device is still working."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask(batch)
    n = len(batch)
    return (time.perf_counter() - wall) / n, (time.process_time() - cpu) / n


def _spread(batch: Sequence[Choice], n: int) -> list[Choice]:
    """Evenly over short and long, so that a few stand for all."""
    ordered = sorted(batch, key=lambda request: len(request.prompt.suffix))
    n = min(n, len(ordered))
    return [ordered[int((i + 0.5) * len(ordered) / n)] for i in range(n)]


def _lengths(
    answers: SharedAnswers, inputs: Inputs, batch: Sequence[Choice]
) -> tuple[int, list[int]]:
    """Tokens of the expanded prefix, and of each tail behind it."""
    lines = [answers.line(request)[0] for request in batch]
    start = answers.scorer.shared_tokens(lines[0])
    whole = inputs.tensors([lines[0].text], [lines[0].prompt])["input_ids"].shape[1]
    return whole - len(lines[0].ids) + start, [line.end - start for line in lines]


def _synchroniser(torch: Any, device: str) -> Any:
    return torch.cuda.synchronize if device.startswith("cuda") else lambda: None
