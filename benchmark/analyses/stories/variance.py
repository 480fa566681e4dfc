"""Do stories differ by nationality? The published F, what it is worth, and a test that holds.

Knows story strata; no embedding and no published distance between countries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.strata import StoryStratum, cell_means, strata_of
from benchmark.analyses.stories.table import StoryTable, by_proxy, counts
from benchmark.metrics.divergence import FloatArray, positive_or_nan
from benchmark.metrics.permanova import Permanova, Stratum, Sums, permanova, sums_of_squares
from benchmark.metrics.permutation import holm
from benchmark.metrics.published_variance import Design, f_tail, published_f, published_variances
from benchmark.metrics.resampling import percentile_interval
from benchmark.metrics.spread_of_groups import dispersion_test, distances_from_centre
from benchmark.records import Analysis, Evidence, Score

PERMUTATIONS = 1_999
PUBLISHED_PERMUTATIONS = 499  # eleven times the pairs
PUBLISHED = (
    *("story_variance_within", "story_variance_across", "story_f_published"),
    *("story_f_published_p", "story_f_published_p_permuted", "story_f_published_null"),
)
TESTS = (
    *("story_permanova_f", "story_permanova_p", "story_permanova_p_holm", "story_omega2"),
    *("story_r2", "story_r2_null", "story_dispersion_f", "story_dispersion_p"),
    *("story_dispersion", "story_distinctness"),
)


@dataclass(kw_only=True, slots=True)
class ProxySums:
    """What is kept of a proxy's strata: sums, never the distances."""

    control: bool
    n: int
    n_missing: int
    topics: list[str] = field(default_factory=list)  # of each stratum
    stories: FloatArray  # (strata,)
    sums: Sums
    spread: FloatArray  # (countries, strata)
    apart: FloatArray  # (countries, countries): summed distances
    pairs: FloatArray  # (countries, countries)


def story_variance(
    evidence: Evidence,
    *,
    permutations: int = PERMUTATIONS,
    published_permutations: int = PUBLISHED_PERMUTATIONS,
    published: bool = True,
) -> list[Score]:
    """Published variances and F with their null; PERMANOVA and the test of equal spread.

    Distances are `word_edit_distances` between stories of one concept, temperature and proxy.

    By proxy, as published: ``story_variance_within``, ``story_variance_across`` (means over
    concepts, self-pairs counted as 0), ``story_f_published`` with 1 and 2k - 2 degrees of freedom
    for k concepts and ``story_f_published_p`` from the F distribution; beside them
    ``story_f_published_null``, the F to expect if nationality meant nothing (mean of shuffled
    labels, and where 95 % of them lie), and ``story_f_published_p_permuted``, the F's p under
    that. **Only the last is a test.**

    Overall (no controls), by proxy, and by proxy and concept (``topic``): ``story_permanova_f``,
    ``story_permanova_p`` (of W*d, which nationalities that are only more varied do not move),
    Holm's over the concepts of a proxy as ``story_permanova_p_holm``; ``story_omega2``, the effect,
    about 0 where there is none; ``story_r2`` and ``story_r2_null``, what r2 is without an effect. A
    nationality's only story of a concept and temperature is left out of these.
    ``story_dispersion_p`` small says that nationalities differ in how varied their stories are;
    ``story_dispersion`` by country is the mean distance of its stories from their centre.
    ``story_distinctness`` by country is the mean distance to the others' stories less that among
    its own, no story with itself: above 0 where
    stories of a nationality resemble each other. None of these is a grade.
    """
    seed = int(evidence.rng.integers(2**63))
    records = evidence.records
    countries = sorted({record.case.country for record in records if counts(record)})
    scores: list[Score] = []
    kept: dict[str, ProxySums] = {}
    for proxy, table in by_proxy(records, evidence.answers):
        rng = np.random.default_rng([seed, *proxy.encode()])
        strata = strata_of(table, countries)
        distances = [np.nan_to_num(stratum.distances()) for stratum in strata]
        kept[proxy] = _proxy_sums(table, strata, distances, len(countries), rng, permutations)
        if published:
            scores += _published(table, strata, distances, rng, published_permutations)
    for proxy, part in kept.items():
        scores += _tests({"proxy": proxy}, [part], countries, seed, permutations)
        scores += _by_topic(proxy, part)
    pooled = [part for part in kept.values() if not part.control]
    if pooled:
        scores += _tests({}, pooled, countries, seed, permutations)
    return scores


STORY_VARIANCE = Analysis(compute=story_variance, provides=(*PUBLISHED, *TESTS))


def _proxy_sums(
    table: StoryTable,
    strata: Sequence[StoryStratum],
    distances: Sequence[FloatArray],
    countries: int,
    rng: np.random.Generator,
    permutations: int,
) -> ProxySums:
    plain = [Stratum(distances=d, groups=s.country) for s, d in zip(strata, distances, strict=True)]
    cells = [cell_means(d, s.country, countries) for s, d in zip(strata, distances, strict=True)]
    return ProxySums(
        control=bool(table.control.all()),
        n=len(table),
        n_missing=table.left_out,
        topics=[stratum.concept for stratum in strata],
        stories=np.array([len(stratum.text) for stratum in strata], dtype=np.float64),
        sums=sums_of_squares(plain, rng=rng, permutations=permutations),
        spread=distances_from_centre(plain, countries),
        apart=np.sum([sums for sums, _ in cells], axis=0),
        pairs=np.sum([number for _, number in cells], axis=0),
    )


def _published(
    table: StoryTable,
    strata: Sequence[StoryStratum],
    distances: Sequence[FloatArray],
    rng: np.random.Generator,
    number: int,
) -> Iterator[Score]:
    topics = sorted({stratum.concept for stratum in strata})
    designs = [
        Design(distances=d, groups=s.country, rounds=s.response, topic=topics.index(s.concept))
        for s, d in zip(strata, distances, strict=True)
    ]
    v = published_variances(designs, len(topics), rng=rng, permutations=number)
    f, null = float(published_f(v.within, v.across)), published_f(v.within_null, v.across_null)
    low, high = percentile_interval(null)
    more = (1 + int((null >= f * (1 - 1e-12)).sum())) / (1 + number)
    left = 2 * len(topics) - 2
    df = f"df 1, {left}"
    self_pairs = "mean over concepts, self-pairs counted as 0 as published"
    shuffled = f"{number} shufflings of nationality within concept and temperature"
    rows = (
        ("story_variance_within", v.within.mean(), self_pairs),
        ("story_variance_across", v.across.mean(), self_pairs),
        ("story_f_published", f, f"{df}; large without any effect, see story_f_published_null"),
        ("story_f_published_p", f_tail(f, 1, max(left, 1)), f"F distribution, {df}; no test"),
        ("story_f_published_p_permuted", more if np.isfinite(f) else np.nan, shuffled),
    )
    scope = {"proxy": table.proxy[0]}
    for metric, value, method in rows:
        yield _score(metric, value, scope, table, method)
    method = f"mean and middle 95 % of {shuffled}"
    yield replace(
        _score("story_f_published_null", null.mean(), scope, table, method),
        low=float(low),
        high=float(high),
    )


def _tests(
    scope: Mapping[str, str],
    parts: Sequence[ProxySums],
    countries: Sequence[str],
    seed: int,
    permutations: int,
) -> Iterator[Score]:
    sums = _join([part.sums for part in parts])
    whole = _Sample(n=sum(p.n for p in parts), left_out=sum(p.n_missing for p in parts))
    kept = int(sums.members.sum())
    compared = _Sample(n=kept, left_out=whole.left_out + whole.n - kept)
    yield from _permanova(scope, sums, None, compared)
    spread = np.concatenate([part.spread for part in parts], axis=1)
    rng = np.random.default_rng([seed, *repr(sorted(scope.items())).encode()])
    test = dispersion_test(spread, rng=rng, permutations=permutations)
    method = f"{permutations} shufflings of cells within concept and temperature"
    yield _score("story_dispersion_f", test.f, scope, whole, method)
    yield _score("story_dispersion_p", test.p, scope, whole, method)
    apart = np.sum([part.apart for part in parts], axis=0)
    pairs = np.sum([part.pairs for part in parts], axis=0)
    yield from _of_countries(scope, countries, test.by_group, apart, pairs)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    n: int
    left_out: int

    def __len__(self) -> int:
        return self.n


def _permanova(
    scope: Mapping[str, str], sums: Sums, chosen: np.ndarray | None, of: _Sample
) -> Iterator[Score]:
    test = permanova(sums, chosen)
    method = "PERMANOVA, cells of at least two stories"
    for metric, value, how in (
        ("story_permanova_f", test.f, method),
        ("story_permanova_p", test.p, _robust(test, sums.shuffled.shape[1])),
        ("story_omega2", test.omega2, method),
        ("story_r2", test.r2, method),
        ("story_r2_null", test.r2_null, f"{method}; mean over all shufflings"),
    ):
        yield _score(metric, value, scope, of, how)


def _robust(test: Permanova, permutations: int) -> str:
    """How the p was found, or why there is none."""
    if np.isnan(test.f):
        return "no two nationalities with two stories each of one concept and temperature"
    if np.isnan(test.w):
        return "no p: the stories of a nationality, concept and temperature are all alike"
    return (
        f"W*d {test.w:.4g} (robust to unequal variety), {permutations} shufflings of stories less "
        "their cell's centre within concept and temperature"
    )


def _by_topic(proxy: str, part: ProxySums) -> Iterator[Score]:
    topics = sorted(set(part.topics))
    column = np.array(part.topics, dtype=str)
    p, members = [], []
    for topic in topics:
        chosen = np.asarray(column == topic)
        n, kept = part.stories[chosen].sum(), part.sums.members[chosen].sum()
        members.append(_Sample(n=int(kept), left_out=int(n - kept)))
        found = list(_permanova({"proxy": proxy, "topic": topic}, part.sums, chosen, members[-1]))
        p.append(next(s.value for s in found if s.metric == "story_permanova_p"))
        yield from found
    method = f"Holm over {len(topics)} concepts"
    for topic, corrected, of in zip(topics, holm(p).tolist(), members, strict=True):
        scope = {"proxy": proxy, "topic": topic}
        yield _score("story_permanova_p_holm", corrected, scope, of, method)


def _of_countries(
    scope: Mapping[str, str],
    countries: Sequence[str],
    spread: FloatArray,
    apart: FloatArray,
    pairs: FloatArray,
) -> Iterator[Score]:
    own = np.diag(apart) / positive_or_nan(np.diag(pairs))
    others = (apart.sum(axis=1) - np.diag(apart)) / positive_or_nan(
        pairs.sum(axis=1) - np.diag(pairs)
    )
    for c, country in enumerate(countries):
        of = _Sample(n=int(pairs[c].sum()), left_out=0)
        mine = {**scope, "country": country}
        method = "mean over concepts and temperatures; n counts pairs of stories"
        yield _score("story_dispersion", spread[c], mine, of, method)
        yield _score("story_distinctness", others[c] - own[c], mine, of, method)


def _join(parts: Sequence[Sums]) -> Sums:
    return Sums(
        total=np.concatenate([part.total for part in parts]),
        within=np.concatenate([part.within for part in parts]),
        robust=np.concatenate([part.robust for part in parts]),
        shuffled=np.concatenate([part.shuffled for part in parts]),
        df_between=np.concatenate([part.df_between for part in parts]),
        df_within=np.concatenate([part.df_within for part in parts]),
    )


def _score(
    metric: str, value: float, scope: Mapping[str, str], of: _Sample | StoryTable, method: str
) -> Score:
    return scored(metric, value, scope, len(of), method, n_missing=of.left_out)
