"""Which options of a recipe may be paths, and what they are from any other folder.

The rules are those by which pytest's options of these names are read. Knows no file's content.
"""

from __future__ import annotations

from pathlib import Path

from benchmark.models.naming import folder_meant
from benchmark.questions.embedded import NAME

PATHS = ("model", "data", "prompts", "question_columns")


def absolute(option: str, text: str) -> str:
    """A path as it would be from anywhere; a name as it stands, whatever lies in this folder."""
    return str(Path(text).expanduser().resolve()) if _is_path(option, text) else text


def _is_path(option: str, text: str) -> bool:
    match option:
        case "model":
            return folder_meant(text) is not None
        case "data":
            return text not in ("", NAME) and Path(text).expanduser().exists()
        case "question_columns":  # field=column pairs may end in anything
            return text.endswith(".toml") and "=" not in text
        case _:
            return bool(text)
