"""The options that the cultural-knowledge suite reads, and the values of its own options.

Knows what can be typed and which sets of questions are named; opens none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmark.errors import UsageProblem
from benchmark.option_values import Option, names, one_of, path
from benchmark.settings import Settings
from benchmark.suite.shared_options import LANGUAGE, PERMUTATIONS, PROMPTS, SELECTION, TEMPLATES
from benchmark.suite.sources import is_hub_id
from benchmark.suite.suite_options import sample_or_needed

SAMPLE = "sample"


@dataclass(frozen=True, kw_only=True, slots=True)
class CultureVerseOptions:
    """``questions`` is ``sample``, a path or a Hub id; ``question_columns`` maps its columns."""

    questions: str
    question_columns: str
    split: str
    answering: str
    controls: tuple[str, ...]


def own_values(settings: Settings) -> CultureVerseOptions:
    """The values of the suite's own options, from the settings of one set."""
    ((questions, columns),) = question_sets(settings.own)
    own = {**settings.own, "questions": questions, "question_columns": columns}
    return CultureVerseOptions(**own)


def question_sets(own: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Each set with its column mapping; one mapping, or none, serves all sets."""
    named, mappings = own["questions"], own["question_columns"] or ("",)
    if len(mappings) > 1 and len(mappings) != len(named):
        raise UsageProblem(
            f"{len(mappings)} --question-columns for {len(named)} --questions; give one for each, "
            "in the same order, or one for all"
        )
    found = list(zip(named, mappings * (len(named) // len(mappings)), strict=True))
    if len(set(found)) < len(found):
        twice = next(pair[0] for pair in found if found.count(pair) > 1)
        raise UsageProblem(f"--questions {twice} is named twice; name each set once")
    return found


def _questions(values: Sequence[str], option: str) -> tuple[str, ...]:
    """Sources; a text with the form of a Hub id is a path only if the path exists."""
    paths = [path(value, option) for value in values]
    return tuple(
        value if value == SAMPLE or (is_hub_id(value) and not there.exists()) else str(there)
        for value, there in zip(values, paths, strict=True)
    )


def _columns(values: Sequence[str], option: str) -> tuple[str, ...]:
    return tuple(str(path(one, option)) if one.endswith(".toml") else one for one in values)


def _controls(value: str, option: str) -> tuple[str, ...]:
    if value == "off":
        return ()
    known = ("none", "blank", "off")
    return tuple(one_of(name, option, known=known) for name in names(value, option))


def _the_sample(config: Mapping[str, Any]) -> tuple[str, ...]:
    sample_or_needed(config, "questions")
    return (SAMPLE,)


OPTIONS = (
    *SELECTION,
    *(PROMPTS, TEMPLATES, LANGUAGE, PERMUTATIONS),
    Option(
        "--questions",
        "SOURCE",
        "questions about pictures (docs/cultureverse.md): sample, a file or folder, or ORG/NAME or "
        "ORG/NAME@COMMIT on the Hub; repeatable, each set has its own run; default: sample",
        default=SAMPLE,
        read=_questions,
        repeated=True,
        from_config=_the_sample,
        at_replay="the questions about pictures, as for pytest; default: the sample for runs on it",
    ),
    Option(
        "--question-columns",
        "MAP",
        "which column of --questions holds which field: field=column, comma-separated, a TOML "
        "file, cvqa or cvqa-local; repeatable, one for each set; default: columns named as fields",
        read=_columns,
        repeated=True,
        from_config=lambda _: (),
        at_replay="their columns, as for pytest",
    ),
    Option(
        "--split",
        "NAME",
        "the split of --questions to ask, or all; default: test",
        default="test",
    ),
    Option(
        "--answering",
        "WAY",
        "answer questions about pictures by the options' probability, or generated (step by step, "
        "the letter read from the text); default: probability",
        default="probability",
        read=partial(one_of, known=("probability", "generated")),
    ),
    Option(
        "--controls",
        "LIST",
        "also ask questions about pictures blind: without a picture (none), with a grey one "
        "(blank), or off; default: none,blank",
        default="none,blank",
        read=_controls,
    ),
)
