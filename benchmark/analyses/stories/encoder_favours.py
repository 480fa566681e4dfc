"""Which model one encoder favours beyond what the other encoders give it, over several runs.

Knows cases' mean similarities, which rows hold; no vector and no text. A favour says that encoders
disagree about a model, not which of them is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.encoders import Place, ranked
from benchmark.analyses.stories.table import counts
from benchmark.analyses.stories.vectors import spec_of
from benchmark.errors import DataProblem
from benchmark.metrics.concordance import favour
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permutation import holm, sign_flip_p
from benchmark.records import PICTURE_SIMILARITY, VECTORS, CaseRecord, Score
from benchmark.vocabulary import CONTROL

TWO = 2  # of two, the favour of the one is the disfavour of the other
LEVEL = 0.05


def encoder_favours(
    runs: Mapping[str, Sequence[CaseRecord]], *, rule: str, rng: np.random.Generator
) -> list[Score]:
    """Which model's stories each encoder favours beyond what the other encoders give them.

    Parameters
    ----------
    runs
        Rows of several models by name, controls among them or not; no vector is needed, as each
        row has the mean similarity of its case. Cases and encoders that all have are compared.
    rule
        Of chunking: encoders are compared under one.
    rng
        Draws the signs of the test.

    Returns
    -------
    ``encoder_favour`` by ``encoder`` and ``model`` in standard deviations of that encoder, its
    p from flipping the signs of whole concepts, ``encoder_favour_p``, and Holm's over those that
    are not a mirror image of another (n: concepts);
    ``encoder_agreement`` and ``encoder_tau`` over the models, and each encoder's mean for each
    model, ``story_picture_similarity``. Above 0: favoured.

    Raises
    ------
    DataProblem
        Fewer than two models, or fewer than two encoders or no case that all of them have.
    """
    models = sorted(runs)
    tables = {name: case_similarities(runs[name]).get(rule, {}) for name in models}
    encoders = sorted(set.intersection(*(set(t) for t in tables.values()))) if models else []
    if len(models) < 2 or len(encoders) < 2:
        raise DataProblem(
            f"{len(models)} runs with {len(encoders)} encoders in common under {rule} cannot be "
            "compared; give runs of at least two models with vectors of the same two encoders"
        )
    places = sorted(set.intersection(*(set(tables[m][e]) for m in models for e in encoders)))
    if not places:
        raise DataProblem(
            f"the runs of {', '.join(models)} have no case in common that all their encoders "
            "scored; run them with the same nationalities, concepts, proxies and pictures"
        )
    scores = np.array([[[tables[m][e][p] for p in places] for m in models] for e in encoders])
    means = dict(zip(encoders, scores.mean(axis=2), strict=True))
    return [
        *_favours(scores, encoders, models, places, rule, rng),
        *ranked(means, "models", rule),
        *_by_model(means, models, rule, len(places)),
    ]


def distinct_contrasts(encoders: int, models: int) -> int:
    """How many favours differ in more than sign: of two encoders or models, one mirrors the other.

    >>> distinct_contrasts(2, 2), distinct_contrasts(2, 3), distinct_contrasts(3, 3)
    (1, 3, 9)
    """
    return math.prod(1 if size == TWO else size for size in (encoders, models))


def least_concepts(tests: int) -> int:
    """Concepts without which no favour can reach 0.05 after Holm's correction.

    Of 2 ** k flips of k concepts two are as far as any, and Holm multiplies by ``tests``.

    >>> least_concepts(1), least_concepts(3), least_concepts(9)
    (6, 7, 9)
    """
    return math.ceil(math.log2(2 * tests / LEVEL))


def case_similarities(records: Sequence[CaseRecord]) -> dict[str, dict[str, dict[Place, float]]]:
    """By rule of chunking and encoder: each case's mean similarity; controls are left out."""
    found: dict[str, dict[str, dict[Place, float]]] = {}
    for record in records:
        case = record.case
        if not counts(record) or case.kind == CONTROL:
            continue
        for item in record.items:
            if item.item_id.startswith(VECTORS):
                encoder, rule = spec_of(item.item_id)
                mine = found.setdefault(rule, {}).setdefault(encoder, {})
                value = item.values.get(PICTURE_SIMILARITY, float("nan"))
                if not np.isnan(value):
                    mine[case.country, case.topic, case.proxy] = value
    return found


def _favours(
    scores: FloatArray,
    encoders: Sequence[str],
    models: Sequence[str],
    places: Sequence[Place],
    rule: str,
    rng: np.random.Generator,
) -> Iterator[Score]:
    table = favour(scores)  # (encoders, models, places)
    concepts = sorted({place[1] for place in places})
    of = np.array([concepts.index(place[1]) for place in places])
    flat = table.reshape(-1, len(places))
    sums = np.array([flat[:, of == c].sum(axis=1) for c in range(len(concepts))])
    p = sign_flip_p(sums, rng=rng)
    corrected = _over_contrasts(p.reshape(len(encoders), len(models))).ravel()
    for k, (value, one_p, one_holm) in enumerate(
        zip(flat.mean(axis=1).tolist(), p.tolist(), corrected.tolist(), strict=True)
    ):
        encoder, model = encoders[k // len(models)], models[k % len(models)]
        scope = {"encoder": encoder, "chunking": rule, "model": model}
        method = f"sign flips of {len(concepts)} concepts"
        yield scored("encoder_favour", value, scope, len(places), "beyond the other encoders")
        yield scored("encoder_favour_p", one_p, scope, len(concepts), method)
        yield scored("encoder_favour_p_holm", one_holm, scope, len(concepts), method)


def _over_contrasts(p: FloatArray) -> FloatArray:
    """Holm's over those of (encoders, models) that are not a mirror image of an earlier one."""
    once = tuple(slice(0, 1 if size == TWO else size) for size in p.shape)
    corrected = holm(p[once].ravel()).reshape(p[once].shape)
    found: FloatArray = np.broadcast_to(corrected, p.shape)
    return found


def _by_model(
    means: Mapping[str, FloatArray], models: Sequence[str], rule: str, n: int
) -> Iterator[Score]:
    for encoder, values in means.items():
        for model, value in zip(models, values.tolist(), strict=True):
            scope = {"encoder": encoder, "chunking": rule, "model": model}
            yield scored("story_picture_similarity", value, scope, n, "mean over cases")
