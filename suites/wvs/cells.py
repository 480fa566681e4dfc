"""Which cells there are, of what kind, and which pictures represent the country in each.

Knows the survey, the pictures and the settings; no prompt and no answer. Nothing is decoded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from benchmark.images.opening import INCOME_CUT_USD_MONTH, ImageEntry, ImageSet, income_band
from benchmark.option_values import known_name, resolve_names
from benchmark.records import Case, Excluded, Selection
from benchmark.settings import Settings
from benchmark.survey.survey import Question, Survey
from benchmark.survey.topics import UNLABELLED, topic, topics
from benchmark.vocabulary import (
    ALIGNMENT,
    BLANK,
    BOTH,
    CATEGORIES,
    CONTROL,
    CONTROLS,
    ELSEWHERE,
    INCOME_BANDS,
    NAMED,
    NONE,
    PROXIES,
    RECOGNITION,
)
from benchmark.world.countries import countries, country
from suites.wvs.options import WvsOptions

# The paper's countries for household pictures, beyond its ten (REFERENCES: Dollar Street).
EXTRA_COUNTRIES = ("BGD", "IND", "ZAF")
# Household pictures that a country must have (under --vetted, recognised ones): the paper's five.
HOUSEHOLDS = 5
# Pictures of a control that also names the country, each of another category: they are compared
# with each other and with the name alone, so a few are enough.
CONTROL_PICTURES = 3


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells that data and settings allow; ``variants`` are the templates in use."""

    suite: str
    default_countries: tuple[str, ...]
    survey: Survey
    images: ImageSet
    settings: Settings
    own: WvsOptions
    conditions: frozenset[str]
    variants: tuple[str, ...]

    def select(self) -> Selection:
        """Every cell that can exist, units together, and every other with the reason."""
        cases: list[Case] = []
        excluded: list[Excluded] = []
        for proxy in self.proxies:
            for iso3 in self.countries:
                if iso3 in self._income_only and proxy not in (NAMED, *INCOME_BANDS):
                    continue
                possible = []
                for case in self._alignment(iso3, proxy):
                    reason = self._impossible(case)
                    if reason:
                        excluded.append(Excluded(case_id=case.case_id, reason=reason))
                    else:
                        possible.append(case)
                if possible and proxy not in CONTROLS:
                    cases += self._recognition(iso3, proxy)
                cases += possible
        return Selection(cases=tuple(_units_together(cases)), excluded=tuple(excluded))

    def pictures(self, iso3: str, proxy: str) -> tuple[ImageEntry, ...]:
        """The pictures that represent a country under a proxy; empty if there are none."""
        if proxy in CATEGORIES:
            return self.images.of(iso3, proxy)
        if proxy in INCOME_BANDS:
            return tuple(
                entry
                for entry in self.images.households(iso3)
                if income_band(entry, self.income_cut) == proxy
            )
        if proxy in (BOTH, ELSEWHERE):
            shown = iso3 if proxy == BOTH else self.elsewhere(iso3)
            found = [self.images.of(shown, category)[:1] for category in CATEGORIES]
            return tuple(entry for first in found for entry in first)[:CONTROL_PICTURES]
        return ()

    def elsewhere(self, iso3: str) -> str:
        """The country whose pictures are shown for another: the next by code that has some."""
        others = [c for c in self._illustrated if c != iso3]
        return next((c for c in others if c > iso3), others[0] if others else "")

    def entry(self, case: Case) -> ImageEntry:
        """The picture of a recognition case."""
        return self._by_variant[case.variant]

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Those the user names, else the suite's and those with enough household pictures."""
        named = (country(c, source="--countries").iso3 for c in self.settings.countries)
        return tuple(dict.fromkeys(named)) or (*self.default_countries, *self._income_only)

    @cached_property
    def proxies(self) -> tuple[str, ...]:
        """Those asked for, in the order of `PROXIES`."""
        known = partial(known_name, kind="proxy", known=PROXIES)
        named = resolve_names(self.settings.proxies, known, option="--proxies")
        return tuple(p for p in PROXIES if p in named) or PROXIES

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """Those asked for, in the paper's order."""
        present = (*topics(), *([UNLABELLED] if UNLABELLED in self.by_topic else []))
        wanted = resolve_names(self.settings.topics, _topic, option="--topics")
        if not wanted:
            return present
        return tuple(slug for slug in (*topics(), UNLABELLED) if slug in wanted)

    @cached_property
    def by_topic(self) -> Mapping[str, tuple[Question, ...]]:
        """The questions of each topic, at most ``--limit`` of them."""
        found: dict[str, list[Question]] = {slug: [] for slug in topics()}
        for question in self.survey.questions:
            found.setdefault(question.topic, []).append(question)
        return {topic: tuple(all_[: self.settings.limit]) for topic, all_ in found.items()}

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """Recognition's closed list: all countries of the suite, the run and the pictures."""
        shown = (entry.country for entry in self.images.entries)
        return tuple(sorted({*self.default_countries, *self.countries, *shown}))

    @cached_property
    def income_cut(self) -> float:
        """Monthly income in USD from which a household counts as income-high."""
        return self.own.income_cut or INCOME_CUT_USD_MONTH

    @cached_property
    def min_households(self) -> int:
        """How many household pictures a country must have."""
        return self.own.min_images or HOUSEHOLDS

    @cached_property
    def _income_only(self) -> tuple[str, ...]:
        if self.settings.countries or not set(INCOME_BANDS) & set(self.proxies):
            return ()
        return tuple(
            iso3
            for iso3 in EXTRA_COUNTRIES
            if iso3 not in self.default_countries
            and len(self.images.households(iso3)) >= self.min_households
            and iso3 in self.survey.countries()
        )

    @cached_property
    def _illustrated(self) -> tuple[str, ...]:
        shown = {entry.country for entry in self.images.entries if entry.category in CATEGORIES}
        return tuple(sorted(shown))

    def _alignment(self, iso3: str, proxy: str) -> Iterator[Case]:
        # Without a cue every country gets the same prompts: one unit, so that the batches do not
        # depend on which country came first.
        place = proxy if proxy in (NONE, BLANK) else f"{iso3}/{proxy}"
        for variant in self.variants:
            for slug in self.topics:
                yield Case(
                    suite=self.suite,
                    country=iso3,
                    topic=slug,
                    proxy=proxy,
                    variant=variant,
                    unit="/".join(part for part in (self.suite, place, variant) if part),
                    kind=CONTROL if proxy in CONTROLS else ALIGNMENT,
                )

    def _recognition(self, iso3: str, proxy: str) -> Iterator[Case]:
        if "recognise" not in self.conditions:
            return
        for entry in self.pictures(iso3, proxy):
            yield Case(
                suite=self.suite,
                country=iso3,
                topic=RECOGNITION,
                proxy=proxy,
                variant=self._variant(entry),
                # Another module's test: one process would return to a unit of the alignment cases
                # after others, and read all its answers again.
                unit=f"{self.suite}/{RECOGNITION}/{iso3}",
                kind=RECOGNITION,
            )

    def _impossible(self, case: Case) -> str:
        name = countries()[case.country].name
        questions = self.by_topic.get(case.topic, ())
        if not questions:
            return f"the survey has no question on {case.topic}"
        if not any(case.country in q.human for q in questions):
            return f"no question on {case.topic} was answered in {name}"
        if CONDITION[case.proxy] not in self.conditions:
            return f"the prompt file has no [{CONDITION[case.proxy]}]"
        if case.proxy in (NAMED, NONE, BLANK):
            return ""
        n, least = len(self.images.households(case.country)), self.min_households
        if case.proxy in INCOME_BANDS and n < least:
            few = f"fewer than {least} pictures of households"
            return f"{few} ({n} of {name})" if least > 1 else f"no picture of a household of {name}"
        if not self.pictures(case.country, case.proxy):
            what = "of another country" if case.proxy == ELSEWHERE else f"of {name}"
            kind = "" if case.proxy in (BOTH, ELSEWHERE) else f"{case.proxy} "
            return f"the image set has no {kind}picture {what}"
        return ""

    @cached_property
    def _by_variant(self) -> Mapping[str, ImageEntry]:
        return {self._variant(entry): entry for entry in self.images.entries}

    @cached_property
    def _plain_ids(self) -> Mapping[str, str]:
        """A distinct name for each picture that is safe in a case id, a shell and ``-k``."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for entry in self.images.entries:
            plain = re.sub(
                r"[^A-Za-z0-9._-]+", "-", Path(entry.image_id).with_suffix("").as_posix()
            )
            if plain in taken:
                plain += "-" + hashlib.sha256(entry.image_id.encode()).hexdigest()[:8]
            taken.add(plain)
            found[entry.image_id] = plain
        return found

    def _variant(self, entry: ImageEntry) -> str:
        return self._plain_ids[entry.image_id]


CONDITION: Mapping[str, str] = {
    NAMED: "country",
    **dict.fromkeys((*CATEGORIES, *INCOME_BANDS, BLANK), "image"),
    NONE: "none",
    ELSEWHERE: "both",
    BOTH: "both",
}
"""The prompt file's table for each proxy."""


def _topic(name: str, *, source: str) -> str:
    return UNLABELLED if name == UNLABELLED else topic(name, source=source).slug


def _units_together(cases: Sequence[Case]) -> Iterator[Case]:
    units: dict[str, list[Case]] = {}
    for case in cases:
        units.setdefault(case.unit, []).append(case)
    for members in units.values():
        yield from members
