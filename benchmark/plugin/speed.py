"""How fast a run is and how long it will take, by units as they are answered; has no clock.

Knows no terminal. A unit is answered whole before its first case is reported, so its first report
means that all its cases are answered.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

from benchmark.plugin.forecast import duration, rate

PERCENTAGE = len(" [100%]")
WINDOW = 32  # units: the speed is that of the last ones, since stored answers come much faster


class Speed:
    """Counts reports; ``unit_of`` maps the cases that will be run to their units.

    ``noun`` is what a prompt asks for.
    """

    def __init__(
        self, unit_of: Mapping[str, str], *, started_s: float, noun: str = "prompts"
    ) -> None:
        self._noun = noun
        self._unit_of = unit_of
        self._sizes = Counter(unit_of.values())
        self._met: set[str] = set()
        self._reported = 0
        self._prompts = 0
        self._answered = 0
        self._start = (started_s, 0)  # time, cases answered by then
        self._marks: deque[tuple[float, int]] = deque(maxlen=WINDOW)
        self._workers: set[str] = set()

    def note(self, case_id: str, prompts: int, now_s: float, *, worker: str = "") -> None:
        """Count a reported case and the number of prompts it needed.

        A worker's first unit also loads a model: the speed counts from the unit after it.
        """
        unit = self._unit_of.get(case_id)
        if unit is None:
            return
        self._reported += 1
        self._prompts += prompts
        if unit not in self._met:
            self._met.add(unit)
            self._answered += self._sizes[unit]
            if worker not in self._workers:
                self._workers.add(worker)
                self._marks.clear()
            self._marks.append((now_s, self._answered))

    def words(self) -> tuple[str, ...]:
        """What to show, the longest first; empty until something is known."""
        if not self._marks:
            return ()
        is_going = len(self._marks) > len(self._workers)  # each had time for another unit
        since_s, before = self._marks[0] if is_going else self._start
        until_s, after = self._marks[-1]
        if until_s <= since_s:
            return ()
        cases_s = (after - before) / (until_s - since_s)
        left = f"{duration((sum(self._sizes.values()) - self._answered) / cases_s)} left"
        if not self._prompts:
            return (left,)
        # The unit's other cases are not yet reported, so prompts are scaled to those answered.
        prompts_s = cases_s * self._prompts / self._reported
        return f"{rate(prompts_s)} {self._noun}/s, {left}", left


def fitting(words: tuple[str, ...], *, used: int, width: int) -> str:
    """The longest text that leaves two spaces on either side, between the dots and the right edge.

    The last columns stay free: pytest writes its percentage there.

    >>> fitting(("41 prompts/s, 3:10 left", "3:10 left"), used=40, width=80)
    '41 prompts/s, 3:10 left'
    >>> fitting(("41 prompts/s, 3:10 left", "3:10 left"), used=57, width=80)
    '3:10 left'
    """
    room = width - PERCENTAGE - used - 4
    return next((text for text in words if len(text) <= room), "")
