"""Labels' probabilities from the log-probabilities that a server lists; arithmetic only.

Knows no network. A list of the likeliest tokens may lack a label: the most that it can hold then
decides whether it counts as zero or the question as unscored. If the model first repeats the
bracket before a label, the label is looked for after that as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.records import Probabilities

LOW_MASS = 0.1  # below it the model wants to say something other than a label
NEGLIGIBLE = 1e-4  # of the labels' mass; moves a similarity in its fourth digit at most
FLOOR = -9999.0  # what vLLM writes for minus infinity, which JSON lacks
TOKEN_ID = "token_id:"  # noqa: S105 - how vLLM writes a token by its number
# Spaces of SentencePiece and byte-level BPE, where a server lists tokens as its tokenizer does.
SPACES = r"[\s\u2581\u0120]*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One listed token and its natural log-probability over the vocabulary."""

    token: str
    logprob: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenList:
    """The likeliest tokens of one place, and the log-probability of reaching that place."""

    entries: Sequence[Entry]
    reached: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelScores:
    """Probabilities, and how many labels were not in the list."""

    probabilities: Probabilities
    n_missing: int = 0


def by_ids(entries: Sequence[Entry], ids: Sequence[int]) -> Probabilities | None:
    """From tokens asked for by number; None where the server left one out."""
    listed = {entry.token: entry.logprob for entry in entries}
    wanted = [f"{TOKEN_ID}{i}" for i in ids]
    if any(token not in listed for token in wanted):
        return None
    return _normalised([listed[token] for token in wanted])


def by_text(lists: Sequence[TokenList], labels: Sequence[str]) -> LabelScores:
    """From the likeliest tokens of each place: all spellings of a label are one label.

    A label's probability sums over places, each times the probability of reaching it. One that is
    not listed is no likelier than the least likely listed token, nor than what the list leaves
    over, at each place. If all such labels together are below 0.0001 of the found labels' mass,
    they count as zero; else the answer is NaN. ``option_mass`` is that of the found ones.
    """
    sums = [
        _log_sum([e.logprob + place.reached for place in lists for e in place.entries
                  if _spells(e.token, label)])
        for label in labels
    ]  # fmt: skip
    missing = sum(1 for value in sums if value == -math.inf)
    found = _normalised(sums)
    if not missing:
        return LabelScores(probabilities=found)
    mass = math.exp(_log_sum(sums))
    at_most = math.fsum(math.exp(place.reached) * _unlisted(place, missing) for place in lists)
    if at_most < NEGLIGIBLE * mass:
        return LabelScores(probabilities=found, n_missing=missing)
    unscored = Probabilities(p=(math.nan,) * len(labels), option_mass=min(mass, 1.0))
    return LabelScores(probabilities=unscored, n_missing=missing)


def _unlisted(place: TokenList, n: int) -> float:
    """The most that ``n`` tokens missing from a list can hold together."""
    shares = [math.exp(entry.logprob) for entry in place.entries]
    return min(n * min(shares, default=1.0), max(0.0, 1.0 - math.fsum(shares)))


def opens(token: str, lead_in: str) -> bool:
    """Whether a token only repeats the marks that end the lead-in, or is white space.

    >>> opens(" (", "Answer: ("), opens("(A", "Answer: ("), opens("\u2581", "Answer: (")
    (True, False, True)
    """
    marks = re.search(r"[^\w\s]*$", lead_in.rstrip())
    bare = re.sub(rf"^{SPACES}|{SPACES}$", "", token)
    return bool(token) and bare in ("", marks.group() if marks else "")


def _spells(token: str, label: str) -> bool:
    """``A``, ``" A"``, ``(A``, ``A)`` and ``A.`` all choose A; ``And`` does not."""
    return re.fullmatch(rf"{SPACES}[(\[]?{re.escape(label)}[)\].:]?{SPACES}", token) is not None


def _normalised(logs: Sequence[float]) -> Probabilities:
    """Exponentials summing to 1, and what they summed to before; NaN where nothing is left."""
    total = _log_sum(logs)
    if not math.isfinite(total) or max(logs) <= FLOOR:
        return Probabilities(p=(math.nan,) * len(logs), option_mass=math.nan)
    p = tuple(math.exp(value - total) for value in logs)
    return Probabilities(p=p, option_mass=min(math.exp(total), 1.0))


def _log_sum(logs: Sequence[float]) -> float:
    highest = max(logs, default=-math.inf)
    if not math.isfinite(highest):
        return highest
    return highest + math.log(math.fsum(math.exp(value - highest) for value in logs))
