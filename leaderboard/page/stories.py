"""Stories to read: the first of each case at each temperature, in files by concept and picture.

Knows records and texts; no HTML. Stories are the first, never the best: none is chosen. A text is
only text, whatever is in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.jsonio import Json
from benchmark.records import VECTORS, CaseRecord, Item, Text
from benchmark.stories.lists import concepts, nationalities
from leaderboard.page.texts import Texts

EXAMPLES = 1  # of a case at one temperature
MOST_CHARACTERS = 4000  # of a story; a thousand tokens are about 4 500
_PLACE = re.compile(r"[^/]+/([0-9.]+)/([0-9]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """The stories on a concept under one picture, which one file holds.

    ``stories`` are ``{country: {temperature: [[text, words, marks], …]}}``; a mark is ``refusal``,
    ``empty``, ``truncated`` or ``shortened``. ``shown`` is each country's picture.
    """

    concept: str
    proxy: str
    stories: Mapping[str, Json]
    shown: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.concept}/{self.proxy}"


def shelves(rows: Sequence[CaseRecord], texts: Texts, *, most: int) -> Iterator[Shelf]:
    """Every shelf with a text, in order; at most ``most`` stories of a case and temperature."""
    cells: dict[tuple[str, str], list[CaseRecord]] = {}
    for row in rows:
        if not row.case.variant:
            cells.setdefault((row.case.topic, row.case.proxy), []).append(row)
    for (concept, proxy), members in sorted(cells.items()):
        chosen = {row.case.country: _first(row.items, most) for row in members}
        keys = [item.request_keys[0] for items in chosen.values() for _, item in items]
        found = texts(keys)
        stories = {
            country: by_heat
            for country, items in sorted(chosen.items())
            if (by_heat := _texts(items, found))
        }
        if stories:
            shown = {row.case.country: _picture(row) for row in members}
            yield Shelf(
                concept=concept,
                proxy=proxy,
                stories=stories,
                shown={country: image for country, image in sorted(shown.items()) if image},
            )


def contents(found: Sequence[Shelf], *, given: bool, most: int) -> Mapping[str, Json]:
    """What the page must know before it opens a shelf: which exist and their limits."""
    by_concept: dict[str, list[Json]] = {}
    for shelf in found:
        by_concept.setdefault(shelf.concept, []).append(shelf.proxy)
    order = list(concepts())
    ordered = sorted(by_concept, key=lambda c: (order.index(c) if c in order else len(order), c))
    return {
        "given": given,
        "most": most,
        "characters": MOST_CHARACTERS,
        "shelves": [[concept, by_concept[concept]] for concept in ordered],
    }


def whom() -> Mapping[str, Json]:
    """How prompts name each nationality: ``a Nigerian``."""
    return {code: found.with_article for code, found in nationalities().items()}


def _first(items: Sequence[Item], most: int) -> list[tuple[str, Item]]:
    """The first stories at each temperature, by the number of the response."""
    found: dict[str, list[tuple[int, Item]]] = {}
    for item in items:
        place = _PLACE.fullmatch(item.item_id)
        if place is not None and item.request_keys:
            found.setdefault(place[1], []).append((int(place[2]), item))
    return [
        (heat, item)
        for heat, numbered in sorted(found.items())
        for _, item in sorted(numbered, key=lambda pair: pair[0])[:most]
    ]


def _texts(items: Sequence[tuple[str, Item]], found: Mapping[str, Text]) -> dict[str, list[Json]]:
    stories: dict[str, list[Json]] = {}
    for heat, item in items:
        answer = found.get(item.request_keys[0])
        if answer is not None:
            stories.setdefault(heat, []).append(_entry(item, answer))
    return stories


def _entry(item: Item, answer: Text) -> list[Json]:
    marks = [name for name in ("refusal", "empty", "truncated") if item.values.get(name) == 1.0]
    text = answer.text[:MOST_CHARACTERS]
    shortened = ["shortened"] if len(text) < len(answer.text) else []
    counted = item.values.get("n_words")
    words = None if counted is None or math.isnan(counted) else int(counted)
    return [text, words, [*marks, *shortened]]


def _picture(row: CaseRecord) -> str:
    """The picture shown to the model; one that only encoders saw does not count."""
    stories = [item for item in row.items if not item.item_id.startswith(VECTORS)]
    return next((image for item in stories for image in item.image_ids), "")
