"""The plan: which requests go to the model together; pure, and blind to what is stored.

Because it depends on the requests alone, an interrupted run that is started again forms the
same batches as an undisturbed one, and so computes the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from benchmark.records import Choice, Continuation, Embed, Generate, ImageRef, Request

GroupKey = tuple[str, tuple[str | ImageRef, ...]]


def plan(requests: Sequence[Request], *, batch_size: int) -> tuple[tuple[int, ...], ...]:
    """Batches of positions in ``requests``: one kind each, and prefixes one after another.

    Groups of one prefix are in order of first appearance. One that fits whole into what is left of
    a batch goes there; any other begins a batch of its own. Within a group short suffixes come
    first, so that a batch pads little; equal lengths keep their order.

    Examples
    --------
    >>> from benchmark.records import Choice, Prompt, Subject
    >>> def ask(prefix, suffix):
    ...     subject = Subject(country="FRA", item_id=suffix)
    ...     prompt = Prompt(prefix=(prefix,), suffix=suffix)
    ...     return Choice(prompt=prompt, labels=("A", "B"), subject=subject)
    >>> plan([ask("x", "long"), ask("y", "a"), ask("x", "s"), ask("x", "mid")], batch_size=2)
    ((2, 3), (0, 1))
    >>> plan([ask("x", "a"), ask("y", "a"), ask("y", "b"), ask("z", "a")], batch_size=2)
    ((0,), (1, 2), (3,))
    """
    groups: dict[GroupKey, list[int]] = {}
    for position, request in enumerate(requests):
        groups.setdefault(group_key(request), []).append(position)
    batches: list[list[int]] = []
    kind = ""
    for (next_kind, _), members in groups.items():
        members.sort(key=lambda i: _length(requests[i]))
        pieces = [
            members[start : start + batch_size] for start in range(0, len(members), batch_size)
        ]
        for piece in pieces:
            if kind == next_kind and len(batches[-1]) + len(piece) <= batch_size:
                batches[-1] += piece
            else:
                batches.append(piece)
        kind = next_kind
    return tuple(map(tuple, batches))


def group_key(request: Request) -> GroupKey:
    """Requests with equal keys can share one encoding of their prefix."""
    match request:
        case Choice() | Continuation() | Generate():
            return type(request).__name__, request.prompt.prefix
        case Embed():
            return type(request).__name__, (request.encoder,)
        case _:
            assert_never(request)


def _length(request: Request) -> int:
    match request:
        case Choice() | Continuation() | Generate():
            return len(request.prompt.suffix)
        case Embed():
            return len(request.content) if isinstance(request.content, str) else 0
        case _:
            assert_never(request)
