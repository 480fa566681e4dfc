"""Every error a user can cause or meet, in one tree; does not know who raises or shows them.

A message is one sentence: what is wrong, the value, where it came from, what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 40
LONGEST = 400  # characters of a library's message


class CultureError(Exception):
    """Something the user can act on; shown without a traceback."""


class UsageProblem(CultureError):
    """An option or a name on the command line is wrong; the run does not start."""


class DataProblem(CultureError):
    """A survey, manifest, prompt file, gate file or world table cannot be used as it is."""


class ImageProblem(DataProblem):
    """An image is missing, unreadable, truncated, too large or outside its folder."""


class RequestProblem(CultureError):
    """A model cannot answer this one request; the cases that need it fail, and the run goes on."""


class RunProblem(CultureError):
    """Something every other case would meet too: the run stops and can be continued."""


class StoreProblem(RunProblem):
    """The response store is corrupt, locked or has another schema."""


class ModelProblem(RunProblem):
    """A model or its server cannot be found, loaded or asked."""


class BudgetSpent(ModelProblem):
    """The next request would exceed what the user lets a session spend at a server."""


class HubProblem(RunProblem):
    """The Hub cannot be reached or refused; the message names the flag that avoids it."""


class BoardProblem(CultureError):
    """A run or leaderboard file is not ours, or has a schema this version cannot read."""


def unknown(kind: str, name: str, known: Iterable[str], *, source: str) -> str:
    """One sentence for an unknown id, with the nearest known ones.

    >>> unknown("topic", "religon", ["religion", "race"], source="--topics")
    "unknown topic 'religon' (--topics); did you mean religion? Known: race, religion"
    """
    names = sorted(set(known))
    folded = {n.casefold(): n for n in names}
    near = [folded[m] for m in get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)]
    hint = f"; did you mean {' or '.join(near)}?" if near else ";"
    if near and len(names) > SHOWN:
        return f"unknown {kind} {name!r} ({source}){hint}"
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return f"unknown {kind} {name!r} ({source}){hint} Known: {shown}"


def excerpt(error: BaseException, *, longest: int = LONGEST) -> str:
    r"""The first paragraph of a library's error, on one line, in whole sentences.

    A longer one is cut after a sentence or, if none ends in time, after a word and with an
    ellipsis. The final full stop is dropped, for the sentence that quotes it.

    >>> excerpt(ValueError("It broke. Look at the\nmanual. " + "Then " * 100), longest=40)
    'It broke. Look at the manual'
    >>> excerpt(ValueError("one two three"), longest=10)
    'one two …'
    """
    paragraph = re.split(r"\n\s*\n", str(error).strip())[0]
    text = " ".join(paragraph.split())
    if len(text) > longest:
        ends = [found.start() for found in re.finditer(r"[.!?](?= )", text[: longest + 1])]
        text = text[: ends[-1]] if ends else f"{text[: longest - 1].rpartition(' ')[0]} …"
    return text.rstrip(".")
