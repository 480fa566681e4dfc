"""How a run ends at once where the model, its server or the store fails: told once, not per case.

Knows pytest's session and reports; not what failed. The case in which it showed is not measured
and has no result of its own, so the same command goes on with it.
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
BRIEFLY = "stopped: the model cannot go on"  # beside pytest's exclamation marks
STOP = pytest.StashKey["Stop"]()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """What is said of it; ``trace`` is the traceback of what nobody foresaw, else empty."""

    sentence: str
    trace: str = ""


class RunStopped(Exception):
    """No case can be measured any more."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.sentence)
        self.stop = stop


def reason(error: Exception, *, asked: str) -> Stop:
    r"""The sentence of an error of ours; of any other one its type and message, and where from.

    >>> reason(ValueError("3 is not 4\nat all"), asked="demo").sentence
    'demo failed with ValueError: 3 is not 4'
    """
    if isinstance(error, CultureError):
        return Stop(sentence=str(error))
    message = str(error).strip().partition("\n")[0]
    what = f"{type(error).__name__}: {message}" if message else type(error).__name__
    trace = "".join(traceback.format_exception(error)).rstrip()
    return Stop(sentence=f"{asked} failed with {what}", trace=trace)


def stop(item: pytest.Item, why: Stop) -> None:
    """Let this case be the session's last."""
    item.stash[STOP] = why
    item.session.shouldfail = BRIEFLY


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put on a case's call report that the run ends with it."""
    why = item.stash.get(STOP, None)
    if report.when == "call" and why is not None:
        setattr(report, ATTRIBUTE, json.dumps(asdict(why)))


def stop_on(report: object) -> Stop | None:
    """Why the run ends with this report's case; None where it does not."""
    text = getattr(report, ATTRIBUTE, "")
    return Stop(**json.loads(text)) if text else None


def status(report: object) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Such a case counts by itself, or pytest would print its sentence twice more, per worker."""
    return (STOPPED, "S", (STOPPED.upper(), {"red": True})) if stop_on(report) else None


def tell(reporter: Any, stops: Sequence[Stop]) -> None:
    """What failed, and that nothing is lost."""
    if not stops:
        return
    reporter.section(STOPPED, sep="=", red=True)
    for why in {why.sentence: why for why in stops}.values():  # each worker tells its own
        for line in why.trace.splitlines():
            reporter.write_line(line)
        reporter.write_line(why.sentence, red=True)
    reporter.write_line("what was measured before is kept; the same command goes on from there")
