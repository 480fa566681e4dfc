"""Synthetic stories with planted structure, and what the analyses of 73 500 of them cost.

Run by ``python tests/benchmarks/stories.py``; prints a table and exits 1 where a bound is broken.
Every concept has a template of words; a story keeps most of its words and replaces the others by
words drawn at random. ``effect`` is the share of a nationality's places in the template that hold
words of its own; with 0 the nationality has no effect.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

REPO = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(REPO))

from benchmark.analyses.stories.table import Row, StoryTable, table_of  # noqa: E402
from benchmark.records import Answer, Case, CaseRecord, Evidence, Item, Text  # noqa: E402
from benchmark.vocabulary import CONTROL, STORY  # noqa: E402

# The story paper's nationalities.
NATIONALITIES = (
    *("AUS", "AUT", "BEL", "BGD", "BRA", "CAN", "CHN", "CMR", "CZE", "DEU", "EGY", "ESP", "FRA"),
    *("GBR", "GHA", "GRC", "IDN", "IND", "IRQ", "ISR", "ITA", "KEN", "MAR", "MEX", "MYS", "NGA"),
    *("NLD", "PAK", "PHL", "POL", "ROU", "RUS", "SSD", "SWE", "THA", "TUR", "TZA", "UGA", "UKR"),
    *("USA", "ZAF", "ZWE"),
)
CONCEPTS = tuple(f"concept-{k:02}" for k in range(35))
PROXIES = ("blank", "none", "other-country", "own-image", "shared-image")
CONTROLS = frozenset(PROXIES[:3])
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
OWN_WORDS = 12  # of a nationality
MOST_SECONDS = 600.0
MOST_BYTES = 8 * 2**30


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is planted: who writes how many stories, how long, and how much of it is their own."""

    countries: Sequence[str] = NATIONALITIES
    concepts: Sequence[str] = CONCEPTS
    proxies: Sequence[str] = ("shared-image",)
    temperatures: Sequence[float] = (0.3, 0.7)
    responses: int = 5
    words: tuple[int, int] = (200, 300)
    vocabulary: int = 5000
    keep: float = 0.5  # share of the template's words in a story at the lowest temperature
    effect: float = 0.0
    spread: Mapping[str, float] | None = None  # nationality: share of words replaced beside that

    def stories(self, rng: np.random.Generator) -> Iterator[Row]:
        """The rows, concept by concept."""
        words = np.array([spelled(k) for k in range(self.vocabulary)], dtype=object)
        for concept in self.concepts:
            template = self._draw(rng, self.words[1])
            for country in self.countries:
                places = rng.random(template.size) < self.effect
                for proxy in self.proxies:
                    for temperature in self.temperatures:
                        yield from self._cell(
                            rng, words, template, places, country, concept, proxy, temperature
                        )

    def table(self, rng: np.random.Generator) -> StoryTable:
        """The stories as the analyses read them."""
        return table_of(list(self.stories(rng)))

    def _cell(
        self,
        rng: np.random.Generator,
        words: npt.NDArray[np.object_],
        template: npt.NDArray[np.intp],
        places: npt.NDArray[np.bool_],
        country: str,
        concept: str,
        proxy: str,
        temperature: float,
    ) -> Iterator[Row]:
        own = own_words(country)
        keep = self.keep + 0.3 - temperature / 2 - (self.spread or {}).get(country, 0.0)
        for response in range(self.responses):
            length = int(rng.integers(self.words[0], self.words[1] + 1))
            kept = rng.random(length) < keep
            drawn = np.where(kept, template[:length], self._draw(rng, length))
            text = words[drawn]
            mine = places[:length] & kept
            text[mine] = rng.choice(own, size=int(mine.sum()))
            yield Row(
                country=country,
                concept=concept,
                proxy=proxy,
                temperature=temperature,
                response=response,
                text=" ".join(text) + ".",
                control=proxy in CONTROLS,
            )

    def _draw(self, rng: np.random.Generator, size: int) -> npt.NDArray[np.intp]:
        """Words by a law like Zipf's: log-uniform ranks."""
        ranks = np.exp(rng.random(size) * np.log(self.vocabulary)) - 1
        drawn: npt.NDArray[np.intp] = ranks.astype(np.intp)
        return drawn


def spelled(number: int) -> str:
    """A word for a number, of letters alone, at least two syllables long."""
    size = len(SYLLABLES)
    first, rest = number % size, number // size
    return SYLLABLES[first] + (SYLLABLES[rest] if rest < size else spelled(rest))


def own_words(country: str) -> npt.NDArray[np.str_]:
    """The planted words of a nationality."""
    return np.array([f"x{country.lower()}{'abcdefghijkl'[k]}" for k in range(OWN_WORDS)], dtype=str)


def records_of(
    table: StoryTable,
) -> tuple[list[CaseRecord], Mapping[str, Answer]]:
    """The records and stored answers that would make the table."""
    items: dict[tuple[str, str, str, bool], list[Item]] = {}
    stored: dict[str, Answer] = {}
    columns = (table.country, table.concept, table.proxy, table.control.tolist())
    for k, place in enumerate(zip(*columns, strict=True)):
        key = f"{k:064x}"
        stored[key] = Text(text=table.text[k], finish="stop")
        name = f"{place[1]}/{table.temperature[k]:g}/{table.response[k]}"
        case = _case(*place)
        item = Item(case_id=case.case_id, item_id=name, cluster=place[1], request_keys=(key,))
        items.setdefault(place, []).append(item)
    return [
        CaseRecord(case=_case(*place), scores=(), items=tuple(mine))
        for place, mine in items.items()
    ], stored


def _case(country: str, concept: str, proxy: str, control: bool) -> Case:
    kind = CONTROL if control else STORY
    return Case(suite="stories", country=country, topic=concept, proxy=proxy, kind=kind)


def reader(stored: Mapping[str, Answer]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """A reader over the given answers."""
    return lambda keys: {key: stored[key] for key in keys}


def main(names: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether the bounds hold."""
    from benchmark.analyses import ANALYSES

    started = time.process_time()
    table = Plan(proxies=PROXIES, effect=0.05).table(np.random.default_rng(0))
    records, stored = records_of(table)
    made_s = time.process_time() - started
    sys.stdout.write(f"{len(table)} stories in {len(records)} cases, made in {made_s:.0f} s\n")
    del table
    total_cpu = total_wall = 0.0
    wanted = names or ("story_vocabulary", "story_variance", "story_distances")
    with threadpool_limits(limits=1):  # as on the controller
        for name in wanted:
            cpu, wall = time.process_time(), time.perf_counter()
            scores = ANALYSES[name].compute(
                Evidence(records=records, answers=reader(stored), rng=np.random.default_rng(1))
            )
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            total_cpu, total_wall = total_cpu + cpu, total_wall + wall
            sys.stdout.write(f"{name:16} {len(scores):6d} scores  {cpu:7.1f} s  wall {wall:7.1f}\n")
            sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(
        f"all: {total_cpu:.1f} s of processor time, {total_wall:.1f} s by the clock, "
        f"peak {peak / 2**30:.2f} GiB\n"
    )
    return 1 if total_cpu > MOST_SECONDS or peak > MOST_BYTES else 0  # a busy clock says nothing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
