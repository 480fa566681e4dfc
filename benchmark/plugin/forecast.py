"""From a few timed groups to the time of a whole run; arithmetic only, no clock and no model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """One group's timed batches, prompts and seconds of each; ``size`` is the group's."""

    rows: tuple[int, ...]
    elapsed_s: tuple[float, ...]
    size: int

    @property
    def prompt_s(self) -> float:
        """Seconds per prompt if the whole group is answered.

        The first batch also computes what the group shares, so the others predict the prompts
        that were not timed.
        """
        later = sum(self.rows[1:])
        first = self.elapsed_s[0] / self.rows[0]
        each = sum(self.elapsed_s[1:]) / later if later else first
        left = max(self.size - sum(self.rows), 0)
        return (sum(self.elapsed_s) + left * each) / max(self.size, sum(self.rows))


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A number of seconds: ``low`` and ``high`` at the speed of the fastest and slowest group."""

    low_s: float
    likely_s: float
    high_s: float

    def over(self, workers: int) -> Span:
        """The same work on equal devices at once."""
        return Span(
            low_s=self.low_s / workers,
            likely_s=self.likely_s / workers,
            high_s=self.high_s / workers,
        )


def span(timings: Sequence[Timing], prompts: int) -> Span:
    """How long this many prompts take, from timed groups of their kind.

    >>> fast = Timing(rows=(10,), elapsed_s=(1.0,), size=10)
    >>> slow = Timing(rows=(10,), elapsed_s=(3.0,), size=10)
    >>> span([fast, slow], 100)
    Span(low_s=10.0, likely_s=20.0, high_s=30.0)
    """
    each = [timing.prompt_s for timing in timings]
    whole = sum(s * t.size for s, t in zip(each, timings, strict=True))
    likely = whole / sum(timing.size for timing in timings)
    return Span(low_s=min(each) * prompts, likely_s=likely * prompts, high_s=max(each) * prompts)


def total(spans: Iterable[Span]) -> Span:
    """The sum, one after the other."""
    several = list(spans)
    return Span(
        low_s=sum(one.low_s for one in several),
        likely_s=sum(one.likely_s for one in several),
        high_s=sum(one.high_s for one in several),
    )


def spread(n: int) -> tuple[int, ...]:
    """Which of ``n`` groups to time: the second, a middle one and the last; the first warms up.

    >>> spread(9), spread(3), spread(1)
    ((1, 4, 8), (1, 2), (0,))
    """
    if n < 2:
        return tuple(range(n))
    return tuple(sorted({1, n // 2, n - 1}))


def duration(elapsed_s: float) -> str:
    """A time in the form people use.

    >>> duration(0.25), duration(59.6), duration(190), duration(7260)
    ('0.2 s', '1:00', '3:10', '2 h 01 min')
    """
    whole = round(elapsed_s)
    if elapsed_s < 9.95:
        return f"{elapsed_s:.1f} s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def rate(per_s: float) -> str:
    """Prompts per second, to about two digits.

    >>> rate(0.0532), rate(4.17), rate(41.3), rate(5210.0)
    ('0.053', '4.2', '41', '5 210')
    """
    if per_s < 1:
        return f"{per_s:.2g}"
    return f"{per_s:.1f}" if per_s < 9.95 else f"{round(per_s):,}".replace(",", " ")
