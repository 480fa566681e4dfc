"""Prompt templates: data files in, `Prompt` records out; knows no model, case or picture content.

A template file is TOML. Each table is one condition and has `prefix` (shared by all questions about
one image or country), `suffix` (one question) and `lead_in` (opens the model's turn). It may have
`reason` and `reason_lead_in`, which replace the last two where a reason in words is asked for.
Slots are in braces, literal braces are doubled; `{image}` may occur once, in the prefix. The suite
says which condition needs or forbids which slot. A top-level `language` (BCP 47; default English)
names the wording's language, and a top-level `letter` is the line with `{labels}` that asks for a
written letter where none is scored; English has a default.
"""

from __future__ import annotations

import hashlib
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from benchmark import data
from benchmark.errors import DataProblem, unknown
from benchmark.records import ImageRef, Prompt
from benchmark.texts.letters import LABELS

PARTS = ("prefix", "suffix", "lead_in")
REASON_PARTS = ("reason", "reason_lead_in")
LANGUAGE, LETTER = "language", "letter"

Piece = tuple[str, str | None]  # literal text, then the slot that follows it


@dataclass(frozen=True, kw_only=True, slots=True)
class Slots:
    """Which slots a suite's prompts may have in each part."""

    prefix: tuple[str, ...]
    suffix: tuple[str, ...]


SURVEY_SLOTS = Slots(
    prefix=("country", "category", "image"),
    suffix=("country", "category", "question", "options", "countries"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """The slots that a condition's prompts must have, in prefix or suffix, and must not have.

    A file may leave out an ``optional`` condition; its cases then cannot exist.
    """

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One condition's parsed wording; `fill` makes prompts from it."""

    prefix: tuple[Piece, ...]
    suffix: tuple[Piece, ...]
    lead_in: str
    reason: tuple[Piece, ...] | None = None
    reason_lead_in: str = ""
    letter: str = ""

    def fill(self, slots: Mapping[str, str], *, image: ImageRef | None = None) -> Prompt:
        """A prompt with the slots' values; texts before and after the image are separate parts."""
        parts: list[str | ImageRef] = []
        text = ""
        for literal, slot in self.prefix:
            text += literal
            if slot == "image" and image is not None:
                parts += [text, image] if text else [image]
                text = ""
            elif slot is not None:
                text += slots[slot]
        parts += [text] if text else []
        return Prompt(
            prefix=tuple(parts),
            suffix=_fill(self.suffix, slots),
            lead_in=self.lead_in,
            letter=self.letter,
        )

    def fill_reason(self, slots: Mapping[str, str], *, image: ImageRef | None = None) -> Prompt:
        """The prompt that asks for a reason, after the same prefix; the template must have one."""
        if self.reason is None:
            raise DataProblem("a condition in the prompt file has no `reason`; add one")
        asks = replace(self, suffix=self.reason, lead_in=self.reason_lead_in)
        return asks.fill(slots, image=image)


@dataclass(frozen=True, kw_only=True, slots=True)
class Templates:
    """All conditions of one file; ``digest`` is of its bytes, ``name`` is the file's."""

    source: str
    name: str
    digest: str
    language: str
    conditions: Mapping[str, Template]

    def __contains__(self, condition: str) -> bool:
        return condition in self.conditions

    def __getitem__(self, condition: str) -> Template:
        return self.conditions[condition]


def load_templates(
    path: Path, *, conditions: Mapping[str, Condition], slots: Slots = SURVEY_SLOTS
) -> Templates:
    """Read a template file that must define ``conditions``.

    Raises
    ------
    DataProblem
        The file is unreadable or not TOML, lacks a condition or a part, uses an unknown slot, or
        a condition lacks a required slot or has a forbidden one.
    """
    try:
        raw = path.read_bytes()
        tables = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise DataProblem(f"prompt file {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataProblem(f"prompt file {path} is not TOML: {error}") from error
    return templates_of(
        tables,
        source=str(path),
        name=path.stem,
        digest=hashlib.sha256(raw).hexdigest(),
        conditions=conditions,
        slots=slots,
    )


def templates_of(
    tables: Mapping[str, object],
    *,
    source: str,
    name: str,
    digest: str,
    conditions: Mapping[str, Condition],
    slots: Slots,
) -> Templates:
    """Templates from parsed tables; raises like `load_templates`."""
    language = tables.get(LANGUAGE, "en")
    if not isinstance(language, str) or not language:
        raise DataProblem(f"prompt file {source}: language {language!r} is not a BCP 47 code")
    letter = _letter(tables.get(LETTER, _letters().get(language, "")), source)
    found = {key: table for key, table in tables.items() if key not in (LANGUAGE, LETTER)}
    for key in found:
        if key not in conditions:
            raise DataProblem(unknown("condition", key, conditions, source=source))
    for key, condition in conditions.items():
        if key not in found and not condition.optional:
            raise DataProblem(f"prompt file {source} lacks the condition [{key}]")
    return Templates(
        source=source,
        name=name,
        digest=digest,
        language=language,
        conditions={
            key: replace(
                _template(found[key], condition, slots, f"{source} [{key}]"), letter=letter
            )
            for key, condition in conditions.items()
            if key in found
        },
    )


def _template(table: object, condition: Condition, slots: Slots, where: str) -> Template:
    if not isinstance(table, dict):
        raise DataProblem(f"{where} in the prompt file is not a table")
    for key in table:
        if key not in (*PARTS, *REASON_PARTS):
            raise DataProblem(unknown("key", key, (*PARTS, *REASON_PARTS), source=where))
    parts = PARTS + (REASON_PARTS if any(part in table for part in REASON_PARTS) else ())
    for part in parts:
        if not isinstance(table.get(part), str):
            raise DataProblem(f"prompt {where} lacks the text {part!r}")
    prefix = _parse(table["prefix"], slots.prefix, f"{where} prefix")
    suffix = _parse(table["suffix"], slots.suffix, f"{where} suffix")
    if [slot for _, slot in prefix].count("image") > 1:
        raise DataProblem(f"prompt {where} prefix uses {{image}} more than once")
    _check_condition(condition, {slot for _, slot in (*prefix, *suffix) if slot}, where)
    if "reason" not in parts:
        return Template(prefix=prefix, suffix=suffix, lead_in=_lead_in(table, "lead_in", where))
    reason = _parse(table["reason"], slots.suffix, f"{where} reason")
    _check_condition(condition, {slot for _, slot in (*prefix, *reason) if slot}, f"{where} reason")
    return Template(
        prefix=prefix,
        suffix=suffix,
        lead_in=_lead_in(table, "lead_in", where),
        reason=reason,
        reason_lead_in=_lead_in(table, "reason_lead_in", where),
    )


@cache
def _letters() -> Mapping[str, str]:
    """The shipped lines that ask for a letter, by language."""
    return data.table("letter.toml")


def _letter(text: object, source: str) -> str:
    """The line that asks for a letter, with its slot open for each question's labels."""
    if not isinstance(text, str):
        raise DataProblem(f"prompt file {source}: {LETTER} {text!r} is not a text")
    pieces = _parse(text, (LABELS.strip("{}"),), f"{source} {LETTER}")
    if text and not any(slot for _, slot in pieces):
        raise DataProblem(f"prompt file {source}: {LETTER} lacks the slot {LABELS}; add it")
    return "".join(literal + (LABELS if slot else "") for literal, slot in pieces)


def _lead_in(table: Mapping[str, str], part: str, where: str) -> str:
    """The beginning of an answer; chat templates differ in whether they keep a final space."""
    found = "".join(text for text, _ in _parse(table[part], (), f"{where} {part}"))
    if found != found.rstrip():
        raise DataProblem(
            f"prompt {where} {part} ends in white space ({found[-12:]!r}), which some chat "
            "templates keep and others cut, so the answer would begin at different places; remove "
            "the white space"
        )
    return found


def _check_condition(condition: Condition, found: set[str], where: str) -> None:
    """Raise if a prompt lacks its cue or has another's: it would measure another condition."""
    for slot in condition.required:
        if slot not in found:
            raise DataProblem(
                f"prompt {where} lacks the slot {{{slot}}}, which this condition shows; add it"
            )
    for slot in condition.forbidden:
        if slot in found:
            raise DataProblem(f"prompt {where} must not use the slot {{{slot}}}; take it out")


def _parse(text: str, slots: tuple[str, ...], where: str) -> tuple[Piece, ...]:
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError as error:
        raise DataProblem(
            f"prompt {where} has unbalanced braces ({error}); double a literal one"
        ) from error
    for _, slot, spec, conversion in pieces:
        if slot is None:
            continue
        if slot not in slots:
            raise DataProblem(
                unknown("slot", f"{{{slot}}}", map("{{{}}}".format, slots), source=where)
            )
        if spec or conversion:
            raise DataProblem(f"prompt {where} slot {{{slot}}} takes no format; write {{{slot}}}")
    return tuple((literal, slot) for literal, slot, _, _ in pieces)


def _fill(pieces: tuple[Piece, ...], slots: Mapping[str, str]) -> str:
    return "".join(literal + (slots[slot] if slot is not None else "") for literal, slot in pieces)
