"""Table 3: p-values of images against the country's name, by topic and model.

Knows what the runs measured; not how a table is written, nor how a p-value is found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from benchmark.metrics.resampling import MIN_STEMS
from benchmark.vocabulary import ALL_IMAGES
from leaderboard.report import words
from leaderboard.report.contents import about, over, topics_of
from leaderboard.report.measured import HOLM, P_VALUES, PUBLISHED, Cell, Measured
from leaderboard.report.table import NOT_HERE, NOT_SCORED, TOO_FEW, Entry, Record, Table, p_text
from leaderboard.report.table import entry as number


def table_3(runs: Sequence[Measured]) -> Table:
    """p-values of images against country prompt, by topic and model."""
    kept = [run for run in runs if run.has(ALL_IMAGES)]
    slugs = topics_of(kept)
    columns = [column for run in kept for column in _columns(run)]
    rows = tuple(
        (Entry(text=words.topic_name(slug)), *(_entry(*column, slug) for column in columns))
        for slug in slugs
    )
    return Table(
        name="table-3",
        title="Table 3. Is the difference between images and country prompt chance? p-values",
        caption=(
            "How often a difference at least as large would come about if pictures and the "
            "country's name did equally well, by topic and model, "
            f"{over(runs)}; small values speak against chance."
        ),
        head=("topic", *(f"{run.label}: {name}" for run, name in columns)),
        labels=1,
        groups=(rows,),
        notes=_notes_3(kept),
        records=tuple(_records_3(kept, slugs)),
    )


def _columns(run: Measured) -> list[tuple[Measured, str]]:
    names = list(P_VALUES)
    if run.reading_name == "paper":
        names = [names[-1], *names[:-1]]
    return [(run, name) for name in ("gain", *(names if run.has_contrasts else ["p"]))]


def _entry(run: Measured, name: str, slug: str) -> Entry:
    gain = run.compare(ALL_IMAGES, {"topic": slug}).gain
    if name == "gain":
        return number(gain.value, signed=True)
    if not run.has_contrasts:
        return Entry(text=NOT_HERE)
    metric = P_VALUES[name]
    found = run.p_value(metric, ALL_IMAGES, {"topic": slug})
    if found is None or math.isnan(found.value):
        few = gain.stems < MIN_STEMS
        return Entry(text=NOT_SCORED if not gain.n else TOO_FEW if few else NOT_HERE)
    decides = PUBLISHED if run.reading_name == "paper" else HOLM
    return Entry(text=p_text(found.value), bold=metric == decides and found.value < 0.05)


def _notes_3(runs: Sequence[Measured]) -> tuple[str, ...]:
    notes = [
        f"gain: similarity under images less that under the country prompt. {words.PAIRS}",
        "sign-flip p: paired permutation by question stem, the p to believe for one topic named "
        "in advance. Holm: the same corrected for having looked at all topics. BH: the false "
        "discovery rate (Benjamini-Hochberg) at which the topic would be called different. "
        "bootstrap p: the percentile bootstrap of single questions as published, over all options "
        "as printed; at ten questions it calls chance a difference twice as often as it says.",
        f"Bold: below 0.05 by {'the bootstrap p' if runs[0].reading_name == 'paper' else 'Holm'}. "
        f"{TOO_FEW}: fewer than "
        f"{MIN_STEMS} question stems, where the published bootstrap gives a p all the same. "
        f"{NOT_SCORED}: no pair of answers.",
    ]
    missing = [run.label for run in runs if not run.has_contrasts]
    if missing:
        notes.append(
            f"{NOT_HERE}: the contrast scores of {words.listed(missing)}; run the suite again "
            "(stored answers are used) and the p-values stand in the run file."
        )
    return tuple(notes)


def _records_3(runs: Sequence[Measured], slugs: Sequence[str]) -> Iterator[Record]:
    for run in runs:
        for slug in slugs:
            gain: Cell = run.compare(ALL_IMAGES, {"topic": slug}, interval=True).gain
            found = {
                metric: run.p_value(metric, ALL_IMAGES, {"topic": slug})
                for metric in P_VALUES.values()
            }
            yield {
                **about(run),
                "topic": slug,
                "gain": gain.value,
                "gain_low": gain.low,
                "gain_high": gain.high,
                "n": gain.n,
                "n_missing": gain.n_missing,
                "stems": gain.stems,
                **{metric: score.value if score else None for metric, score in found.items()},
                "status": _status(run, found[HOLM] is not None, gain),
            }


def _status(run: Measured, has_p: bool, gain: Cell) -> str:
    if not run.has_contrasts:
        return NOT_HERE
    if gain.n and gain.stems < MIN_STEMS:
        return TOO_FEW
    if not gain.n:
        return "no pairs"
    return "measured" if has_p else NOT_HERE
