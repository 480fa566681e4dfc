"""The suite's requests: how a question, a picture and a template become a prompt.

Knows the wording of the slots; no answer and no metric.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmark.errors import DataProblem
from benchmark.records import (
    Case,
    Choice,
    Continuation,
    Generate,
    GenerationParams,
    ImageRef,
    Prompt,
    Subject,
)
from benchmark.scoring.option_orders import Order
from benchmark.suite.prompts import Condition, Template, Templates
from benchmark.survey.survey import Question
from benchmark.survey.translation import Translation
from benchmark.vocabulary import BLANK, CATEGORIES, HOUSEHOLD, NONE
from benchmark.world.countries import countries
from suites.wvs.cells import CONDITION

QUESTION = ("question", "options")
CONDITIONS: Mapping[str, Condition] = {
    "country": Condition(required=("country", *QUESTION), forbidden=("image", "countries")),
    "image": Condition(required=("image", *QUESTION), forbidden=("country", "countries")),
    "both": Condition(
        required=("country", "image", *QUESTION), forbidden=("countries",), optional=True
    ),
    "none": Condition(
        required=QUESTION, forbidden=("country", "image", "category", "countries"), optional=True
    ),
    "recognise": Condition(
        required=("image", "countries"), forbidden=("country", *QUESTION), optional=True
    ),
}
CATEGORIES_FILE = Path(__file__).parent / "categories.toml"
FILLERS_FILE = Path(__file__).parent / "content_free.toml"
IN_PICTURES = (*CATEGORIES, HOUSEHOLD, BLANK)  # all that a prompt may have to name
GUESS_TOKENS = 96
# Written recognition asks for the format that can be parsed, whatever the template's wording.
AS_JSON = 'Reply with JSON only: {"guesses": [five of these names, the likeliest first]}'


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Requests in the wording of the templates and of a translation, if any."""

    templates: Mapping[str, Templates]  # by variant
    category_words: Mapping[str, str]
    translation: Translation | None
    seed: int
    reason_tokens: int
    guess_tokens: int = GUESS_TOKENS

    def choice(
        self,
        case: Case,
        question: Question,
        order: Order,
        picture: ImageRef | None,
        category: str,
        *,
        letters: Order = (),
    ) -> Choice:
        """A choice of labels; ``order`` and ``letters`` as in `AskedChoice`."""
        labels = labels_of(len(question.options), letters)
        plain = order == tuple(range(len(order)))
        return Choice(
            prompt=self._template(case).fill(
                self._slots(case, question, order, category, labels), image=picture
            ),
            labels=labels,
            subject=Subject(
                country=case.country,
                item_id=question.question_id,
                order=() if plain else order,
            ),
        )

    def can_ask_why(self, case: Case) -> bool:
        """Whether the case's templates have the words that ask for a reason."""
        bare = self.templates[case.variant].conditions.get(CONDITION[NONE])
        used = [self._template(case), *([bare] if bare else [])]
        return all(template.reason is not None for template in used)

    def content_free(
        self,
        case: Case,
        question: Question,
        picture: ImageRef | None,
        category: str,
        *,
        filler: str,
        letters: Order = (),
    ) -> Choice:
        """The same choice with ``filler`` in place of the question's and every option's words.

        It is about no country (see `Subject`), though its prompt shows the same cue.
        """
        labels = labels_of(len(question.options), letters)
        words = {"question": filler, "options": _lines(labels, [filler] * len(labels))}
        slots = {**self._slots(case, question, (), category), **words}
        return Choice(
            prompt=self._template(case).fill(slots, image=picture),
            labels=labels,
            subject=Subject(country="", item_id=question.question_id),
        )

    def reason(
        self, case: Case, question: Question, picture: ImageRef | None, category: str
    ) -> Generate:
        """A one-sentence reason, with the options in printed order."""
        order = tuple(range(len(question.options)))
        slots = self._slots(case, question, order, category)
        return self._written(case, question, self._template(case).fill_reason(slots, image=picture))

    def reason_without_cue(self, case: Case, question: Question) -> Generate:
        """A reason without a cue of the country."""
        order = tuple(range(len(question.options)))
        template = self.templates[case.variant][CONDITION[NONE]]
        slots = self._slots(case, question, order, "")
        return self._written(case, question, template.fill_reason(slots))

    def recognition(
        self, picture: ImageRef, category: str, *, names: Sequence[str], truth: int, iso3: str
    ) -> Continuation:
        """The likelihood of each name in the closed list as the continuation, with a full stop.

        Without the stop a name that begins another one (Niger, Nigeria) would have its share too.
        """
        return Continuation(
            prompt=self._recognise(picture, category, names),
            texts=tuple(f" {name}." for name in names),
            subject=Subject(country=iso3, item_id=picture.image_id, truth=truth),
        )

    def written_recognition(
        self, picture: ImageRef, category: str, *, names: Sequence[str], iso3: str
    ) -> Generate:
        """Five guesses in words, as the paper asks."""
        prompt = self._recognise(picture, category, names)
        written = Prompt(prefix=prompt.prefix, suffix=f"{prompt.suffix}{AS_JSON}\n")
        subject = Subject(country=iso3, item_id=picture.image_id)
        params = GenerationParams(max_new_tokens=self.guess_tokens)
        return Generate(prompt=written, params=params, seed=self.seed, subject=subject)

    def country_name(self, iso3: str) -> str:
        """Its name in the prompts' language."""
        named = self.translation.countries if self.translation else {}
        return named.get(iso3, countries()[iso3].name)

    def _recognise(self, picture: ImageRef, category: str, names: Sequence[str]) -> Prompt:
        first = next(iter(self.templates.values()))
        slots = {"category": self._words(category), "countries": ", ".join(names)}
        return first["recognise"].fill(slots, image=picture)

    def _written(self, case: Case, question: Question, prompt: Prompt) -> Generate:
        subject = Subject(country=case.country, item_id=question.question_id)
        params = GenerationParams(max_new_tokens=self.reason_tokens)
        return Generate(prompt=prompt, params=params, seed=self.seed, subject=subject)

    def _template(self, case: Case) -> Template:
        return self.templates[case.variant][CONDITION[case.proxy]]

    def _slots(
        self,
        case: Case,
        question: Question,
        order: Order,
        category: str,
        labels: Sequence[str] = string.ascii_uppercase,
    ) -> Mapping[str, str]:
        return {
            "country": self.country_name(case.country),
            "category": self._words(category),
            "question": question.text,
            "options": _lines(labels, [question.options[place] for place in order]),
        }

    def _words(self, category: str) -> str:
        if not category:  # nothing is shown
            return ""
        named = self.translation.categories if self.translation else {}
        return named.get(category) or self.category_words[category]


def labels_of(n: int, letters: Order = ()) -> tuple[str, ...]:
    """The labels as shown: A, B, C, …, or the letters of these places.

    >>> labels_of(3), labels_of(3, (2, 0, 1))
    (('A', 'B', 'C'), ('C', 'A', 'B'))
    """
    return tuple(string.ascii_uppercase[place] for place in letters or range(n))


def _lines(labels: Sequence[str], options: Sequence[str]) -> str:
    return "\n".join(f"({label}) {option}" for label, option in zip(labels, options, strict=False))


@cache
def fillers(path: Path = FILLERS_FILE) -> tuple[str, ...]:
    """What stands for the words of a prompt without content."""
    return tuple(tomllib.loads(path.read_text("utf-8"))["fillers"])


@cache
def category_words(path: Path = CATEGORIES_FILE) -> Mapping[str, str]:
    """How a prompt names what a picture shows, by category.

    Raises
    ------
    DataProblem
        A category has no words, so its prompts would not say what the picture shows.
    """
    words = {name: str(text) for name, text in tomllib.loads(path.read_text("utf-8")).items()}
    for category in IN_PICTURES:
        if not words.get(category):
            raise DataProblem(
                f"{path} has no words for pictures of the category {category!r}; add a line "
                f'{category} = "…" with what prompts say such a picture shows'
            )
    return words
