"""How far a score may move when nothing but batches changes; knows scores and the noise floor."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.engine.noise_floor import Determinism
from benchmark.records import Score
from benchmark.vocabulary import CEILING, FLOOR, SKILL

DIVERGENCE = 1.67  # a divergence moves so much further than a distance (determinism.METHOD)
OF_SIMILARITY = {"js_similarity": 1.0, "js_distance": 1.0, "js_divergence": DIVERGENCE}


def noise_floor(score: Score, scores: Sequence[Score], found: Determinism | None) -> float:
    """By how much the score's interval is widened on either side; 0 where nothing is known.

    A skill is a similarity divided by ceiling less floor, so it moves by that much more; these
    two are looked up among ``scores``.
    """
    if found is None:
        return 0.0
    similarity = (
        found.js_similarity_substantive if score.reading == "substantive" else found.js_similarity
    )
    moved = math.nan
    if score.metric in OF_SIMILARITY:
        moved = similarity * OF_SIMILARITY[score.metric]
    elif score.metric == "option_mass":
        moved = found.option_mass
    elif score.metric.startswith(SKILL):
        width = _beside(CEILING, score, scores) - _beside(
            score.metric.replace(SKILL, FLOOR), score, scores
        )
        moved = similarity / width if width > 0 else math.nan
    return moved if math.isfinite(moved) else 0.0


def _beside(metric: str, score: Score, scores: Sequence[Score]) -> float:
    """The value of another metric in the same scope and reading."""
    for other in scores:
        alike = (other.metric, other.reading) == (metric, score.reading)
        if alike and dict(other.scope) == dict(score.scope):
            return other.value
    return math.nan
