"""The value-alignment suite: survey questions in, `CaseRecord`s out; implements no metric.

Knows the survey, the pictures and the templates; nothing of pytest, models or stores.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmark.calibration import Calibration
from benchmark.errors import UsageProblem, unknown
from benchmark.jsonio import Json
from benchmark.prompts import Condition, Templates, load_templates
from benchmark.proxies import CATEGORIES, ImageSet
from benchmark.records import (
    Case,
    Choice,
    Excluded,
    ImageRef,
    Script,
    Selection,
    Subject,
)
from benchmark.scoring import case_record
from benchmark.settings import Settings
from benchmark.sources import open_images, open_survey
from benchmark.suite import SuiteMeta
from benchmark.survey import Question, Survey
from benchmark.topics import UNLABELLED, topic, topics
from benchmark.world import countries, country

NAMED = "country"
PROXIES = (NAMED, *CATEGORIES)
CONDITIONS: Mapping[str, Condition] = {
    "country": Condition(required=("country",), forbidden=("image",)),
    "image": Condition(required=("image",)),
}
PROMPTS = Path(__file__).parent / "prompts" / "default.toml"
# How a prompt names a category of pictures.
CATEGORY_WORDS: Mapping[str, str] = {
    "food": "food or cooking",
    "sports": "sport or recreation",
    "objects": "everyday objects, materials or clothing",
    "brands": "brands or products",
    "geography": "landscape, buildings or landmarks",
    "tradition": "tradition, art or history",
    "pop-culture": "public figures or popular culture",
}


def build(meta: SuiteMeta, settings: Settings) -> WvsSuite:
    """The suite over the data that the settings name."""
    survey = open_survey(settings, source="WVS")
    return WvsSuite(
        meta=meta,
        survey=survey,
        images=open_images(settings, meta.countries),
        templates=load_templates(settings.prompts or PROMPTS, conditions=CONDITIONS),
        settings=settings,
        calibration=Calibration(survey, seed=settings.seed),
    )


@dataclass(frozen=True, kw_only=True)
class WvsSuite:
    """Questions, countries and proxies over one survey and one set of pictures."""

    meta: SuiteMeta
    survey: Survey
    images: ImageSet
    templates: Templates
    settings: Settings
    calibration: Calibration

    def select(self) -> Selection:
        """Every cell that the data allow, a country's cells of one proxy together."""
        cases: list[Case] = []
        excluded: list[Excluded] = []
        for iso3 in self._countries:
            for proxy in self._proxies:
                for slug in self._topics:
                    case = Case(
                        suite=self.meta.name,
                        country=iso3,
                        topic=slug,
                        proxy=proxy,
                        unit=f"{self.meta.name}/{iso3}/{proxy}",
                    )
                    reason = self._impossible(case)
                    if reason:
                        excluded.append(Excluded(case_id=case.case_id, reason=reason))
                    else:
                        cases.append(case)
        return Selection(cases=tuple(cases), excluded=tuple(excluded))

    def interview(self, case: Case) -> Script:
        """Ask every question of the topic under every picture of the cell, then compare."""
        questions = [q for q in self._by_topic[case.topic] if case.country in q.human]
        pictures: Sequence[ImageRef | None] = [None]
        if case.proxy != NAMED:
            pictures = [self.images.open(e) for e in self.images.of(case.country, case.proxy)]
        replies = yield [
            self._request(case, question, picture) for picture in pictures for question in questions
        ]
        return case_record(
            case,
            questions=questions,
            unasked=[q for q in self._by_topic[case.topic] if case.country not in q.human],
            replies=[
                replies[start : start + len(questions)]
                for start in range(0, len(replies), len(questions))
            ],
            image_ids=[picture.image_id for picture in pictures if picture is not None],
            calibration=self.calibration,
        )

    def config(self) -> Mapping[str, Json]:
        """Data, wording and selection; two runs with equal config have comparable rows."""
        return {
            "survey": {
                "name": self.survey.name,
                "revision": self.survey.revision,
                "digest": self.survey.digest,
            },
            "images": {
                "name": self.images.name,
                "revision": self.images.revision,
                "digest": self.images.digest,
            },
            "templates": self.templates.digest,
            "countries": sorted(self._countries),
            "topics": list(self._topics),
            "proxies": list(self._proxies),
        }

    def stamp(self) -> str:
        """The pictures' files as they lie there now: the configuration knows only their sizes."""
        return self.images.stamp()

    def header(self) -> tuple[str, ...]:
        """Which questions and pictures are in use, and what of them was set aside."""
        used = sum(1 for entry in self.images.entries if entry.category in CATEGORIES)
        unused = len(self.images.entries) - used
        lines = [
            f"survey {self.survey.name} @ {self.survey.revision[:19]}: "
            f"{len(self.survey.questions)} questions, {len(self.survey.countries())} countries",
            f"images {self.images.name} @ {self.images.revision[:19]}: "
            f"{used} pictures in the seven categories"
            + (f", {unused} in others (not used)" if unused else ""),
        ]
        lines += [
            f"  set aside: {problem.kind}: {problem.count}, e.g. {problem.example}"
            for problem in (*self.survey.problems, *self.survey.notes)
        ]
        return tuple(lines)

    @cached_property
    def _countries(self) -> tuple[str, ...]:
        return (
            tuple(
                dict.fromkeys(
                    country(c, source="--countries").iso3 for c in self.settings.countries
                )
            )
            or self.meta.countries
        )

    @cached_property
    def _proxies(self) -> tuple[str, ...]:
        for proxy in self.settings.proxies:
            if proxy not in PROXIES:
                raise UsageProblem(unknown("proxy", proxy, PROXIES, source="--proxies"))
        return tuple(p for p in PROXIES if p in self.settings.proxies) or PROXIES

    @cached_property
    def _topics(self) -> tuple[str, ...]:
        present = (*topics(), *([UNLABELLED] if UNLABELLED in self._by_topic else []))
        wanted = {
            UNLABELLED if name == UNLABELLED else topic(name, source="--topics").slug
            for name in self.settings.topics
        }
        if not wanted:
            return present
        return tuple(slug for slug in (*topics(), UNLABELLED) if slug in wanted)

    @cached_property
    def _by_topic(self) -> Mapping[str, tuple[Question, ...]]:
        found: dict[str, list[Question]] = {slug: [] for slug in topics()}
        for question in self.survey.questions:
            found.setdefault(question.topic, []).append(question)
        return {topic: tuple(all_[: self.settings.limit]) for topic, all_ in found.items()}

    def _impossible(self, case: Case) -> str:
        questions = self._by_topic.get(case.topic, ())
        if not questions:
            return f"the survey has no question on {case.topic}"
        if not any(case.country in q.human for q in questions):
            return f"no question on {case.topic} was answered in {countries()[case.country].name}"
        if case.proxy != NAMED and not self.images.of(case.country, case.proxy):
            return f"the image set has no {case.proxy} picture of {countries()[case.country].name}"
        return ""

    def _request(self, case: Case, question: Question, picture: ImageRef | None) -> Choice:
        labels = tuple(string.ascii_uppercase[: len(question.options)])
        slots = {
            "country": countries()[case.country].name,
            "category": CATEGORY_WORDS.get(case.proxy, ""),
            "question": question.text,
            "options": "\n".join(
                f"({label}) {option}"
                for label, option in zip(labels, question.options, strict=True)
            ),
        }
        template = self.templates["country" if picture is None else "image"]
        return Choice(
            prompt=template.fill(slots, image=picture),
            labels=labels,
            subject=Subject(country=case.country, item_id=question.question_id),
        )
