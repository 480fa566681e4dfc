"""Prompts as lines of tokens: what is shared, what follows, and where the answer is read.

Knows no weights. Tokens are those of whole prompts with image placeholders unexpanded: a text cut
in two and tokenised apart has other tokens at the cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmark.models.weights.labels import common_prefix
from benchmark.records import Prompt

# Suffixes that begin with different characters and, in any tokenizer, with different tokens.
PROBES = ("A", "The", "\nA", " (", "9.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One full text: the next token is read at the last ``n_read`` of ``ids[:end]``."""

    prompt: Prompt
    text: str
    ids: tuple[int, ...]
    end: int
    n_read: int = 1

    def tail(self, start: int) -> tuple[int, ...]:
        """Tokens from ``start`` to the last position that is read."""
        return self.ids[start : self.end]


def head(tokenise: Callable[[Prompt], Sequence[int]], prompt: Prompt) -> tuple[int, ...]:
    """The tokens that every prompt with this prefix begins with.

    It depends on the prefix alone and not on the questions that happen to be asked together, so
    the same prompt is split at the same place in every run.
    """
    rows = [tokenise(replace(prompt, suffix=probe, lead_in="")) for probe in PROBES]
    return tuple(rows[0][: common_prefix(rows)])


def split(line: Line, shared: Sequence[int]) -> int:
    """How many of a line's tokens may come from the shared encoding.

    Fewer than all of ``shared`` where the tokenizer merges its end with what follows. At least
    one, and never a position that is read.
    """
    return max(1, min(common_prefix([shared, line.ids]), line.end - line.n_read))
