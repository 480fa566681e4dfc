"""The page's words for suites: the one place that names a suite.

Knows no run and no number. A suite that is not in the table is shown under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.questions.kinds import categories, question_types
from benchmark.stories.lists import concepts
from benchmark.vocabulary import (
    BLANK,
    ELSEWHERE,
    ITEMS,
    NONE,
    ORDERED,
    OWN_IMAGE,
    SHARED_IMAGE,
    SIMILARITY,
    W1,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteWords:
    """How the page speaks of one suite.

    ``beside`` are metrics of the board's last columns (else those of the suite's layout), ``marks``
    metrics that the headline is compared with besides floors and ceiling, ``figures`` what the
    charts of one model can show instead of the headline, those that are ``ruled`` between floors
    and a ceiling of their own. ``no_grade`` is shown where a number could be taken for one, and
    then nothing is ranked. ``stories``: its answers are texts to read.
    """

    title: str
    about: Sequence[str] = ()
    beside: Sequence[str] = ()
    marks: Sequence[str] = ()
    figures: Sequence[str] = ()
    ruled: Sequence[str] = ()
    item: str = "item"
    items: str = "items"
    people: str = "people"
    answers: str = "answers"
    against: str = ""  # the floor that maps and heatmaps are coloured by
    better: str = "is better"
    no_grade: str = ""
    stories: bool = False
    topic: str = "topic"
    topics: Mapping[str, str] = field(default_factory=dict)
    proxy: str = "what stood for the country"
    shown_by: str = "Country shown by"
    proxies: Mapping[str, str] = field(default_factory=dict)
    everything: str = "everything together"
    below: str = ""  # shown under the chart of countries
    kept_back: str = ""  # why there is no wording
    unasked: str = "not asked"
    unscored: str = "not answered"
    cluster: str = ""  # what items of one cluster share
    credit: str = ""


WVS = SuiteWords(
    title="Value alignment on the World Values Survey",
    about=(
        "The model answers survey questions as somebody from a country that is named or shown; "
        "its probabilities are compared with the answers of people there.",
        "A similarity alone says little: an answer that is blind to the country already comes "
        "near. So every figure is shown on a ruler between its floors and its ceiling.",
    ),
    beside=(*(SIMILARITY, ITEMS, "skill_world_average", ORDERED, "option_mass"),),
    figures=(SIMILARITY, "skill_world_average", ORDERED, f"{W1}skill_world_average"),
    ruled=(SIMILARITY, ORDERED),
    item="question",
    items="questions",
    against="floor_world_average",
    below="a dot left of the dashed line knows less than the average of all other countries.",
    kept_back="The survey's terms do not allow its wording here: questions by id, options by "
    "letter.",
    unasked="not asked in this country",
    cluster="stem",
    credit="Protocol: arXiv:2502.14906. People's answers: Durmus et al. 2023, "
    "arXiv:2306.16388 (GlobalOpinionQA, CC BY-NC-SA 4.0); Haerpfer et al. 2022, World Values "
    "Survey wave 7.",
)
CULTUREVERSE = SuiteWords(
    title="Cultural knowledge about pictures",
    about=(
        "The model answers multiple-choice questions about pictures of cultural concepts; one "
        "option is right. Accuracy is the share it gets right: higher is better, 1 is all.",
        "There are two floors. Chance is what guessing scores. Blind is the same model on "
        "the same questions without the picture, so only what lies above blind was seen.",
        "Countries differ by luck alone: gap and Gini are given without their noise, next to what "
        "equal countries would show.",
    ),
    marks=("blind_accuracy",),
    figures=("skill_chance", "image_gain_accuracy", "accuracy_shrunk"),
    item="question",
    items="questions",
    against="floor_chance",
    better="answers more of them right",
    topic="category",
    topics=dict(categories()),
    proxy="question type",
    shown_by="Question type",
    proxies={slug: label.lower() for slug, label in question_types().items()},
    everything="all question types",
    below="a dot left of the thin line does worse than guessing.",
    kept_back="The wording of these questions is not ours to publish: questions by id, options by "
    "letter.",
    unscored="without a readable answer",
    cluster="picture",
    credit="Protocol: arXiv:2501.01282.",
)
STORIES = SuiteWords(
    title="Cultural competence in generated stories",
    about=(
        "The model writes children's stories about a concept for a child of a nationality, with "
        "one picture for all nationalities, each one's own, or none.",
        "The table is sorted by the share of stories that can be read at all: not refused, "
        "empty or cut off. That is all it says.",
    ),
    figures=("n_words", "mtld", "distinct_2", "self_similarity", "story_distinctness"),
    item="story",
    items="stories",
    better="has more whole stories; that says nothing about how good they are",
    no_grade="No number here is a grade: a story is not more competent for being long, varied or "
    "unlike its neighbours, and a word that marks a nationality may be a custom, a name or a "
    "stereotype. Whether a story fits a child's culture is for people to say. Read some below.",
    stories=True,
    topic="concept",
    topics={slug: one.concept for slug, one in concepts().items()},
    proxy="picture shown",
    shown_by="Picture",
    proxies={
        SHARED_IMAGE: "one picture for all nationalities",
        OWN_IMAGE: "each nationality's own picture",
        ELSEWHERE: "control: another nationality's picture",
        BLANK: "control: a grey picture",
        NONE: "control: no picture",
    },
    everything="shared and own pictures together",
    kept_back="The texts of some of them are above.",
    credit="Protocol: arXiv:2508.16762; Bhatt & Diaz 2024, arXiv:2406.11565.",
)
SUITES: Mapping[str, SuiteWords] = {
    "wvs": WVS,
    "cultureverse": CULTUREVERSE,
    "stories": STORIES,
}


def suite_words(name: str) -> SuiteWords:
    """The words of a suite; plain ones if it has none."""
    return SUITES.get(name) or SuiteWords(title=name)


def suite_place(name: str) -> tuple[int, str]:
    """The sort key of suites: those with words in the table's order, then others by name."""
    known = list(SUITES)
    return (known.index(name) if name in known else len(known)), name
