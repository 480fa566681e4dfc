"""Which prompts and words the settings name, in English or another language.

Knows files of prompts and of translations; no case, no picture and no answer.
"""

from __future__ import annotations

from pathlib import Path

from benchmark.errors import DataProblem, UsageProblem, unknown
from benchmark.settings import Settings
from benchmark.stories.wording import StoryTranslation, load_story_translation
from benchmark.suite.prompts import Templates, load_templates, templates_of
from benchmark.texts import languages
from suites.stories.asking import CONDITIONS, SIGNALS, SLOTS, TRANSLATED_SLOTS

PROMPTS = Path(__file__).parent / "prompts"
DEFAULT = "default"


def open_translation(settings: Settings) -> StoryTranslation | None:
    """The file with another language's words; None if stories are asked for in English."""
    if settings.translations is not None:
        return load_story_translation(settings.translations, language=settings.language)
    if not languages.is_english(settings.language):
        raise UsageProblem(
            f"--language {settings.language} needs --translations FILE with the stories' words in "
            "that language (docs/stories.md); docs/stories-german.json is one"
        )
    return None


def open_templates(settings: Settings, translation: StoryTranslation | None) -> Templates:
    """The user's, the translation's or shipped prompts; they must say whom a story is for."""
    if settings.prompts is not None and settings.templates:
        raise UsageProblem("--prompts FILE and --templates exclude each other; give one")
    slots = SLOTS if translation is None else TRANSLATED_SLOTS
    if settings.prompts is None and translation is not None:
        templates = _prompts_of(translation, settings)
    else:
        path = settings.prompts or _shipped(settings)
        templates = load_templates(path, conditions=CONDITIONS, slots=slots)
    if templates.language != settings.language:
        raise UsageProblem(
            f"prompt file {templates.source} is in {templates.language!r} and --language is "
            f"{settings.language!r}; they must be the same"
        )
    for condition, template in templates.conditions.items():
        if SIGNALS.isdisjoint(slot for _, slot in template.suffix):
            known = ", ".join(f"{{{slot}}}" for slot in slots.suffix if slot in SIGNALS)
            raise DataProblem(
                f"prompt {templates.source} [{condition}] never says whom the story is for; put "
                f"one of {known} into the suffix"
            )
    return templates


def _prompts_of(translation: StoryTranslation, settings: Settings) -> Templates:
    if settings.templates:
        raise UsageProblem(
            f"--templates {','.join(settings.templates)}: shipped templates are in English; leave "
            "it out when using --translations"
        )
    if translation.prompts is None:
        raise UsageProblem(
            f"translation file {translation.source} has no `prompts`; add them, or give --prompts "
            "FILE with a template in that language"
        )
    return templates_of(
        {"language": translation.language, **translation.prompts},
        source=translation.source,
        name=translation.name,
        digest=translation.digest,
        conditions=CONDITIONS,
        slots=TRANSLATED_SLOTS,
    )


def _shipped(settings: Settings) -> Path:
    files = {path.stem: path for path in sorted(PROMPTS.glob("*.toml"))}
    names = settings.templates or (DEFAULT,)
    if len(names) > 1 or names == ("all",):
        raise UsageProblem(
            f"--templates {','.join(names)}: the story suite asks under one template at a time; "
            f"name one of {', '.join(files)}"
        )
    if names[0] not in files:
        raise UsageProblem(unknown("template", names[0], files, source="--templates"))
    return files[names[0]]
