"""Shards: which cases of a suite belong to which part of a run that is split over machines.

Knows cases and their units; no file, no worker, no clock. The same collection gives the same
shards, so machines need to agree on nothing but K and N.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import UsageProblem
from benchmark.records import Case


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """Part ``index`` of ``of``, counted from 1."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"shard {self.index} of {self.of}"

    @property
    def ending(self) -> str:
        """As in a file's name: ``2-of-4``."""
        return f"{self.index}-of-{self.of}"

    @property
    def siblings(self) -> tuple[Shard, ...]:
        """All shards of the split, this one among them."""
        return tuple(Shard(index=k, of=self.of) for k in range(1, self.of + 1))


def parse_shard(text: str) -> Shard:
    """``K/N`` of the command line.

    >>> parse_shard("2/4")
    Shard(index=2, of=4)
    """
    index, _, of = text.partition("/")
    if all(part.isascii() and part.isdecimal() for part in (index, of)):
        shard = Shard(index=int(index), of=int(of))
        if 1 <= shard.index <= shard.of:
            return shard
    raise UsageProblem(
        f"--shard {text!r} is not of the form K/N with K from 1 to N; 2/4 is the second of four"
    )


def of_shard(path: Path, shard: Shard | None) -> Path:
    """The shard's own file, next to the one that whole runs share.

    >>> str(of_shard(Path("responses.sqlite"), Shard(index=2, of=4)))
    'responses.2-of-4.sqlite'
    """
    return path if shard is None else path.with_name(f"{path.stem}.{shard.ending}{path.suffix}")


def of_all_shards(path: Path, shard: Shard | None) -> tuple[Path, ...]:
    """The files of all shards, of which ``path`` is this shard's; itself where nothing is split.

    >>> [str(p) for p in of_all_shards(Path("a.2-of-2.sqlite"), Shard(index=2, of=2))]
    ['a.1-of-2.sqlite', 'a.2-of-2.sqlite']
    """
    if shard is None:
        return (path,)
    before, _, after = path.name.rpartition(f".{shard.ending}")
    return tuple(path.with_name(f"{before}.{one.ending}{after}") for one in shard.siblings)


def cases_of(cases: Sequence[Case], shard: Shard | None) -> tuple[Case, ...]:
    """The shard's cases in their order; all of them where nothing is split.

    Units stay whole. The largest is dealt first, each to the shard with the fewest cases so far,
    so that two shards differ by no more cases than the largest unit has.
    """
    if shard is None:
        return tuple(cases)
    sizes = Counter(case.unit for case in cases)  # keeps the order of the collection
    loads = [0] * shard.of
    mine = set()
    for unit, size in sorted(sizes.items(), key=lambda pair: -pair[1]):  # stable: ties in order
        lightest = loads.index(min(loads))
        loads[lightest] += size
        if lightest == shard.index - 1:
            mine.add(unit)
    return tuple(case for case in cases if case.unit in mine)
