"""Whether encoders agree on which stories fit their pictures, and whom one of them favours.

Knows vectors of stories and pictures, and cases' means of them; no text. An encoder that was built
like a model's own eye can favour that model's stories, so no figure of one encoder is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.analyses.story_table import CONTROL, counts
from benchmark.analyses.story_vectors import (
    SIMILARITY,
    StoryVectors,
    spec_of,
    story_vectors,
)
from benchmark.errors import DataProblem
from benchmark.metrics.concordance import favour, kendall_w, tau_matrix
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.permutation import holm, sign_flip_p
from benchmark.records import VECTORS, AnswerReader, CaseRecord, Score

Place = tuple[str, str, str]  # country, concept, proxy


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryEncoders:
    """``story_picture_similarity``: mean cosine of stories with their picture, by encoder.

    In [-1, 1]; whether higher is better is what is in question. By ``encoder`` and ``chunking``,
    overall (no controls), by proxy and by country. ``encoder_tau``: Kendall's tau-b of two
    encoders' rankings of the cases (mean over a case's stories), scope ``encoder`` and
    ``against``, under one rule of chunking; ``encoder_agreement`` is Kendall's W of all encoders, 1
    where they rank alike, about one in their number where they have nothing in common. Across
    models: `encoder_favours`.
    """

    name: str = "story_encoders"

    @property
    def needs(self) -> frozenset[str]:
        return frozenset()

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,
        *,
        rng: np.random.Generator,  # noqa: ARG002 - nothing is drawn
    ) -> Sequence[Score]:
        """The scores, the same for every order of ``records``."""
        parts = story_vectors(records, answers)
        scores = [score for part in parts for score in _of_proxy(part)]
        by_rule: dict[str, dict[str, list[StoryVectors]]] = {}
        for part in parts:
            if not part.control:
                by_encoder = by_rule.setdefault(part.chunking, {})
                by_encoder.setdefault(part.encoder, []).append(part)
        for rule, by_encoder in by_rule.items():
            for mine in by_encoder.values():
                scores += _overall(mine)
            scores += _agreement({name: _merged(mine) for name, mine in by_encoder.items()}, rule)
        return scores


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
    p from flipping the signs of whole concepts, ``encoder_favour_p``, and Holm's over all of them;
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
        *_ranked(means, "models", rule),
        *_by_model(means, models, rule, len(places)),
    ]


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
                value = item.values.get(SIMILARITY, float("nan"))
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
    corrected = holm(p)
    for k, (value, one_p, one_holm) in enumerate(
        zip(flat.mean(axis=1).tolist(), p.tolist(), corrected.tolist(), strict=True)
    ):
        encoder, model = encoders[k // len(models)], models[k % len(models)]
        scope = {"encoder": encoder, "chunking": rule, "model": model}
        method = f"sign flips of {len(concepts)} concepts"
        yield _score("encoder_favour", value, scope, len(places), "beyond the other encoders")
        yield _score("encoder_favour_p", one_p, scope, len(places), method)
        yield _score("encoder_favour_p_holm", one_holm, scope, len(places), method)


def _of_proxy(part: StoryVectors) -> Iterator[Score]:
    scope = {"encoder": part.encoder, "chunking": part.chunking, "proxy": part.proxy}
    own = part.own()
    yield _score(
        *("story_picture_similarity", float(own.mean()), scope, own.size, "mean cosine"),
        n_missing=part.left_out,
    )


def _overall(parts: Sequence[StoryVectors]) -> Iterator[Score]:
    scope = {"encoder": parts[0].encoder, "chunking": parts[0].chunking}
    own = np.concatenate([part.own() for part in parts])
    country = np.concatenate([np.array(part.country, dtype=str)[part.case] for part in parts])
    yield _score(
        *("story_picture_similarity", float(own.mean()), scope, own.size, "mean cosine"),
        n_missing=sum(part.left_out for part in parts),
    )
    for name in np.unique(country).tolist():
        mine = own[country == name]
        at = {**scope, "country": name}
        yield _score("story_picture_similarity", float(mine.mean()), at, mine.size, "mean cosine")


def _means(part: StoryVectors) -> dict[Place, float]:
    """Mean of each case's stories."""
    counts = np.bincount(part.case, minlength=len(part.country))
    sums = np.bincount(part.case, weights=part.own(), minlength=len(part.country))
    return {
        (part.country[c], part.concept[c], part.proxy): float(sums[c] / counts[c])
        for c in np.flatnonzero(counts).tolist()
    }


def _merged(parts: Sequence[StoryVectors]) -> dict[Place, float]:
    return {place: value for part in parts for place, value in _means(part).items()}


def _agreement(means: Mapping[str, Mapping[Place, float]], rule: str) -> Iterator[Score]:
    if len(means) < 2:
        return
    places = sorted(set.intersection(*(set(mine) for mine in means.values())))
    table = {name: np.array([mine[p] for p in places]) for name, mine in means.items()}
    yield from _ranked(table, "cases", rule)


def _by_model(
    means: Mapping[str, FloatArray], models: Sequence[str], rule: str, n: int
) -> Iterator[Score]:
    for encoder, values in means.items():
        for model, value in zip(models, values.tolist(), strict=True):
            scope = {"encoder": encoder, "chunking": rule, "model": model}
            yield _score("story_picture_similarity", value, scope, n, "mean over cases")


def _ranked(table: Mapping[str, FloatArray], of: str, rule: str) -> Iterator[Score]:
    names = sorted(table)
    scores = np.array([table[name] for name in names])
    n = scores.shape[1]
    method = f"Kendall's W, rankings of {n} {of} by {len(names)} encoders"
    at = {"ranked": of, "chunking": rule}
    yield _score("encoder_agreement", kendall_w(scores), at, n, method)
    tau = tau_matrix(scores)
    for a, b in combinations(range(len(names)), 2):
        scope = {**at, "encoder": names[a], "against": names[b]}
        yield _score("encoder_tau", float(tau[a, b]), scope, n, "Kendall's tau-b")


def _score(
    metric: str,
    value: float,
    scope: Mapping[str, str],
    n: int,
    method: str,
    *,
    n_missing: int = 0,
) -> Score:
    return Score(
        metric=metric,
        value=float(value),
        scope=scope,
        n=n,
        n_missing=n_missing,
        method=method,
        higher_is_better=None,
    )
