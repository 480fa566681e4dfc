"""A completion as the answer to a choice, and what is counted about it.

Knows no network: replies in, probabilities and the names of counts out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.models.endpoint.replies import is_refused, positions
from benchmark.models.endpoint.scores import LOW_MASS, Entry, TokenList, by_ids, by_text, opens
from benchmark.records import Probabilities

AS_ZERO = "answers_with_labels_as_zero"
MISSING = "answers_unscored_for_missing_labels"
REFUSED = "answers_unscored_as_refused"
LOW = f"answers_with_option_mass_below_{LOW_MASS}"
BEHIND = "answers_read_behind_a_repeated_lead_in"
COUNTS = (AS_ZERO, MISSING, REFUSED, LOW, BEHIND)  # in the order in which they are reported


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Probabilities, and the counts that the answer adds one to."""

    probabilities: Probabilities
    counts: tuple[str, ...] = ()


def read_ids(reply: Mapping[str, Any], ids: Sequence[int]) -> Result | None:
    """From tokens that were asked for by number; None if the server did not list them all."""
    places = positions(reply)
    if not places and is_refused(reply):
        return unscored(len(ids), REFUSED)
    found = by_ids(places[0].entries, ids) if places else None
    return None if found is None else Result(probabilities=found, counts=_low(found))


def read_top(reply: Mapping[str, Any], labels: Sequence[str], lead_in: str) -> Result | None:
    """Labels among the likeliest tokens; None where the server lists none.

    If the likeliest token only repeats the marks that end the lead-in, a label's probability is
    that at the first place plus, times that token's probability, that at the second.
    """
    places = positions(reply)
    if not places or not places[0].entries:
        return unscored(len(labels), REFUSED) if is_refused(reply) else None
    lists = [TokenList(entries=places[0].entries)]
    first = places[0].chosen
    if len(places) > 1 and first is not None and _is_echo(first, places[0].entries, lead_in):
        lists.append(TokenList(entries=places[1].entries, reached=first.logprob))
    found = by_text(lists, labels)
    counts = [BEHIND] if len(lists) > 1 else []
    if found.n_missing:
        counts.append(MISSING if math.isnan(found.probabilities.p[0]) else AS_ZERO)
    return Result(probabilities=found.probabilities, counts=(*counts, *_low(found.probabilities)))


def unscored(n_labels: int, count: str) -> Result:
    """No answer, and why."""
    nothing = Probabilities(p=(math.nan,) * n_labels, option_mass=math.nan)
    return Result(probabilities=nothing, counts=(count,))


def _is_echo(written: Entry, entries: Sequence[Entry], lead_in: str) -> bool:
    """Whether the written token is the likeliest one, and no more than the lead-in's end."""
    likeliest = max(entry.logprob for entry in entries)
    return written.logprob >= likeliest and opens(written.token, lead_in)


def _low(found: Probabilities) -> tuple[str, ...]:
    """The count of answers with little mass on labels; unscored answers have their own."""
    return (LOW,) if not math.isnan(found.p[0]) and found.option_mass < LOW_MASS else ()
