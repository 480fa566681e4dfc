"""Are stories alike where cultures are near? Kendall's tau-b of distances between nationalities.

Knows the stories' distances and the world's (`benchmark.world.distances`); no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmark.analyses.relabelling import LEAST, complete, mantel_method, mantel_tests
from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.similarity import (
    MEASURES,
    Distances,
    Measure,
    distances_between,
    distances_known,
)
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.mantel import kendall_tau_b
from benchmark.metrics.permutation import benjamini_hochberg
from benchmark.metrics.resampling import RESAMPLES
from benchmark.metrics.row_tau import row_tau_b
from benchmark.records import Analysis, Evidence, Score
from benchmark.world.countries import countries as world
from benchmark.world.distances import FRAMES, distance_matrix

ROW_PERMUTATIONS = 999


def story_distances(
    evidence: Evidence,
    *,
    permutations: int = RESAMPLES,
    row_permutations: int = ROW_PERMUTATIONS,
    measures: Mapping[str, Measure] = MEASURES,
) -> list[Score]:
    """``story_alignment_tau``: text distance against cultural distance, **positive is aligned**.

    In [-1, 1], higher is better. The paper compares text *similarity* with cultural distance, where
    negative is aligned; that number is ``story_similarity_tau``, the same with the other sign.
    Scope ``measure``: ``edits`` (`word_edit_distances`) or ``bleu`` (1 less BLEU in both
    directions); scope ``frame``: ``hofstede``, ``wvs``, ``inglehart-welzel``. Overall, by proxy and
    by proxy and concept (``topic``), with the one-sided Mantel p ``story_alignment_tau_p`` and,
    over the concepts of a proxy, Benjamini and Hochberg's ``story_alignment_tau_q_bh``; by country
    (of all proxies but controls), a nationality's row of distances, with a p from shuffling the
    others. Countries without figures in a frame are left out and counted in ``n_missing``; below
    four nothing is scored. ``story_alignment_tau_missing_as_zero`` is what comes out when they are
    kept at distance 0, as the released code does: for comparison only.
    """
    seed = int(evidence.rng.integers(2**63))
    countries = distances_known(evidence.records)
    apart = distances_between(evidence.records, evidence.answers, countries, measures)
    scores: list[Score] = []
    for frame in FRAMES:
        truth = _truth(frame, countries)
        scores += matrix_scores(apart, truth, frame, seed, permutations)
        for b in apart:
            if not b.scope:
                scores += _rows(b, truth, frame, countries, seed, row_permutations)
    return scores


STORY_DISTANCES = Analysis(
    compute=story_distances,
    provides=(
        *("story_alignment_tau", "story_similarity_tau", "story_alignment_tau_p"),
        *("story_alignment_tau_q_bh", "story_alignment_tau_missing_as_zero"),
    ),
)


def matrix_scores(
    apart: Sequence[Distances], truth: FloatArray, frame: str, seed: int, permutations: int
) -> Iterator[Score]:
    """The figures of each matrix, with the corrected p of a proxy's concepts."""
    tests = mantel_tests([(b.apart, truth) for b in apart], seed, permutations)
    corrected = _by_family(apart, np.array([p for _, _, p in tests]))
    for b, (keep, tau, p), q in zip(apart, tests, corrected.tolist(), strict=True):
        method = mantel_method(int(keep.sum()), tau, permutations)
        scores = {
            "story_alignment_tau": tau,
            "story_similarity_tau": -tau,
            "story_alignment_tau_p": p,
            "story_alignment_tau_missing_as_zero": _missing_as_zero(b, truth),
        }
        if "topic" in b.scope:
            scores["story_alignment_tau_q_bh"] = q
        for metric, value in scores.items():
            yield _score(metric, value, b, keep, frame, method)


def _rows(
    b: Distances,
    truth: FloatArray,
    frame: str,
    countries: Sequence[str],
    seed: int,
    permutations: int,
) -> Iterator[Score]:
    """Each country's distances to the others."""
    keep = complete(b.apart, truth)
    for c, country in enumerate(countries):
        others = keep.copy()
        others[c] = False
        tau = p = np.full(1, np.nan)
        if keep[c] and others.sum() >= LEAST - 1:
            rng = np.random.default_rng([seed, *country.encode()])
            row, known = b.apart[c][None, others], truth[c, others]
            tau, p = row_tau_b(row, known, rng=rng, permutations=permutations)
        method = (
            f"one-sided (greater), {permutations} permutations of the others"
            if keep[c]
            else "no figures for this country"
        )
        for metric, value in (("story_alignment_tau", tau), ("story_alignment_tau_p", p)):
            yield _score(metric, value[0], b, others & keep[c], frame, method, country=country)


def _truth(frame: str, countries: Sequence[str]) -> FloatArray:
    """A frame's distances; NaN for a name that is not a country's."""
    known = [c in world() for c in countries]
    found = np.full((len(countries), len(countries)), np.nan)
    inside = [c for c, there in zip(countries, known, strict=True) if there]
    found[np.ix_(known, known)] = distance_matrix(frame, inside)
    return found


def _missing_as_zero(b: Distances, truth: FloatArray) -> float:
    """The released code's tau, sign turned: pairs without a distance count as distance 0."""
    rows, columns = np.triu_indices(len(truth), 1)
    known = np.isfinite(b.apart[rows, columns])
    if known.sum() < LEAST:
        return float("nan")
    filled = np.nan_to_num(truth[rows, columns])[known]
    return kendall_tau_b(b.apart[rows, columns][known], filled)


def _by_family(apart: Sequence[Distances], p: FloatArray) -> FloatArray:
    """Benjamini and Hochberg's q over the concepts of each proxy and measure."""
    q = np.full(len(apart), np.nan)
    families: dict[tuple[str, str], list[int]] = {}
    for k, b in enumerate(apart):
        if "topic" in b.scope:
            families.setdefault((b.scope["proxy"], b.measure), []).append(k)
    for members in families.values():
        q[members] = benjamini_hochberg(p[members])
    return q


def _score(
    metric: str,
    value: float,
    b: Distances,
    keep: BoolArray,
    frame: str,
    method: str,
    **more: str,
) -> Score:
    n = int(keep.sum())
    asked = b.n - 1 if "country" in more else b.n  # a country is not among its own others
    scope = {**b.scope, "frame": frame, "measure": b.measure, **more}
    return scored(metric, value, scope, n, method, n_missing=max(asked - n, 0))
