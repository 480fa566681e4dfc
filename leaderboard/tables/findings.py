"""What a run found besides its similarities, as lines for a terminal; from its scores alone.

A line appears only where the run has its figures. Everything stands beside what chance gives.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from benchmark.records import Score
from benchmark.vocabulary import Reading

PEOPLE = {"frame": "people"}
IMAGES = {"contrast": "images-country"}
SEEN, UNSEEN = ("own-image", "shared-image", "other-country"), ("blank", "none")
GALLERIES = (("across-nationalities", "concept"), ("within-nationality", "nationality"))


def findings(scores: Sequence[Score], *, summed_up: bool = False) -> tuple[str, ...]:
    """A few lines a suite, over substantive options where a figure has readings.

    ``summed_up``: lines of a suite's own layout stand above and say who answers what rightly.
    """
    found = _Scores(scores)
    return (
        *_knows(found),
        *_pictures(found),
        *(() if summed_up else _questions(found)),
        *_groups(found),
        *_encoders(found, scores),
    )


class _Scores:
    def __init__(self, scores: Sequence[Score]) -> None:
        self._by_name = {(s.metric, s.reading, tuple(sorted(s.scope.items()))): s for s in scores}

    def countries(self, metric: str) -> list[str]:
        """Those of which a metric has a score of the whole country."""
        scopes = [dict(scope) for name, _, scope in self._by_name if name == metric]
        return sorted(scope["country"] for scope in scopes if scope.keys() == {"country"})

    def get(
        self, metric: str, scope: Mapping[str, str] | None = None, reading: Reading = "substantive"
    ) -> Score | None:
        """The score, if it was scored."""
        score = self._by_name.get((metric, reading, tuple(sorted((scope or {}).items()))))
        return score if score is not None and not math.isnan(score.value) else None


def _knows(found: _Scores) -> Iterator[str]:
    """Whether the model answers as this country, rather than as another or as everybody."""
    first, chance = found.get("identification_top1"), found.get("identification_top1_chance")
    if first is not None and chance is not None:
        yield (
            f"identification: nearest to the right country in {_of(first)} of countries and "
            f"proxies (chance {chance.value:.2f})"
        )
    spread, tau = found.get("spread_ratio"), found.get("distance_tau_b", PEOPLE)
    p = found.get("distance_tau_b_p", PEOPLE)
    if spread is not None:
        across = f"spread across countries: {_of(spread)} of the people's"
        near = f"; who is near to whom: tau {tau.value:.2f}" if tau is not None else ""
        yield across + near + (f" (p {_p(p)})" if near and p is not None else "")


def _pictures(found: _Scores) -> Iterator[str]:
    """Whether pictures help, and whether the model sees where they come from."""
    gain, p = found.get("js_similarity_gain", IMAGES), found.get("js_similarity_gain_p", IMAGES)
    if gain is not None:
        tail = f", p {_p(p)}" if p is not None else ""
        yield f"pictures less name: similarity {_of(gain, sign='+')}{tail}"
    seen, chance = (
        found.get(f"recognition_top1{suffix}", reading="") for suffix in ("", "_chance")
    )
    if seen is not None and chance is not None:
        yield (
            f"pictures recognised at first guess: {_of(seen)} of {seen.n} "
            f"(chance {chance.value:.2f})"
        )


def _questions(found: _Scores) -> Iterator[str]:
    """Questions with a right answer: how many, whether the picture helps, who is left behind."""
    right, chance = found.get("accuracy", reading=""), found.get("floor_chance", reading="")
    if right is None or chance is None:
        return
    blind = found.get("blind_accuracy", reading="")
    beside = f", blind {blind.value:.2f}" if blind is not None else ""
    yield f"right: {_of(right)} of {right.n} questions (chance {chance.value:.2f}{beside})"
    gain = found.get("image_gain_accuracy", reading="")
    solved = found.get("questions_answerable_blind", reading="")
    if gain is not None and solved is not None:
        yield (
            f"pictures add: {_of(gain, sign='+')}; right without any picture: "
            f"{solved.value:.0f} of {solved.n}"
        )
    worst, gap = found.get("worst_region", reading=""), found.get("accuracy_gap_region", reading="")
    p = found.get("accuracy_gap_region_p", reading="")
    if worst is not None and gap is not None and p is not None:
        name = worst.method.partition(",")[0]
        yield f"worst region: {name} {_of(worst)}; gap less noise {_of(gap)}, p {_p(p)}"


def _groups(found: _Scores) -> Iterator[str]:
    """Whether a country's ethnic groups are told apart, where stories were asked for them."""
    for country in found.countries("story_group_permanova_p"):
        at = {"country": country}
        p = found.get("story_group_permanova_p", at, reading="")
        effect = found.get("story_group_omega2", at, reading="")
        if p is not None and effect is not None:
            yield (
                f"stories for groups of {country}: apart by {effect.value:.3f} of their variation "
                f"(omega squared, 0 without any effect), p {_p(p)}, {p.n} stories"
            )


def _encoders(found: _Scores, scores: Sequence[Score]) -> Iterator[str]:
    """What each encoder makes of stories and pictures, and whether the encoders agree."""
    mine = [s.scope for s in scores if s.metric == "story_picture_similarity"]
    judges = [scope for scope in mine if scope.keys() == {"encoder", "chunking"}]
    for who in judges:
        random = ", random weights" if who["encoder"].startswith("random-") else ""
        yield f"encoder {who['encoder']} ({who['chunking']}{random})"
        seen, unseen = (
            ", ".join(
                f"{proxy} {score.value:.3f}"
                for proxy in proxies
                if (score := found.get("story_picture_similarity", {**who, "proxy": proxy}, ""))
            )
            for proxies in (SEEN, UNSEEN)
        )
        near = [f"with the picture shown: {seen}"] if seen else []
        near += [f"without it, the floor of own-image: {unseen}"] if unseen else []
        yield f"  mean cosine of stories {'; '.join(near)}"
        first = [
            f"{_of(score)} among the pictures of one {what} (chance {chance.value:.2f})"
            for gallery, what in GALLERIES
            if (score := found.get("story_recall", _query(who, gallery), ""))
            and (chance := found.get("story_recall_chance", _query(who, gallery), ""))
        ]
        if first:
            yield f"  stories whose own picture is the nearest: {'; '.join(first)}"
    if len({who["encoder"] for who in judges}) == 1:
        yield "  one encoder alone may favour the model: name a second --encoder to compare"
    for rule in dict.fromkeys(who["chunking"] for who in judges):
        w = found.get("encoder_agreement", {"ranked": "cases", "chunking": rule}, "")
        if w is not None:
            many = sum(who["chunking"] == rule for who in judges)
            yield (
                f"{many} encoders' rankings of {w.n} cases ({rule}): Kendall's W {w.value:.2f} "
                f"(1: they rank alike, {1 / many:.2f}: they have nothing in common)"
            )


def _query(who: Mapping[str, str], gallery: str) -> Mapping[str, str]:
    return {**who, "query": "story", "gallery": gallery, "k": "1"}


def _of(score: Score, *, sign: str = "") -> str:
    """Value and interval, or why there is none."""
    value = f"{score.value:{sign}.2f}"
    if math.isnan(score.low):
        return f"{value} ({score.method})" if score.method.startswith("too few") else value
    return f"{value} [{score.low:{sign}.2f}, {score.high:{sign}.2f}]"


def _p(score: Score) -> str:
    return "< 0.001" if score.value < 0.001 else f"{score.value:.3f}"
