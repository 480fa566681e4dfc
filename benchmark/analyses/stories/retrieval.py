"""Does a story lead back to its picture, and a picture to its stories? Recall at K, with chance.

Knows vectors of stories and pictures; no text. Only under the proxy ``own-image``: a picture that
all nationalities share cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from benchmark.analyses.item_table import Labels
from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.of_concepts import OfConcepts, share_of_concepts
from benchmark.analyses.stories.table import IntArray
from benchmark.analyses.stories.vectors import StoryVectors, story_vectors
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.retrieval import chance_of_recall, recall_at_k
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import OWN_IMAGE

K = (1, 5, 10)
WITHIN, ACROSS, ALL = "within-nationality", "across-nationalities", "all"
GALLERIES = (WITHIN, ACROSS, ALL)
BLOCK = 512  # queries at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """What came of the queries of one kind in one gallery."""

    recall: FloatArray  # (queries, K)
    chance: FloatArray  # (queries, K)
    size: FloatArray  # (queries,): of the gallery
    country: IntArray  # (queries,)
    concept: IntArray  # (queries,)


def story_retrieval(evidence: Evidence) -> list[Score]:
    """``story_recall`` and, beside it, ``story_recall_chance``: what drawing at random reaches.

    Scope ``query`` says what is asked with: a ``story`` (right is its own picture) or an
    ``image`` (right is any story written to it). Scope ``gallery`` says among what is sought:
    ``within-nationality`` (the pictures or stories of the same nationality, about all concepts),
    ``across-nationalities`` (those about the same concept, of all nationalities) or ``all``. Scope
    ``k``: a query counts as found if a right one is among the k most similar, ties broken evenly.
    Each picture is in a gallery once. ``encoder`` and ``chunking`` name who made the vectors.
    In [0, 1], higher is better. Overall and, at k = 1, by country of the query, with intervals
    over other concepts (`share_of_concepts`).
    """
    mine = [record for record in evidence.records if record.case.proxy == OWN_IMAGE]
    scores: list[Score] = []
    for vectors in story_vectors(mine, evidence.answers):
        countries, concepts = Labels.of(vectors.country), Labels.of(vectors.concept)
        for query in ("story", "image"):
            for gallery in GALLERIES:
                found = _search(vectors, countries, concepts, query, gallery)
                scope = {
                    "encoder": vectors.encoder,
                    "chunking": vectors.chunking,
                    "query": query,
                    "gallery": gallery,
                }
                left_out = vectors.left_out if query == "story" else 0
                scores += _of_scope(scope, found, concepts, left_out)
                scores += _of_countries(scope, found, concepts, countries)
    return scores


STORY_RETRIEVAL = Analysis(
    compute=story_retrieval, provides=("story_recall", "story_recall_chance")
)


def _of_scope(
    scope: Mapping[str, str], found: Results, concepts: Labels, left_out: int
) -> Iterator[Score]:
    every = np.ones(len(found.size), dtype=np.bool_)
    for place, k in enumerate(K):
        yield from _pair({**scope, "k": str(k)}, found, every, concepts, place, left_out)


def _of_countries(
    scope: Mapping[str, str], found: Results, concepts: Labels, countries: Labels
) -> Iterator[Score]:
    for c, country in enumerate(countries.names):
        at = {**scope, "k": str(K[0]), "country": country}
        yield from _pair(at, found, np.asarray(found.country == c), concepts, 0, 0)


def _pair(
    scope: Mapping[str, str],
    found: Results,
    chosen: BoolArray,
    concepts: Labels,
    place: int,
    left_out: int,
) -> Iterator[Score]:
    """Recall of the chosen queries and its chance."""
    recall, chance = found.recall[chosen, place], found.chance[chosen, place]
    known = ~np.isnan(recall)
    n, missing = int(known.sum()), int((~known).sum()) + left_out
    size = f"gallery of {found.size.mean():.4g} on average"
    of = _over_concepts(recall[known], found.concept[chosen][known], concepts)
    yield scored(
        *("story_recall", of.value, scope, n, f"{size}; {of.method}"),
        n_missing=missing,
        n_clusters=of.concepts,
        ends=(of.low, of.high),
    )
    by_chance = chance[known].mean() if n else np.nan
    yield scored("story_recall_chance", by_chance, scope, n, size, n_missing=missing)


def _over_concepts(recall: FloatArray, concept: IntArray, concepts: Labels) -> OfConcepts:
    sums = np.bincount(concept, recall, len(concepts.names)).tolist()
    counts = np.bincount(concept, minlength=len(concepts.names)).tolist()
    asked = [c for c, count in zip(concepts.names, counts, strict=True) if count]
    by_name = dict(zip(concepts.names, sums, strict=True))
    numbers = dict(zip(concepts.names, counts, strict=True))
    return share_of_concepts(
        {name: by_name[name] for name in asked}, {name: numbers[name] for name in asked}
    )


def _search(
    vectors: StoryVectors, countries: Labels, concepts: Labels, query: str, gallery: str
) -> Results:
    """All queries of a kind against their galleries, some at a time."""
    stories = np.arange(len(vectors.case), dtype=np.intp)
    pictures = np.arange(len(vectors.country), dtype=np.intp)
    asking, sought = (stories, pictures) if query == "story" else (pictures, stories)
    of_query = vectors.case if query == "story" else pictures
    of_sought = pictures if query == "story" else vectors.case
    image = Labels.of(vectors.image_id).codes
    recall = np.full((len(asking), len(K)), np.nan)
    chance, size = recall.copy(), np.zeros(len(asking))
    for group in _groups(of_query, of_sought, countries.codes, concepts.codes, gallery):
        members = sought[group[1]]
        if query == "story":  # a picture that stands for two cases is in the gallery once
            members = members[np.unique(image[members], return_index=True)[1]]
        for start in range(0, len(group[0]), BLOCK):
            rows = asking[group[0][start : start + BLOCK]]
            near = (
                vectors.similarities(rows, members)
                if query == "story"
                else vectors.similarities(members, rows).T
            )
            right = _right(image[of_query[rows]], image[of_sought[members]])
            there = np.ones_like(right)
            size[rows] = len(members)
            for place, k in enumerate(K):
                recall[rows, place] = recall_at_k(near, right, k=k)
                chance[rows, place] = chance_of_recall(right, there, k=k)
    return Results(
        recall=recall,
        chance=chance,
        size=size,
        country=countries.codes[of_query],
        concept=concepts.codes[of_query],
    )


def _groups(
    of_query: IntArray, of_sought: IntArray, country: IntArray, concept: IntArray, gallery: str
) -> Iterator[tuple[IntArray, IntArray]]:
    """Queries that share a gallery, and its members."""
    if gallery == ALL:
        yield np.arange(len(of_query)), np.arange(len(of_sought))
        return
    codes = country if gallery == WITHIN else concept
    for code in np.unique(codes):
        yield (
            np.flatnonzero(codes[of_query] == code),
            np.flatnonzero(codes[of_sought] == code),
        )


def _right(query: IntArray, sought: IntArray) -> BoolArray:
    """Right is what belongs to the same picture."""
    return np.asarray(query[:, None] == sought[None, :])
