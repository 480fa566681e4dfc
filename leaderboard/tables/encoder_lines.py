"""The sentences about a run's encoders: their figures, and whether they agree.

Knows the scores that analyses make of vectors, whatever suite asked for them; no file. A sentence
appears only where the run has its figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from benchmark.records import Score
from benchmark.vocabulary import BLANK, ELSEWHERE, NONE, OWN_IMAGE, SHARED_IMAGE
from leaderboard.tables.summary import Scored, number, with_ends

SEEN, UNSEEN = (OWN_IMAGE, SHARED_IMAGE, ELSEWHERE), (BLANK, NONE)
GALLERIES = (("across-nationalities", "concept"), ("within-nationality", "nationality"))
SIMILARITY, RECALL = "story_picture_similarity", "story_recall"


def encoder_lines(scores: Sequence[Score]) -> Iterator[str]:
    """Each encoder's figures, and whether the encoders agree."""
    found = Scored(score for score in scores if not math.isnan(score.value))
    mine = [score.scope for score in scores if score.metric == SIMILARITY]
    judges = [scope for scope in mine if scope.keys() == {"encoder", "chunking"}]
    for who in judges:
        yield from _of_encoder(found, who)
    if len({who["encoder"] for who in judges}) == 1:
        yield "  one encoder alone may favour the model: name a second --encoder to compare"
    for rule in dict.fromkeys(who["chunking"] for who in judges):
        w = found.get("encoder_agreement", {"ranked": "cases", "chunking": rule})
        if w is not None:
            many = sum(who["chunking"] == rule for who in judges)
            yield (
                f"{many} encoders' rankings of {w.n} cases ({rule}): Kendall's W {w.value:.2f} "
                f"(1: they rank alike, {1 / many:.2f}: they have nothing in common)"
            )


def _of_encoder(found: Scored, who: Mapping[str, str]) -> Iterator[str]:
    random = ", random weights" if who["encoder"].startswith("random-") else ""
    yield f"encoder {who['encoder']} ({who['chunking']}{random})"
    seen, unseen = (
        ", ".join(
            f"{proxy} {number(score.value, 3)}"
            for proxy in proxies
            if (score := found.get(SIMILARITY, {**who, "proxy": proxy}))
        )
        for proxies in (SEEN, UNSEEN)
    )
    near = [f"with the picture shown: {seen}"] if seen else []
    near += [f"without it, the floor of own-image: {unseen}"] if unseen else []
    yield f"  mean cosine of stories {'; '.join(near)}"
    first = [
        f"{with_ends(score, 2)} among the pictures of one {what} (chance {chance.value:.2f})"
        for gallery, what in GALLERIES
        if (score := found.get(RECALL, _query(who, gallery)))
        and (chance := found.get(f"{RECALL}_chance", _query(who, gallery)))
    ]
    if first:
        yield f"  stories whose own picture is the nearest: {'; '.join(first)}"


def _query(who: Mapping[str, str], gallery: str) -> Mapping[str, str]:
    return {**who, "query": "story", "gallery": gallery, "k": "1"}
