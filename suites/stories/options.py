"""The options that the story suite reads, and the values of its own options.

Knows what can be typed; no picture and no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.errors import UsageProblem, unknown
from benchmark.metrics.chunking import RULES
from benchmark.option_values import Option, count, names, path, temperatures, unless
from benchmark.settings import Settings
from benchmark.suite.shared_options import (
    ENCODER,
    IMAGES,
    LANGUAGE,
    PROMPTS,
    SELECTION,
    TEMPLATES,
    TRANSLATIONS,
)
from benchmark.suite.suite_options import sample_or_needed


@dataclass(frozen=True, kw_only=True, slots=True)
class StoriesOptions:
    """None leaves the choice to the suite; for ``groups`` it means nationalities only."""

    groups: Path | None
    responses: int | None
    temperatures: tuple[float, ...]
    story_tokens: int | None
    chunking: tuple[str, ...]


def own_values(settings: Settings) -> StoriesOptions:
    """The values of the suite's own options, from the settings."""
    return StoriesOptions(**settings.own)


def chunking_rules(value: str, source: str) -> tuple[str, ...]:
    """Names of rules, at least one."""
    rules = names(value, source)
    for rule in rules:
        if rule not in RULES:
            raise UsageProblem(unknown("rule", rule, RULES, source=source))
    if not rules:
        raise UsageProblem(f"{source} names nothing; give one of {', '.join(RULES)}")
    return rules


def _no_groups(config: Mapping[str, Any]) -> None:
    sample_or_needed(config, "groups")


OPTIONS = (
    *SELECTION,
    *(IMAGES, PROMPTS, TEMPLATES, TRANSLATIONS, LANGUAGE, ENCODER),
    Option(
        "--groups",
        "FILE",
        "a CSV of ethnic groups within countries, for whom stories are asked for as well as for "
        "the nationality (docs/stories.md); default: none",
        read=path,
        from_config=_no_groups,
        at_replay="the ethnic groups that stories were asked for, if the run had some",
    ),
    Option(
        "--responses",
        "N",
        "stories per case at each temperature; default: auto (5; 2 for embedded models)",
        default="auto",
        read=partial(unless, word="auto", read=count),
    ),
    Option(
        "--temperatures",
        "LIST",
        "temperatures of stories, comma-separated; 0 takes the likeliest word; default: 0.3,0.7",
        default="0.3,0.7",
        read=temperatures,
    ),
    Option(
        "--story-tokens",
        "N",
        "most tokens of a story; default: auto (1000; 32 for the demo, whose stories never end)",
        default="auto",
        read=partial(unless, word="auto", read=count),
    ),
    Option(
        "--chunking",
        "LIST",
        "how an --encoder reads a story longer than its window: truncate, mean-of-chunks or "
        "sentence-max, comma-separated (docs/story-statistics.md); default: mean-of-chunks",
        default="mean-of-chunks",
        read=chunking_rules,
    ),
)
