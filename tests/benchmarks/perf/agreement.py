"""How far answers in a half-precision number type lie from those of the same weights in float32.

Both are scored behind shared prefixes, on the same questions about the same pictures. Random
weights answer almost evenly, and even answers agree whatever happens: the head is scaled until
they do not. Knows no model family.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.jsonio import Json
from benchmark.metrics.divergence import js_distance
from benchmark.models.weights.budget import TokenBudget, token_budget
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.labels import Labels
from benchmark.models.weights.loading import backend_modules
from benchmark.models.weights.placement import memory_bytes
from benchmark.models.weights.shared_answers import SharedAnswers
from benchmark.records import Choice
from tests.benchmarks.perf.geometry import Geometry, geometry
from tests.benchmarks.perf.measure import Plan, weights
from tests.benchmarks.perf.workload import WORDS, pictures, questions

HALVES = ("bfloat16", "float16")
N_PICTURES = 2
SHARP = 0.5  # mean of the likeliest label's probability, of four


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """Distance of label distributions in ``dtype`` from float32's; ``reason`` if it cannot run.

    ``js_distance`` is the mean over questions (lower is better), ``same_choice`` the share of
    questions with the same likeliest label; ``sharpness`` the mean largest probability.
    """

    config: str
    device: str
    dtype: str
    n: int
    sharpness: float
    max_difference: float = float("nan")
    js_distance: float = float("nan")
    same_choice: float = float("nan")
    reason: str = ""

    def document(self) -> dict[str, Json]:
        """As JSON."""
        return {**asdict(self)}


def agreement(plan: Plan, dtypes: Sequence[str] = HALVES) -> list[Agreement]:
    """Each number type against float32, on ``plan``'s weights, device and number of questions."""
    torch, transformers = backend_modules()
    if plan.threads is not None:
        torch.set_num_threads(plan.threads)
    rng = np.random.default_rng(plan.seed)
    size = geometry(plan.config, [" ".join(WORDS), " " + " ".join(WORDS), *"ABCD"])
    shown = pictures(size.picture, rng=rng)
    each = -(-plan.n_questions // N_PICTURES)
    asked = [
        request for _ in range(N_PICTURES) for request in questions(each, next(shown), rng=rng)
    ]
    model = weights(torch, transformers, size, plan)
    gain = _gain(_log_shares(model, size, asked[:each]))
    with torch.no_grad():
        model.get_output_embeddings().weight.mul_(gain)
    exact = np.exp(_log_shares(model, size, asked))
    found = []
    for dtype in dtypes:
        row = Agreement(
            config=plan.config,
            device=plan.device,
            dtype=dtype,
            n=len(asked),
            sharpness=float(exact.max(1).mean()),
        )
        found.append(_compared(row, model, size, asked, exact))
    return found


def _compared(
    row: Agreement,
    model: Any,
    size: Geometry,
    asked: Sequence[Choice],
    exact: NDArray[np.float64],
) -> Agreement:
    import copy
    from dataclasses import replace

    import torch

    try:
        half = copy.deepcopy(model).to(getattr(torch, row.dtype))
        rough = np.exp(_log_shares(half, size, asked))
    except RuntimeError as error:  # an operation that the device does not have in this type
        return replace(row, reason=str(error).partition("\n")[0])
    return replace(
        row,
        max_difference=float(np.abs(rough - exact).max()),
        js_distance=float(np.mean(js_distance(rough, exact))),
        same_choice=float((rough.argmax(1) == exact.argmax(1)).mean()),
    )


def _log_shares(model: Any, size: Geometry, asked: Sequence[Choice]) -> NDArray[np.float64]:
    """Logarithms of the labels' probabilities, (questions, labels)."""
    import torch

    inputs = Inputs(size.processor())
    budget = TokenBudget(token_budget(memory_bytes(torch, model)))
    answers = SharedAnswers(model, inputs, Labels(inputs.token_ids), budget).choices(asked)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log([answer.p for answer in answers]))


def _gain(log_shares: NDArray[np.float64]) -> float:
    """By how much logits must be wider for the likeliest label to hold `SHARP` on average."""
    gain = 1.0
    while True:
        wide = np.exp(gain * (log_shares - log_shares.max(1, keepdims=True)))
        if (wide.max(1) / wide.sum(1)).mean() >= SHARP:
            return gain
        gain *= 1.1
