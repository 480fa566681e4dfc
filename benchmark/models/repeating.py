"""What can change when a model is asked the same again: nothing, the batch, or the server's mood.

Knows identities; loads nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.models.endpoint import adapter
from benchmark.models.registry import REFERENCE_BACKEND

if TYPE_CHECKING:
    from benchmark.records import ModelIdentity


def is_exact(identity: ModelIdentity) -> bool:
    """Whether answers follow from a rule, one by one."""
    return identity.backend == REFERENCE_BACKEND


def is_server(identity: ModelIdentity) -> bool:
    """Whether somebody else's machine forms the batches."""
    return identity.backend == adapter.BACKEND


def ways(identity: ModelIdentity, *, rows: int) -> tuple[int, ...]:
    """Batch sizes in which answers of batches of ``rows`` are to be asked again.

    Alone, and with other neighbours: half as many, or two where there was one. A server forms
    its own batches, so it is asked the same way once more.
    """
    if is_exact(identity):
        return ()
    if is_server(identity):
        return (rows,)
    return (1, max(2, rows // 2))
