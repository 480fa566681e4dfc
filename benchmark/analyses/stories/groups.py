"""Whether stories for a country's ethnic groups differ, among them and from its nationality's.

Within a country only: no other country's stories are looked at.
Knows the analyses of nationalities, which it applies to groups; not who the groups are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchmark.analyses.reporting import scored
from benchmark.analyses.stories.strata import cell_means, strata_of
from benchmark.analyses.stories.table import KINDS, by_proxy
from benchmark.analyses.stories.variance import TESTS, story_variance
from benchmark.analyses.stories.vocabulary import STORY_VOCABULARY, story_vocabulary
from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import FloatArray
from benchmark.records import Analysis, AnswerReader, CaseRecord, Evidence, Score

METHOD = "word edit distance, mean over pairs of stories in one stratum"
NATIONALITY = "nationality"  # stories that name no group; no group may have this slug
Computed = Callable[[Evidence], Sequence[Score]]
OF_GROUPS: tuple[Computed, ...] = (partial(story_variance, published=False), story_vocabulary)


def story_groups(evidence: Evidence, *, of_groups: Sequence[Computed] = OF_GROUPS) -> list[Score]:
    """What the analyses of nationalities say of a country's groups, and distances between them.

    Scope ``country`` and, of a single group, ``variant``. ``story_group_permanova_p``,
    ``story_group_omega2`` and the others of `story_variance` without the published ones, and
    ``story_group_word_z``, ``story_group_marker_rate`` and the others of `story_vocabulary`: the
    groups of one country against each other, where it has two. The null is that the group's name
    means nothing.

    ``story_group_distance``, overall and by proxy: mean word edit distance between stories of
    ``variant`` and of ``against`` on one concept at one temperature under one proxy; ``against``
    may be the group itself (no story with itself) or ``nationality``, whose stories name no group;
    n counts pairs. ``story_group_apart`` is that less the mean of both's distance among themselves,
    taken within concept, temperature and proxy: about 0 where nothing sets the two apart. No
    direction, no interval; whether groups differ is for the permutation test to say.
    """
    seed = int(evidence.rng.integers(2**63))
    stories = [record for record in evidence.records if record.case.kind in KINDS]
    scores: list[Score] = []
    for country in sorted({r.case.country for r in stories if r.case.variant}):
        mine = [_by_group(r) for r in stories if r.case.country == country]
        groups = [r for r in mine if r.case.country != NATIONALITY]
        scores += _distances(country, mine, evidence.answers)
        if len({r.case.country for r in groups}) < 2:
            continue
        for place, compute in enumerate(of_groups):
            rng = np.random.default_rng([seed, place, *country.encode()])
            found = compute(replace(evidence, records=groups, rng=rng))
            scores += (_within(score, country) for score in found)
    return scores


def _of_group(metric: str) -> str:
    return f"story_group_{metric.removeprefix('story_')}"


STORY_GROUPS = Analysis(
    compute=story_groups,
    provides=(
        *map(_of_group, (*TESTS, *STORY_VOCABULARY.provides)),
        *("story_group_distance", "story_group_apart"),
    ),
)


def _by_group(record: CaseRecord) -> CaseRecord:
    """The record with the group in the country's place, for analyses that compare countries."""
    case = record.case
    return replace(record, case=replace(case, country=case.variant or NATIONALITY, variant=""))


def _within(score: Score, country: str) -> Score:
    """A score of groups, put back into their country."""
    scope = {("variant" if key == "country" else key): at for key, at in score.scope.items()}
    metric = _of_group(score.metric)
    return replace(
        score,
        metric=metric,
        scope={**scope, "country": country},
        higher_is_better=direction(metric),
    )


def _distances(
    country: str, records: Sequence[CaseRecord], answers: AnswerReader
) -> Iterator[Score]:
    names = sorted({record.case.country for record in records})
    pooled: list[tuple[FloatArray, ...]] = []
    for proxy, table in by_proxy(records, answers):
        cells = [
            cell_means(stratum.distances(), stratum.country, len(names))
            for stratum in strata_of(table, names)
        ]
        if cells:
            yield from _pairs(cells, names, {"country": country, "proxy": proxy})
        if not table.control.all():
            pooled += cells
    if pooled:
        yield from _pairs(pooled, names, {"country": country})


def _pairs(
    cells: Sequence[tuple[FloatArray, ...]], names: Sequence[str], scope: Mapping[str, str]
) -> Iterator[Score]:
    """The scores of strata with summed distances and numbers of pairs, each (groups, groups)."""
    sums, numbers = (np.stack(parts) for parts in zip(*cells, strict=True))
    number = numbers.sum(axis=0)
    mean = _quotient(sums.sum(axis=0), number)
    away, counted = apart(_quotient(sums, numbers), numbers)
    for a, one in enumerate(names):
        for b, other in enumerate(names[a:], start=a):
            # The nationality is always `against`; it is a `variant` only with itself.
            first, second = (other, one) if one == NATIONALITY else (one, other)
            at = {**scope, "variant": first, "against": second}
            n = int(number[a, b]) // (2 if a == b else 1)  # the diagonal has each pair twice
            yield scored("story_group_distance", mean[a, b], at, n, METHOD)
            if a != b:
                yield scored("story_group_apart", away[a, b], at, int(counted[a, b]), METHOD)


def apart(means: FloatArray, numbers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distance between groups less that within them, and the pairs between them it is made of.

    The difference is taken inside each of the strata, (strata, groups, groups), and weighted by
    the pairs between: with weights of their own, within and between would be means of different
    strata. A stratum in which a group has a single story has no distance within it.

    Two groups that are alike in strata of unlike distances, with other numbers in each:

    >>> alike = np.ones((2, 2))
    >>> pairs = np.array([[[20, 25], [25, 20]], [[20, 10], [10, 2]]])
    >>> away, n = apart(np.array([0.5 * alike, 0.9 * alike]), pairs)
    >>> away[0, 1].item(), n[0, 1].item()
    (0.0, 35.0)
    """
    within = np.diagonal(means, axis1=1, axis2=2)
    inside = means - (within[:, :, None] + within[:, None, :]) / 2
    weights = np.where(np.isnan(inside), 0.0, numbers)
    counted = weights.sum(axis=0)
    return _quotient((weights * np.nan_to_num(inside)).sum(axis=0), counted), counted


def _quotient(sums: FloatArray, number: FloatArray) -> FloatArray:
    return np.divide(sums, number, out=np.full_like(sums, np.nan), where=number > 0)
