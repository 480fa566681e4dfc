"""What a session has spent at servers, and the bounds that it may not pass.

Knows numbers only: no network and no request. A bound on tokens is checked before a request, by the
most that it can take, so that requests under way count before they are answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.errors import BudgetSpent

CHARACTERS = 3  # a token, on the low side
CONTINUES = "what was answered is stored, and the same command continues with a new budget"


@dataclass(kw_only=True)
class Spending:
    """Counts of one process over all its models; None means no bound.

    ``n_without_usage`` answers came without a count of tokens: each counts as the most it could be.
    """

    max_requests: int | None = None
    max_tokens: int | None = None
    n_requests: int = 0
    n_tokens: int = 0
    n_without_usage: int = 0
    n_under_way: int = 0
    most_prompt_tokens: int = 0
    _reserved: int = 0

    def counts(self) -> dict[str, int]:
        """What was spent, by name; empty if there is no bound."""
        if self.max_requests is None and self.max_tokens is None:
            return {}
        return {
            "requests_sent": self.n_requests,
            "tokens_used": self.n_tokens,
            "answers_without_a_count_of_tokens": self.n_without_usage,
        }

    def fits(self, tokens: int) -> bool:
        """Whether a request of at most so many tokens passes no bound."""
        if self.max_requests is not None and self.n_requests >= self.max_requests:
            return False
        held = self.n_tokens + self._reserved
        return self.max_tokens is None or held + tokens <= self.max_tokens

    def begin(self, tokens: int) -> None:
        """Count a request that is about to be sent.

        Raises
        ------
        BudgetSpent
            It would pass a bound.
        """
        self._check_requests()
        if not self.fits(tokens):
            raise BudgetSpent(
                f"--max-tokens allows no further request: this process has spent {self.n_tokens} "
                f"of {self.max_tokens} tokens and the next may take {tokens}; {CONTINUES}"
            )
        self.n_requests += 1
        self.n_under_way += 1
        self._reserved += tokens

    def count_retry(self) -> None:
        """Count a request that is sent again; raises as `begin` does."""
        self._check_requests()
        self.n_requests += 1

    def end(self, tokens: int, used: tuple[int, int] | None, *, answered: bool) -> None:
        """Release what was held for a request and count what it used: prompt and completion."""
        self.n_under_way -= 1
        self._reserved -= tokens
        if not answered:
            return
        if used is None:
            self.n_without_usage += 1
            self.n_tokens += tokens
            return
        self.most_prompt_tokens = max(self.most_prompt_tokens, used[0])
        self.n_tokens += sum(used)

    def _check_requests(self) -> None:
        if self.max_requests is not None and self.n_requests >= self.max_requests:
            raise BudgetSpent(
                f"--max-requests allows no further request: {self.n_requests} were sent by this "
                f"process, which may send {self.max_requests}; {CONTINUES}"
            )


def most_tokens(body: Mapping[str, Any], prompt_tokens: int) -> int:
    """The most that a completion may take: its limit, and a prompt like the longest so far.

    Before the first answer only the prompt's text is known, at three characters a token.

    >>> most_tokens({"max_tokens": 8, "messages": [{"content": "abcdef"}]}, 0)
    10
    """
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or 0
    return int(limit) + max(prompt_tokens, _characters(body.get("messages", [])) // CHARACTERS)


def used_tokens(reply: Mapping[str, Any]) -> tuple[int, int] | None:
    """Tokens of prompt and completion as a server counts them; None where it does not.

    >>> used_tokens({"usage": {"prompt_tokens": 5}}), used_tokens({})
    ((5, 0), None)
    """
    usage = reply.get("usage") or {}
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    if type(counts[0]) is not int:
        return None
    return counts[0], counts[1] if type(counts[1]) is int else 0


def _characters(content: Any) -> int:  # noqa: ANN401 - JSON
    """Of all texts in a conversation, pictures apart."""
    match content:
        case str():
            return len(content)
        case list():
            return sum(map(_characters, content))
        case {"text": str(text)} | {"content": text}:
            return _characters(text)
    return 0
