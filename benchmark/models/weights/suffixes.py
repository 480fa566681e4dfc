"""Groups tails of similar length into forwards, padded on the right.

Knows no model. Right padding needs no mask: a causal model's real tokens do not see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def buckets(lengths: Sequence[int], *, budget: int) -> list[tuple[int, ...]]:
    """Positions in ``lengths``, short ones first, in groups of at most ``budget`` padded tokens.

    A group holds at least one, however long it is.

    >>> buckets([5, 2, 9, 2], budget=10)
    [(1, 3), (0,), (2,)]
    """
    found: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if found and (len(found[-1]) + 1) * lengths[i] <= budget:
            found[-1].append(i)
        else:
            found.append([i])
    return [tuple(group) for group in found]


def padded(tails: Sequence[Sequence[int]], reads: Sequence[int], *, pad: int) -> tuple[Any, Any]:
    """Tokens (rows, longest) and the positions to read (rows, most reads).

    A row that reads fewer positions than another repeats its first one in front.
    """
    import torch

    width, most = max(map(len, tails)), max(reads)
    ids = torch.tensor([[*tail, *[pad] * (width - len(tail))] for tail in tails])
    ends = [len(tail) for tail in tails]
    keep = torch.tensor(
        [
            [end - min(back, n) for back in range(most, 0, -1)]
            for end, n in zip(ends, reads, strict=True)
        ]
    )
    return ids, keep
