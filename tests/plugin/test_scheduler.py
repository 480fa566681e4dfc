"""The scheduler by itself: fake workers that run cases as xdist's do, and die where told."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("xdist")
from xdist.scheduler import LoadScopeScheduling

from benchmark.plugin.scheduler import UnitScheduling


@dataclass(kw_only=True, eq=False)
class FakeWorker:
    """Keeps what it was sent; its last case waits for another one or for the shutdown."""

    name: str
    waiting: list[int] = field(default_factory=list)
    ran: list[int] = field(default_factory=list)
    shutting_down: bool = False

    @property
    def gateway(self) -> SimpleNamespace:
        return SimpleNamespace(id=self.name)

    def send_runtest_some(self, indices: list[int]) -> None:
        """Take more cases; xdist's controller cannot send any after the shutdown."""
        assert not self.shutting_down
        self.waiting += indices

    def shutdown(self) -> None:
        """Finish what is waiting and take no more."""
        self.shutting_down = True


@dataclass(kw_only=True)
class Desk:
    """A scheduler with its workers, and the cases that all of them collected."""

    scheduler: Any
    cases: list[str]
    workers: list[FakeWorker]

    def join(self, name: str) -> FakeWorker:
        """A worker that is there and still collecting."""
        worker = FakeWorker(name=name)
        self.scheduler.add_node(worker)
        self.workers.append(worker)
        return worker

    def collected(self, worker: FakeWorker) -> None:
        """The worker's collection has come, as in ``worker_collectionfinish``."""
        self.scheduler.add_node_collection(worker, self.cases)
        if self.scheduler.collection_is_completed:
            self.scheduler.schedule()

    def step(self, worker: FakeWorker) -> bool:
        """Let a worker run one case, if it would; whether it did."""
        if len(worker.waiting) < (1 if worker.shutting_down else 2):
            return False
        index = worker.waiting.pop(0)
        worker.ran.append(index)
        self.scheduler.mark_test_complete(worker, index)
        return True

    def die(self, worker: FakeWorker) -> str | None:
        """End a worker: the case that it lost, if it lost one."""
        self.workers.remove(worker)
        lost: str | None = self.scheduler.remove_node(worker)
        return lost

    def finish(self) -> None:
        """Run until nobody moves; then everything is run and everybody is told to go."""
        while sum(self.step(worker) for worker in self.workers):
            pass
        assert [worker.waiting for worker in self.workers] == [[] for _ in self.workers]
        assert all(worker.shutting_down for worker in self.workers)
        assert self.scheduler.tests_finished
        assert not self.scheduler.has_pending


def nodeid(unit: int, case: int) -> str:
    """A test's id as pytest writes it, with the case id in brackets."""
    return f"suites/toy/test_toy.py::test_toy[toy/U{unit}/c{case}]"


def open_desk(sizes: list[int], *, workers: int) -> Desk:
    """Units of these sizes, handed out to workers that have all collected."""
    pairs = [(unit, case) for unit, size in enumerate(sizes) for case in range(size)]
    config: Any = SimpleNamespace(
        option=SimpleNamespace(loadscopereorder=False),
        getvalue=lambda name: {"tx": [f"{workers}*popen"]}[name],
    )
    units = {f"toy/U{unit}/c{case}": f"toy/U{unit}" for unit, case in pairs}
    desk = Desk(
        scheduler=UnitScheduling(config, None, units),
        cases=[nodeid(*pair) for pair in pairs],
        workers=[],
    )
    for worker in [desk.join(f"gw{number}") for number in range(workers)]:
        desk.collected(worker)
    return desk


def crash_beside_a_collecting_peer() -> tuple[Desk, FakeWorker, str | None]:
    """Of five units of two cases, the first worker dies at the second case of the first unit."""
    desk = open_desk([2, 2, 2, 2, 2], workers=2)
    first, _ = desk.workers
    peer = desk.join("gw2")  # takes the place of one that died earlier
    assert desk.step(first)
    return desk, peer, desk.die(first)


def replaced_among_small_units() -> Desk:
    """Six units of one case; the only worker died at the first and another has collected."""
    desk = open_desk([1, 1, 1, 1, 1, 1], workers=1)
    assert desk.die(desk.workers[0]) == nodeid(0, 0)
    desk.collected(desk.join("gw1"))
    return desk


# --- death -----------------------------------------------------------------------------------


def test_a_peer_that_still_collects_is_left_alone() -> None:
    """Nothing is sent to it, nor is it sent home; its turn comes with its collection."""
    desk, peer, lost = crash_beside_a_collecting_peer()
    assert lost == nodeid(0, 1)
    assert peer.waiting == []
    assert not peer.shutting_down
    desk.collected(peer)
    assert peer.waiting != []
    desk.finish()


def test_the_lost_case_is_done_and_all_others_are_run_once() -> None:
    """The rest of a dead worker's units is queued again, without what it had finished."""
    desk, peer, lost = crash_beside_a_collecting_peer()
    assert list(desk.scheduler.workqueue) == ["toy/U4", "toy/U2"]
    desk.collected(peer)
    desk.finish()
    ran = [desk.cases[index] for worker in desk.workers for index in worker.ran]
    assert sorted([*ran, nodeid(0, 0), str(lost)]) == desk.cases


def test_the_rest_of_a_broken_unit_is_run_by_one_worker() -> None:
    """A worker dies at the first of four cases: the other three move together."""
    desk = open_desk([4, 2, 2, 2], workers=2)
    first, second = desk.workers
    assert desk.die(first) == nodeid(0, 0)
    desk.finish()
    assert {0} | set(second.ran) == set(range(len(desk.cases)))
    assert [index for index in second.ran if index < 4] == [1, 2, 3]


def test_a_crash_with_nothing_left_to_hand_out_sends_the_others_home() -> None:
    """The last unit's last case dies: the other worker is told that no more will come."""
    desk = open_desk([2, 2, 2, 2, 2], workers=2)
    first, second = desk.workers
    for _ in range(5):
        assert desk.step(first)
    assert not desk.scheduler.workqueue
    assert not second.shutting_down
    assert desk.die(first) == nodeid(4, 1)
    assert second.shutting_down
    assert not desk.scheduler.workqueue
    desk.finish()


def test_a_worker_that_comes_when_all_is_done_goes_home() -> None:
    """The replacement of a worker that died at the very last case has nothing to do."""
    desk = open_desk([1], workers=1)
    (only,) = desk.workers
    assert desk.die(only) == nodeid(0, 0)
    desk.collected(desk.join("gw1"))
    desk.finish()
    assert desk.workers[0].ran == []


def test_a_late_worker_is_given_enough_to_start() -> None:
    """A replacement among units of one case gets three of them, and runs all that is left."""
    desk = replaced_among_small_units()
    assert desk.workers[0].waiting == [3, 4, 5]
    desk.finish()
    assert desk.workers[0].ran == [3, 4, 5, 1, 2]


def test_a_worker_that_ends_in_peace_loses_no_case() -> None:
    """After its last case a worker leaves, and nothing is queued again."""
    desk = open_desk([2, 2], workers=2)
    desk.finish()
    assert [desk.die(worker) for worker in list(desk.workers)] == [None, None]
    assert not desk.scheduler.workqueue


# --- units -----------------------------------------------------------------------------------


@given(
    sizes=st.lists(st.integers(min_value=1, max_value=5), min_size=1, max_size=8),
    workers=st.integers(min_value=1, max_value=3),
)
def test_a_unit_is_never_split(sizes: list[int], workers: int) -> None:
    """Every case is run once, and all cases of a unit by the same worker."""
    desk = open_desk(sizes, workers=workers)
    desk.finish()
    assert sorted(index for worker in desk.workers for index in worker.ran) == list(
        range(sum(sizes))
    )
    for unit in range(len(sizes)):
        mark = f"toy/U{unit}/"
        at_work = [w for w in desk.workers if any(mark in desk.cases[i] for i in w.ran)]
        assert len(at_work) == 1


# --- both replacements are needed (DESIGN §7, trap 5) ----------------------------------------


def test_with_xdist_s_own_reschedule_a_collecting_peer_is_given_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without our `_reschedule` the controller breaks: the peer's collection is not known."""
    monkeypatch.setattr(UnitScheduling, "_reschedule", LoadScopeScheduling._reschedule)
    with pytest.raises(KeyError):
        crash_beside_a_collecting_peer()


def test_with_xdist_s_own_reschedule_a_late_worker_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without our `_reschedule` a replacement is given one case, and waits for a second."""
    monkeypatch.setattr(UnitScheduling, "_reschedule", LoadScopeScheduling._reschedule)
    desk = replaced_among_small_units()
    assert len(desk.workers[0].waiting) == 1
    assert not desk.step(desk.workers[0])
    assert desk.scheduler.has_pending


def test_with_xdist_s_own_remove_node_the_lost_case_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without our `remove_node` the case that killed a worker is handed to the next one."""
    monkeypatch.setattr(UnitScheduling, "remove_node", LoadScopeScheduling.remove_node)
    desk = open_desk([2, 2], workers=1)
    (only,) = desk.workers
    lost = desk.die(only)
    desk.collected(desk.join("gw1"))
    assert lost == nodeid(0, 0)
    assert 0 in desk.workers[0].waiting
