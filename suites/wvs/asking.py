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
    ) -> Choice:
        """A choice of labels, with the options in ``order``."""
        labels = tuple(string.ascii_uppercase[: len(question.options)])
        plain = order == tuple(range(len(order)))
        return Choice(
            prompt=self._template(case).fill(
                self._slots(case, question, order, category), image=picture
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
        self, case: Case, question: Question, order: Order, category: str
    ) -> Mapping[str, str]:
        shown = (question.options[place] for place in order)
        return {
            "country": self.country_name(case.country),
            "category": self._words(category),
            "question": question.text,
            "options": "\n".join(
                f"({label}) {option}"
                for label, option in zip(string.ascii_uppercase, shown, strict=False)
            ),
        }

    def _words(self, category: str) -> str:
        if not category:  # nothing is shown
            return ""
        named = self.translation.categories if self.translation else {}
        return named.get(category) or self.category_words[category]


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
