"""Which token stands for each label after a lead-in, and where that token is predicted.

Knows no model and no framework: it is given a function from text to token ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.weights.pictures import Recent

Tokenise = Callable[[str], Sequence[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelTokens:
    """``ids[i]`` is label i's token; it follows the context's tokens less what labels share.

    ``probe`` is the end of context + first label in tokens, from the last that all labels share on;
    the score is read at ``probe[0]``, ``len(probe) - 1`` tokens before the end of that text.
    """

    ids: tuple[int, ...]
    probe: tuple[int, ...]

    @property
    def n_after(self) -> int:
        """Tokens of context + first label after the position that is scored."""
        return len(self.probe) - 1


def label_tokens(tokenise: Tokenise, context: str, labels: Sequence[str]) -> LabelTokens:
    """The first token after the longest prefix that context + label shares over all labels.

    Labels are tokenised after the context, never alone: a tokenizer may merge ``(A`` into one
    token, and then the question is which of ``(A``, ``(B`` follows what precedes the bracket.
    """
    rows = [tuple(tokenise(context + label)) for label in labels]
    shared = min(common_prefix(rows), *(len(row) - 1 for row in rows)) if rows else 0
    ids = tuple(row[shared] for row in rows if row)
    if shared < 1 or len(set(ids)) != len(labels):
        raise RequestProblem(
            f"the labels {', '.join(labels)} do not begin with different tokens after "
            f"{context[-40:]!r} in this model's tokenizer, so no next-token score can tell them "
            "apart; use labels that differ in their first letter"
        )
    return LabelTokens(ids=ids, probe=rows[0][shared - 1 :])


class Labels:
    """Label tokens of one tokenizer; those that questions share are looked up once."""

    def __init__(self, tokenise: Tokenise, *, who: str = "its processor") -> None:
        self._tokenise = tokenise
        self._who = who
        self._known: Recent[LabelTokens] = Recent(256)

    def __call__(
        self, row: Sequence[int], text: str, tail: str, labels: tuple[str, ...]
    ) -> LabelTokens:
        """Tokens after the turn's end, or after the whole text where those differ.

        ``row`` is the tokens of ``text`` + first label; it shows whether the tokens after ``tail``,
        which ends the text, are those that end the full prompt.

        Raises
        ------
        ModelProblem
            The row ends in other tokens than its text, so where to read it is unknown.
        """
        found = self._known.get((tail, labels), lambda: label_tokens(self._tokenise, tail, labels))
        if tuple(row[-len(found.probe) :]) == found.probe:
            return found
        found = label_tokens(self._tokenise, text, labels)
        check_end(row, found.probe, who=self._who)
        return found


def check_end(row: Sequence[int], wanted: Sequence[int], *, who: str) -> None:
    """Raise unless a row of tokens ends as its text does; some processors append to it."""
    if not wanted or tuple(row[-len(wanted) :]) == tuple(wanted):
        return
    raise ModelProblem(
        f"{who} ends a prompt in other tokens than its text has ({list(row[-len(wanted) - 1 :])} "
        f"for {list(wanted)}): it appends to prompts or rewrites them, so the answer would be read "
        "in the wrong place; ask this model for written answers with --scoring 'sampled 10'"
    )


def common_prefix(rows: Sequence[Sequence[int]]) -> int:
    """Length of the longest common prefix.

    >>> common_prefix([[1, 2, 3], [1, 2, 4, 5]])
    2
    """
    shortest = min((len(row) for row in rows), default=0)
    for i in range(shortest):
        if any(row[i] != rows[0][i] for row in rows):
            return i
    return shortest
