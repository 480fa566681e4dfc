"""The story suite: nationalities and concepts in, `CaseRecord`s of stories out; no metric is here.

Knows the lists, the pictures and the template; nothing of pytest, models or stores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmark import languages
from benchmark.errors import DataProblem, UsageProblem, unknown
from benchmark.jsonio import Json
from benchmark.prompts import Templates, load_templates
from benchmark.proxies import ImageSet, blank_picture
from benchmark.records import Case, ImageRef, Script, Selection
from benchmark.settings import DEMO, EMBEDDED_MODELS, Settings
from benchmark.sources import open_stories
from benchmark.story_embedding import embedded
from benchmark.story_scoring import Told, story_record
from benchmark.suite import SuiteMeta
from suites.stories.asking import CONDITIONS, SIGNALS, SLOTS, Teller, item_id, words_of
from suites.stories.cells import BLANK, Cells

PROMPTS = Path(__file__).parent / "prompts"
DEFAULT = "default"
ENGLISH = "en"
RESPONSES, SAMPLE_RESPONSES = 5, 2
# The parent of the paper allowed a thousand. Random weights never end, and a few tokens of theirs
# exercise the same path.
TOKENS, DEMO_TOKENS = 1000, 32


def build(meta: SuiteMeta, settings: Settings) -> StoriesSuite:
    """The suite over the pictures that the settings name."""
    if settings.language != ENGLISH or settings.translations is not None:
        raise UsageProblem(
            f"--language {settings.language}: the story suite has its lists of nationalities and "
            "concepts in English only; leave out --language and --translations"
        )
    return StoriesSuite(
        meta=meta,
        images=open_stories(settings),
        templates=_templates(settings),
        settings=settings,
    )


def _templates(settings: Settings) -> Templates:
    if settings.prompts is not None and settings.templates:
        raise UsageProblem("--prompts FILE and --templates exclude each other; give one")
    path = settings.prompts or _shipped(settings)
    templates = load_templates(path, conditions=CONDITIONS, slots=SLOTS)
    if templates.language != ENGLISH:
        raise UsageProblem(
            f"prompt file {templates.source} is in {templates.language!r}; stories are asked for "
            "in English"
        )
    for condition, template in templates.conditions.items():
        if SIGNALS.isdisjoint(slot for _, slot in template.suffix):
            raise DataProblem(
                f"prompt {templates.source} [{condition}] never says for whom the story is; put "
                "{a_nationality}, {nationality} or {country} into the suffix"
            )
    return templates


def _shipped(settings: Settings) -> Path:
    files = {path.stem: path for path in sorted(PROMPTS.glob("*.toml"))}
    names = settings.templates or (DEFAULT,)
    if len(names) > 1 or names == ("all",):
        raise UsageProblem(
            f"--templates {','.join(names)}: the story suite asks under one template at a time; "
            f"name one of {', '.join(files)}"
        )
    if names[0] not in files:
        raise UsageProblem(unknown("template", names[0], files, source="--templates"))
    return files[names[0]]


@dataclass(frozen=True, kw_only=True)
class StoriesSuite:
    """Nationalities by concepts by proxies, over one set of pictures."""

    meta: SuiteMeta
    images: ImageSet
    templates: Templates
    settings: Settings
    survey: None = None

    def select(self) -> Selection:
        """Every cell that the pictures allow, the cells of one unit together."""
        return self._cells.select()

    def interview(self, case: Case) -> Script:
        """Ask for every story of the case at once, and then for their vectors by each encoder."""
        picture = self._opened(case)
        chosen = self._chosen
        replies = yield [self._teller.story(case, *one, picture) for one in chosen]
        words = words_of(self._teller.prompt(case, picture))
        told = [
            Told(
                item_id=item_id(case, temperature, response),
                temperature=temperature,
                prompt=words,
                reply=reply,
            )
            for (temperature, response), reply in zip(chosen, replies, strict=True)
        ]
        shown = [] if picture is None else [picture.image_id]
        record = story_record(case, told, language=ENGLISH, image_ids=shown)
        beside = self._cells.beside(case) if self._specs else None
        if beside is None:
            return record
        return (yield from embedded(record, told, self.images.open(beside), self._specs))

    def config(self) -> Mapping[str, Json]:
        """Pictures, wording, selection and sampling; equal config, comparable rows."""
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
            "temperatures": list(self.settings.temperatures),
            "story_tokens": self._tokens,
            "language": ENGLISH,
            "language_identifier": languages.identifier(),
            **self._encoding(),
        }

    def stamp(self) -> str:
        """The pictures' files as they lie there now."""
        return self.images.stamp()

    def header(self) -> tuple[str, ...]:
        """Which pictures, and how many stories a case."""
        heat = ", ".join(f"{temperature:g}" for temperature in self.settings.temperatures)
        identifier = languages.identifier()
        rules = ", ".join(self.settings.chunking)
        return (
            f"images {self.images.name} @ {self.images.revision[:19]}: "
            f"{len(self.images.entries)} pictures for stories",
            f"prompts {self.templates.name}, {len(self._chosen)} stories a case "
            f"({self._responses} at temperature {heat}), at most {self._tokens} tokens each",
            f"language check: {languages.ABSENT if identifier == 'none' else identifier}",
            *([f"encoders read long stories by {rules}"] if self.settings.encoders else []),
            *(
                f"  set aside: {problem.kind}: {problem.count}, e.g. {problem.example}"
                for problem in self.images.problems
            ),
        )

    def _encoding(self) -> Mapping[str, Json]:
        """Encoders and rules, where there are any: without them a row holds no vectors."""
        if not self.settings.encoders:
            return {}
        return {
            "encoders": [one.name for one in self.settings.encoders],
            "chunking": list(self.settings.chunking),
        }

    @property
    def _specs(self) -> Sequence[str]:
        """``ENCODER|RULE``, each encoder under each rule."""
        return [
            f"{one.name}|{rule}"
            for one in self.settings.encoders
            for rule in self.settings.chunking
        ]

    def _opened(self, case: Case) -> ImageRef | None:
        if case.proxy == BLANK:
            return blank_picture()
        entry = self._cells.picture(case)
        return None if entry is None else self.images.open(entry)

    @property
    def _chosen(self) -> Sequence[tuple[float, int]]:
        """Temperature and number of each story; ``--limit`` keeps the first of a case."""
        every = [
            (temperature, response)
            for response in range(1, self._responses + 1)
            for temperature in self.settings.temperatures
        ]
        return every[: self.settings.limit]

    @property
    def _responses(self) -> int:
        embedded = self.settings.model.startswith(EMBEDDED_MODELS)
        return self.settings.responses or (SAMPLE_RESPONSES if embedded else RESPONSES)

    @property
    def _tokens(self) -> int:
        demo = self.settings.model == DEMO
        return self.settings.story_tokens or (DEMO_TOKENS if demo else TOKENS)

    @cached_property
    def _cells(self) -> Cells:
        return Cells(
            suite=self.meta.name,
            default_countries=self.meta.countries,
            images=self.images,
            settings=self.settings,
        )

    @cached_property
    def _teller(self) -> Teller:
        return Teller(templates=self.templates, seed=self.settings.seed, most_tokens=self._tokens)
