"""Which cells there are: nationality by concept by proxy, and the picture shown in each.

A country's ethnic groups, if a file lists some, are variants of its nationality and are shown the
same pictures. Knows the lists, the pictures and the settings; no prompt and no answer. Nothing is
decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product

from benchmark.errors import UsageProblem
from benchmark.images.opening import ImageEntry, ImageSet, story_category
from benchmark.option_values import known_name, resolve_names
from benchmark.records import Case, Excluded, Selection
from benchmark.settings import EMBEDDED_MODELS, Settings
from benchmark.stories.groups import Groups
from benchmark.stories.lists import (
    SAMPLE_CONCEPTS,
    SAMPLE_COUNTRIES,
    concept,
    concepts,
    nationalities,
)
from benchmark.vocabulary import (
    BLANK,
    CONTROL,
    ELSEWHERE,
    NONE,
    OWN_IMAGE,
    SHARED_IMAGE,
    STORY,
    STORY_PROXIES,
)
from benchmark.world.countries import countries, country


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells that pictures and settings allow."""

    suite: str
    default_countries: tuple[str, ...]
    images: ImageSet
    settings: Settings
    groups: Groups | None = None

    def select(self) -> Selection:
        """Every cell that can exist, units together, and every other with the reason."""
        found = [(case, self._impossible(case)) for case in self._all()]
        return Selection(
            cases=tuple(case for case, why in found if not why),
            excluded=tuple(Excluded(case_id=c.case_id, reason=why) for c, why in found if why),
        )

    def picture(self, case: Case) -> ImageEntry | None:
        """The picture shown; None if nothing is shown or the set has none."""
        if case.proxy == SHARED_IMAGE:
            return self._first("", case.topic)
        if case.proxy == OWN_IMAGE:
            return self._first(case.country, case.topic)
        shown = self.elsewhere(case.country, case.topic) if case.proxy == ELSEWHERE else ""
        return self._first(shown, case.topic) if shown else None

    def compared_picture(self, case: Case) -> ImageEntry | None:
        """The picture that encoders compare a case's stories with: the one shown, else its own.

        A story written without a picture, or about a grey square, shows how much the words alone
        account for.
        """
        if case.proxy in (BLANK, NONE):
            return self._first(case.country, case.topic)
        return self.picture(case)

    def elsewhere(self, iso3: str, slug: str) -> str:
        """The country whose picture of a concept is shown for another: the next by code with one.

        It is one of all nationalities, chosen or not, so that a story does not depend on what else
        is asked.
        """
        others = [c for c in nationalities() if c != iso3 and self._first(c, slug) is not None]
        return next((c for c in others if c > iso3), others[0] if others else "")

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Those the user names, else the suite's; for embedded models the sample's."""
        named = (country(c, source="--countries").iso3 for c in self.settings.countries)
        chosen = tuple(dict.fromkeys(named))
        return chosen or (SAMPLE_COUNTRIES if self._is_embedded else self.default_countries)

    @cached_property
    def variants(self) -> Mapping[str, tuple[str, ...]]:
        """Slugs of each country's groups, after the nationality itself ("")."""
        groups = self.groups
        if groups is None:
            return dict.fromkeys(self.countries, ("",))
        if not any(map(groups.of, self.countries)):
            raise UsageProblem(
                f"--groups {groups.source} has groups of {', '.join(groups.by_country)}, but the "
                f"stories are for {', '.join(self.countries)}; name one of the former with "
                "--countries"
            )
        return {iso3: ("", *(g.slug for g in groups.of(iso3))) for iso3 in self.countries}

    @cached_property
    def concepts(self) -> tuple[str, ...]:
        """Those asked for, in the paper's order; for embedded models the sample's."""
        wanted = {
            one.slug for one in resolve_names(self.settings.topics, concept, option="--topics")
        }
        if not wanted:
            wanted = set(SAMPLE_CONCEPTS if self._is_embedded else concepts())
        return tuple(slug for slug in concepts() if slug in wanted)

    @cached_property
    def proxies(self) -> tuple[str, ...]:
        """Those asked for, in the order of `STORY_PROXIES`."""
        known = partial(known_name, kind="proxy", known=STORY_PROXIES)
        named = resolve_names(self.settings.proxies, known, option="--proxies")
        return tuple(p for p in STORY_PROXIES if p in named) or STORY_PROXIES

    @property
    def _is_embedded(self) -> bool:
        return self.settings.model.startswith(EMBEDDED_MODELS)

    def _all(self) -> Iterator[Case]:
        for proxy, slug, iso3 in product(self.proxies, self.concepts, self.countries):
            for variant in self.variants[iso3]:
                yield Case(
                    suite=self.suite,
                    country=iso3,
                    topic=slug,
                    proxy=proxy,
                    variant=variant,
                    # One picture, or one text, serves all nationalities and responses.
                    unit=f"{self.suite}/{proxy}/{slug}",
                    kind=STORY if proxy in (SHARED_IMAGE, OWN_IMAGE) else CONTROL,
                )

    def _impossible(self, case: Case) -> str:
        name = countries()[case.country].name
        if case.country not in nationalities() and not case.variant:
            return f"the suite's list of nationalities has none for {name}"
        if case.proxy in (BLANK, NONE) or self.picture(case) is not None:
            return ""
        if case.proxy == SHARED_IMAGE:
            return f"no picture of {case.topic} for all nationalities (--images, docs/stories.md)"
        of = "another country" if case.proxy == ELSEWHERE else name
        return f"no picture of {case.topic} of {of} (--images, docs/stories.md)"

    def _first(self, iso3: str, slug: str) -> ImageEntry | None:
        return next(iter(self.images.of(iso3, story_category(slug))), None)
