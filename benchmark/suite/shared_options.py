"""Options that suites have in common, defined once; each suite lists those that it reads.

Their values are fields of `Settings`. Knows no suite, and of data only the names.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmark.errors import UsageProblem
from benchmark.option_values import Option, all_or_names, count, names, path, unless
from benchmark.suite.figures_only import FIGURES, PICTURES

WORDS = ("auto", "sample", "hub")


def source(value: str, option: str) -> str:
    """A word for data, or the path of the user's own."""
    if value.endswith((FIGURES, PICTURES)):
        raise UsageProblem(
            f"{value} is a bundle's list of figures without wording or pixels, so no model can be "
            "asked about it; name a survey or pictures"
        )
    return value if value in WORDS else str(path(value, option))


def sources(values: Sequence[str], option: str) -> tuple[str, ...]:
    """Sources in the order given, each once: a repeated folder would show each picture twice."""
    first: dict[Path, str] = {}
    for one in (source(value, option) for value in values):
        first.setdefault(Path(one).resolve(), one)
    return tuple(first.values())


def encoders(values: Sequence[str], option: str) -> tuple[str, ...]:
    """Names separated by commas, in repeated options, or both."""
    return tuple(name for value in values for name in names(value, option))


SURVEY = Option(
    "--survey",
    "SOURCE",
    "sample, hub, or a CSV file in GlobalOpinionQA's layout; default: auto (sample for embedded "
    "models, hub for all others)",
    default="auto",
    read=source,
)
IMAGES = Option(
    "--images",
    "SOURCE",
    "sample, hub (CVQA), a folder with a manifest.csv, or Dollar Street's CSV file or folder; "
    "repeatable, all are used; default: auto (as for --survey)",
    default="auto",
    read=sources,
    repeated=True,
)
PROMPTS = Option(
    "--prompts", "FILE", "a prompt template file of your own (docs/prompts.md)", read=path
)
TEMPLATES = Option(
    "--templates",
    "LIST",
    "names of shipped prompt templates, comma-separated, or all; default: default",
    default="",
    read=all_or_names,
)
TRANSLATIONS = Option(
    "--translations",
    "FILE",
    "the questions (docs/prompts.md) or the stories' words (docs/stories.md) in another language; "
    "needs --language, and --prompts if the file has no prompts",
    read=path,
)
LANGUAGE = Option("--language", "CODE", "the prompts' language, BCP 47; default: en", default="en")
COUNTRIES = Option(
    "--countries",
    "LIST",
    "ISO codes or names, comma-separated; default: the suite's",
    default="",
    read=names,
)
TOPICS = Option(
    "--topics",
    "LIST",
    "topics by slug or label, comma-separated, such as religion,gender; default: all",
    default="",
    read=names,
)
PROXIES = Option(
    "--proxies",
    "LIST",
    "proxies, comma-separated, such as country,food,tradition; default: all",
    default="",
    read=names,
)
LIMIT = Option(
    "--limit", "N", "ask at most N questions per topic; marks the run as partial", read=count
)
PERMUTATIONS = Option(
    "--permutations",
    "N",
    "ask under N cyclic orders of the options, or all, and average; default: 1 (as printed)",
    default="1",
    read=partial(unless, word="all", read=count),
)
ENCODER = Option(
    "--encoder",
    "NAME",
    "encoders of stories and pictures, for retrieval and cross-modal scores: org/name or "
    "org/name@COMMIT on the Hub, a local folder, random-clip or random-siglip; comma-separated or "
    "repeated; default: none",
    read=encoders,
    repeated=True,
)
SELECTION = (COUNTRIES, TOPICS, PROXIES, LIMIT)
SHARED = (
    *SELECTION,
    *(SURVEY, IMAGES, PROMPTS, TEMPLATES, TRANSLATIONS, LANGUAGE, PERMUTATIONS, ENCODER),
)
