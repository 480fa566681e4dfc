"""The results of a study: its figures with and without the dropped raters, and their file.

Knows ratings, figures and the file's shape; no table. Figures are `Score`s, scoped by ``dimension``
and ``model``, ``against``, ``country`` or ``metric``. Nothing depends on the order of annotations:
random draws follow from the study's id and the figure's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmark import __version__, jsonio
from benchmark.errors import DataProblem
from benchmark.jsonio import Json
from benchmark.metrics.directions import direction
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.rater_agreement import FEWEST, alpha_interval, ordinal_alpha, rated_twice
from benchmark.metrics.resampling import RESAMPLES
from benchmark.records import Score
from benchmark.runs.documents import schema_name, validate
from benchmark.runs.rows import score_row
from leaderboard.study.dimensions import OVERALL
from leaderboard.study.key import Key
from leaderboard.study.means import TOO_FEW, means
from leaderboard.study.metric_agreement import agreement
from leaderboard.study.ratings import Checks, Ratings
from leaderboard.study.screening import RULES, dropped
from leaderboard.study.sheet import Sheet

HARDLY_VARIES = "hardly varies"


@dataclass(frozen=True, kw_only=True, slots=True)
class RaterLine:
    """What one rater did: stories on the list and rated, single ratings given and missing."""

    rater: str
    accounts: tuple[str, ...]
    assigned: int
    rated: int
    ratings: int
    missing: int
    checks: Checks
    mean: float
    dropped: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """Everything a study found; ``rule`` is the sentence that says who was dropped."""

    key: Key
    rule: str
    raters: tuple[RaterLine, ...]
    notes: tuple[str, ...]
    scores: tuple[Score, ...]
    scores_without_dropping: tuple[Score, ...]

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(line.rater for line in self.raters if line.dropped)


def results(ratings: Ratings, rule: str) -> Results:
    """Drop raters by a rule of `RULES`, assess the others, and assess all for comparison.

    Raises
    ------
    DataProblem
        The rule drops everybody.
    """
    out = dropped(ratings, rule)
    if len(out) == len(ratings.raters):
        raise DataProblem(
            f"all {len(out)} raters missed their attention checks (--attention-rule {rule}); look "
            "at the checks, or use --attention-rule none"
        )
    everyone = assess(_sheet(ratings, ()), by_dimension=not out)
    return Results(
        key=ratings.key,
        rule=RULES[rule],
        raters=tuple(_line(ratings, at, out) for at in range(len(ratings.raters))),
        notes=ratings.notes,
        scores=tuple(assess(_sheet(ratings, out)) if out else everyone),
        scores_without_dropping=tuple(everyone),
    )


def document(found: Results) -> dict[str, Json]:
    """The results as plain JSON values, validated by their schema."""
    whole: dict[str, Json] = {
        "schema": schema_name("study-results"),
        "study": found.key.study,
        "harness_version": __version__,
        "proxy": found.key.proxy,
        "dimensions": [
            {"name": one.name, "title": one.title, "paper": one.paper}
            for one in found.key.dimensions.every
        ],
        "models": [
            {"label": one.label, "model_id": one.model_id, "revision": one.revision}
            for one in found.key.models
        ],
        "n_stories": len(found.key.stories),
        "rule": found.rule,
        "raters": [jsonio.plain(_row(line)) for line in found.raters],
        "notes": list(found.notes),
        "scores": [score_row(score) for score in found.scores],
        "scores_without_dropping": [score_row(score) for score in found.scores_without_dropping],
    }
    validate(whole, "study-results")
    return whole


def find(scores: Sequence[Score], name: str, /, **scope: str) -> Score | None:
    """The score of a metric in exactly this scope, if any."""
    return next((one for one in scores if one.metric == name and one.scope == scope), None)


def _sheet(ratings: Ratings, out: Sequence[str]) -> Sheet:
    return Sheet(
        study=ratings.key.study,
        key=ratings.key,
        items=ratings.items,
        raters=tuple(rater for rater in ratings.raters if rater not in out),
        values=ratings.without(out),
    )


def _line(ratings: Ratings, at: int, out: Sequence[str]) -> RaterLine:
    rater, mine = ratings.raters[at], ratings.values[:, :, at]
    known = ~np.isnan(mine)
    assigned = sum(page in ratings.key.stories for page in ratings.key.raters[rater])
    return RaterLine(
        rater=rater,
        accounts=ratings.accounts[rater],
        assigned=assigned,
        rated=int(known.any(axis=0).sum()),
        ratings=int(known.sum()),
        missing=assigned * len(mine) - int(known.sum()),
        checks=ratings.checks[rater],
        mean=float(mine[known].mean()),
        dropped=rater in out,
    )


def _row(line: RaterLine) -> Mapping[str, object]:
    fields = asdict(line)
    checks = fields.pop("checks")
    return {
        **fields,
        "checks": checks["on_list"],
        "answered": checks["answered"],
        "missed": checks["missed"],
    }


def assess(sheet: Sheet, *, by_dimension: bool = True) -> list[Score]:
    """All figures of a sheet; unless ``by_dimension``, metrics are compared with the mean alone."""
    found: list[Score] = []
    for name, ratings in sheet.columns():
        if name != OVERALL:
            found.append(_alpha(sheet, name, ratings))
        found += means(sheet, name, ratings)
    found += agreement(sheet, [OVERALL])
    return found + (agreement(sheet, sheet.key.dimensions.names) if by_dimension else [])


def _alpha(sheet: Sheet, name: str, ratings: FloatArray) -> Score:
    low, high = alpha_interval(ratings, rng=sheet.rng("alpha", name))
    twice = rated_twice(ratings)
    return Score(
        metric="alpha",
        higher_is_better=direction("alpha"),
        value=ordinal_alpha(ratings),
        scope={"dimension": name},
        n=twice,
        n_missing=len(sheet.items) - twice,
        n_clusters=twice,
        low=low,
        high=high,
        method=f"ordinal; {_how(twice, known=not np.isnan(low))}",
    )


def _how(twice: int, *, known: bool) -> str:
    """How the interval was found, or why there is none: a resample may hold only one value."""
    if known:
        return f"wider of {RESAMPLES} resamples of stories, expanded, and the jackknife's t"
    return TOO_FEW if twice < FEWEST else HARDLY_VARIES
