"""Which country a picture shows: a closed list of names, scored or written; knows no model.

The constrained form compares the likelihoods of the names; the written one reads the JSON that a
model generates, as in the paper's protocol (arXiv 2502.14906, Listings 1 and 2). An answer that
cannot be read is unscored, never guessed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

import numpy as np

from benchmark.errors import ModelProblem
from benchmark.metrics.directions import direction
from benchmark.records import Case, CaseRecord, Item, LogLikelihoods, Reply, Score, Text

TOPS = (1, 2, 5)
UNSCORED = dict.fromkeys(
    (*(f"top{k}" for k in TOPS), "reciprocal_rank", "p_country", "answer_mass"), math.nan
)


def recognition_values(reply: Reply, names: Sequence[str], truth: int) -> dict[str, float]:
    """Values of a picture's answer: top1, top2, top5, reciprocal_rank, p_country, answer_mass.

    And ``chance``, the top1 of a name drawn from the list.

    Parameters
    ----------
    reply
        Log-likelihoods of the names, or a text that lists guesses.
    names
        The closed list, in the order it was asked.
    truth
        The place of the right one.

    Returns
    -------
    dict
        ``topK`` is 1 if the right name is among the K best, else 0; ``reciprocal_rank`` is in
        [1/names, 1], or 0 if it is not among the guesses; ``p_country`` its share of the names'
        probability; ``answer_mass`` the probability of all names together (NaN for a text, like
        ``p_country``). All are NaN for a text without a guess. Ties rank the right name last.
    """
    match reply.answer:
        case LogLikelihoods(total=total):
            found = _of_likelihoods(np.asarray(total, dtype=np.float64), truth)
            return {**found, "chance": 1 / len(names)}
        case Text(text=text):
            found = _of_guesses(guesses(text, names), names[truth])
            return {**found, "chance": 1 / len(names)}
    kind = type(reply.answer).__name__
    raise ModelProblem(f"the model answered which country a picture shows with {kind}")


def _of_likelihoods(total: np.ndarray, truth: int) -> dict[str, float]:
    if np.isnan(total).any():
        return dict(UNSCORED)
    rank = int((total >= total[truth]).sum())
    shares = np.exp(total - total.max())
    found = {"p_country": float(shares[truth] / shares.sum()), "answer_mass": _mass(total)}
    return {**_of_rank(rank), **found}


def _mass(total: np.ndarray) -> float:
    """Names exclude each other, so their probabilities add up; rounding may exceed 1."""
    return min(float(np.exp(total).sum()), 1.0)


def _of_guesses(found: Sequence[str], right: str) -> dict[str, float]:
    if not found:
        return dict(UNSCORED)
    rank = found.index(right) + 1 if right in found else 0
    return {**_of_rank(rank), "p_country": math.nan, "answer_mass": math.nan}


def _of_rank(rank: int) -> dict[str, float]:
    """Rank 0 means not found."""
    tops = {f"top{k}": float(0 < rank <= k) for k in TOPS}
    return {**tops, "reciprocal_rank": 1 / rank if rank else 0.0}


def guesses(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """The listed names in a text's JSON list or object, best first, without repeats.

    >>> guesses('Sure: {"guesses": ["brazil", "Atlantis"]}', ["Brazil", "China"])
    ('Brazil',)
    """
    known = {name.casefold(): name for name in names}
    for piece in re.findall(r"\{.*?\}|\[.*?\]", text, flags=re.DOTALL):
        try:
            strings = list(_strings(json.loads(piece)))
        except ValueError:
            continue
        named = [known[s.strip().casefold()] for s in strings if s.strip().casefold() in known]
        if named:
            return tuple(dict.fromkeys(named))
    return ()


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for part in value for text in _strings(part)]
        case dict():
            return [text for part in value.values() for text in _strings(part)]
    return []


def recognition_record(
    case: Case, *, image_id: str, reply: Reply, names: Sequence[str], truth: int
) -> CaseRecord:
    """The record of one picture's case."""
    values = recognition_values(reply, names, truth)
    item = Item(
        case_id=case.case_id,
        item_id=image_id,
        cluster=image_id,
        image_ids=(image_id,),
        request_keys=(reply.key,),
        values=values,
    )
    scores = tuple(
        Score(
            metric=name,
            value=value,
            n=0 if math.isnan(value) else 1,
            n_missing=1 if math.isnan(value) else 0,
            method="one picture",
            higher_is_better=direction(name),
        )
        for name, value in values.items()
    )
    return CaseRecord(case=case, scores=scores, items=(item,))
