r"""Escapes others' names for Markdown and LaTeX: shown as they are, never interpreted.

Knows no table. Whatever a model is called, the file keeps its structure.
"""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$!])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": "'",
    "-": "-",
    "—": "---",
    "…": r"\dots{}",
    "·": r"\ensuremath{\cdot}",
    "÷": r"\ensuremath{\div}",
    "“": "``",
    "”": "''",
    "\u2019": "'",
    "†": r"\dag{}",
}


def markdown(text: str) -> str:
    r"""Text for a paragraph or table cell; a bar, a tag or a star has no special meaning.

    >>> markdown("<b> a|b_c%")
    '&lt;b&gt; a\\|b\\_c%'
    """
    flat = " ".join(_printable(text).split())
    entities = "".join(_ENTITIES.get(character, character) for character in flat)
    return _MARKDOWN.sub(r"\\\1", entities)


def latex(text: str) -> str:
    r"""Text for any LaTeX engine; a letter beyond Latin is written as its code point.

    >>> latex("a_b & 50%"), latex("模")
    ('a\\_b \\& 50\\%', '\\texttt{U+6A21}')
    """
    flat = " ".join(_printable(text).split())
    return "".join(_LATEX.get(character) or _latin(character) for character in flat)


def _latin(character: str) -> str:
    code = ord(character)
    plain = code < 0x80 or (character.isalpha() and 0xC0 <= code < 0x180)
    return character if plain else rf"\texttt{{U+{code:04X}}}"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
