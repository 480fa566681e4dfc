"""The story suite: nationalities and concepts in, `CaseRecord`s of stories out; has no metric.

Knows the lists, the pictures, the wording and the groups; no pytest, model or store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.images.measuring import largest
from benchmark.images.opening import ImageSet, blank_picture
from benchmark.jsonio import Json
from benchmark.records import Case, ImageRef, Script, Selection
from benchmark.scoring.embeddings import with_vectors
from benchmark.scoring.stories import WrittenStory, story_record
from benchmark.settings import EMBEDDED_MODELS, Settings
from benchmark.stories.groups import Groups, load_groups
from benchmark.stories.wording import StoryTranslation, StoryWording, english, place
from benchmark.suite.prompts import Templates
from benchmark.suite.protocol import SuiteMeta
from benchmark.suite.sources import open_stories
from benchmark.texts import languages
from benchmark.vocabulary import BLANK, DEMO
from suites.stories.asking import Asker, item_id, words_of
from suites.stories.cells import Cells
from suites.stories.options import StoriesOptions, own_values
from suites.stories.wording import open_templates, open_translation

RESPONSES, SAMPLE_RESPONSES = 5, 2
# The paper's predecessor allowed a thousand. Random weights never end a story, and a few tokens
# exercise the same path.
TOKENS, DEMO_TOKENS = 1000, 32


def build(meta: SuiteMeta, settings: Settings) -> StoriesSuite:
    """The suite over the pictures, the wording and the groups that the settings name."""
    own = own_values(settings)
    groups = None if own.groups is None else load_groups(own.groups)
    translation = open_translation(settings)
    suite = StoriesSuite(
        meta=meta,
        images=open_stories(settings),
        templates=open_templates(settings, translation),
        wording=english(groups) if translation is None else translation.wording(),
        translation=translation,
        groups=groups,
        settings=settings,
        own=own,
    )
    suite.check_wording()
    return suite


@dataclass(frozen=True, kw_only=True)
class StoriesSuite:
    """Nationalities by concepts by proxies, over one set of pictures."""

    meta: SuiteMeta
    images: ImageSet
    templates: Templates
    wording: StoryWording
    translation: StoryTranslation | None
    groups: Groups | None
    settings: Settings
    own: StoriesOptions
    survey: None = None
    asks_choices: bool = False

    def check_wording(self) -> None:
        """Raise if the translation lacks words for what is asked; English never does."""
        if self.translation is None:
            return
        cases = self.select().cases
        of_all = [slot for t in self.templates.conditions.values() for _, slot in t.suffix]
        self.translation.check(
            [case.topic for case in cases],
            [place(case.country, case.variant) for case in cases],
            names_country="country" in of_all,
        )

    def select(self) -> Selection:
        """Every cell that the pictures allow, units together."""
        return self._cells.select()

    def interview(self, case: Case) -> Script:
        """Ask for every story of the case at once, then for their vectors from each encoder."""
        picture = self._opened(case)
        draws = self._draws
        replies = yield [self._asker.story(case, *one, picture) for one in draws]
        words = words_of(self._asker.prompt(case, picture))
        stories = [
            WrittenStory(
                item_id=item_id(case, temperature, response),
                temperature=temperature,
                prompt=words,
                reply=reply,
            )
            for (temperature, response), reply in zip(draws, replies, strict=True)
        ]
        shown = [] if picture is None else [picture.image_id]
        record = story_record(case, stories, language=self.settings.language, image_ids=shown)
        # No analysis of vectors uses groups.
        other = self._cells.compared_picture(case) if self._specs and not case.variant else None
        if other is None:
            return record
        return (yield from with_vectors(record, stories, self.images.open(other), self._specs))

    def config(self) -> Mapping[str, Json]:
        """Pictures, wording, selection, sampling; runs with equal config have comparable rows."""
        return {
            "images": {
                "name": self.images.name,
                "revision": self.images.revision,
                "digest": self.images.digest,
            },
            "templates": {self.templates.name: self.templates.digest},
            "countries": sorted(self._cells.countries),
            "topics": list(self._cells.concepts),
            "proxies": list(self._cells.proxies),
            "responses": self._responses,
            "temperatures": list(self.own.temperatures),
            "story_tokens": self._tokens,
            "language": self.settings.language,
            "language_identifier": languages.identifier(),
            **_named("translation", self.translation),
            **_named("groups", self.groups),
            **self._encoding(),
        }

    def stamp(self) -> str:
        """The current state of the pictures' files."""
        return self.images.stamp()

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        """The largest of the pictures for stories."""
        return largest(self.images)

    def header(self) -> tuple[str, ...]:
        """Which pictures, and how many stories per case."""
        heat = ", ".join(f"{temperature:g}" for temperature in self.own.temperatures)
        rules = ", ".join(self.own.chunking)
        return (
            f"images {self.images.name} @ {self.images.revision[:19]}: "
            f"{len(self.images.entries)} pictures for stories",
            f"prompts {self.templates.name}, {len(self._draws)} stories a case "
            f"({self._responses} at temperature {heat}), at most {self._tokens} tokens each",
            f"language check: {self._language_check()}",
            *self._translated(),
            *self._grouped(),
            *([f"encoders read long stories by {rules}"] if self.settings.encoders else []),
            *(
                f"  set aside: {problem.kind}: {problem.count}, e.g. {problem.example}"
                for problem in self.images.problems
            ),
        )

    def _language_check(self) -> str:
        identifier, language = languages.identifier(), self.settings.language
        if identifier == "none":
            return languages.ABSENT
        unknown = "" if languages.knows(language) else f", which does not know {language}: no value"
        return f"{identifier}{unknown}"

    def _translated(self) -> Iterator[str]:
        if self.translation is not None:
            yield (
                f"language {self.translation.language}: {self.translation.name}, "
                f"by {self.translation.credit}, licence {self.translation.licence}"
            )
            if not languages.is_english(self.translation.language):
                yield "  refusals are known in English only: refusal has no value"

    def _grouped(self) -> Iterator[str]:
        if self.groups is None:
            return
        for iso3, (_, *slugs) in self._cells.variants.items():
            if slugs:
                yield f"groups of {iso3}: {', '.join(slugs)} ({self.groups.name})"
        unasked = self.groups.by_country.keys() - set(self._cells.countries)
        if unasked:
            yield f"groups not asked, nor is their country: of {', '.join(sorted(unasked))}"

    def _encoding(self) -> Mapping[str, Json]:
        """Encoders and rules, if any: without them a row has no vectors."""
        if not self.settings.encoders:
            return {}
        return {
            "encoders": [one.name for one in self.settings.encoders],
            "chunking": list(self.own.chunking),
        }

    @property
    def _specs(self) -> Sequence[str]:
        """``ENCODER|RULE``, each encoder under each rule."""
        return [
            f"{one.name}|{rule}" for one in self.settings.encoders for rule in self.own.chunking
        ]

    def _opened(self, case: Case) -> ImageRef | None:
        if case.proxy == BLANK:
            return blank_picture()
        entry = self._cells.picture(case)
        return None if entry is None else self.images.open(entry)

    @property
    def _draws(self) -> Sequence[tuple[float, int]]:
        """Temperature and number of each story; ``--limit`` keeps the first of a case."""
        every = [
            (temperature, response)
            for response in range(1, self._responses + 1)
            for temperature in self.own.temperatures
        ]
        return every[: self.settings.limit]

    @property
    def _responses(self) -> int:
        embedded = self.settings.model.startswith(EMBEDDED_MODELS)
        return self.own.responses or (SAMPLE_RESPONSES if embedded else RESPONSES)

    @property
    def _tokens(self) -> int:
        demo = self.settings.model == DEMO
        return self.own.story_tokens or (DEMO_TOKENS if demo else TOKENS)

    @cached_property
    def _cells(self) -> Cells:
        return Cells(
            suite=self.meta.name,
            default_countries=self.meta.countries,
            images=self.images,
            settings=self.settings,
            groups=self.groups,
        )

    @cached_property
    def _asker(self) -> Asker:
        return Asker(
            templates=self.templates,
            wording=self.wording,
            seed=self.settings.seed,
            most_tokens=self._tokens,
        )


def _named(what: str, file: StoryTranslation | Groups | None) -> Mapping[str, Json]:
    """Name and digest of a file, if any: without one, the configuration has no such key."""
    return {} if file is None else {what: {"name": file.name, "digest": file.digest}}
