"""The value-alignment suite: survey questions in, `CaseRecord`s out; has no metric.

Knows the survey, the pictures and the templates; no pytest, model or store.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from benchmark.errors import UsageProblem, unknown
from benchmark.images.measuring import largest
from benchmark.images.opening import ImageEntry, ImageSet, blank_picture
from benchmark.jsonio import Json
from benchmark.metrics.directions import direction
from benchmark.metrics.lexical import lexical_values
from benchmark.records import (
    Case,
    Choice,
    Continuation,
    Generate,
    ImageRef,
    Reply,
    Request,
    Score,
    Script,
    Selection,
    Text,
)
from benchmark.scoring.choice_answers import AskedChoice, layout
from benchmark.scoring.distributions import Extras, case_record
from benchmark.scoring.floors import Floors
from benchmark.scoring.latin_square import latin_layout
from benchmark.scoring.option_bias import AskedWithoutContent, extended
from benchmark.scoring.recognition import recognition_record, recognition_values
from benchmark.scoring.written import Writing, drawn_questions
from benchmark.settings import Settings
from benchmark.suite.prompts import Templates, load_templates
from benchmark.suite.protocol import SuiteMeta
from benchmark.suite.sources import open_images, open_survey
from benchmark.survey.survey import Question, Survey, with_design_effect
from benchmark.survey.translation import Translation, load_translation, translated
from benchmark.vocabulary import (
    BLANK,
    CATEGORIES,
    DEMO,
    ELSEWHERE,
    ENDPOINT,
    INCOME_BANDS,
    NAMED,
    NONE,
    RECOGNITION,
)
from suites.wvs.asking import CONDITIONS, GUESS_TOKENS, Asker, category_words, fillers
from suites.wvs.cells import EXTRA_COUNTRIES, Cells
from suites.wvs.instruments import (
    Instruments,
    check_instruments,
    instruments_config,
    instruments_note,
)
from suites.wvs.options import WvsOptions, own_values

PROMPTS = Path(__file__).parent / "prompts"
DEFAULT = "default"
# A sentence; random weights never end one, and a few tokens exercise the same path.
REASON_TOKENS, DEMO_REASON_TOKENS = 48, 12
WRITTEN_TOKENS = 256  # some words before the line with the letter
# Proxies under which the demo gives reasons by default; writing is slow, and it should take less
# than a minute.
DEMO_REASONS = (NAMED, "food", NONE)
KEPT_TOPS = {"top1": 1, "top2": 2}

Stage = Generator[Sequence[Request], Sequence[Reply], Sequence[ImageEntry]]


def build(meta: SuiteMeta, settings: Settings) -> WvsSuite:
    """The suite over the data that the settings name."""
    own = own_values(settings)
    check_instruments(settings, own)
    survey = open_survey(settings, source="WVS", topic_labels=own.topic_labels)
    if own.design_effect is not None:
        survey = with_design_effect(survey, own.design_effect)
    translation = _translation(settings)
    if translation is not None:
        survey = translated(survey, translation)
    return WvsSuite(
        meta=meta,
        survey=survey,
        images=open_images(settings, (*meta.countries, *EXTRA_COUNTRIES)),
        templates=_templates(settings),
        category_words=category_words(),
        translation=translation,
        settings=settings,
        own=own,
        floors=Floors(
            survey,
            seed=settings.seed,
            answers=None if settings.sampled is None else settings.sampled.answers,
        ),
    )


def _translation(settings: Settings) -> Translation | None:
    if settings.translations is None:
        if settings.language != "en":
            raise UsageProblem(
                f"--language {settings.language} needs --translations FILE with the questions in "
                "that language and --prompts FILE with a template in it; none is shipped"
            )
        return None
    return load_translation(settings.translations, language=settings.language)


def _templates(settings: Settings) -> Mapping[str, Templates]:
    """Templates by variant; a single one has no name in the case ids."""
    if settings.prompts is not None:
        if settings.templates:
            raise UsageProblem("--prompts FILE and --templates exclude each other; give one")
        found = [load_templates(settings.prompts, conditions=CONDITIONS)]
    else:
        found = [load_templates(path, conditions=CONDITIONS) for path in _shipped(settings)]
    for templates in found:
        if templates.language != settings.language:
            raise UsageProblem(
                f"prompt file {templates.source} is in {templates.language!r} and --language is "
                f"{settings.language!r}; they must be the same"
            )
    return {templates.name if len(found) > 1 else "": templates for templates in found}


def _shipped(settings: Settings) -> Sequence[Path]:
    files = {path.stem: path for path in sorted(PROMPTS.glob("*.toml"))}
    if settings.templates == ("all",):
        return list(files.values())
    for name in settings.templates:
        if name not in files:
            raise UsageProblem(unknown("template", name, (*files, "all"), source="--templates"))
    return [files[name] for name in settings.templates or (DEFAULT,)]


@dataclass(frozen=True, kw_only=True)
class WvsSuite:
    """Questions, countries and proxies over one survey and one set of pictures."""

    meta: SuiteMeta
    survey: Survey
    images: ImageSet
    templates: Mapping[str, Templates]
    category_words: Mapping[str, str]
    translation: Translation | None
    settings: Settings
    own: WvsOptions
    floors: Floors

    def select(self) -> Selection:
        """Every cell that the data allow, units together."""
        return self._cells.select()

    def interview(self, case: Case) -> Script:
        """Ask which country a picture shows, or every question about every picture of the cell."""
        if case.kind == RECOGNITION:
            return self._recognise(case)
        return self._ask(case)

    def _recognise(self, case: Case) -> Script:
        entry = self._cells.entry(case)
        (reply,) = yield [self._which_country(entry)]
        return recognition_record(
            case,
            image_id=entry.image_id,
            reply=reply,
            names=self._names,
            truth=self._truth(entry),
        )

    def _ask(self, case: Case) -> Script:
        found = self._cells.pictures(case.country, case.proxy)
        kept = yield from self._vetted(case, found)
        pictures = self._opened(case, kept)
        questions = [q for q in self._questions(case) if case.country in q.human]
        asked = self._layout(questions, len(pictures))
        choices = self._choices(case, questions, pictures, asked)
        reasoned = questions[: self._rationales(case)] if pictures else []
        reasons = [*self._reasons(case, reasoned, pictures)]
        more = self._instruments(case, questions, pictures, asked, choices)
        replies = iter((yield [*choices, *reasons, *more.requests]))
        answers = [*islice(replies, len(choices))]
        given = [*islice(replies, len(reasons))]
        found_more = more.read(answers, [*replies])
        record = case_record(
            case,
            questions=questions,
            unasked=[q for q in self._questions(case) if case.country not in q.human],
            asked=asked,
            replies=found_more.answers,
            image_ids=[picture.image_id for picture, _ in pictures if picture is not None],
            floors=self.floors,
            extras=self._extras(case, reasoned, given, len(found), len(kept)),
        )
        return extended(record, values=found_more.values, keys=found_more.keys)

    # --- pictures ------------------------------------------------------------------------------

    def _vetted(self, case: Case, found: Sequence[ImageEntry]) -> Stage:
        """The pictures whose country the model itself recognises; controls are not vetted."""
        top = KEPT_TOPS.get(self.own.vetted)
        if top is None or case.proxy not in (*CATEGORIES, *INCOME_BANDS):
            return found
        income = case.proxy in INCOME_BANDS
        pool = self.images.households(case.country) if income else found
        replies = yield [self._which_country(entry) for entry in pool]
        known = {
            entry.image_id
            for entry, reply in zip(pool, replies, strict=True)
            if recognition_values(reply, self._names, self._truth(entry))[f"top{top}"] == 1
        }
        if income and len(known) < self._cells.min_households:
            return ()
        return [entry for entry in found if entry.image_id in known]

    def _opened(
        self, case: Case, entries: Sequence[ImageEntry]
    ) -> Sequence[tuple[ImageRef | None, str]]:
        """Each picture with its category; a prompt without a picture is one (None, "")."""
        if case.proxy == BLANK:
            return [(blank_picture(), BLANK)]
        if case.proxy in (NAMED, NONE):
            return [(None, "")]
        return [(self.images.open(entry), entry.category) for entry in entries]

    # --- requests ------------------------------------------------------------------------------

    def _choices(
        self,
        case: Case,
        questions: Sequence[Question],
        pictures: Sequence[tuple[ImageRef | None, str]],
        asked: Sequence[AskedChoice],
    ) -> Sequence[Choice]:
        return [
            self._asker.choice(
                case,
                questions[one.question],
                one.order,
                *pictures[one.picture],
                letters=one.letters,
            )
            for one in asked
        ]

    def _layout(self, questions: Sequence[Question], pictures: int) -> Sequence[AskedChoice]:
        if self.own.latin_square:
            return latin_layout(questions, pictures=pictures)
        return layout(questions, pictures=pictures, orders=self.settings.permutations)

    def _instruments(
        self,
        case: Case,
        questions: Sequence[Question],
        pictures: Sequence[tuple[ImageRef | None, str]],
        asked: Sequence[AskedChoice],
        choices: Sequence[Choice],
    ) -> Instruments:
        def content_free(one: AskedWithoutContent) -> Choice:
            return self._asker.content_free(
                case,
                questions[one.question],
                *pictures[one.picture],
                filler=one.filler,
                letters=one.letters,
            )

        sampled = self.settings.sampled
        tokens = DEMO_REASON_TOKENS if self.settings.model == DEMO else WRITTEN_TOKENS
        return Instruments(
            own=self.own,
            questions=questions,
            asked=asked,
            choices=choices,
            content_free=content_free,
            fillers=fillers(),
            writing=Writing(tokens=tokens, seed=self.settings.seed),
            to_write=self._to_write(case.country),
            answers=None if sampled is None else sampled.answers,
        )

    def _to_write(self, iso3: str) -> frozenset[str]:
        if not self.own.written:
            return frozenset()
        every = [q for slug in self._cells.topics for q in self._cells.by_topic[slug]]
        here = [q for q in every if iso3 in q.human]
        return drawn_questions(here, self.own.written, seed=self.settings.seed)

    def _reasons(
        self,
        case: Case,
        questions: Sequence[Question],
        pictures: Sequence[tuple[ImageRef | None, str]],
    ) -> Sequence[Request]:
        """Reasons with the first picture, and without a cue; a question's two are adjacent."""
        return [
            request
            for question in questions
            for request in (
                self._asker.reason(case, question, *pictures[0]),
                *([self._asker.reason_without_cue(case, question)] if self._compares(case) else []),
            )
        ]

    def _compares(self, case: Case) -> bool:
        return case.proxy != NONE and NONE in self.templates[case.variant]

    def _which_country(self, entry: ImageEntry) -> Continuation | Generate:
        picture = self.images.open(entry)
        if self._recognition == "json":
            return self._asker.written_recognition(
                picture, entry.category, names=self._names, iso3=entry.country
            )
        return self._asker.recognition(
            picture,
            entry.category,
            names=self._names,
            truth=self._truth(entry),
            iso3=entry.country,
        )

    # --- records -------------------------------------------------------------------------------

    def _extras(
        self,
        case: Case,
        reasoned: Sequence[Question],
        replies: Sequence[Reply],
        n_found: int,
        n_kept: int,
    ) -> Extras:
        per = 2 if self._compares(case) else 1
        values, keys = {}, {}
        for i, question in enumerate(reasoned):
            own = replies[per * i : per * (i + 1)]
            texts = [reply.answer for reply in own]
            values[question.question_id] = _lexical(texts)
            keys[question.question_id] = tuple(reply.key for reply in own)
        pictures = Score(
            metric="pictures",
            value=float(n_kept),
            n=n_kept,
            n_missing=n_found - n_kept,
            method="pictures asked about",
            higher_is_better=direction("pictures"),
        )
        return Extras(
            values=values,
            keys=keys,
            scores=(pictures,) if n_found else (),
            shown=self._cells.elsewhere(case.country) if case.proxy == ELSEWHERE else "",
        )

    # --- what the run says about it ------------------------------------------------------------

    def config(self) -> Mapping[str, Json]:
        """Data, wording and selection; two runs with equal config have comparable rows."""
        chosen: dict[str, Json] = {
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
            "templates": {name or t.name: t.digest for name, t in self.templates.items()},
            "countries": sorted(self._cells.countries),
            "topics": list(self._cells.topics),
            "proxies": list(self._cells.proxies),
            "permutations": self.settings.permutations or "all",
            "vetted": self.own.vetted,
            "recognition": self._recognition,
            "rationales": (self.own.rationales or 0)
            if self._reasons_chosen
            else list(DEMO_REASONS),
            "income_cut_usd_month": self._cells.income_cut,
            "min_images": self._cells.min_households,
            "language": self.settings.language,
        }
        if self.translation is not None:
            chosen["translation"] = self.translation.digest
        if self.own.design_effect is not None:
            chosen["design_effect"] = self.own.design_effect
        return {**chosen, **instruments_config(self.own)}

    def stamp(self) -> str:
        """The current state of the pictures' files: the configuration knows only their sizes."""
        return self.images.stamp()

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        """The largest of the whole set, if any proxy shows pictures."""
        shown = set(self._cells.proxies) - {NAMED, NONE}
        return largest(self.images) if shown else None

    def header(self) -> tuple[str, ...]:
        """Which questions and pictures are in use, and what was set aside."""
        used = sum(1 for entry in self.images.entries if entry.category in CATEGORIES)
        homes = len(self.images.entries) - used
        names = ", ".join(templates.name for templates in self.templates.values())
        lines = [
            f"survey {self.survey.name} @ {self.survey.revision[:19]}: "
            f"{len(self.survey.questions)} questions, {len(self.survey.countries())} countries",
            f"images {self.images.name} @ {self.images.revision[:19]}: "
            f"{used} pictures in the {len(CATEGORIES)} categories"
            + (f", {homes} of households" * bool(homes)),
            f"prompts {names}"
            + (f", {self.settings.permutations or 'all'} orders" * self._permuted)
            + (f", vetted {self.own.vetted}" * (self.own.vetted != "off"))
            + self._reasons_note()
            + instruments_note(self.own),
        ]
        lines += [
            f"  set aside: {problem.kind}: {problem.count}, e.g. {problem.example}"
            for problem in (*self.survey.problems, *self.images.problems)
        ]
        lines += [
            f"  noted: {problem.kind}: {problem.count}, e.g. {problem.example}"
            for problem in self.survey.notes
        ]
        return tuple(lines)

    @property
    def _permuted(self) -> bool:
        return self.settings.permutations != 1

    @property
    def _recognition(self) -> str:
        """``json`` for models that give no likelihood of a text of several tokens, as servers."""
        if self.own.recognition != "auto":
            return self.own.recognition
        writes = self.settings.sampled or self.settings.model.startswith(ENDPOINT)
        return "json" if writes else "likelihood"

    @property
    def _reasons_chosen(self) -> bool:
        return self.own.rationales is not None or self.settings.model != DEMO

    def _rationales(self, case: Case) -> int:
        if self._reasons_chosen:
            return self.own.rationales or 0
        return int(case.proxy in DEMO_REASONS and self._asker.can_ask_why(case))

    def _reasons_note(self) -> str:
        if not self._reasons_chosen:
            every = (one for t in self.templates.values() for one in t.conditions.values())
            can = any(template.reason is not None for template in every)
            return f", a reason in each case of {', '.join(DEMO_REASONS)}" * can
        n = self.own.rationales or 0
        return f", {n} {'reason' if n == 1 else 'reasons'} a case" * bool(n)

    @cached_property
    def _cells(self) -> Cells:
        shared = frozenset.intersection(*(frozenset(t.conditions) for t in self.templates.values()))
        return Cells(
            suite=self.meta.name,
            default_countries=self.meta.countries,
            survey=self.survey,
            images=self.images,
            settings=self.settings,
            own=self.own,
            conditions=shared,
            variants=tuple(self.templates),
        )

    @cached_property
    def _asker(self) -> Asker:
        demo, sampled = self.settings.model == DEMO, self.settings.sampled
        tokens = DEMO_REASON_TOKENS if demo else REASON_TOKENS
        return Asker(
            templates=self.templates,
            category_words=self.category_words,
            translation=self.translation,
            seed=self.settings.seed,
            reason_tokens=sampled.tokens if sampled else tokens,
            # A model that thinks before a letter thinks before a name too.
            guess_tokens=max(sampled.tokens, GUESS_TOKENS) if sampled else GUESS_TOKENS,
        )

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._asker.country_name(iso3) for iso3 in self._cells.candidates)

    def _truth(self, entry: ImageEntry) -> int:
        return self._cells.candidates.index(entry.country)

    def _questions(self, case: Case) -> Sequence[Question]:
        return self._cells.by_topic[case.topic]


def _lexical(answers: Sequence[object]) -> Mapping[str, float]:
    """The reason's lexical scores; a second answer is the reason without a cue."""
    own, other = answers[0], answers[1] if len(answers) > 1 else None
    if not isinstance(own, Text):
        raise TypeError(f"a reason came back as {type(own).__name__}")
    without_cue = other.text if isinstance(other, Text) else None
    return lexical_values(own.text, finish=own.finish, without_cue=without_cue)
