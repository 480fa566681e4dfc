"""From logits to answers: labels' probabilities and texts' log-likelihoods.

Knows no model and no prompt; sums are taken where the logits are, and only they leave the device.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from benchmark.records import Continuation, LogLikelihoods, Probabilities


def probabilities(logits: Any, labels: Sequence[int]) -> Probabilities:  # noqa: ANN401 - a torch tensor; torch is imported when first asked
    """Labels' probabilities among themselves, and the mass that they hold in the vocabulary.

    ``logits`` is one row over the vocabulary. Computed from log-sums, so that labels of vanishing
    mass still compare; NaN where the logits are not numbers or rule every label out.
    """
    return _among(logits[list(labels)], logits.logsumexp(0))


def label_probabilities(
    logits: Any,  # noqa: ANN401
    labels: Sequence[Sequence[int]],
) -> list[Probabilities]:
    """`probabilities` of many rows (rows, vocabulary) at once."""
    import torch

    logits = _wide(logits)
    everything = logits.logsumexp(-1).cpu().double()  # (rows,)
    longest = max(map(len, labels))
    index = torch.tensor([[*ids, *[ids[0]] * (longest - len(ids))] for ids in labels])
    of_labels = logits.gather(-1, index.to(logits.device)).cpu().double()  # (rows, labels)
    return [_among(of_labels[row, : len(ids)], everything[row]) for row, ids in enumerate(labels)]


def log_likelihoods(logits: Any, texts: Sequence[Sequence[int]]) -> list[float]:  # noqa: ANN401
    """Sum of each text's steps; its tokens are predicted at the last of a row's reads.

    ``logits`` is (rows, reads, vocabulary); a row may read more than its text has tokens.
    """
    import torch

    logits = _wide(logits)
    n_reads = logits.shape[1]
    rows = [[*[0] * (n_reads - len(text)), *text] for text in texts]
    targets = torch.tensor(rows, device=logits.device)[..., None]  # (rows, reads, 1)
    steps = (logits.gather(-1, targets)[..., 0] - logits.logsumexp(-1)).cpu().double()
    return [float(steps[row, n_reads - len(text) :].sum()) for row, text in enumerate(texts)]


def by_request(
    batch: Sequence[Continuation], totals: Iterable[float], n_tokens: Iterable[int]
) -> list[LogLikelihoods]:
    """Totals and token counts of all requests' texts, in order, grouped by request."""
    total, n = iter(totals), iter(n_tokens)
    return [
        LogLikelihoods(
            total=tuple(next(total) for _ in request.texts),
            n_tokens=tuple(next(n) for _ in request.texts),
        )
        for request in batch
    ]


def _among(of_labels: Any, everything: Any) -> Probabilities:  # noqa: ANN401
    total = of_labels.logsumexp(0)
    p = tuple((of_labels - total).exp().tolist())
    mass = float((total - everything).exp())
    if not all(map(math.isfinite, (float(everything), mass, *p))):
        return Probabilities(p=(math.nan,) * len(p), option_mass=math.nan)
    return Probabilities(p=p, option_mass=min(mass, 1.0))


def _wide(logits: Any) -> Any:  # noqa: ANN401
    """Double precision, which Apple's devices lack."""
    return logits.float() if logits.device.type == "mps" else logits.double()
