"""What a request asks a model to do, and the refusal of what the model says it cannot do.

Knows no store and no case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never, runtime_checkable

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.records import Choice, Continuation, Embed, Generate, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmark.records import Model, Request


class Unsupported(ModelProblem):
    """A model was asked for ``tasks`` that it does not support; nothing was asked of it."""

    def __init__(self, model: Model, tasks: frozenset[Task]) -> None:
        can = ", ".join(sorted(model.supports)) or "nothing"
        super().__init__(
            f"{model.identity.name} was asked for {', '.join(sorted(tasks))}, which it does not "
            f"support (it does {can}); use a model that does"
        )
        self.tasks = tasks


def check_supported(model: Model, requests: Iterable[Request]) -> None:
    """Raise `Unsupported` unless the model can do all that these requests ask."""
    tasks = frozenset(map(task_of, requests)) - model.supports
    if tasks:
        raise Unsupported(model, tasks)


@runtime_checkable
class Refuses(Protocol):
    """A model that says of single requests that it cannot answer them."""

    def refusal(self, request: Request) -> str:
        """Why it cannot; empty where it can."""
        ...


class NotAnswerable(RequestProblem):
    """Some of what a model was asked cannot be answered; nothing was asked of it."""

    def __init__(self, reasons: Sequence[tuple[Request, str]]) -> None:
        super().__init__(reasons[0][1])
        self.requests = [request for request, _ in reasons]


def check_answerable(model: Model, requests: Iterable[Request]) -> None:
    """Raise `NotAnswerable` where the model refuses some of the requests."""
    if isinstance(model, Refuses):
        reasons = [(request, model.refusal(request)) for request in requests]
        if refused := [(request, reason) for request, reason in reasons if reason]:
            raise NotAnswerable(refused)


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
