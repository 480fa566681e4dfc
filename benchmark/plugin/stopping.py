"""How a run stops at once if the model, its server or the store fails: reported once, not per case.

Knows pytest's session and reports; not what failed. The case that was being asked is not measured
and has no result, so the same command resumes with it.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from benchmark.errors import CultureError

ATTRIBUTE = "culture_stop"  # extra report attributes survive xdist's serialisation
STOPPED = "stopped"
SHORT_REASON = "stopped: the model cannot go on"  # between pytest's exclamation marks
STOP = pytest.StashKey["Stop"]()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """Why a run stops; ``trace`` is the traceback of an unexpected error, else empty."""

    sentence: str
    trace: str = ""


class RunStopped(Exception):
    """No further case can be measured."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.sentence)
        self.stop = stop


def reason(error: Exception, *, model: str) -> Stop:
    r"""The sentence of an error of ours; the type, message and traceback of any other.

    >>> reason(ValueError("3 is not 4\nat all"), model="demo").sentence
    'demo failed with ValueError: 3 is not 4'
    """
    if isinstance(error, CultureError):
        return Stop(sentence=str(error))
    message = str(error).strip().partition("\n")[0]
    what = f"{type(error).__name__}: {message}" if message else type(error).__name__
    trace = "".join(traceback.format_exception(error)).rstrip()
    return Stop(sentence=f"{model} failed with {what}", trace=trace)


def stop(item: pytest.Item, why: Stop) -> None:
    """Make this case the session's last."""
    item.stash[STOP] = why
    item.session.shouldfail = SHORT_REASON


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Note on a case's call report that the run stops with it."""
    why = item.stash.get(STOP, None)
    if report.when == "call" and why is not None:
        setattr(report, ATTRIBUTE, json.dumps(asdict(why)))


def stop_on(report: object) -> Stop | None:
    """Why the run stops with this report's case; None if it does not."""
    text = getattr(report, ATTRIBUTE, "")
    return Stop(**json.loads(text)) if text else None


def status(report: object) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """The category of such a case; as a failure, pytest would repeat its sentence per worker."""
    return (STOPPED, "S", (STOPPED.upper(), {"red": True})) if stop_on(report) else None


def print_stops(reporter: Any, stops: Sequence[Stop]) -> None:
    """Print what failed, and that nothing is lost."""
    if not stops:
        return
    reporter.section(STOPPED, sep="=", red=True)
    for why in {why.sentence: why for why in stops}.values():  # every worker sends one
        for line in why.trace.splitlines():
            reporter.write_line(line)
        reporter.write_line(why.sentence, red=True)
    reporter.write_line("what was measured before is kept; the same command continues from there")
