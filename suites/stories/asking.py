"""The suite's requests: how a nationality, a concept and a picture become a prompt and a seed.

Knows the wording of the slots; no answer and no metric.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.records import Case, Generate, GenerationParams, ImageRef, Prompt, Subject
from benchmark.stories.wording import StoryWording
from benchmark.suite.prompts import Condition, Slots, Templates
from benchmark.vocabulary import NONE

CONDITIONS: Mapping[str, Condition] = {
    "image": Condition(required=("image", "concept")),
    NONE: Condition(required=("concept",), forbidden=("image",)),
}
# The nationality must not precede the picture: all nationalities share its encoding.
SLOTS = Slots(
    prefix=("image", "concept"),
    suffix=("concept", "a_child", "nationality", "a_nationality", "country"),
)
# For an inflected language a file has whole phrases; a bare adjective would have to be inflected.
TRANSLATED_SLOTS = Slots(prefix=("image", "concept"), suffix=("concept", "a_child", "country"))
SIGNALS = frozenset({"a_child", "nationality", "a_nationality", "country"})
SEEDS = 2**31  # servers accept no larger seed


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Requests for single stories, each with a seed of its own."""

    templates: Templates
    wording: StoryWording
    seed: int
    most_tokens: int

    def story(
        self, case: Case, temperature: float, response: int, picture: ImageRef | None
    ) -> Generate:
        """One story; its seed depends only on its cell and the run's seed."""
        return Generate(
            prompt=self.prompt(case, picture),
            params=GenerationParams(max_new_tokens=self.most_tokens, temperature=temperature),
            seed=story_seed(self.seed, case, temperature, response),
            subject=Subject(country=case.country, item_id=item_id(case, temperature, response)),
        )

    def prompt(self, case: Case, picture: ImageRef | None) -> Prompt:
        """The prompt for a nationality or group and a concept, with or without a picture."""
        template = self.templates[NONE if picture is None else "image"]
        slots = self.wording.slots(case.topic, case.country, case.variant)
        return template.fill(slots, image=picture)


def item_id(case: Case, temperature: float, response: int) -> str:
    """``honesty/0.3/1``: which story of a case; responses count from 1."""
    return f"{case.topic}/{temperature:g}/{response}"


def story_seed(seed: int, case: Case, temperature: float, response: int) -> int:
    """The seed of one story, from the run's seed and its place."""
    place = f"{seed}/{case.case_id}/{temperature:g}/{response}"
    return int(hashlib.sha256(place.encode()).hexdigest()[:16], 16) % SEEDS


def words_of(prompt: Prompt) -> str:
    """The text of a prompt, without pictures."""
    parts = [part for part in prompt.prefix if isinstance(part, str)]
    return "".join((*parts, prompt.suffix, prompt.lead_in))
