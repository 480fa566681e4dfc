"""What can change when a question is repeated: nothing, its batch, or the server's batching.

Knows identities; loads nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.models.endpoint import adapter
from benchmark.models.registry import REFERENCE_BACKEND

if TYPE_CHECKING:
    from benchmark.records import ModelIdentity


def is_exact(identity: ModelIdentity) -> bool:
    """Whether a rule computes the answers, one by one."""
    return identity.backend == REFERENCE_BACKEND


def is_server(identity: ModelIdentity) -> bool:
    """Whether a server forms the batches."""
    return identity.backend == adapter.BACKEND


def ways(identity: ModelIdentity, *, rows: int) -> tuple[int, ...]:
    """Batch sizes for repeating questions that were answered in batches of ``rows``.

    Alone, and with other neighbours: half as many, or two where there was one. A server forms
    its own batches, so it is asked once more in the same way.
    """
    if is_exact(identity):
        return ()
    if is_server(identity):
        return (rows,)
    return (1, max(2, rows // 2))
