"""What a request asks a model to do, and the error for what the model cannot do.

Knows no store and no case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from benchmark.errors import RequestProblem
from benchmark.records import Choice, Continuation, Embed, Generate, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmark.records import Model, Request


class Unsupported(RequestProblem):
    """A model was asked for ``tasks`` that it does not support."""

    def __init__(self, model: Model, tasks: frozenset[Task]) -> None:
        can = ", ".join(sorted(model.supports)) or "nothing"
        super().__init__(
            f"{model.identity.name} was asked for {', '.join(sorted(tasks))}, which it does not "
            f"support (it does {can}); use a model that does"
        )
        self.tasks = tasks


def unsupported(model: Model, requests: Iterable[Request]) -> Unsupported | None:
    """The error for what the model cannot do of these; None if it can do all."""
    tasks = frozenset(map(task_of, requests)) - model.supports
    return Unsupported(model, tasks) if tasks else None


def task_of(request: Request) -> Task:
    """What a request asks a model to do."""
    match request:
        case Choice():
            return Task.CHOICE
        case Continuation():
            return Task.CONTINUATION
        case Generate():
            return Task.GENERATE
        case Embed():
            return Task.EMBED
        case _:
            assert_never(request)
