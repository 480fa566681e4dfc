"""Are stories alike where cultures are near? Kendall's tau-b of distances between nationalities.

Knows the stories' distances and the world's (`benchmark.world.distances`); no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmark.analyses.stories.similarity import (
    MEASURES,
    Between,
    Measure,
    between,
    distances_known,
)
from benchmark.analyses.values.distances import LEAST, complete
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.mantel import (
    exact_permutations,
    kendall_tau_b,
    mantel_tau_b,
    random_permutations,
)
from benchmark.metrics.permutation import benjamini_hochberg
from benchmark.metrics.resampling import RESAMPLES
from benchmark.metrics.row_tau import row_tau_b
from benchmark.records import AnswerReader, CaseRecord, Score
from benchmark.world.countries import countries as world
from benchmark.world.distances import FRAMES, distance_matrix

ROW_PERMUTATIONS = 999


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryDistances:
    """``story_alignment_tau``: text distance against cultural distance, **positive is aligned**.

    In [-1, 1], higher is better. The paper holds text *similarity* against cultural distance,
    where negative is aligned; that number is ``story_similarity_tau``, the same with the other
    sign. Scope ``measure``: ``edits`` (`word_edit_distances`) or ``bleu`` (1 less BLEU in both
    directions); scope ``frame``: ``hofstede``, ``wvs``, ``inglehart-welzel``. Overall, by proxy
    and by proxy and concept (``topic``), with the one-sided Mantel p ``story_alignment_tau_p``
    and, over the concepts of a proxy, Benjamini and Hochberg's ``story_alignment_tau_q_bh``; by
    country (of all proxies but controls), a nationality's row of distances, with a p from
    shuffling the others. Countries without figures in a frame are left out and counted in
    ``n_missing``; below four nothing is scored. ``story_alignment_tau_missing_as_zero`` is what
    comes out when they are kept at distance 0, as the released code does: for comparison only.
    """

    name: str = "story_distances"
    permutations: int = RESAMPLES
    row_permutations: int = ROW_PERMUTATIONS
    measures: Mapping[str, Measure] = field(default_factory=lambda: MEASURES)

    @property
    def needs(self) -> frozenset[str]:
        return frozenset()

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,
        *,
        rng: np.random.Generator,
    ) -> Sequence[Score]:
        """The scores, the same for every order of ``records``; one number is taken from ``rng``."""
        seed = int(rng.integers(2**63))
        countries = distances_known(records)
        apart = between(records, answers, countries, self.measures)
        scores: list[Score] = []
        for frame in FRAMES:
            truth = _truth(frame, countries)
            scores += self._matrices(apart, truth, frame, seed)
            overall = [b for b in apart if not b.scope]
            scores += self._rows(overall, truth, frame, countries, seed)
        return scores

    def _matrices(
        self, apart: Sequence[Between], truth: FloatArray, frame: str, seed: int
    ) -> Iterator[Score]:
        """Scopes that keep the same countries share permutations."""
        kept = [complete(b.apart, truth) for b in apart]
        tau, p = np.full((2, len(apart)), np.nan)
        alike: dict[bytes, list[int]] = {}
        for k, keep in enumerate(kept):
            alike.setdefault(keep.tobytes(), []).append(k)
        for members in alike.values():
            keep = kept[members[0]]
            if keep.sum() < LEAST:
                continue
            inside = np.ix_(keep, keep)
            tau[members], p[members] = mantel_tau_b(
                np.array([apart[k].apart[inside] for k in members]),
                truth[inside],
                rng=np.random.default_rng([seed, *keep.tolist()]),
                permutations=self.permutations,
            )
        q = _by_family(apart, p)
        for k, b in enumerate(apart):
            method = self._method(int(kept[k].sum()), tau[k])
            scores = {
                "story_alignment_tau": tau[k],
                "story_similarity_tau": -tau[k],
                "story_alignment_tau_p": p[k],
                "story_alignment_tau_missing_as_zero": _missing_as_zero(b, truth),
            }
            if "topic" in b.scope:
                scores["story_alignment_tau_q_bh"] = q[k]
            for metric, value in scores.items():
                yield _score(metric, value, b, kept[k], frame, method)

    def _rows(
        self,
        overall: Sequence[Between],
        truth: FloatArray,
        frame: str,
        countries: Sequence[str],
        seed: int,
    ) -> Iterator[Score]:
        for b in overall:
            keep = complete(b.apart, truth)
            for c, country in enumerate(countries):
                others = keep.copy()
                others[c] = False
                tau = p = np.full(1, np.nan)
                if keep[c] and others.sum() >= LEAST - 1:
                    rng = np.random.default_rng([seed, *country.encode()])
                    tau, p = row_tau_b(
                        b.apart[c][None, others],
                        truth[c, others],
                        rng=rng,
                        permutations=self.row_permutations,
                    )
                method = (
                    f"one-sided (greater), {self.row_permutations} permutations of the others"
                    if keep[c]
                    else "no figures for this country"
                )
                for metric, value in (("story_alignment_tau", tau), ("story_alignment_tau_p", p)):
                    yield _score(
                        metric, value[0], b, others & keep[c], frame, method, country=country
                    )

    def _method(self, n: int, tau: float) -> str:
        if n < LEAST:
            return f"too few countries ({n} < {LEAST})"
        if np.isnan(tau):
            return "all distances are equal"
        if exact_permutations(n, self.permutations):
            return "Mantel, one-sided (greater), all permutations of countries"
        number = random_permutations(n, self.permutations)
        return f"Mantel, one-sided (greater), {number} permutations of countries"


def _truth(frame: str, countries: Sequence[str]) -> FloatArray:
    """A frame's distances, NaN for what is no country."""
    known = [c in world() for c in countries]
    found = np.full((len(countries), len(countries)), np.nan)
    inside = [c for c, there in zip(countries, known, strict=True) if there]
    found[np.ix_(known, known)] = distance_matrix(frame, inside)
    return found


def _missing_as_zero(b: Between, truth: FloatArray) -> float:
    """The released code's tau, sign turned: pairs without a distance count as distance 0."""
    rows, columns = np.triu_indices(len(truth), 1)
    known = np.isfinite(b.apart[rows, columns])
    if known.sum() < LEAST:
        return float("nan")
    filled = np.nan_to_num(truth[rows, columns])[known]
    return kendall_tau_b(b.apart[rows, columns][known], filled)


def _by_family(apart: Sequence[Between], p: FloatArray) -> FloatArray:
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
    b: Between,
    keep: BoolArray,
    frame: str,
    method: str,
    **more: str,
) -> Score:
    n = int(keep.sum())
    asked = b.n - 1 if "country" in more else b.n  # a country is not among its own others
    scope: Mapping[str, str] = {**b.scope, "frame": frame, "measure": b.measure, **more}
    return Score(
        metric=metric,
        value=float(value),
        scope=scope,
        n=n,
        n_missing=max(asked - n, 0),
        method=method,
        higher_is_better=True if metric == "story_alignment_tau" else None,
    )
