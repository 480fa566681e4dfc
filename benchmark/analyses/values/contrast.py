"""Does a picture do better than the country's name? Paired differences with p-values by family.

Knows tables of items and their stems; no survey. A question of a country is its own control: both
sides are the same question, asked under two proxies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.pairing import column_of, paired
from benchmark.analyses.reporting import (
    Family,
    Pooled,
    Reported,
    itself,
    pooled,
    scores_of,
    too_few,
)
from benchmark.analyses.stem_intervals import Figure, Pool, add_intervals
from benchmark.analyses.values.paired_tests import (
    LEAST_QUESTIONS,
    ByColumn,
    percentile_ps,
    sign_flip_ps,
)
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.permutation import benjamini_hochberg, holm
from benchmark.metrics.resampling import MIN_STEMS, RESAMPLES
from benchmark.records import AnswerReader, CaseRecord, Score
from benchmark.vocabulary import ALL_IMAGES, CATEGORIES, NAMED, SUFFIXES, Reading

NEEDS = frozenset(f"js_similarity{suffix}" for suffix in SUFFIXES.values())
GROUPS: tuple[tuple[str, ...], ...] = ((), ("topic",), ("country",), ("income_group",), ("income",))
GAIN = "js_similarity_gain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contrast:
    """Similarity under a picture less that under the country's name, question by question.

    ``images-country`` takes the mean over the picture categories that the cell has; each other
    proxy stands alone, controls too. Of each, overall and by topic, country, World Bank group and
    the paper's two incomes:

    - ``js_similarity_gain`` in similarity, higher is better for the picture, with an interval by
      bootstrap of stems;
    - ``js_similarity_gain_p``: two-sided sign flips of whole stems (`sign_flip_p`); NaN below six
      stems; ``_p_holm`` and ``_q_bh`` correct it within its family, which is *the groups of one
      grouping under one contrast in one reading* (so: the topics of images-country);
    - ``js_similarity_gain_p_published``: `percentile_p` of a bootstrap of single questions over
      printed options, as the paper reads; it rejects too often;
    - ``relative_gain`` = gain / mean under the name, ``relative_gain_of_image`` = gain / mean under
      the picture: the paper's two percentages, as fractions, of means over the same questions.
    """

    name: str = "contrast"
    resamples: int = RESAMPLES

    @property
    def needs(self) -> frozenset[str]:
        return NEEDS

    def __call__(
        self,
        records: Sequence[CaseRecord],
        answers: AnswerReader,  # noqa: ARG002 - the items carry all that is needed
        *,
        rng: np.random.Generator,
    ) -> Sequence[Score]:
        """The scores, the same for every order of ``records``; one number is taken from ``rng``."""
        seed = int(rng.integers(2**63))
        wide, contrasts = _differences(item_table(records, NEEDS, analysis=self.name))
        if not contrasts:
            return []
        gains = [gain for contrast in contrasts for gain in _gains(contrast)]
        shares = [share for contrast in contrasts for share in _shares(contrast)]
        families = [Family(by=by, wanted=(*gains, *shares)) for by in GROUPS]
        work = pooled(wide, families)
        every = [pool for part in work for pool in part.pools]
        add_intervals(every, wide, seed=seed, resamples=self.resamples)
        flips = sign_flip_ps(every, wide, seed=seed, resamples=self.resamples)
        scores = [score for part in work for score in scores_of(part, self.resamples)]
        for part in work:
            scores += self._tests(part, gains, flips)
        printed = [gain for gain in gains if gain.reading == "printed"]
        return [*scores, *self._published(wide, printed, seed)]

    def _tests(
        self,
        part: Pooled,
        gains: Sequence[Reported],
        flips: Mapping[Pool, ByColumn],
    ) -> Iterator[Score]:
        """The p of each group and its two corrections, a family for each contrast and reading."""
        for gain in gains:
            for pool in part.pools:
                if gain.figure in pool.value:
                    p = flips[pool][gain.figure.columns[0]]
                    tests = {"_p": p, "_p_holm": holm(p), "_q_bh": benjamini_hochberg(p)}
                    for suffix, values in tests.items():
                        yield from self._p_scores(suffix, values, gain, part, pool)

    def _p_scores(
        self, suffix: str, values: FloatArray, gain: Reported, part: Pooled, pool: Pool
    ) -> Iterator[Score]:
        tested = int(np.isfinite(values).sum())
        missing = part.grouping.sizes - pool.n
        for k, scope in enumerate(part.grouping.scopes):
            stems = int(pool.n_clusters[k])
            yield Score(
                metric=GAIN + suffix,
                value=float(values[k]),
                scope={**scope, **gain.scope},
                n=int(pool.n[k]),
                n_missing=int(missing[k]),
                method=too_few(stems) if stems < MIN_STEMS else self._method(suffix, stems, tested),
                higher_is_better=False,
                reading=gain.reading,
            )

    def _method(self, suffix: str, stems: int, tested: int) -> str:
        exact = 2**stems <= self.resamples
        signs = f"all 2^{stems} signs" if exact else f"{self.resamples} random signs"
        flips = f"sign flips by stem, two-sided, {signs}"
        match suffix:
            case "_p_holm":
                return f"Holm over {tested} groups; {flips}"
            case "_q_bh":
                return f"Benjamini-Hochberg over {tested} groups; {flips}"
            case _:
                return flips

    def _published(self, wide: ItemTable, gains: Sequence[Reported], seed: int) -> Iterator[Score]:
        """The percentile bootstrap's p, single questions resampled."""
        single = replace(wide, clusters=wide.items)
        work = pooled(single, [Family(by=by, wanted=tuple(gains)) for by in GROUPS])
        every = [pool for part in work for pool in part.pools]
        found = percentile_ps(every, single, seed=seed, resamples=self.resamples)
        for part in work:
            for gain in gains:
                for pool in part.pools:
                    if gain.figure in pool.value:
                        p = found[pool][gain.figure.columns[0]]
                        yield from self._published_scores(p, gain, part, pool)

    def _published_scores(
        self, p: FloatArray, gain: Reported, part: Pooled, pool: Pool
    ) -> Iterator[Score]:
        missing = part.grouping.sizes - pool.n
        for k, scope in enumerate(part.grouping.scopes):
            few = pool.n_clusters[k] < LEAST_QUESTIONS
            yield Score(
                metric=f"{GAIN}_p_published",
                value=float(p[k]),
                scope={**scope, **gain.scope},
                n=int(pool.n[k]),
                n_missing=int(missing[k]),
                method=f"too few questions (fewer than {LEAST_QUESTIONS})"
                if few
                else f"percentile bootstrap of questions, {self.resamples} resamples",
                higher_is_better=False,
                reading=gain.reading,
            )


def gain_columns(records: Sequence[CaseRecord]) -> tuple[ItemTable, Mapping[str, str]]:
    """The paired questions of a run, and the column of each contrast's substantive gains."""
    wide, contrasts = _differences(item_table(records, NEEDS, analysis="contrast"))
    value = f"js_similarity{SUFFIXES['substantive']}"
    return wide, {contrast: column_of(value, contrast) for contrast in contrasts}


def _differences(table: ItemTable) -> tuple[ItemTable, list[str]]:
    """Questions by proxy with the columns of every contrast, and the names of the contrasts.

    The columns of a contrast are its gain, the similarity under the picture, and under the name.
    """
    wide = paired(table, sorted(NEEDS), over="proxy")
    present = table.factors["proxy"].names
    if NAMED not in present:
        return wide, []
    others = [proxy for proxy in present if proxy != NAMED]
    categories = [proxy for proxy in others if proxy in CATEGORIES]
    columns: dict[str, FloatArray] = {}
    for value in sorted(NEEDS):
        by_proxy = {proxy: wide.values[column_of(value, proxy)] for proxy in present}
        if categories:
            by_proxy[ALL_IMAGES] = _mean_there([by_proxy[proxy] for proxy in categories])
        for proxy in [*([ALL_IMAGES] if categories else []), *others]:
            name = by_proxy[NAMED]
            there = by_proxy[proxy] + 0 * name  # NaN where either is
            columns[column_of(value, f"{proxy}-{NAMED}")] = there - name
            columns[column_of(value, proxy)] = there
        columns[column_of(value, NAMED)] = by_proxy[NAMED]
    contrasts = [f"{p}-{NAMED}" for p in [*([ALL_IMAGES] if categories else []), *others]]
    return replace(wide, values=columns), contrasts


def _mean_there(columns: Sequence[FloatArray]) -> FloatArray:
    stacked = np.array(columns)
    there = np.isfinite(stacked)
    mean: FloatArray = np.where(there, stacked, 0.0).sum(axis=0) / positive_or_nan(
        there.sum(axis=0)
    )
    return mean


def _gains(contrast: str) -> Iterator[Reported]:
    for reading, suffix in SUFFIXES.items():
        column = column_of(f"js_similarity{suffix}", contrast)
        yield _reported(
            GAIN, reading, Figure(columns=(column,), of_means=itself, interval=True), contrast
        )


def _shares(contrast: str) -> Iterator[Reported]:
    for reading, suffix in SUFFIXES.items():
        value = f"js_similarity{suffix}"
        gain = column_of(value, contrast)
        picture = column_of(value, contrast.removesuffix(f"-{NAMED}"))
        for metric, base in (
            ("relative_gain", column_of(value, NAMED)),
            ("relative_gain_of_image", picture),
        ):
            yield _reported(
                metric, reading, Figure(columns=(gain, base), of_means=_share), contrast
            )


def _reported(metric: str, reading: Reading, figure: Figure, contrast: str) -> Reported:
    return Reported(
        metric=metric,
        reading=reading,
        figure=figure,
        higher_is_better=True,
        scope={"contrast": contrast},
    )


def _share(gain: FloatArray, base: FloatArray) -> FloatArray:
    share: FloatArray = gain / positive_or_nan(base)
    return share
