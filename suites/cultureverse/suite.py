"""The cultural-knowledge suite: questions about pictures in, `CaseRecord`s out; has no metric.

Knows questions, pictures and templates; no pytest, model or store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from benchmark.errors import UsageProblem, unknown
from benchmark.images.measuring import largest
from benchmark.images.opening import blank_picture
from benchmark.jsonio import Json, digest
from benchmark.questions.question import PictureQuestion, QuestionSet
from benchmark.records import Case, ImageRef, Request, Script, Selection
from benchmark.scoring.option_orders import Order, cyclic_orders
from benchmark.scoring.right_answers import Replies, right_answer_record
from benchmark.settings import Settings
from benchmark.suite.prompts import Templates, load_templates
from benchmark.suite.protocol import SuiteMeta
from benchmark.suite.sources import question_set_name, questions_at
from benchmark.vocabulary import BLANK, DEMO, NONE, QUESTION
from suites.cultureverse.asking import CONDITIONS, Asker
from suites.cultureverse.cells import Cells
from suites.cultureverse.options import CultureVerseOptions, own_values, question_sets

PROMPTS = Path(__file__).parent / "prompts"
DEFAULT = "default"
GENERATED = "generated"
# A few sentences of reasoning and the letter; a few tokens for the demo, which never ends one.
TOKENS, DEMO_TOKENS = 384, 12
FEW = 1000  # with fewer questions the header warns that they are too few


def build(meta: SuiteMeta, settings: Settings) -> CultureVerseSuite:
    """The suite over the questions that the settings name."""
    templates, own = _templates(settings), own_values(settings)
    if settings.language != templates.language:
        raise UsageProblem(
            f"prompt file {templates.source} is in {templates.language!r} and --language is "
            f"{settings.language!r}; they must be the same"
        )
    if NONE in own.controls and NONE not in templates:
        raise UsageProblem(
            f"--controls none needs a condition [none] in {templates.source}; add it, or leave "
            "none out of --controls"
        )
    return CultureVerseSuite(
        meta=meta,
        questions=questions_at(own.questions, own.question_columns, cache=settings.cache),
        templates=templates,
        settings=settings,
        own=own,
    )


def each_set(settings: Settings) -> Mapping[str, Settings]:
    """The settings of each set of questions, by its name: a session may ask several."""
    sets = question_sets(settings.own)
    if len(sets) == 1:
        return {"": settings}
    found: dict[str, Settings] = {}
    for questions, columns in sets:
        one = {"questions": (questions,), "question_columns": (columns,)}
        name = question_set_name(questions, taken=found)
        found[name] = replace(settings, own={**settings.own, **one})
    return found


def _templates(settings: Settings) -> Templates:
    if settings.prompts is not None:
        return load_templates(settings.prompts, conditions=CONDITIONS)
    files = {path.stem: path for path in sorted(PROMPTS.glob("*.toml"))}
    # Other suites ship other templates; at most one of those named is ours.
    named = [name for name in settings.templates if name in files] or [DEFAULT]
    if len(named) > 1:
        raise UsageProblem(unknown("template", ",".join(named), files, source="--templates"))
    return load_templates(files[named[0]], conditions=CONDITIONS)


@dataclass(frozen=True, kw_only=True)
class CultureVerseSuite:
    """Countries, categories and question types over one set of questions."""

    meta: SuiteMeta
    questions: QuestionSet
    templates: Templates
    settings: Settings
    own: CultureVerseOptions
    survey: None = None

    def select(self) -> Selection:
        """Every cell with a question; a country is a unit."""
        return self._cells.select()

    def interview(self, case: Case) -> Script:
        """Ask a cell's questions; the record also has the answers of a blind control, if any."""
        questions = self._cells.of(case)
        orders = [cyclic_orders(len(q.options), self.settings.permutations) for q in questions]
        requests = self._requests(questions, orders, case.variant)
        control = self._blind if case.kind == QUESTION else ""
        blind = self._requests(questions, orders, control) if control else []
        replies = iter((yield [*requests, *blind]))
        both = [
            Replies(replies=[[next(replies) for _ in each] for each in orders], orders=orders)
            for _ in range(1 + bool(control))
        ]
        return right_answer_record(
            case,
            questions=questions,
            answered=both[0],
            blind=both[1] if control else None,
        )

    def _requests(
        self,
        questions: Sequence[PictureQuestion],
        orders: Sequence[Sequence[Order]],
        variant: str,
    ) -> list[Request]:
        """Every question in each of its orders; a control's name says what is shown instead."""
        return [
            self._asker.ask(question, order, picture)
            for question, own in zip(questions, orders, strict=True)
            for picture in [self._shown(question, variant)]
            for order in own
        ]

    def _shown(self, question: PictureQuestion, variant: str) -> ImageRef | None:
        if variant == NONE:
            return None
        if variant == BLANK:
            return self._grey
        return self.questions.images.open(self.questions.entries[question.image_id])

    # --- what the run says about it ------------------------------------------------------------

    def config(self) -> Mapping[str, Json]:
        """Data, wording and selection; two runs with equal config have comparable rows."""
        return {
            "questions": {
                "name": self.questions.name,
                "revision": self.questions.revision,
                "digest": self.questions.digest,
            },
            "templates": {self.templates.name: self.templates.digest},
            "countries": sorted(self._cells.countries),
            "topics": list(self._cells.categories),
            "proxies": list(self._cells.types),
            "split": self.own.split,
            "answering": self.own.answering,
            "controls": list(self.own.controls),
            "permutations": self.settings.permutations or "all",
            "language": self.settings.language,
            **({"tokens": self._tokens} if self._generated else {}),
        }

    def stamp(self) -> str:
        """The questions, and the current state of the pictures' files."""
        return digest([self.questions.digest, self.questions.images.stamp()])

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        """The largest of the pictures that questions are about."""
        return largest(self.questions.images)

    def header(self) -> tuple[str, ...]:
        """Which questions are in use, and how they are asked."""
        n, found = len(self.questions.questions), self.questions
        few = " (too few to judge a model)" if n < FEW else ""
        controls = ", ".join(self.own.controls) or "off"
        permuted = self.settings.permutations
        return (
            f"questions {found.name} @ {found.revision[:19]}: {n} on {len(found.entries)} pictures"
            f"{few}, licence {', '.join(found.licences)}",
            f"split {self.own.split}, prompts {self.templates.name}, by "
            f"{self.own.answering}, blind controls {controls}"
            + (f", {permuted or 'all'} orders" if permuted != 1 else ""),
        )

    @property
    def asks_choices(self) -> bool:
        """Not if the answers are written anyway."""
        return not self._generated

    @property
    def _generated(self) -> bool:
        return self.own.answering == GENERATED

    @property
    def _tokens(self) -> int:
        return DEMO_TOKENS if self.settings.model == DEMO else TOKENS

    @property
    def _blind(self) -> str:
        """The control that is compared with a question's answer: no picture, else a grey one."""
        return next((name for name in (NONE, BLANK) if name in self.own.controls), "")

    @cached_property
    def _cells(self) -> Cells:
        return Cells(
            suite=self.meta.name, questions=self.questions, settings=self.settings, own=self.own
        )

    @cached_property
    def _asker(self) -> Asker:
        return Asker(
            templates=self.templates,
            generated=self._generated,
            seed=self.settings.seed,
            tokens=self._tokens,
        )

    @cached_property
    def _grey(self) -> ImageRef:
        return blank_picture()
