"""What fills the slots of a story's prompt, in English or in the language of a translation file.

The file is JSON (docs/stories.md): ``language`` (BCP 47), ``source`` and ``licence`` of the
wording, ``prompts`` (the conditions of a prompt file), ``concepts`` by slug, ``children`` by ISO3
code (the whole phrase, since articles and adjectives inflect) and, where a prompt or a group needs
them, ``countries`` and ``groups``. Nothing is translated or inflected here. Knows no case or model.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmark.errors import DataProblem, unknown
from benchmark.stories.groups import Group, Groups
from benchmark.stories.lists import concepts, nationalities
from benchmark.world.countries import countries

ENGLISH = "en"
ABOUT = ("language", "source", "licence")
TABLES = ("prompts", "concepts", "children", "countries", "groups")
OF_A_SURVEY = ("questions", "categories")  # one file may serve both suites
SHOWN = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryWording:
    """Words by concept, and slots by whom a story is for: an ISO3 code or ``ISO3/slug``."""

    language: str
    concepts: Mapping[str, str]
    children: Mapping[str, Mapping[str, str]]

    def slots(self, concept: str, iso3: str, group: str) -> Mapping[str, str]:
        """What a prompt's slots hold; ``group`` is a slug, or empty for the nationality.

        Raises
        ------
        DataProblem
            There are no words for the concept, the nationality or the group.
        """
        whom = place(iso3, group)
        if concept not in self.concepts or whom not in self.children:
            what = f"the concept {concept!r}" if concept not in self.concepts else whom
            raise DataProblem(
                f"there are no words for {what} in {self.language!r}; a group needs --groups"
            )
        return {"concept": self.concepts[concept], **self.children[whom]}


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryTranslation:
    """A file's words; ``prompts`` are the tables of a prompt file, None if there are none."""

    source: str
    name: str
    digest: str
    language: str
    credit: str
    licence: str
    prompts: Mapping[str, Any] | None
    concepts: Mapping[str, str]
    children: Mapping[str, str]
    countries: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    def wording(self) -> StoryWording:
        """The words as slots, with ``{country}`` only where the file names the country."""
        found = {}
        for whom, phrase in {**self.children, **self.groups}.items():
            country = self.countries.get(whom.partition("/")[0])
            found[whom] = {"a_child": phrase} | ({"country": country} if country else {})
        return StoryWording(language=self.language, concepts=self.concepts, children=found)

    def check(self, wanted: Iterable[str], children: Iterable[str], *, names_country: bool) -> None:
        """Raise if a concept, or somebody the stories are for (`place`), has no words."""
        whom = list(dict.fromkeys(children))
        groups = [one for one in whom if "/" in one]
        asked = {
            "concepts": [slug for slug in dict.fromkeys(wanted) if slug not in self.concepts],
            "children": [one for one in whom if "/" not in one and one not in self.children],
            "groups": [one for one in groups if one not in self.groups],
            "countries": sorted({one.partition("/")[0] for one in whom} - self.countries.keys())
            if names_country
            else [],
        }
        missing = [f"{table} {_listing(lacking)}" for table, lacking in asked.items() if lacking]
        if missing:
            raise DataProblem(
                f"translation file {self.source} lacks {'; '.join(missing)}; add them, or choose "
                "others with --topics and --countries"
            )


def place(iso3: str, group: str) -> str:
    """Whom a story is for: a nationality's ISO3 code, or a group's code and slug.

    >>> place("NGA", ""), place("NGA", "igbo")
    ('NGA', 'NGA/igbo')
    """
    return f"{iso3}/{group}" if group else iso3


def english(groups: Groups | None) -> StoryWording:
    """The suite's own lists and the groups of a file."""
    children = {
        iso3: _in_english(whom.nationality, whom.with_article, iso3)
        for iso3, whom in nationalities().items()
    }
    for group in groups or ():
        children[place(group.country, group.slug)] = _of_group(group)
    words = {slug: entry.concept for slug, entry in concepts().items()}
    return StoryWording(language=ENGLISH, concepts=words, children=children)


def _of_group(group: Group) -> Mapping[str, str]:
    return _in_english(group.name, group.a_name, group.country)


def _in_english(name: str, with_article: str, iso3: str) -> Mapping[str, str]:
    return {
        "nationality": name,
        "a_nationality": with_article,
        "a_child": f"{with_article} child",
        "country": countries()[iso3].name,
    }


def load_story_translation(path: Path, *, language: str) -> StoryTranslation:
    """Read a file that must be in ``language``.

    Raises
    ------
    DataProblem
        The file cannot be read, has another layout or another language, or a key names neither a
        concept nor a nationality of the suite.
    """
    try:
        raw = path.read_bytes()
        table = json.loads(raw, object_pairs_hook=lambda pairs: _unique(pairs, path))
    except OSError as error:
        raise DataProblem(f"translation file {path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DataProblem(f"translation file {path} is not JSON: {error}") from error
    if not isinstance(table, dict):
        raise DataProblem(f"translation file {path} is not an object with {', '.join(TABLES)}")
    for key in table:
        if key not in (*ABOUT, *TABLES, *OF_A_SURVEY):
            raise DataProblem(unknown("key", key, (*ABOUT, *TABLES), source=str(path)))
    about = {key: _required_text(table, key, path) for key in ABOUT}
    if about["language"] != language:
        raise DataProblem(
            f"translation file {path} is in {about['language']!r} and --language is {language!r}; "
            "they must be the same"
        )
    words = {key: _words(table, key, path) for key in TABLES if key != "prompts"}
    _known(words["concepts"], concepts(), "concept", path)
    _known(words["children"], nationalities(), "nationality", path)
    _known(words["countries"], nationalities(), "nationality", path)
    _known((key.partition("/")[0] for key in words["groups"]), nationalities(), "country", path)
    prompts = table.get("prompts")
    if prompts is not None and not isinstance(prompts, dict):
        raise DataProblem(f"translation file {path}: `prompts` must hold tables of prompts")
    return StoryTranslation(
        source=str(path),
        name=path.stem,
        digest=hashlib.sha256(raw).hexdigest(),
        language=language,
        credit=about["source"],
        licence=about["licence"],
        prompts=prompts,
        **words,
    )


def _unique(pairs: Sequence[tuple[str, Any]], path: Path) -> dict[str, Any]:
    """The object, refused if a name occurs twice: JSON would silently keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(n for n, _ in pairs).items() if count > 1)
        raise DataProblem(f"translation file {path} gives {twice!r} twice; leave one of them")
    return found


def _required_text(table: Mapping[str, Any], key: str, path: Path) -> str:
    text = table.get(key)
    if not isinstance(text, str) or not text.strip():
        raise DataProblem(f"translation file {path} lacks the text `{key}`")
    return text


def _words(table: Mapping[str, Any], key: str, path: Path) -> dict[str, str]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise DataProblem(f"translation file {path}: `{key}` must map names to texts")
    for name, text in found.items():
        if not isinstance(text, str) or not text.strip():
            raise DataProblem(f"translation file {path}: `{key}` has no text for {name!r}")
    return found


def _known(found: Iterable[str], known: Mapping[str, object], kind: str, path: Path) -> None:
    for key in found:
        if key not in known:
            raise DataProblem(unknown(kind, key, known, source=str(path)))


def _listing(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
