"""The page's words for metrics; knows no suite, no run and no number.

A metric that is not in the table is shown by its suite's name for it, or by its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmark.vocabulary import ALL_ASKED, CEILING, FLOORS, ITEMS, ORDERED, TWO_SAMPLES, W1
from leaderboard.board.standing import ANSWERS_OTHERWISE, LEAST_OPTION_MASS


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A metric in words; ``short`` is for table heads and axes, ``note`` one sentence."""

    label: str
    short: str
    note: str = ""
    decimals: int = 3


_PLAIN: Mapping[str, Words] = {
    ALL_ASKED: Words(
        label="similarity, all asked",
        short="all asked",
        note="The similarity with each question that was asked and not answered counted as the "
        "worst answer to it, so that leaving questions out never pays. It ranks.",
    ),
    "js_similarity": Words(
        label="similarity",
        short="similarity",
        note="1 less the Jensen-Shannon distance (natural logarithm) between the model's and the "
        "people's answers, mean of the means of question stems over those that were answered; 1 is "
        "alike.",
    ),
    ITEMS: Words(
        label="similarity, the paper's mean",
        short="paper's mean",
        note="Mean over single questions, as published: a battery of alike questions weighs as "
        "much as all of its questions, so it has no interval and no gate.",
    ),
    ORDERED: Words(
        label="W1 similarity",
        short="W1",
        note="On ordered scales: 1 less the mean distance that answers would have to move along "
        "the scale (Wasserstein-1); one step costs less than nine.",
    ),
    "w1_skill_world_average": Words(
        label="W1 skill",
        short="W1 skill",
        note="The skill on ordered scales, by the W1 similarity.",
        decimals=2,
    ),
    "floor_uniform": Words(
        label="floor: uniform",
        short="uniform",
        note="All options equally likely: needs no model.",
    ),
    "floor_world_average": Words(
        label="floor: world average",
        short="world avg.",
        note="The mean answer of all other countries: knows people, not this country.",
    ),
    "floor_best_blind": Words(
        label="floor: best blind",
        short="best blind",
        note="The one answer for every country that scores best.",
    ),
    "floor_chance": Words(
        label="floor: chance",
        short="chance",
        note="One over the number of options: what guessing scores.",
    ),
    "blind_accuracy": Words(
        label="floor: blind",
        short="blind",
        note="The same questions asked without their picture. Whatever lies above it came from "
        "seeing.",
    ),
    CEILING: Words(
        label="ceiling: fresh sample",
        short="ceiling",
        note="A fresh sample of respondents of the same country, held against all of them.",
    ),
    TWO_SAMPLES: Words(
        label="ceiling: two samples",
        short="two samples",
        note="Two samples of respondents held against each other, as published answers are a "
        "sample too.",
    ),
    "skill_world_average": Words(
        label="skill",
        short="skill",
        note="Share of the way from the world average (0) to the ceiling (1).",
        decimals=2,
    ),
    "skill_population": Words(
        label="skill towards the population",
        short="skill (population)",
        note="Share of the way from the world average (0) to the people behind the sample (1).",
        decimals=2,
    ),
    "label_bias": Words(
        label="bias of letters",
        short="letters",
        note="Probability that the letters of the options alone move from uniform; 0 is none.",
        decimals=2,
    ),
    "position_bias": Words(
        label="bias of places",
        short="places",
        note="Probability that the places of the options alone move from uniform; 0 is none.",
        decimals=2,
    ),
    "content_free_js": Words(
        label="answer without content, from uniform",
        short="without content",
        note="Jensen-Shannon distance to uniform of the answer to a prompt that says nothing.",
        decimals=2,
    ),
    "written_agreement": Words(
        label="written answer is the scored one",
        short="written = scored",
        note="Share of questions where the written option is the most probable one.",
        decimals=2,
    ),
    "option_mass": Words(
        label="option mass",
        short="option mass",
        note="Probability that the model gave to the offered options at all; where even the upper "
        f"end of its interval is below {LEAST_OPTION_MASS}, it {ANSWERS_OTHERWISE} and is not "
        "ranked.",
        decimals=2,
    ),
    "recognition_top1": Words(label="country recognised at first guess", short="recognised"),
    "accuracy": Words(
        label="accuracy",
        short="accuracy",
        note="Share of questions whose likeliest option is the right one; 1 is all.",
    ),
    "skill_chance": Words(
        label="skill over chance",
        short="skill",
        note="Share of the way from chance (0) to all right (1).",
        decimals=2,
    ),
    "image_gain_accuracy": Words(
        label="image gain",
        short="image gain",
        note="Accuracy with the picture less without it, question by question; 0 means that the "
        "picture adds nothing.",
    ),
    "accuracy_shrunk": Words(
        label="accuracy, shrunk",
        short="shrunk",
        note="Countries with few questions are drawn towards the mean of all.",
    ),
    "usable": Words(
        label="usable stories",
        short="usable",
        note="Share of stories that are whole: not empty, refused or cut off. It does not "
        "say that a story is good.",
    ),
    "n_words": Words(label="words a story", short="words", decimals=0),
    "mtld": Words(
        label="variety of words (MTLD)",
        short="MTLD",
        note="Made not to depend on length; from 100 words on.",
        decimals=1,
    ),
    "distinct_2": Words(
        label="different pairs of words (distinct-2)",
        short="distinct-2",
        note="Falls with length, so compare only equal lengths.",
    ),
    "self_similarity": Words(
        label="likeness of answers to one prompt",
        short="self-similarity",
        note="1 less the mean word edit distance of its stories at one temperature.",
    ),
    "story_distinctness": Words(
        label="distance to other nationalities' stories, less that among its own",
        short="distinctness",
        note="Above 0 where stories of a nationality resemble each other.",
    ),
    "story_marker_words": Words(
        label="words that mark a nationality", short="marker words", decimals=0
    ),
}
# The floors and ceilings of the W1 similarity are those of any other, on ordered scales.
METRICS: Mapping[str, Words] = {
    **_PLAIN,
    **{
        W1 + mark: replace(_PLAIN[mark], note=f"On ordered scales. {_PLAIN[mark].note}")
        for mark in (*FLOORS, CEILING, TWO_SAMPLES)
    },
}
