"""Who is left behind: the worst group, the gap, the inequality of countries, beside their noise.

Knows the question table; no picture. Groups differ by noise alone too, so that every figure here
is corrected for it, has bounds that allow for having looked at many, or stands beside what equal
countries would show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from benchmark.analyses.questions.question_cells import FULL, Shares, picture_icc, shares
from benchmark.analyses.questions.question_table import CORRECT, OF_GROUP, question_table
from benchmark.analyses.questions.shuffled_countries import (
    AtSameMix,
    at_same_mix,
    shuffled_countries,
)
from benchmark.analyses.reporting import NO_ENDS, scored
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.gaps import CorrectedGap, corrected_gap, drawn_in
from benchmark.metrics.inequality import gini
from benchmark.metrics.permutation import holm
from benchmark.metrics.shuffling import shuffled_p
from benchmark.records import Analysis, Evidence, Score

PERMUTATIONS = 1999
WORST = (*OF_GROUP, "country", "topic", "proxy")
GAPS = ("country", *OF_GROUP)
NORMAL_DF = 1e9  # Wilson's ends are by the normal's quantile


def disparity(evidence: Evidence, *, permutations: int = PERMUTATIONS) -> list[Score]:
    """``worst_FACTOR``, ``accuracy_gap_FACTOR``, ``accuracy_difference_FACTOR``, ``gini``.

    ``worst_region`` (…_country, _topic, …): the lowest accuracy of a member, with an interval for
    the lowest *true* one. ``accuracy_simultaneous``: members with intervals that hold all at once.
    ``accuracy_gap_country`` (…_region, …): best less worst without what is noise, groups compared
    as if all had been asked the same mix of categories and types (`same_mix`); ``…_plain`` with
    noise, ``…_null`` what equal countries would show, ``…_p`` by permutation.
    ``accuracy_difference_region`` (scope ``contrast``: "Africa-Europe" is the first less the
    second), at the same mix: pairs named in advance, ``…_p`` and ``…_p_holm``. ``gini``: of
    countries' accuracies at the same mix, 0 equal, without what is noise; ``gini_plain``,
    ``gini_null``, ``gini_p``.
    """
    table = question_table(evidence.records)
    if not (~np.isnan(table.values[CORRECT])).any():
        return []
    icc = picture_icc(table, CORRECT)
    cells = {
        name: shares(table, table.group((name,)), CORRECT, icc=icc)
        for name in dict.fromkeys((*WORST, *GAPS))
    }
    null = shuffled_countries(table, CORRECT, rng=evidence.rng, resamples=permutations)
    found = [score for name in WORST for score in _worst(name, cells[name])]
    alike = {name: at_same_mix(table, name, cells[name], null.of(name)) for name in GAPS}
    for name in GAPS:
        found += _gap(name, alike[name])
    for name in OF_GROUP:
        found += _pairs(name, alike[name])
    return [*found, *_gini(alike["country"])]


DISPARITY = Analysis(
    compute=disparity,
    provides=(
        *(f"worst_{name}" for name in WORST),
        "accuracy_simultaneous",
        *(f"accuracy_gap_{name}{end}" for name in GAPS for end in ("", "_plain", "_null", "_p")),
        *(f"accuracy_difference_{name}{end}" for name in OF_GROUP for end in ("", "_p", "_p_holm")),
        *("gini", "gini_plain", "gini_null", "gini_p"),
    ),
    needs=(CORRECT,),
)


def _scored(cells: Shares) -> list[int]:
    places: list[int] = np.flatnonzero(cells.of.n > 0).tolist()
    return places


def _member(cells: Shares, place: int) -> str:
    (name,) = cells.scopes[place].values()
    return name


def _worst(name: str, cells: Shares) -> Iterator[Score]:
    """The lowest, and every member with ends that hold for all.

    The truly lowest lies below every upper end if all hold at once; it lies above the lowest lower
    end if its own does, so that end needs no correction.
    """
    places = _scored(cells)
    if not places:
        return
    level = FULL ** (1 / len(places))  # Šidák: different pictures, so independent
    low, high = cells.bounds(level)
    plain_low, _ = cells.bounds()
    worst = min(places, key=lambda place: (cells.of.mean[place], _member(cells, place)))
    yield _score(
        f"worst_{name}",
        float(cells.of.mean[worst]),
        cells,
        (float(plain_low[places].min()), float(high[places].min())),
        f"{_member(cells, worst)}, lowest of {len(places)}; ends for the truly lowest (Šidák)",
        place=worst,
    )
    for place in places if name in OF_GROUP else ():
        ends = float(low[place]), float(high[place])
        how = f"Wilson, all {len(places)} at once 95 % (Šidák)"
        mean = float(cells.of.mean[place])
        scope = cells.scopes[place]
        yield _score("accuracy_simultaneous", mean, cells, ends, how, place=place, scope=scope)


def _gap(name: str, alike: AtSameMix) -> Iterator[Score]:
    places, cells = alike.places, alike.cells
    metric = f"accuracy_gap_{name}"
    if len(places) < 2:
        yield from _incomparable(metric, cells)
        return
    gap = gap_of_shares(cells, places)
    ends = f"{_member(cells, places[gap.least])} to {_member(cells, places[gap.most])}, {alike.how}"
    how = f"{ends}, less noise (Louis); MOVER, Bonferroni below"
    yield _score(metric, gap.value, cells, (gap.low, gap.high), how)
    yield _score(f"{metric}_plain", gap.plain, cells, None, ends)
    yield from _against(metric, gap.plain, np.ptp(alike.shuffled, axis=1), cells)


def gap_of_shares(cells: Shares, places: list[int]) -> CorrectedGap:
    """The gap between the scored members of a factor."""
    low, high = cells.bounds()
    return corrected_gap(
        cells.of.mean[places],
        low[places],
        high[places],
        df=[NORMAL_DF] * len(places),
        errors=cells.errors(places),
        weights=cells.effective[places],
    )


def _pairs(name: str, alike: AtSameMix) -> Iterator[Score]:
    """All pairs of a factor's members, each as if it alone had been named."""
    places, cells = alike.places, alike.cells
    mean, (low, high) = cells.of.mean, cells.bounds()
    pairs = list(combinations(places, 2))
    drawn = {place: alike.shuffled[:, i] for i, place in enumerate(places)}
    ps = [shuffled_p(abs(float(mean[a] - mean[b])), np.abs(drawn[a] - drawn[b])) for a, b in pairs]
    for (a, b), p, corrected in zip(pairs, ps, holm(ps).tolist(), strict=True):
        scope = {"contrast": f"{_member(cells, a)}-{_member(cells, b)}"}
        apart = float(mean[a] - mean[b])
        down = float(np.hypot(mean[a] - low[a], high[b] - mean[b]))
        up = float(np.hypot(high[a] - mean[a], mean[b] - low[b]))
        how = f"{alike.how}; Wilson's ends combined (Newcombe), 95 %, for a pair named in advance"
        score = scored(
            *(f"accuracy_difference_{name}", apart, scope, int(cells.of.n[a] + cells.of.n[b]), how),
            n_missing=int(cells.of.missing[a] + cells.of.missing[b]),
            n_clusters=int(cells.of.clusters[a] + cells.of.clusters[b]),
            ends=(apart - down, apart + up),
        )
        yield score
        how = "pictures shuffled between countries, two-sided"
        yield _p_score(score, "p", p, how)
        yield _p_score(score, "p_holm", corrected, f"{how}, Holm over {len(pairs)} pairs")


def _p_score(score: Score, suffix: str, p: float, how: str) -> Score:
    metric, nothing = f"{score.metric}_{suffix}", float("nan")
    return replace(score, metric=metric, value=p, low=nothing, high=nothing, method=how)


def _gini(alike: AtSameMix) -> Iterator[Score]:
    places, cells = alike.places, alike.cells
    if len(places) < 2:
        yield from _incomparable("gini", cells)
        return
    mean = cells.of.mean[places]
    drawn = drawn_in(mean, cells.errors(places), weights=cells.effective[places])
    plain = float(gini(mean))
    how = f"of {len(places)} countries {alike.how}"
    yield _score("gini", float(gini(drawn)), cells, None, f"{how}, less noise (Louis)")
    yield _score("gini_plain", plain, cells, None, how)
    yield from _against("gini", plain, gini(np.clip(alike.shuffled, 0, 1)), cells)


def _incomparable(metric: str, cells: Shares) -> Iterator[Score]:
    """Where there are several members, and no two share a category and type: no figure."""
    if len(_scored(cells)) > 1:
        nothing = float("nan")
        why = "not scored: no two share a category and type, so that nothing is comparable"
        for end in ("", "_plain", "_null", "_p"):
            yield _score(f"{metric}{end}", nothing, cells, None, why)


def _against(metric: str, plain: float, drawn: FloatArray, cells: Shares) -> Iterator[Score]:
    """What equal countries would show, and how often they would show as much."""
    low, high = (float(end) for end in np.quantile(drawn, [0.025, 0.975]))
    how = f"pictures shuffled between countries, {len(drawn)} times"
    null = float(drawn.mean())
    yield _score(f"{metric}_null", null, cells, (low, high), f"{how}; its middle 95 %")
    yield _score(f"{metric}_p", shuffled_p(plain, drawn), cells, None, how)


def _score(
    metric: str,
    value: float,
    cells: Shares,
    ends: tuple[float, float] | None,
    method: str,
    *,
    place: int | None = None,
    scope: Mapping[str, str] | None = None,
) -> Score:
    n, missing, pictures = (
        int(column.sum() if place is None else column[place])
        for column in (cells.of.n, cells.of.missing, cells.of.clusters)
    )
    return scored(
        *(metric, value, scope or {}, n, method),
        n_missing=missing,
        n_clusters=pictures,
        ends=ends or NO_ENDS,
    )
