"""Tables 4 and 5: what the paper lacks beside its similarity, from the runs' own scores.

Table 4 has ordered scales, by country; table 5 what was asked and answered. Knows what the runs
scored; not how a table is written. Figures show the similarity alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmark.records import Score
from benchmark.vocabulary import (
    ALL_ASKED,
    CEILING,
    ITEMS,
    MARKS,
    NAMED,
    ORDERED,
    SIMILARITY,
    TWO_SAMPLES,
    W1,
    Reading,
)
from leaderboard.board.standing import (
    ANSWERS_OTHERWISE,
    LEAST_OPTION_MASS,
    OPTION_MASS,
    answers_otherwise,
    counts,
)
from leaderboard.report import words
from leaderboard.report.contents import ALL, about, countries_of
from leaderboard.report.measured import Measured
from leaderboard.report.table import NOT_SCORED, Entry, Record, Table
from leaderboard.report.table import entry as number
from leaderboard.report.view import NoView

Scope = Mapping[str, str]
SCALES: Mapping[str, str] = {
    ORDERED: "W1 similarity",
    f"{W1}skill_world_average": "skill",
    **{W1 + mark: words.MARK_WORDS[mark] for mark in MARKS},
}
ANSWERING: Mapping[str, str] = {
    SIMILARITY: "similarity",
    ALL_ASKED: "all asked",
    ITEMS: "paper's mean",
    CEILING: "fresh sample",
    TWO_SAMPLES: "two samples",
}
COUNTS = ("n", "not asked", "not answered")


def table_4(runs: Sequence[Measured]) -> Table | NoView:
    """The W1 similarity on ordered scales by country, with floors, ceiling and skill."""
    title = "Table 4. Ordered scales: W1 similarity by country"
    kept = [run for run in runs if _score(run, ORDERED, ALL, "substantive") is not None]
    if not kept:
        return NoView(title=title, reason="no run has a similarity on ordered scales")
    scopes = [*({"country": c} for c in countries_of(kept)), ALL]
    return Table(
        name="table-4",
        title=title,
        caption=(
            "How near answers come to the people's on ordered scales, where a step costs less than "
            "nine, whatever stood for the country and under the country prompt alone; over "
            "substantive options, as a missing answer has no place on a scale."
        ),
        head=("model", "figure", *(_head(scope) for scope in scopes)),
        labels=2,
        groups=tuple(tuple(_scale_rows(run, scopes)) for run in kept),
        notes=(
            "W1 similarity is 1 - the Wasserstein-1 distance between the model's and the people's "
            "answers along the scale, divided by its length; 1 is alike.",
            f"{words.FLOORS} Skill is the share of the way from world average (0) to ceiling (1). "
            "All are over ordered scales only, so they are other numbers than those of table 1.",
        ),
        records=tuple(_records_4(kept, scopes)),
    )


def _scale_rows(run: Measured, scopes: Sequence[Scope]) -> Iterator[tuple[Entry, ...]]:
    for metric, what in SCALES.items():
        yield _row(run, what, metric, scopes)
        named = [{**scope, "proxy": NAMED} for scope in scopes]
        if metric == ORDERED and _score(run, metric, named[-1], "substantive") is not None:
            yield _row(run, f"{what}, {words.condition_name(NAMED)}", metric, named)


def _row(run: Measured, what: str, metric: str, scopes: Sequence[Scope]) -> tuple[Entry, ...]:
    found = [_score(run, metric, scope, "substantive") for scope in scopes]
    return Entry(text=run.label), Entry(text=what), *map(_entry, found)


def _records_4(runs: Sequence[Measured], scopes: Sequence[Scope]) -> Iterator[Record]:
    for run in runs:
        for scope in scopes:
            for condition in ("", NAMED):
                wanted = {**scope, **({"proxy": condition} if condition else {})}
                for metric in SCALES:
                    score = _score(run, metric, wanted, "substantive")
                    if score is not None:
                        yield {
                            **about(run),
                            "reading": "substantive",
                            "country": scope.get("country", ""),
                            "condition": condition,
                            **_numbers(score),
                        }


def table_5(runs: Sequence[Measured]) -> Table | NoView:
    """What was asked and answered, by run: two similarities, counts, ceilings, option mass."""
    title = "Table 5. What was asked, and what was answered"
    kept = [run for run in runs if _score(run, SIMILARITY, ALL, run.reading) is not None]
    if not kept:
        return NoView(title=title, reason="no run has a similarity over everything")
    return Table(
        name="table-5",
        title=title,
        caption=(
            "Whether a similarity is one of all questions or of those that a model chose to "
            "answer, and whether it answered with the options at all; over everything that was "
            "measured."
        ),
        head=("model", *ANSWERING.values(), *COUNTS, "option mass"),
        labels=1,
        groups=(tuple(map(_answering_row, kept)),),
        notes=(
            "All asked: the similarity with each question that was not answered counted as the "
            "worst answer to it; boards rank by it. Paper's mean: over single questions, so that a "
            "battery weighs as much as its questions; it has no interval.",
            "Fresh sample: a sample of respondents held against all of them, the ceiling of skill. "
            "Two samples: held against each other, as published answers are a sample too.",
            "Not asked: by the survey in that country, or fewer than two options are left. "
            "Not answered: the model was asked and gave no usable answer.",
            "Option mass: the probability of the offered options; where even the upper end of its "
            f"interval is below {LEAST_OPTION_MASS}, the model {ANSWERS_OTHERWISE} (bold).",
        ),
        records=tuple(_records_5(kept)),
    )


def _answering_row(run: Measured) -> tuple[Entry, ...]:
    found = [_score(run, metric, ALL, run.reading) for metric in ANSWERING]
    counted = [NOT_SCORED if count is None else str(count) for count in counts(found[0])]
    mass = _score(run, OPTION_MASS, ALL, "")
    shown = _entry(mass)
    if answers_otherwise(mass) and mass is not None:
        shown = Entry(text=shown.text if mass.value >= 0.0005 else f"{mass.value:.0e}", bold=True)
    return (
        Entry(text=run.label),
        *map(_entry, found),
        *(Entry(text=text) for text in counted),
        shown,
    )


def _records_5(runs: Sequence[Measured]) -> Iterator[Record]:
    for run in runs:
        wanted: list[tuple[str, Reading]] = [(metric, run.reading) for metric in ANSWERING]
        wanted.append((OPTION_MASS, ""))
        for metric, reading in wanted:
            score = _score(run, metric, ALL, reading)
            if score is not None:
                yield {**about(run), **_numbers(score)}


def _score(run: Measured, metric: str, scope: Scope, reading: Reading) -> Score | None:
    """The run's own score, whatever the report's reading."""
    return next(
        (
            score
            for score in run.run.scores
            if score.metric == metric and score.reading == reading and dict(score.scope) == scope
        ),
        None,
    )


def _entry(score: Score | None) -> Entry:
    return Entry(text=NOT_SCORED) if score is None else number(score.value)


def _numbers(score: Score) -> Record:
    n, unasked, unanswered = counts(score)
    return {
        "metric": score.metric,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "n": n,
        "n_missing": score.n_missing,
        "not_asked": unasked,
        "not_answered": unanswered,
        "stems": score.n_clusters,
    }


def _head(scope: Scope) -> str:
    return words.country_name(scope["country"]) if scope else "all"
