"""Whether encoders agree on which stories fit their pictures.

Knows vectors of stories and pictures, and cases' means of them; no text. An encoder that was built
like a model's own eye can favour that model's stories, so no figure of one encoder is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.table import IntArray
from benchmark.analyses.stories.vectors import StoryVectors, story_vectors
from benchmark.metrics.concordance import kendall_w, tau_matrix
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Analysis, Evidence, Score

Place = tuple[str, str, str]  # country, concept, proxy


@dataclass(frozen=True, kw_only=True, slots=True)
class Cosines:
    """What is kept of one encoder's vectors under one proxy: each story's cosine and its place."""

    encoder: str
    chunking: str
    proxy: str
    control: bool
    country: tuple[str, ...]  # (cases,)
    concept: tuple[str, ...]  # (cases,)
    case: IntArray  # (stories,)
    own: FloatArray  # (stories,): cosine with the case's picture
    left_out: int


def _cosines(vectors: StoryVectors) -> Cosines:
    return Cosines(
        encoder=vectors.encoder,
        chunking=vectors.chunking,
        proxy=vectors.proxy,
        control=vectors.control,
        country=vectors.country,
        concept=vectors.concept,
        case=vectors.case,
        own=vectors.own(),
        left_out=vectors.left_out,
    )


def story_encoders(evidence: Evidence) -> list[Score]:
    """``story_picture_similarity``: mean cosine of stories with their picture, by encoder.

    In [-1, 1]; whether higher is better is what is in question. By ``encoder`` and ``chunking``,
    overall (no controls), by proxy and by country. ``encoder_tau``: Kendall's tau-b of two
    encoders' rankings of the cases (mean over a case's stories), scope ``encoder`` and ``against``,
    under one rule of chunking; ``encoder_agreement`` is Kendall's W of all encoders, 1 where they
    rank alike, about 1/m for m encoders that have nothing in common. Across models:
    `benchmark.analyses.stories.encoder_favours`.
    """
    # One part after the other: the vectors of all would take many gigabytes.
    parts = list(map(_cosines, story_vectors(evidence.records, evidence.answers)))
    scores = [score for part in parts for score in _of_proxy(part)]
    by_rule: dict[str, dict[str, list[Cosines]]] = {}
    for part in parts:
        if not part.control:
            by_encoder = by_rule.setdefault(part.chunking, {})
            by_encoder.setdefault(part.encoder, []).append(part)
    for rule, by_encoder in by_rule.items():
        for mine in by_encoder.values():
            scores += _overall(mine)
        scores += _agreement({name: _merged(mine) for name, mine in by_encoder.items()}, rule)
    return scores


STORY_ENCODERS = Analysis(
    compute=story_encoders,
    provides=("story_picture_similarity", "encoder_agreement", "encoder_tau"),
)


def _of_proxy(part: Cosines) -> Iterator[Score]:
    scope = {"encoder": part.encoder, "chunking": part.chunking, "proxy": part.proxy}
    own = part.own
    yield scored(
        *("story_picture_similarity", float(own.mean()), scope, own.size, "mean cosine"),
        n_missing=part.left_out,
    )


def _overall(parts: Sequence[Cosines]) -> Iterator[Score]:
    scope = {"encoder": parts[0].encoder, "chunking": parts[0].chunking}
    own = np.concatenate([part.own for part in parts])
    country = np.concatenate([np.array(part.country, dtype=str)[part.case] for part in parts])
    yield scored(
        *("story_picture_similarity", float(own.mean()), scope, own.size, "mean cosine"),
        n_missing=sum(part.left_out for part in parts),
    )
    for name in np.unique(country).tolist():
        mine = own[country == name]
        at = {**scope, "country": name}
        yield scored("story_picture_similarity", float(mine.mean()), at, mine.size, "mean cosine")


def _means(part: Cosines) -> dict[Place, float]:
    """Mean of each case's stories."""
    counts = np.bincount(part.case, minlength=len(part.country))
    sums = np.bincount(part.case, weights=part.own, minlength=len(part.country))
    return {
        (part.country[c], part.concept[c], part.proxy): float(sums[c] / counts[c])
        for c in np.flatnonzero(counts).tolist()
    }


def _merged(parts: Sequence[Cosines]) -> dict[Place, float]:
    return {place: value for part in parts for place, value in _means(part).items()}


def _agreement(means: Mapping[str, Mapping[Place, float]], rule: str) -> Iterator[Score]:
    if len(means) < 2:
        return
    places = sorted(set.intersection(*(set(mine) for mine in means.values())))
    table = {name: np.array([mine[p] for p in places]) for name, mine in means.items()}
    yield from ranked(table, "cases", rule)


def ranked(table: Mapping[str, FloatArray], of: str, rule: str) -> Iterator[Score]:
    """How far encoders rank alike: all of them, and each two; ``table`` by encoder, (objects,)."""
    names = sorted(table)
    scores = np.array([table[name] for name in names])
    n = scores.shape[1]
    method = f"Kendall's W, rankings of {n} {of} by {len(names)} encoders"
    at = {"ranked": of, "chunking": rule}
    yield scored("encoder_agreement", kendall_w(scores), at, n, method)
    tau = tau_matrix(scores)
    for a, b in combinations(range(len(names)), 2):
        scope = {**at, "encoder": names[a], "against": names[b]}
        yield scored("encoder_tau", float(tau[a, b]), scope, n, "Kendall's tau-b")
