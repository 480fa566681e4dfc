"""Which option a written answer chooses: the letter is read from the text, never guessed.

Knows texts and options; no question. A text with no letter, or several at once, chooses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmark.records import Text
from benchmark.texts.thinking import split_thinking

LABELS = "{labels}"  # the slot of a line that asks for a letter
_STATED = re.compile(r"\b(?i:answers?)\b[\s*_]*(?:\b(?i:is|would be)\b|[:=])[ \t*_:]*")
# (B), [b], B; a small letter without brackets only if nothing follows it.
_LETTER = re.compile(r"[\s*_]*(?:[(\[]([A-Za-z])[)\]]|([A-Z])\b|([a-z])(?=[\W_]*$))")
# A further label, in brackets or bare; "A" before a small word is an article, "I" mostly a pronoun.
_ANOTHER = re.compile(r"[(\[]([A-Za-z])[)\]]|\b(?!A\s+[a-z]|I\b(?![\W_]*$))([A-Z])\b(?!['\u2019])")
_NOTHING = re.compile(r"[\W_]*")
# (B) Words, B. Words: an option as it was printed, with no other label in brackets after it.
_LED = re.compile(r"[*_]*[(\[]?(?P<label>[A-Z])[)\].:]+[\s*_]+(?![a-z])(?:(?![(\[][A-Z][)\]]).)+")
_ARTICLE = re.compile(r"\s+(?!because\b|since\b|as\b|for\b)[a-z]")


def readable(answer: Text) -> str:
    """What a letter may be read from: nothing of a refusal, and a cut text only if it is a letter.

    What would have followed the cut might have named another.

    >>> readable(Text(text="The answer is A", finish="length"))
    ''
    >>> readable(Text(text="(B)", finish="length")), readable(Text(text="Answer: B", finish="stop"))
    ('(B)', 'Answer: B')
    """
    if answer.finish == "stop":
        return answer.text
    whole = answer.finish == "length" and _LETTER.fullmatch(answer.text.strip())
    return answer.text if whole else ""


def chosen_letter(text: str, options: Sequence[str]) -> int | None:
    r"""The place of the option that a text chooses; None if that cannot be read.

    What follows the last "answer:" or "answer is" is read; if there is none, the last line, which
    must then be only a letter, an option's text, or both. Anything before the end of thinking is
    not read.

    >>> chosen_letter("It has three corners.\nAnswer: (B)", ["Samosa", "Onigiri"])
    1
    >>> chosen_letter("Maybe the answer is (A)? No.\n</think>\n\n(B)", ["Samosa", "Onigiri"])
    1
    >>> chosen_letter("Answer: A or B", ["Samosa", "Onigiri"]) is None
    True
    >>> chosen_letter("A samosa has three corners too", ["Samosa", "Onigiri"]) is None
    True
    """
    text = split_thinking(text, "stop").text
    stated = list(_STATED.finditer(text))
    if stated:
        rest = text[stated[-1].end() :].strip().partition("\n")[0]
        return _read(rest, options, alone=False)
    line = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    return _read(line, options, alone=True)


def chosen_label(text: str, labels: Sequence[str]) -> int | None:
    """The same without knowing the options' texts, so that it does not depend on their wording.

    A text of one line may also begin with a label in brackets or before a full stop, and go on
    with the option's words.

    >>> [chosen_label(text, "ABC") for text in ("Answer: B", "(C) Not at all", "B. Rather")]
    [1, 2, 1]
    >>> chosen_label("(A) or (B)", "ABC") is None, chosen_label("(A) is wrong", "ABC") is None
    (True, True)
    """
    place = chosen_letter(text, labels)
    line = split_thinking(text, "stop").text.strip()
    if place is not None or "\n" in line or _STATED.search(line):
        return place
    led = _LED.fullmatch(line)
    if led is None or led["label"] not in labels:
        return None
    return list(labels).index(led["label"])


def _read(line: str, options: Sequence[str], *, alone: bool) -> int | None:
    named = [place for place, option in enumerate(options) if _plain(line) == _plain(option)]
    if len(named) == 1:  # before the letters, since an option may begin with the article "A"
        return named[0]
    found = _LETTER.match(line)
    if found is None:
        return None
    rest = line[found.end() :]
    if _is_word(found, rest):
        return None
    place = _place(found.group(1) or found.group(2) or found.group(3))
    if place >= len(options):
        return None
    if _plain(rest) in ("", _plain(options[place])):
        return place
    others = {_place(a or b) for a, b in _ANOTHER.findall(rest)} - {place}
    return None if alone or any(other < len(options) for other in others) else place


def _is_word(found: re.Match[str], rest: str) -> bool:
    """Whether the letter is a word, or begins one: a wall, I think, D-day."""
    if re.match(r"-\w|['\u2019]\w", rest):
        return True
    match found.group(2):
        case "A":
            return _ARTICLE.match(rest) is not None
        case "I":
            return _NOTHING.fullmatch(rest) is None
        case _:
            return False


def _place(letter: str) -> int:
    return ord(letter.upper()) - ord("A")


def _plain(text: str) -> str:
    """Without case, emphasis and punctuation around the words."""
    return " ".join(text.split()).strip(" .,:;()[]*_-").casefold()
