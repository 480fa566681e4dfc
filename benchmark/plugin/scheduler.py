"""An xdist scheduler that keeps a unit on one worker and survives a worker's death.

Knows node ids and units, no models. After a crash, xdist 3.8.0's own scope scheduler hangs or drops
the rest of the run (DESIGN §7, trap 5): `remove_node` forgets which case crashed and `_reschedule`
leaves a worker waiting. Both are replaced here; one alone is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from benchmark.plugin.collection import case_id_in


class UnitScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A scope is the unit of the case that a node id names; other tests are their own scope."""

    def __init__(self, config: pytest.Config, log: Any, units: Mapping[str, str]) -> None:
        super().__init__(config, log)
        self._units = units

    def _split_scope(self, nodeid: str) -> str:
        return self._units.get(case_id_in(nodeid), nodeid)

    def remove_node(self, node: Any) -> str | None:
        """Remove a dead worker: its crashed case counts as done, the rest is queued again."""
        units = self.assigned_work.pop(node)
        if not self._pending_of(units):
            return None
        crashed: str = next(
            nodeid for unit in units.values() for nodeid, done in unit.items() if not done
        )
        for unit in units.values():
            if crashed in unit:
                unit[crashed] = True
        self.workqueue.update(
            {scope: unit for scope, unit in units.items() if not all(unit.values())}
        )
        for other in list(self.assigned_work):
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: Any) -> None:
        """Keep at least three cases pending on a worker; shut it down when nothing is left.

        A worker runs its last but one case only once it has a next one, so fewer would stall it.
        """
        if node.shutting_down or node not in self.registered_collections:
            return
        while self.workqueue and self._pending_of(self.assigned_work[node]) <= 2:
            self._assign_work_unit(node)
        if not self.workqueue:
            node.shutdown()
