"""Draws next tokens for many rows at once, each from random numbers of its own.

A row's numbers are one uniform for each token, drawn beforehand on the CPU from its seed alone; the
token is where the cumulative probabilities pass it. So a row's text depends neither on the device's
generator nor on other rows, beyond the rounding of the logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmark.errors import RequestProblem
from benchmark.records import GenerationParams


def uniforms(seed: int, n: int) -> Any:  # noqa: ANN401 - a torch tensor; torch is imported when first asked
    """``n`` numbers in [0, 1), float64, the same for the same seed on every device."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    return torch.rand(n, generator=generator, dtype=torch.float64)


def next_tokens(logits: Any, params: Sequence[GenerationParams], numbers: Any) -> Any:  # noqa: ANN401
    """One token a row.

    Parameters
    ----------
    logits
        (rows, vocabulary), of any number type; read in float32.
    params
        Temperature and top_p of each row; temperature 0 takes the likeliest token.
    numbers
        (rows,) in [0, 1).

    Raises
    ------
    RequestProblem
        A row has a logit that is not a number, or only infinite ones.
    """
    import torch

    logits = logits.float()
    hot = torch.tensor([one.temperature > 0 for one in params], device=logits.device)
    heat = torch.tensor([one.temperature or 1.0 for one in params], device=logits.device)
    p = (logits / heat[:, None]).softmax(-1)  # (rows, vocabulary)
    if not bool(p.sum(-1).isfinite().all()):
        raise RequestProblem(
            "the model's logits are not finite numbers, so no text can be drawn from them; try "
            "--dtype float32"
        )
    if any(one.top_p < 1 for one in params):
        p = _nucleus(p, torch.tensor([one.top_p for one in params], device=logits.device))
    sums = p.cumsum(-1, dtype=torch.float32 if p.device.type == "mps" else torch.float64)
    wanted = numbers.to(device=sums.device, dtype=sums.dtype)[:, None] * sums[:, -1:]
    drawn = torch.searchsorted(sums, wanted, right=True)[:, 0].clamp(max=p.shape[-1] - 1)
    return torch.where(hot, drawn, logits.argmax(-1))


def _nucleus(p: Any, top_p: Any) -> Any:  # noqa: ANN401
    """The likeliest tokens that together hold ``top_p``; the one that passes it is kept."""
    import torch

    ordered, places = torch.sort(p, dim=-1, descending=True, stable=True)
    before = ordered.cumsum(-1) - ordered
    ordered = ordered.masked_fill(before >= top_p[:, None], 0.0)
    return ordered.new_zeros(p.shape).scatter(-1, places, ordered)
