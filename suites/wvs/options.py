"""The options that the value-alignment suite reads, and the values of its own options.

Knows what can be typed; no survey and no picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.option_values import Option, amount, at_least_one, count, one_of, path, unless
from benchmark.settings import Settings
from benchmark.suite.shared_options import (
    IMAGES,
    LANGUAGE,
    PERMUTATIONS,
    PROMPTS,
    SELECTION,
    SURVEY,
    TEMPLATES,
    TRANSLATIONS,
)

OFF, REPORT, DIVIDE = CALIBRATIONS = ("off", "report", "content-free")


@dataclass(frozen=True, kw_only=True, slots=True)
class WvsOptions:
    """None leaves the choice to the suite; for ``topic_labels`` it means the published ones."""

    topic_labels: Path | None
    vetted: str
    recognition: str
    rationales: int | None
    min_images: int | None
    income_cut: float | None
    design_effect: float | None
    latin_square: bool
    calibrate: str
    written: int


def own_values(settings: Settings) -> WvsOptions:
    """The values of the suite's own options, from the settings."""
    return WvsOptions(**settings.own)


def _reasons(config: Mapping[str, Any]) -> int | None:
    """The number; None for a list, which the suite chose itself and will choose again."""
    found = config.get("rationales")
    return found if isinstance(found, int) else None


OPTIONS = (
    *SELECTION,
    *(SURVEY, IMAGES, PROMPTS, TEMPLATES, TRANSLATIONS, LANGUAGE, PERMUTATIONS),
    Option(
        "--topic-labels",
        "FILE",
        "a CSV of questions and topics; default: the published labels",
        read=path,
        from_config=lambda _: None,
        at_replay="the topic labels, if the run had some of its own",
    ),
    Option(
        "--vetted",
        "TOP",
        "keep only pictures whose country is the model's first guess (top1) or among its first two "
        "(top2), or all (off); decided at run time; default: off",
        default="off",
        read=partial(one_of, known=("off", "top1", "top2")),
    ),
    Option(
        "--recognition",
        "WAY",
        "recognise a picture's country by the likelihood of each name, or json (five written "
        "guesses, the paper's protocol); default: auto (json for endpoints, else likelihood)",
        default="auto",
        read=partial(one_of, known=("auto", "likelihood", "json")),
        from_config=lambda config: config.get("recognition", "likelihood"),
    ),
    Option(
        "--rationales",
        "N",
        "ask for a one-sentence reason on N questions per case; default: auto (0; the demo gives "
        "one under some proxies)",
        default="auto",
        read=partial(unless, word="auto", read=partial(count, least=0)),
        from_config=_reasons,
    ),
    Option(
        "--min-images",
        "N",
        "household pictures that a country needs (under --vetted, recognised ones); default: 5",
        read=count,
    ),
    Option(
        "--income-cut",
        "USD",
        "monthly income from which a household is income-high; default: see docs/data.md",
        read=amount,
        from_config=lambda config: config.get("income_cut_usd_month"),
    ),
    Option(
        "--design-effect",
        "D",
        "divide a country's number of respondents by D = 1 + CV² of the survey's weights, where "
        "the survey file gives none; default: 1 (docs/data.md)",
        read=at_least_one,
    ),
    Option(
        "--latin-square",
        "",
        "ask each question in a Latin square of content, place and letter, so that label_bias and "
        "position_bias are told apart, and average: as many prompts as the question has options, "
        "twice as many if these are 3 or even; in place of --permutations",
        flag=True,
        from_config=lambda config: "latin_square" in config,
    ),
    Option(
        "--calibrate",
        "WAY",
        "content-free: divide each answer by the one to the same prompt without content and "
        "renormalise; report: ask those prompts for content_free_js alone; default: off",
        default="off",
        read=partial(one_of, known=CALIBRATIONS),
    ),
    Option(
        "--written",
        "N",
        "let the model also write its answer to N questions of each country and proxy, drawn by "
        "--seed, to be compared with the scored one; not for references; default: 0",
        default="0",
        read=partial(count, least=0),
    ),
)
