"""Workers that die: one to three, with units of several sizes, whenever it could matter.

However a worker dies, the run ends, each case is either measured or reported as failed, and the
next run completes it (DESIGN §7, traps 3 to 6). A third of the matrix, in which every two of crash,
sizes and workers meet, is slow and in every ``tox run``; the rest is ``tox run -e matrix``; two
corners are quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.plugin.running import META, Outcome, Place

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

pytest.importorskip("xdist")

HANGS_AFTER_S = 90
SIZES: Mapping[str, tuple[int, ...]] = {
    "units of one": (1, 1, 1, 1, 1, 1),
    "units of three": (3, 3, 3, 3),
    "uneven units": (1, 4, 2, 1, 5),
}

SUITE = """
from dataclasses import dataclass
from benchmark.analyses.case_means import case_means
from benchmark.records import Case, CaseRecord, Score, Selection

SIZES = {sizes}
ANALYSES = {{"means": case_means("one")}}

def build(meta, settings):
    return Dying(meta)

@dataclass
class Dying:
    meta: object
    survey = None

    def select(self):
        return Selection(cases=tuple(
            Case(suite="dying", country=f"U{{unit}}", topic=f"c{{case}}", proxy="",
                 unit=f"u{{unit}}")
            for unit, size in enumerate(SIZES) for case in range(size)
        ))

    def interview(self, case):
        yield ()
        score = Score(metric="one", value=1.0, n=1, higher_is_better=True)
        return CaseRecord(case=case, scores=(score,), items=())

    def config(self):
        return {{}}

    def stamp(self):
        return ""

    def header(self):
        return ()
"""

TEST = "def test_case(case, measure):\n    measure(case)\n"

# Kills the worker at each named moment of a case, the first time it comes to it.
KILL = """
import os, pathlib, signal, pytest

POINTS = {points}
seen = set()

def die(moment, name):
    marker = pathlib.Path(__file__).with_suffix(f".{{moment}}-{{name.replace('/', '-')}}")
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        return  # the controller hears of results too, and must live
    if (moment, name) in POINTS and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)

def pytest_runtest_call(item):
    seen.add(item.name[10:-1])
    die("asked", item.name[10:-1])

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if report.when == "call":
        die("unsent", report.nodeid.partition("[")[2][:-1])

@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish(nodeid):
    die("sent", nodeid.partition("[")[2][:-1])

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish():
    for name in seen:
        die("leaving", name)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Crash:
    """When a worker dies (see `KILL`), and at which case: its unit and its place there."""

    moment: str
    unit: int
    place: int

    def case_id(self, sizes: Sequence[int]) -> str:
        unit = self.unit % len(sizes)
        return f"dying/U{unit}/c{self.place % sizes[unit]}"


FIRST, LAST = 0, -1
CRASHES: Mapping[str, tuple[Crash, ...]] = {
    "first case of a unit": (Crash(moment="asked", unit=1, place=FIRST),),
    "middle of a unit": (Crash(moment="asked", unit=1, place=1),),
    "last case of all": (Crash(moment="unsent", unit=LAST, place=LAST),),
    "last result sent, case not ended": (Crash(moment="sent", unit=LAST, place=LAST),),
    "all done, leaving": (Crash(moment="leaving", unit=LAST, place=LAST),),
    "two": (
        Crash(moment="asked", unit=0, place=FIRST),
        Crash(moment="asked", unit=LAST, place=LAST),
    ),
    "two in one unit": (
        Crash(moment="asked", unit=1, place=FIRST),
        Crash(moment="sent", unit=1, place=LAST),
    ),
}
WORKERS = (1, 2, 3)


def matrix() -> Iterator[ParameterSet]:
    """Every cell; those outside the Latin square are left to ``-m exhaustive``."""
    for (i, crashes), (j, sizes), (k, workers) in product(
        enumerate(CRASHES), enumerate(SIZES), enumerate(WORKERS)
    ):
        # A unit of one case has no middle, and cannot lose two.
        if sizes == "units of one" and crashes in ("middle of a unit", "two in one unit"):
            continue
        square = (i + j + k) % len(WORKERS) == 0
        mark = pytest.mark.slow if square else pytest.mark.exhaustive
        yield pytest.param(crashes, sizes, workers, marks=mark)


def crash(place: Place, workers: int, sizes: Sequence[int], crashes: Sequence[Crash]) -> Outcome:
    """Run a suite with units of these sizes while its workers die."""
    folder = place.folder / "dying"
    folder.mkdir()
    (folder / "suite.toml").write_text(
        META.format(name="dying", title="Units of given sizes"), "utf-8"
    )
    (folder / "suite.py").write_text(SUITE.format(sizes=tuple(sizes)), "utf-8")
    (folder / "test_dying.py").write_text(TEST, "utf-8")
    points = {(one.moment, one.case_id(sizes)) for one in crashes}
    env, plugins = place.plugin("kill", KILL.format(points=points))
    return run(place, "-n", str(workers), env=env, plugins=plugins)


def run(place: Place, *arguments: str, **more: object) -> Outcome:
    """The same suite, by default undisturbed."""
    folder = place.folder / "dying"
    words = ("-p", "benchmark.plugin", "--rootdir", str(folder), "--import-mode=importlib")
    return place.run(
        *words,
        *arguments,
        suite=str(folder),
        timeout_s=HANGS_AFTER_S,
        **more,  # type: ignore[arg-type]
    )


def check(place: Place, done: Outcome, sizes: Sequence[int], crashes: Sequence[Crash]) -> None:
    """Each case is measured or failed, those lost are the failed ones, and the rest can be had."""
    assert len(list(place.folder.glob("kill.*-*"))) == len(crashes), "a worker did not die"
    everything = {f"dying/U{u}/c{c}" for u, size in enumerate(sizes) for c in range(size)}
    lost = {one.case_id(sizes) for one in crashes if one.moment != "leaving"}
    document = place.document()
    measured = {row["case_id"] for row in document["rows"]}
    failed = {entry["case_id"]: entry["reason"] for entry in document["failed"]}
    assert failed.keys() == lost, done.out
    assert measured == everything - lost, done.out
    assert all("crashed" in reason for reason in failed.values())
    assert done.code == (1 if lost else 0), done.out
    again = run(place)
    assert again.code == 0, again.out
    assert {row["case_id"] for row in place.document()["rows"]} == everything
    assert place.document()["complete"] is True


@pytest.mark.parametrize(("crashes", "sizes", "workers"), list(matrix()))
def test_no_death_hangs_the_run_or_loses_a_case(
    place: Place, crashes: str, sizes: str, workers: int
) -> None:
    """The whole matrix; a hang is a `subprocess.TimeoutExpired`."""
    done = crash(place, workers, SIZES[sizes], CRASHES[crashes])
    check(place, done, SIZES[sizes], CRASHES[crashes])


@pytest.mark.parametrize(
    ("workers", "sizes", "crashes"),
    [
        (2, "units of three", "last result sent, case not ended"),
        (3, "uneven units", "middle of a unit"),
    ],
)
def test_two_corners_of_the_matrix(place: Place, workers: int, sizes: str, crashes: str) -> None:
    """A worker that dies in mid-unit, and one whose last result was sent."""
    done = crash(place, workers, SIZES[sizes], CRASHES[crashes])
    check(place, done, SIZES[sizes], CRASHES[crashes])
