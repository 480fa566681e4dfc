"""What to do when a device's memory runs out: smaller batches, or one sentence if they do not help.

Knows no model. Framework errors are caught here only as long as it takes to leave the failed
forward: its tensors live as long as its traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmark.errors import RequestProblem

T = TypeVar("T")
R = TypeVar("R")


class Halving:
    """How many rows run together: all that are given, then half as many if they do not fit.

    ``most`` is the bound to start with.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def run(
        self,
        rows: Sequence[T],
        answer: Callable[[Sequence[T]], Sequence[R]],
        *,
        what: Callable[[T], str],
    ) -> list[R]:
        """What ``answer`` makes of all rows, in their order; finished ones are not run again.

        ``what`` says how large a row is, for the error if a single one does not fit.
        """
        import torch

        found: list[R] = []
        while len(found) < len(rows):
            some = rows[len(found) :][: self.most]
            try:
                found += answer(some)
            except torch.OutOfMemoryError as error:
                if len(some) == 1:
                    raise does_not_fit(what(some[0])) from error
                self.most = len(some) // 2
            else:
                continue
            free_memory()
        return found


def does_not_fit(what: str) -> RequestProblem:
    """The error when nothing is left to halve."""
    return RequestProblem(
        f"a single prompt of {what} does not fit the device's memory; use a smaller model, "
        "--dtype bfloat16 or a larger device"
    )


def free_memory() -> None:
    """Release what the failed forward had reserved."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
