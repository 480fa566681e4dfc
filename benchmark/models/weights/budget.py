"""How many tokens one forward may hold: set from the device's memory, halved when too many.

Knows no model and no framework.
"""

from __future__ import annotations

ON_CPU = 1024  # more is slower: what a layer computes no longer fits the cores' caches
PER_GIB = 256  # leaves most of a GPU to weights and shared caches
LEAST, MOST = 512, 16384


CACHE_ON_CPU = 4 << 30  # bytes of rows' keys and values that run together
CACHE_SHARE = 4  # one part in so many of a GPU's memory; weights and activations need the rest
MOST_ROWS_ON_CPU, MOST_ROWS = 64, 256


class TokenBudget:
    """A number of tokens that only shrinks; ``resolved`` is its first value."""

    def __init__(self, tokens: int) -> None:
        self.resolved = tokens
        self.tokens = tokens

    def halve(self, used: int) -> None:
        """Shrink it after ``used`` tokens did not fit."""
        self.tokens = max(min(self.tokens, used) // 2, 1)


def cached_rows(memory_bytes: int | None, row_bytes: int) -> int:
    """How many texts to write together, each with a cache of ``row_bytes`` at its end.

    >>> cached_rows(80 * 2**30, 2**26), cached_rows(24 * 2**30, 2**27), cached_rows(None, 2**20)
    (256, 48, 64)
    """
    if memory_bytes is None:
        return max(1, min(MOST_ROWS_ON_CPU, CACHE_ON_CPU // row_bytes))
    return max(1, min(MOST_ROWS, memory_bytes // CACHE_SHARE // row_bytes))


def token_budget(memory_bytes: int | None) -> int:
    """Tokens a forward for a device with this much memory in total; None is a CPU.

    The total counts, since free memory changes from run to run and would change the batches.

    >>> token_budget(80 * 2**30), token_budget(24 * 2**30)
    (16384, 4096)
    """
    if memory_bytes is None:
        return ON_CPU
    tokens = PER_GIB * (memory_bytes >> 30)
    return max(LEAST, min(MOST, 1 << max(tokens, 1).bit_length() - 1))
