"""The cultural-knowledge suite: questions about pictures in, `CaseRecord`s out.

Knows questions, pictures and templates; nothing of pytest, models or stores. Implements no metric.
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
from benchmark.suite.sources import open_questions, question_set_name
from benchmark.vocabulary import BLANK, DEMO, NONE, QUESTION
from suites.cultureverse.asking import CONDITIONS, Asker
from suites.cultureverse.cells import Cells

PROMPTS = Path(__file__).parent / "prompts"
DEFAULT = "default"
GENERATED = "generated"
# A few sentences of reasoning and the letter; the demo never ends a sentence, so a few tokens do.
TOKENS, DEMO_TOKENS = 384, 12
FEW = 1000  # questions below which a header warns that a set only shows how things work


def build(meta: SuiteMeta, settings: Settings) -> CultureVerseSuite:
    """The suite over the questions that the settings name."""
    templates = _templates(settings)
    if settings.language != templates.language:
        raise UsageProblem(
            f"prompt file {templates.source} is in {templates.language!r} and --language is "
            f"{settings.language!r}; they must be the same"
        )
    if NONE in settings.controls and NONE not in templates:
        raise UsageProblem(
            f"--controls none needs a condition [none] in {templates.source}; add it, or leave "
            "none out of --controls"
        )
    return CultureVerseSuite(
        meta=meta, questions=open_questions(settings), templates=templates, settings=settings
    )


def each_set(settings: Settings) -> Mapping[str, Settings]:
    """Settings of each set of questions by its name: several are asked in one session."""
    if not settings.more_questions:
        return {"": settings}
    found: dict[str, Settings] = {}
    for questions, columns in (
        (settings.questions, settings.question_columns),
        *settings.more_questions,
    ):
        name = question_set_name(questions, taken=found)
        found[name] = replace(
            settings, questions=questions, question_columns=columns, more_questions=()
        )
    return found


def _templates(settings: Settings) -> Templates:
    if settings.prompts is not None:
        return load_templates(settings.prompts, conditions=CONDITIONS)
    files = {path.stem: path for path in sorted(PROMPTS.glob("*.toml"))}
    # Other suites ship other templates; of those named, one at most is ours.
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
    survey: None = None

    def select(self) -> Selection:
        """Every cell that has a question; a country is a unit."""
        return self._cells.select()

    def interview(self, case: Case) -> Script:
        """Ask a cell's questions; where they are asked blind too, those answers stand beside."""
        questions = self._cells.of(case)
        orders = [cyclic_orders(len(q.options), self.settings.permutations) for q in questions]
        asked = self._requests(questions, orders, case.variant)
        beside = self._blind if case.kind == QUESTION else ""
        blind = self._requests(questions, orders, beside) if beside else []
        replies = iter((yield [*asked, *blind]))
        both = [
            Replies(replies=[[next(replies) for _ in each] for each in orders], orders=orders)
            for _ in range(1 + bool(beside))
        ]
        return right_answer_record(
            case,
            questions=questions,
            answered=both[0],
            blind=both[1] if beside else None,
        )

    def _requests(
        self,
        questions: Sequence[PictureQuestion],
        orders: Sequence[Sequence[Order]],
        variant: str,
    ) -> list[Request]:
        """Every question in its orders; a control's name says what is shown instead."""
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

    # --- what the run says of it ---------------------------------------------------------------

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
            "split": self.settings.split,
            "answering": self.settings.answering,
            "controls": list(self.settings.controls),
            "permutations": self.settings.permutations or "all",
            "language": self.settings.language,
            **({"tokens": self._tokens} if self._generated else {}),
        }

    def stamp(self) -> str:
        """The questions, and the pictures' files as they lie there now."""
        return digest([self.questions.digest, self.questions.images.stamp()])

    def largest_picture(self) -> tuple[str, tuple[int, int]] | None:
        """Of those that questions are asked about."""
        return largest(self.questions.images)

    def header(self) -> tuple[str, ...]:
        """Which questions are in use, and how they are asked."""
        n, found = len(self.questions.questions), self.questions
        few = " (too few to judge a model)" if n < FEW else ""
        controls = ", ".join(self.settings.controls) or "off"
        permuted = self.settings.permutations
        return (
            f"questions {found.name} @ {found.revision[:19]}: {n} on {len(found.entries)} pictures"
            f"{few}, licence {', '.join(found.licences)}",
            f"split {self.settings.split}, prompts {self.templates.name}, by "
            f"{self.settings.answering}, blind controls {controls}"
            + (f", {permuted or 'all'} orders" if permuted != 1 else ""),
        )

    @property
    def asks_choices(self) -> bool:
        """Not where the answers are written anyway."""
        return not self._generated

    @property
    def _generated(self) -> bool:
        return self.settings.answering == GENERATED

    @property
    def _tokens(self) -> int:
        return DEMO_TOKENS if self.settings.model == DEMO else TOKENS

    @property
    def _blind(self) -> str:
        """The control that stands beside a question's own answer: no picture before a grey one."""
        return next((name for name in (NONE, BLANK) if name in self.settings.controls), "")

    @cached_property
    def _cells(self) -> Cells:
        return Cells(suite=self.meta.name, questions=self.questions, settings=self.settings)

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
