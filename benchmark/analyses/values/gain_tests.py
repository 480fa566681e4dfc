"""How sure a gain is: its interval for other pictures or these, its two p, and their families.

Knows gains over a paired table and the pictures behind them; not which proxies are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.analyses.item_table import Grouping, IntArray
from benchmark.analyses.reporting import (
    LONGER,
    NO_ENDS,
    THESE,
    NamedFigure,
    scored,
    t_on_stems,
    too_few,
)
from benchmark.analyses.stem_intervals import Pool
from benchmark.metrics.divergence import BoolArray, FloatArray
from benchmark.metrics.permutation import benjamini_hochberg, holm
from benchmark.metrics.resampling import MIN_STEMS
from benchmark.metrics.skewed_means import skewed_p
from benchmark.metrics.stem_means import Estimates
from benchmark.metrics.two_way import PictureVariance, for_other_pictures
from benchmark.records import Score


@dataclass(frozen=True, kw_only=True, slots=True)
class GainPlace:
    """A gain in the scopes of one grouping, and the pool that holds it."""

    gain: NamedFigure
    grouping: Grouping
    pool: Pool

    def scores(
        self,
        metric: str,
        values: FloatArray,
        methods: Sequence[str],
        *,
        clusters: IntArray | None = None,
        ends: Sequence[tuple[float, float]] | None = None,
    ) -> Iterator[Score]:
        """A score of each scope; ``clusters`` are the pool's unless given."""
        units = self.pool.n_clusters if clusters is None else clusters
        missing = self.grouping.sizes - self.pool.n
        for k, scope in enumerate(self.grouping.scopes):
            yield scored(
                metric,
                values[k],
                {**scope, **self.gain.scope},
                int(self.pool.n[k]),
                methods[k],
                n_missing=int(missing[k]),
                n_clusters=int(units[k]),
                ends=ends[k] if ends else NO_ENDS,
                reading=self.gain.reading,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sure:
    """A gain in each scope with its interval, the degrees of freedom, and how it was found.

    ``other`` says where the interval is for other pictures, ``shown`` where there is any picture.
    """

    estimates: Estimates
    df: IntArray
    other: BoolArray
    shown: BoolArray

    @classmethod
    def of(cls, stems: Estimates, pictures: PictureVariance) -> Sure:
        """For other pictures where there are enough of them, else for these."""
        wide, df = for_other_pictures(stems, pictures)
        other = np.isfinite(wide.error)
        error, low, high = (
            np.where(other, new, old)
            for new, old in (
                (wide.error, stems.error),
                (wide.low, stems.low),
                (wide.high, stems.high),
            )
        )
        return cls(
            estimates=replace(stems, error=error, low=low, high=high),
            df=np.where(other, df, stems.k - 1),
            other=other,
            shown=np.asarray(pictures.pictures > 0),
        )

    @property
    def methods(self) -> list[str]:
        """How each scope's interval was found, or why there is none."""
        found = []
        for k, df, other, shown in zip(
            self.estimates.k.tolist(), self.df.tolist(), self.other, self.shown, strict=True
        ):
            by_stems = t_on_stems(k) + (THESE if shown else "")
            found.append(f"t on stems and pictures, {df} d.f., {LONGER}" if other else by_stems)
        return self.or_too_few(found)

    def or_too_few(self, methods: Sequence[str]) -> list[str]:
        """The methods, but for scopes of too few stems."""
        stems = self.estimates.k.tolist()
        return [too_few(k) if k < MIN_STEMS else how for k, how in zip(stems, methods, strict=True)]


def gain_scores(place: GainPlace, sure: Sure) -> Iterator[Score]:
    """The gain of each scope with its interval."""
    found = sure.estimates
    ends = list(zip(found.low.tolist(), found.high.tolist(), strict=True))
    yield from place.scores(
        place.gain.metric, found.value, sure.methods, clusters=sure.df + 1, ends=ends
    )


def gain_tests(place: GainPlace, sure: Sure, flips: FloatArray, resamples: int) -> Iterator[Score]:
    """Both p of each scope, and the two corrections of the larger one, a family a grouping."""
    metric = place.gain.metric
    found = sure.estimates
    t = skewed_p(found.value, found.error, found.skewness, sure.df + 1)
    larger = np.maximum(flips, t)
    yield from place.scores(f"{metric}_p", flips, sure.or_too_few(_signs(sure, resamples)))
    methods = [how.replace(", 95 %", "") for how in sure.methods]
    yield from place.scores(f"{metric}_p_t", t, methods, clusters=sure.df + 1)
    over = f"over {int(np.isfinite(larger).sum())} groups; the larger p of t and sign flips"
    for suffix, name, corrected in (
        ("_p_holm", "Holm", holm(larger)),
        ("_q_bh", "Benjamini-Hochberg", benjamini_hochberg(larger)),
    ):
        methods = sure.or_too_few([f"{name} {over}"] * len(larger))
        yield from place.scores(metric + suffix, corrected, methods)


def _signs(sure: Sure, resamples: int) -> list[str]:
    found = []
    for k, shown in zip(sure.estimates.k.tolist(), sure.shown, strict=True):
        signs = f"all 2^{k} signs" if 2**k <= resamples else f"{resamples} random signs"
        found.append(f"sign flips by stem, two-sided, {signs}" + (THESE if shown else ""))
    return found
