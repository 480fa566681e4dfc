"""Times texts written together behind one picture against the library's loop, one at a time.

Turns are interleaved on the same weights: only ratios within a run mean something. Knows no model
family. Random weights hardly ever end a text, so every row runs to its limit: no finished rows
leave, and that saving is not in the figures.
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
from benchmark.models.weights.loading import backend_modules
from benchmark.models.weights.placement import memory_bytes
from benchmark.models.weights.shared import SharedScorer
from benchmark.models.weights.transformers import TransformersModel
from benchmark.models.weights.writing import SharedWriter, line_of
from benchmark.records import Generate, ModelIdentity
from tests.benchmarks.perf.geometry import geometry
from tests.benchmarks.perf.measure import Plan, weights
from tests.benchmarks.perf.workload import WORDS, pictures, tasks

READ_BYTES = 1 << 28  # by which the memory's speed is measured, larger than any cache


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """How much is written: ``n_plain`` texts stand for all in a turn of one at a time."""

    n_texts: int = 64
    n_plain: int = 2
    n_tokens: int = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Seconds a token, turn by turn; ``…_cpu_s`` is what the process used of all cores.

    ``bound_tokens_s`` is what reading alone allows: `bandwidth_bound`.
    """

    plan: Plan
    writing: Writing
    prefix_tokens: int
    parameters: int
    plain_s: tuple[float, ...]
    together_s: tuple[float, ...]
    plain_cpu_s: tuple[float, ...]
    together_cpu_s: tuple[float, ...]
    bandwidth_gb_s: float
    bound_tokens_s: float

    @property
    def speedup(self) -> float:
        """Together over one at a time by the clock, medians of one run."""
        return statistics.median(self.plain_s) / statistics.median(self.together_s)

    @property
    def cpu_speedup(self) -> float:
        """The same by processor time."""
        return statistics.median(self.plain_cpu_s) / statistics.median(self.together_cpu_s)

    def document(self) -> dict[str, Json]:
        """As JSON, with the ratios spelt out."""
        return {**asdict(self), "speedup": self.speedup, "cpu_speedup": self.cpu_speedup}


def bandwidth_bound(
    *, weight_bytes: float, row_bytes: float, shared_bytes: float, rows: int, bytes_s: float
) -> float:
    """Tokens a second if a step took no longer than to read what it needs once.

    A step reads the decoder's weights, the shared prefix's cache once, and each row's own cache; it
    gives a token to each row.

    >>> bandwidth_bound(weight_bytes=90, row_bytes=1, shared_bytes=6, rows=4, bytes_s=200)
    8.0
    """
    return rows * bytes_s / (weight_bytes + shared_bytes + rows * row_bytes)


def measure(plan: Plan, writing: Writing) -> Figures:
    """Build the model, warm up, and time both ways in turn."""
    torch, transformers = backend_modules()
    if plan.threads is not None:
        torch.set_num_threads(plan.threads)
    rng = np.random.default_rng(plan.seed)
    size = geometry(plan.config, [" ".join(WORDS), " " + " ".join(WORDS)])
    model = weights(torch, transformers, size, plan)
    model.generation_config.pad_token_id = 0
    identity = ModelIdentity(
        name="timing", model_id="timing", revision="0", backend="", scoring="full"
    )
    plain = TransformersModel(identity, model, size.processor())
    inputs = Inputs(size.processor())
    budget = TokenBudget(plan.budget or token_budget(memory_bytes(torch, model)))
    scorer = SharedScorer(model, inputs, budget)
    writer = SharedWriter(model, inputs, scorer)
    shown = pictures(size.picture, rng=rng)

    def ask(n: int, n_tokens: int) -> list[Generate]:
        return tasks(n, next(shown), n_tokens=n_tokens, rng=np.random.default_rng(plan.seed))

    plain.answer(ask(1, 2))
    writer.texts(ask(4, 2))
    plain_turns, together_turns = [], []
    for _ in range(plan.repeats):
        plain_turns.append(_seconds(plain.answer, ask(writing.n_plain, writing.n_tokens)))
        together_turns.append(_seconds(writer.texts, ask(writing.n_texts, writing.n_tokens)))
    prefix, token_bytes = _cache(scorer, inputs, ask(1, 1)[0])
    speed = _bandwidth(torch, plan.device)
    plain_s, plain_cpu_s = zip(*plain_turns, strict=True)
    together_s, together_cpu_s = zip(*together_turns, strict=True)
    return Figures(
        plan=plan,
        writing=writing,
        prefix_tokens=prefix,
        parameters=sum(weight.numel() for weight in model.parameters()),
        plain_s=plain_s,
        together_s=together_s,
        plain_cpu_s=plain_cpu_s,
        together_cpu_s=together_cpu_s,
        bandwidth_gb_s=speed / 1e9,
        bound_tokens_s=bandwidth_bound(
            weight_bytes=_decoder_bytes(model),
            row_bytes=token_bytes * writing.n_tokens / 2,
            shared_bytes=token_bytes * prefix,
            rows=writing.n_texts,
            bytes_s=speed,
        ),
    )


def _seconds(
    ask: Callable[[Sequence[Generate]], object], batch: Sequence[Generate]
) -> tuple[float, float]:
    """Wall and processor time a token of the limit; texts are on the host when it is taken."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask(batch)
    n = sum(request.params.max_new_tokens for request in batch)
    return (time.perf_counter() - wall) / n, (time.process_time() - cpu) / n


def _cache(scorer: SharedScorer, inputs: Inputs, request: Generate) -> tuple[int, int]:
    """Tokens of the prefix, and bytes of one token's keys and values in all layers."""
    cache = scorer.encoding(line_of(inputs, request.prompt)).cache
    one = sum(
        tensor[:, :, :1].numel() * tensor.element_size()
        for layer in cache.layers
        for tensor in (layer.keys, layer.values)
    )
    return int(cache.get_seq_length()), one


def _decoder_bytes(model: Any) -> int:
    """What a step reads: language model and head; of the embedding only some rows."""
    parts = (model.get_decoder(), model.get_output_embeddings())
    embedding = model.get_input_embeddings().weight
    sizes = {
        id(weight): weight.numel() * weight.element_size()
        for part in parts
        for weight in part.parameters()
        if weight is not embedding
    }
    return sum(sizes.values())


def _bandwidth(torch: Any, device: str) -> float:
    """Bytes a second of reading a large tensor, the best of five."""
    block = torch.ones(READ_BYTES // 4, device=device)
    best = 0.0
    for _ in range(5):
        started = time.perf_counter()
        float(block.sum())
        best = max(best, READ_BYTES / (time.perf_counter() - started))
    return best
