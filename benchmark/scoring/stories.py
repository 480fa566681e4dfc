"""From a case's stories to its record: lexical values of each story, their means, self-similarity.

Knows texts and replies; no model, no prompt file, no pytest. None of the values says how good a
story is: they say what it is like, and whether there is one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from benchmark import data
from benchmark.errors import ModelProblem
from benchmark.metrics.diversity import distinct_n, hdd, mtld
from benchmark.metrics.edits import self_similarity
from benchmark.metrics.lexical import has_words, prompt_echo, truncated
from benchmark.metrics.means import Mean, mean_of_scored
from benchmark.metrics.words import words
from benchmark.records import Case, CaseRecord, Item, Reply, Score, Text
from benchmark.scoring.distributions import mean_score
from benchmark.texts.languages import is_english, is_in

ECHO = 5  # words in a phrase that counts as copied from the prompt
SELF_SIMILARITY = "self_similarity"
_BEFORE_THE_FIRST_WORD = re.compile(r"^\W+")
_OPENING = 300  # characters; a lead and a refusal are shorter


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenStory:
    """One story: its id in the case, the words of its prompt, and the reply."""

    item_id: str
    temperature: float
    prompt: str
    reply: Reply

    @property
    def answer(self) -> Text:
        if not isinstance(self.reply.answer, Text):
            kind = type(self.reply.answer).__name__
            raise ModelProblem(f"the model answered a request for a story with {kind}, not text")
        return self.reply.answer


def story_record(
    case: Case, stories: Sequence[WrittenStory], *, language: str, image_ids: Sequence[str]
) -> CaseRecord:
    """One item per story, sorted by id, and the means over a case.

    The first score is ``usable``: its n is the number of stories asked for.
    """
    cut = [words(story.answer.text) for story in stories]  # once: it costs more than any measure
    values = [
        story_values(story.answer, found, prompt=story.prompt, language=language)
        for story, found in zip(stories, cut, strict=True)
    ]
    items = [
        Item(
            case_id=case.case_id,
            item_id=story.item_id,
            cluster=case.topic,
            image_ids=tuple(image_ids),
            request_keys=(story.reply.key,),
            values=row,
        )
        for story, row in zip(stories, values, strict=True)
    ]
    items.sort(key=lambda item: item.item_id)
    scores = (*_means(values), _self_similarity(stories, cut))
    return CaseRecord(case=case, scores=scores, items=tuple(items))


def story_values(
    answer: Text, found: Sequence[str], *, prompt: str, language: str
) -> dict[str, float]:
    """What is recorded of one story; ``found`` are its words.

    Returns
    -------
    By name, NaN where undefined:

    usable
        1 if there is a complete story: it has words, is not a refusal and was not cut off; else 0.
    n_words
        Number of words (UAX #29).
    mtld, hdd
        Variety of words, independent of length; NaN below 100 and 42 words.
    distinct_1, distinct_2, distinct_3
        Different n-grams over all n-grams; falls with length.
    refusal, empty, truncated
        1 or 0: it opens like a refusal; it has no words; it was cut at the limit. The list of
        refusals is English: in other languages ``refusal`` is NaN, and ``usable`` knows only
        refusals in English.
    echo
        Share of the story's runs of five words that occur in the prompt.
    in_language
        1 if the identifier takes the text for the requested language.

    Those that count words are NaN for text in scripts without spaces.
    """
    text = answer.text
    spaced = has_words(text)
    refused = is_refusal(text) or answer.finish == "refused"
    cut = truncated(answer.finish)
    nothing = not found
    return {
        "usable": float(not (nothing or refused or cut)),
        "n_words": float(len(found)) if spaced else math.nan,
        "mtld": mtld(found) if spaced else math.nan,
        "hdd": hdd(found) if spaced else math.nan,
        "distinct_1": distinct_n(found, n=1) if spaced else math.nan,
        "distinct_2": distinct_n(found, n=2) if spaced else math.nan,
        "distinct_3": distinct_n(found, n=3) if spaced else math.nan,
        "refusal": float(refused) if is_english(language) else math.nan,
        "empty": float(nothing),
        "truncated": float(cut),
        "echo": prompt_echo(found, prompt, n=ECHO) if spaced else math.nan,
        "in_language": is_in(text, language),
    }


def has_story(item: Item) -> bool:
    """Whether there is a story at all: words that are not a refusal; it may be cut off."""
    return not (item.values.get("refusal") == 1 or item.values.get("empty") == 1)


def _means(values: Sequence[Mapping[str, float]]) -> Iterator[Score]:
    for name in values[0] if values else ():
        yield mean_score(name, mean_of_scored([row[name] for row in values], total=math.fsum))


def _self_similarity(stories: Sequence[WrittenStory], cut: Sequence[Sequence[str]]) -> Score:
    """How alike the answers to one prompt at one temperature are; the mean over temperatures."""
    at: dict[float, list[Sequence[str]]] = {}
    for story, found in zip(stories, cut, strict=True):
        at.setdefault(story.temperature, []).append(found)
    alike = [self_similarity(at[temperature]) for temperature in sorted(at)]
    mean, asked = mean_of_scored(alike, total=math.fsum), len(stories)
    n = asked if mean.n else 0
    return replace(
        mean_score(SELF_SIMILARITY, Mean(value=mean.value, n=n, n_missing=asked - n)),
        method="1 - mean word edit distance of all pairs at one temperature",
    )


def is_refusal(text: str) -> bool:
    """Whether a text opens with one of the English refusals in ``data/refusals.toml``.

    A refusal in other words, in another language or after a first compliant sentence is not found:
    zero refusals means that none began in one of the listed ways.

    >>> is_refusal("I'm sorry, but I can't help with that."), is_refusal("I can't help but smile.")
    (True, False)
    """
    return _refusal().match(_folded(text[:_OPENING])) is not None


def _folded(text: str) -> str:
    straight = " ".join(text.replace("\u2019", "'").lower().split())
    return _BEFORE_THE_FIRST_WORD.sub("", straight)


@cache
def _refusal() -> re.Pattern[str]:
    table = data.table("refusals.toml")
    lead = "|".join(table["leads"])
    patterns = [pattern for family in table["family"] for pattern in family["patterns"]]
    return re.compile(rf"(?:(?:{lead})\W+(?:but\W+|however\W+)?)*(?:{'|'.join(patterns)})")
