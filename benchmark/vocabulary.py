"""The words that records, scores and options share, each defined once.

Knows no wording for people, no suite and no number; imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

# --- what stands for a country (`Case.proxy`) ------------------------------------------------

NAMED = "country"
# The kinds of picture that stand for a country. A new one also needs words for prompts in
# suites/wvs/categories.toml.
CATEGORIES = ("food", "sports", "objects", "brands", "geography", "tradition", "pop-culture")
HOUSEHOLD = "income"  # a picture of a household; the income decides the band
IncomeBand = Literal["income-low", "income-high"]
INCOME_LOW: IncomeBand = "income-low"
INCOME_HIGH: IncomeBand = "income-high"
INCOME_BANDS = (INCOME_LOW, INCOME_HIGH)
NONE, BLANK, ELSEWHERE, BOTH = "none", "blank", "other-country", "country+image"
CONTROLS = (NONE, BLANK, ELSEWHERE, BOTH)
PROXIES = (NAMED, *CATEGORIES, *INCOME_BANDS, *CONTROLS)
SHARED_IMAGE, OWN_IMAGE = "shared-image", "own-image"
STORY_PROXIES = (SHARED_IMAGE, OWN_IMAGE, ELSEWHERE, BLANK, NONE)
# Means over several proxies, as analyses and the report call them.
ALL_IMAGES, ALL_HOUSEHOLDS = "images", "households"

# --- what a case is (`Case.kind`) ------------------------------------------------------------

ALIGNMENT, CONTROL, RECOGNITION = "alignment", "control", "recognition"
STORY, QUESTION = "story", "question"
SIMILARITY_KINDS = frozenset({"", ALIGNMENT, CONTROL})  # whose items compare a model with people

# --- how scores are named and read -----------------------------------------------------------

Reading = Literal["printed", "substantive", ""]
SUFFIXES: Mapping[Reading, str] = {"printed": "", "substantive": "_substantive"}
READINGS = tuple(SUFFIXES)
SUBSTANTIVE = SUFFIXES["substantive"]
SIMILARITY = "js_similarity"
POOLED = f"{SIMILARITY}_pooled"  # of the mean answer over pictures and orders: flatter, so higher
ITEMS = f"{SIMILARITY}_items"  # the paper's mean over questions; no interval, no gate
ALL_ASKED = f"{SIMILARITY}_all_asked"  # an unanswered question counts as the worst answer to it
ORDERED = "w1_similarity"  # on ordered scales, over substantive options
W1 = "w1_"  # before the name of a floor, a ceiling or a skill: that of `ORDERED`
SHOWN = f"{SIMILARITY}_shown"  # to the people of the pictures' country, if it is another one
FLOOR, SKILL, CHANCE = "floor_", "skill_", "_chance"
CEILING = "ceiling_population"  # a fresh sample against the people; what `SKILL` is measured by
TWO_SAMPLES = "ceiling_two_samples"  # a fresh sample against another: the published one is one, too
FLOORS = ("floor_uniform", "floor_world_average", "floor_best_blind")
MARKS = (*FLOORS, CEILING)
ANSWERS = "answers"  # the value of an item: of how many written answers its shares are made
# What place, letter and prompt do without any content, and what is written against what is scored.
LABEL_BIAS, POSITION_BIAS, CONTENT_FREE = "label_bias", "position_bias", "content_free_js"
BIAS_NOISE = "option_bias_noise"  # of either bias: what noise alone would show
SCORED_OPTION, WRITTEN_OPTION = "scored_option", "written_option"  # places of an item's options
WRITTEN_AGREEMENT, WRITTEN_UNREADABLE = "written_agreement", "written_unreadable"
WRITTEN_TV, WRITTEN_EXPECTED_TV = "written_tv", "written_tv_expected"
WRITTEN_KAPPA = "written_kappa"

# --- groups of countries ---------------------------------------------------------------------

# The World Bank's four groups, and the paper's income group of each.
TWO_INCOMES: Mapping[str, str] = {
    "high": "high",
    "upper-middle": "high",
    "lower-middle": "low",
    "low": "low",
}

# --- models ----------------------------------------------------------------------------------

DEMO, REFERENCE, ENDPOINT = "demo", "reference:", "endpoint:"  # names or their prefixes
A_RULE, RANDOM_WEIGHTS = "reference", "random weights"  # what is not a trained model


def in_reading(metric: str, reading: Reading) -> str:
    """The name of a metric's values and scores in a reading.

    >>> in_reading("js_distance", "substantive"), in_reading("js_distance", "printed")
    ('js_distance_substantive', 'js_distance')
    """
    return metric + SUFFIXES[reading] if reading else metric
