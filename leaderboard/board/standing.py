"""Whether a run answers what it was asked: its counts, and the least option mass that is ranked.

Knows scores; no table, no page and no order. A model that gives the offered options almost no
probability would say something else, so how it divides the rest among them is no answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from benchmark.records import Score
from benchmark.vocabulary import ALL_ASKED, SIMILARITY

LEAST_OPTION_MASS = 0.1
OPTION_MASS = "option_mass"
OVER_ANSWERS: Mapping[str, str] = {ALL_ASKED: SIMILARITY}
"""What a ranking metric is where only the answers that were given count."""
ANSWERS_OTHERWISE = "answers something else than the options"


def counts(score: Score | None) -> tuple[int | None, int | None, int | None]:
    """How many questions were answered, not asked, and not answered; None where nothing says.

    ``score`` is one over answers alone: what it misses was not asked or not answered.

    >>> from dataclasses import replace
    >>> from benchmark.analyses.reporting import scored
    >>> counts(replace(scored("accuracy", 0.5, {}, 7, "mean", n_missing=3), n_unanswered=1))
    (7, 2, 1)
    """
    if score is None:
        return None, None, None
    if score.n_unanswered is None:
        return score.n, None, None
    return score.n, max(0, score.n_missing - score.n_unanswered), score.n_unanswered


def option_mass(scores: Iterable[Score], scope: Mapping[str, str] | None = None) -> Score | None:
    """The option mass of a scope; the overall one where that scope has none of its own."""
    found = {tuple(score.scope.items()): score for score in scores if score.metric == OPTION_MASS}
    return found.get(tuple((scope or {}).items())) or found.get(())


def answers_otherwise(mass: Score | None) -> bool:
    """Whether even the upper end of the option mass is below `LEAST_OPTION_MASS`.

    The value decides where there is no interval. Without an option mass nothing is said.

    >>> from benchmark.analyses.reporting import scored
    >>> answers_otherwise(scored("option_mass", 1e-6, {}, 40, "mean"))
    True
    >>> answers_otherwise(scored("option_mass", 0.08, {}, 40, "mean", ends=(0.02, 0.14)))
    False
    """
    if mass is None or math.isnan(mass.value):
        return False
    return (mass.value if math.isnan(mass.high) else mass.high) < LEAST_OPTION_MASS
