"""How close a model's answers are to a people's, in both readings; knows arrays only.

The printed reading keeps every option; the substantive one drops non-answers from both sides
and renormalises.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.divergence import js_divergence, js_similarity, restrict
from benchmark.vocabulary import SUBSTANTIVE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def similarity_values(human: Floats, model: Floats, substantive: Bools) -> dict[str, Floats]:
    """Jensen-Shannon similarity, distance and divergence of each row, in both readings.

    Parameters
    ----------
    human, model
        Probabilities, (questions, options), padded with zeros; NaN rows are not scored.
    substantive
        Which options are answers, (questions, options).

    Returns
    -------
    dict
        ``js_similarity``, ``js_distance``, ``js_divergence`` and the same with
        ``_substantive``, each (questions,). Natural logarithm; similarity in
        [1 - √ln 2, 1], higher is nearer.
    """
    pairs = {
        "": (human, model),
        SUBSTANTIVE: (restrict(human, substantive), restrict(model, substantive)),
    }
    values: dict[str, Floats] = {}
    for suffix, (p, q) in pairs.items():
        divergence = js_divergence(p, q)
        values["js_similarity" + suffix] = 1 - np.sqrt(divergence)
        values["js_distance" + suffix] = np.sqrt(divergence)
        values["js_divergence" + suffix] = divergence
    return values


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
