"""The results of a study as plain-text tables: which figures go where, and how to read them.

Knows results; computes nothing and does not know where a table is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from benchmark.stories.lists import nationalities
from leaderboard.report.table import NOT_SCORED, Entry, Table, entry
from leaderboard.study.dimensions import OVERALL
from leaderboard.study.means import HARDLY_RATED, TOO_FEW
from leaderboard.study.metric_agreement import metrics
from leaderboard.study.results import HARDLY_VARIES, Results, find
from leaderboard.study.table_parts import PAPER, and_raters, dimensions, interval, p_entry, table

NO_INTERVAL = "none"


def tables(found: Results) -> list[Table]:
    """All tables, the most asked for first."""
    return [
        _by_model(found),
        *_differences(found),
        _alphas(found),
        _by_country(found),
        _metrics(found),
        _raters(found),
    ]


def _by_model(found: Results) -> Table:
    labels = [model.label for model in found.key.models]
    rows = []
    for name, title in dimensions(found):
        means = [find(found.scores, "mean_rating", dimension=name, model=one) for one in labels]
        bold = name == OVERALL
        rows.append((Entry(text=title, bold=bold), *(interval(one) for one in means)))
    return table(
        "models",
        "Mean rating by model",
        ("dimension", *labels),
        rows,
        "Higher is better. [low…high]: 95 %, over other nationalities and concepts"
        f"{and_raters(found, 'model')}. {PAPER}: a dimension whose name the paper gives; "
        "definitions and all others are ours. overall: mean of all dimensions.",
    )


def _differences(found: Results) -> Iterator[Table]:
    """Every two models on the mean of all dimensions; nothing if there is one model."""
    scores = [
        score
        for score in found.scores
        if score.metric == "mean_difference" and score.scope["dimension"] == OVERALL
    ]
    if not scores:
        return
    rows = [
        (
            Entry(text=f"{score.scope['model']} - {score.scope['against']}"),
            interval(score, signed=True),
        )
        for score in scores
    ]
    yield table(
        "differences",
        "Models against each other, overall",
        ("models", "difference"),
        rows,
        "The same cells are drawn for both models, so the interval is that of the difference: "
        "one that excludes 0 tells the two apart, before any correction for several pairs.",
    )


def _alphas(found: Results) -> Table:
    rows = []
    for name, title in dimensions(found):
        if name == OVERALL:
            continue
        alpha = find(found.scores, "alpha", dimension=name)
        every = find(found.scores_without_dropping, "alpha", dimension=name)
        mean = find(found.scores, "mean_rating", dimension=name)
        of_all = find(found.scores_without_dropping, "mean_rating", dimension=name)
        rows.append(
            (
                Entry(text=title),
                interval(alpha),
                entry(math.nan if every is None else every.value, 2),
                Entry(text=str(alpha.n if alpha else 0)),
                interval(mean),
                entry(math.nan if of_all is None else of_all.value, 2),
            )
        )
    return table(
        "agreement",
        "Do raters agree?",
        ("dimension", "alpha", "all raters", "stories", "mean", "all raters"),
        rows,
        "alpha: Krippendorff's, ordinal: 1 all agree, 0 no more than chance; by custom, reliable "
        "from 0.8, fit for tentative conclusions from 0.667. [low…high]: other stories, "
        f"the same raters; {HARDLY_VARIES}: other stories might all have had one rating. "
        "stories: with at least two ratings. all raters: nobody dropped.",
    )


def _by_country(found: Results) -> Table:
    wanted = [
        (name, title)
        for name, title in dimensions(found)
        if name == OVERALL or title.endswith(PAPER)
    ]
    rows = []
    for iso3 in sorted({story.country for story in found.key.stories.values()}):
        means = [
            find(found.scores, "mean_rating", dimension=name, country=iso3) for name, _ in wanted
        ]
        last = means[-1]
        rows.append(
            (
                Entry(text=nationalities()[iso3].nationality),
                Entry(text=str(last.n if last else 0)),
                *(interval(one) for one in means),
            )
        )
    return table(
        "nationalities",
        "Mean rating by nationality, all models",
        ("nationality", "rated", *(title for _, title in wanted)),
        rows,
        "rated: pages rated, by any rater. [low…high]: over other concepts"
        f"{and_raters(found, 'country')}; {TOO_FEW}: fewer than six concepts; "
        f"{HARDLY_RATED}: some draws hold no rating. The results file has every "
        "dimension. Raters may judge their own country's stories more strictly.",
    )


def _metrics(found: Results) -> Table:
    rows = []
    for metric in metrics(found.key):
        scope = {"dimension": OVERALL, "metric": metric}
        rho = find(found.scores, "spearman", **scope)
        tau = find(found.scores, "kendall_tau_b", **scope)
        rest = [
            find(found.scores, name, **scope)
            for name in ("spearman_p", "spearman_p_holm", "spearman_within_models")
        ]
        p, p_holm, within = (math.nan if one is None else one.value for one in rest)
        rows.append(
            (
                Entry(text=metric),
                Entry(text=str(rho.n if rho else 0)),
                interval(rho, signed=True, without=NO_INTERVAL),
                interval(tau, signed=True, without=NO_INTERVAL),
                p_entry(p),
                p_entry(p_holm),
                entry(within, 2, signed=True),
            )
        )
    return table(
        "metrics",
        "Do automatic metrics agree with people?",
        ("metric", "stories", "rho", "tau-b", "p", "Holm's p", "within models"),
        rows,
        "rho: Spearman's, tau-b: Kendall's correlation of a story's metric with people's mean of "
        "all dimensions. [low…high]: other cells; none below ten of them, or where a metric hardly "
        "varies. p: two-sided, by shuffling stories; Holm's: over "
        "all rows. within models: rho after each model's mean is taken off both; where it is near "
        f"0 and rho is not, the metric tells models apart, not stories. {NOT_SCORED}: the metric "
        "is the same for all stories, or undefined. The results file has every dimension.",
    )


def _raters(found: Results) -> Table:
    rows = [
        (
            Entry(text=line.rater),
            Entry(text=f"{line.rated} of {line.assigned}"),
            Entry(text=str(line.missing)),
            Entry(text=f"{line.checks.missed} of {line.checks.answered}"),
            entry(line.mean, 2),
            Entry(text="dropped" if line.dropped else "kept"),
        )
        for line in found.raters
    ]
    return table(
        "raters",
        "Raters",
        ("rater", "stories", "missing", "checks missed", "mean", ""),
        rows,
        "stories: rated, of those on the list. missing: single ratings. checks missed: of those "
        "answered. mean: of all ratings; a low one may be a strict rater or an unlucky list.",
    )
