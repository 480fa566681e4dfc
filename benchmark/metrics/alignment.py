"""How close a model's answers are to a people's, in both readings; knows arrays only.

The printed reading keeps every option; the substantive one drops non-answers from both sides
and renormalises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.divergence import js_distance, js_divergence, js_similarity, restrict
from benchmark.vocabulary import SIMILARITY, SUBSTANTIVE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MAIN = SIMILARITY
# What is recorded of two distributions; `directions` says which end of each is better.
MEASURES: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    MAIN: js_similarity,
    "js_distance": js_distance,
    "js_divergence": js_divergence,
}


def similarity_values(human: Floats, model: Floats, substantive: Bools) -> dict[str, Floats]:
    """All `MEASURES` of each row, in both readings.

    Parameters
    ----------
    human, model
        Probabilities, (questions, options), padded with zeros; NaN rows are not scored.
    substantive
        Which options are answers, (questions, options).

    Returns
    -------
    dict
        Each measure's name and the same with ``_substantive``, each (questions,).
    """
    pairs = {
        "": (human, model),
        SUBSTANTIVE: (restrict(human, substantive), restrict(model, substantive)),
    }
    return {
        name + suffix: measure(p, q)
        for suffix, (p, q) in pairs.items()
        for name, measure in MEASURES.items()
    }


def similarity_in_both_readings(
    name: str, human: Floats, answer: Floats, substantive: Bools
) -> dict[str, Floats]:
    """The similarity of ``answer`` to ``human`` as ``name`` and ``name_substantive``."""
    return {
        name: js_similarity(human, answer),
        name + SUBSTANTIVE: js_similarity(
            restrict(human, substantive), restrict(answer, substantive)
        ),
    }
