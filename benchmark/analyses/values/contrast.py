"""Does a picture do better than the country's name? Paired differences with p-values by family.

Knows tables of items and their stems; no survey. A question of a country is its own control: both
sides are the same question, asked under two proxies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmark.analyses.item_table import ItemTable, item_table
from benchmark.analyses.pairing import column_of, paired
from benchmark.analyses.reporting import Family, NamedFigure, PooledFamily, pooled, scores_of
from benchmark.analyses.stem_intervals import Figure
from benchmark.analyses.values.gain_tests import GainPlace, Sure, gain_scores, gain_tests
from benchmark.analyses.values.paired_tests import LEAST_QUESTIONS, percentile_ps, sign_flip_ps
from benchmark.analyses.values.picture_sample import Shown, of_gain, shown_pictures
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.means import mean_along
from benchmark.metrics.resampling import RESAMPLES
from benchmark.metrics.two_way import PictureVariance
from benchmark.records import Analysis, Evidence, Score
from benchmark.vocabulary import (
    ALL_IMAGES,
    CATEGORIES,
    NAMED,
    SIMILARITY,
    SUFFIXES,
    Reading,
    in_reading,
)

NEEDS = tuple(SIMILARITY + suffix for suffix in SUFFIXES.values())
GROUPS: tuple[tuple[str, ...], ...] = ((), ("topic",), ("country",), ("income_group",), ("income",))
GAIN = "js_similarity_gain"
ROUNDING = 1e-12


def contrast(evidence: Evidence, *, resamples: int = RESAMPLES) -> list[Score]:
    """Similarity under a picture less that under the country's name, question by question.

    ``images-country`` takes the mean over the picture categories that the cell has; each other
    proxy stands alone, controls too. For each, overall and by topic, country, World Bank group and
    the paper's two incomes:

    - ``js_similarity_gain`` in similarity, higher is better for the picture. The interval is for
      other pictures of the same kinds, too, from six pictures on (`two_way`); with fewer its method
      says ``these pictures``;
    - ``js_similarity_gain_p_t``: the p of that interval, below 0.05 where it leaves out 0;
      ``js_similarity_gain_p``: two-sided sign flips of whole stems (`sign_flip_p`), for these
      pictures. NaN below six stems. Corrected is the larger of the two: ``_p_holm`` and ``_q_bh``,
      within its family, which is *the groups of one grouping under one contrast in one reading*
      (such as the topics of images-country);
    - ``js_similarity_gain_p_published``: `percentile_p` of a bootstrap of single questions over
      printed options, as in the paper; it rejects too often;
    - ``relative_gain`` = gain / mean under the name, ``relative_gain_of_image`` = gain / mean under
      the picture: the paper's two percentages, as fractions, of means over the same questions.
    """
    seed = int(evidence.rng.integers(2**63))
    table = item_table(evidence.records, NEEDS, analysis="contrast")
    wide, contrasts = differences(table)
    if not contrasts:
        return []
    gains = [gain for name in contrasts for gain in _gains(name)]
    shares = [share for name in contrasts for share in _shares(name)]
    work = pooled(wide, [Family(by=by, wanted=(*gains, *shares)) for by in GROUPS])
    every = [pool for part in work for pool in part.pools]
    flips = sign_flip_ps(every, wide, seed=seed, resamples=resamples)
    shown = shown_pictures(evidence.records, table)
    scores = [score for part in work for score in scores_of(part) if score.metric != GAIN]
    for place in _places(work, gains):
        found = place.pool.estimates[place.gain.figure]
        sure = Sure.of(found, _pictures(shown, wide, place))
        scores += gain_scores(place, sure)
        scores += gain_tests(place, sure, flips[place.pool][_column(place)], resamples)
    printed = [gain for gain in gains if gain.reading == "printed"]
    return [*scores, *_published(wide, printed, seed, resamples)]


CONTRAST = Analysis(
    compute=contrast,
    provides=(
        *(GAIN, "relative_gain", "relative_gain_of_image"),
        *(f"{GAIN}{test}" for test in ("_p", "_p_t", "_p_holm", "_q_bh", "_p_published")),
    ),
    needs=NEEDS,
)


def _places(work: Sequence[PooledFamily], gains: Sequence[NamedFigure]) -> Iterator[GainPlace]:
    """Where each gain is, family by family."""
    for part in work:
        for gain in gains:
            for pool in part.pools:
                if gain.figure in pool.estimates:
                    yield GainPlace(gain=gain, grouping=part.grouping, pool=pool)


def _column(place: GainPlace) -> str:
    return place.gain.figure.columns[0]


def _pictures(shown: Shown, wide: ItemTable, place: GainPlace) -> PictureVariance:
    """What pictures add to the gain's variance in each scope."""
    reading = place.gain.reading
    picture = place.gain.scope["contrast"].removesuffix(f"-{NAMED}")
    return of_gain(
        shown,
        wide,
        place.grouping,
        under=CATEGORIES if picture == ALL_IMAGES else (picture,),
        gain=_column(place),
        base=column_of(in_reading(SIMILARITY, reading), NAMED),
        suffix=SUFFIXES[reading],
    )


def _published(
    wide: ItemTable, gains: Sequence[NamedFigure], seed: int, resamples: int
) -> Iterator[Score]:
    """The percentile bootstrap's p, single questions resampled."""
    single = replace(wide, clusters=wide.items)
    work = pooled(single, [Family(by=by, wanted=tuple(gains)) for by in GROUPS])
    every = [pool for part in work for pool in part.pools]
    found = percentile_ps(every, single, seed=seed, resamples=resamples)
    for place in _places(work, gains):
        methods = [
            f"too few questions (fewer than {LEAST_QUESTIONS})"
            if few
            else f"percentile bootstrap of questions, {resamples} resamples"
            for few in (place.pool.n_clusters < LEAST_QUESTIONS).tolist()
        ]
        p = found[place.pool][_column(place)]
        yield from place.scores(f"{GAIN}_p_published", p, methods)


def differences(table: ItemTable) -> tuple[ItemTable, list[str]]:
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
            by_proxy[ALL_IMAGES] = mean_along([by_proxy[proxy] for proxy in categories])
        for proxy in [*([ALL_IMAGES] if categories else []), *others]:
            name = by_proxy[NAMED]
            there = by_proxy[proxy] + 0 * name  # NaN where either is
            columns[column_of(value, f"{proxy}-{NAMED}")] = _but_rounding(there - name)
            columns[column_of(value, proxy)] = there
        columns[column_of(value, NAMED)] = by_proxy[NAMED]
    contrasts = [f"{p}-{NAMED}" for p in [*([ALL_IMAGES] if categories else []), *others]]
    return replace(wide, values=columns), contrasts


def _but_rounding(difference: FloatArray) -> FloatArray:
    """0 where two answers are the same and only their sums were rounded apart."""
    return np.where(np.abs(difference) < ROUNDING, 0.0, difference)


def _gains(contrast: str) -> Iterator[NamedFigure]:
    for reading, suffix in SUFFIXES.items():
        column = column_of(SIMILARITY + suffix, contrast)
        yield _reported(GAIN, reading, Figure(columns=(column,), interval=True), contrast)


def _shares(contrast: str) -> Iterator[NamedFigure]:
    for reading, suffix in SUFFIXES.items():
        value = SIMILARITY + suffix
        gain = column_of(value, contrast)
        picture = column_of(value, contrast.removesuffix(f"-{NAMED}"))
        for metric, base in (
            ("relative_gain", column_of(value, NAMED)),
            ("relative_gain_of_image", picture),
        ):
            yield _reported(
                metric, reading, Figure(columns=(gain, base), of_means=_share), contrast
            )


def _reported(metric: str, reading: Reading, figure: Figure, contrast: str) -> NamedFigure:
    return NamedFigure.of(metric, figure, reading, scope={"contrast": contrast})


def _share(gain: FloatArray, base: FloatArray) -> FloatArray:
    share: FloatArray = gain / positive_or_nan(base)
    return share
