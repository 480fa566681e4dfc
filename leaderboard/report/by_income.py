"""Table 2: change of similarity through pictures in percent, by income group and topic.

Knows what the runs measured; not how a table is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.metrics.resampling import MIN_STEMS
from leaderboard.report import words
from leaderboard.report.contents import FEW_NOTE, about, over, pictures_of, topics_of
from leaderboard.report.measured import Measured
from leaderboard.report.table import FEW, NOT_SCORED, Entry, Record, Table
from leaderboard.report.table import entry as number

FORMULAS = ("÷ country", "÷ image")


def table_2(runs: Sequence[Measured]) -> Table:
    """%-change from country prompt to pictures by income group and topic, in both formulas."""
    slugs = topics_of(runs)
    groups = [
        tuple(_change_row(run, pictures, income, place, slugs) for run in runs if run.has(pictures))
        for pictures in pictures_of(runs)
        for place in range(len(FORMULAS))
        for income in ("high", "low")
    ]
    return Table(
        name="table-2",
        title="Table 2. Change of similarity from country prompt to pictures, in %",
        caption=(
            "By how many percent pictures raise (+) or lower (-) the mean similarity, for "
            "countries of high and of low income and each topic, "
            f"{over(runs)}; {NOT_SCORED} where the survey has no "
            "answers there or no picture was shown."
        ),
        head=("pictures", "formula", "income", "model", *map(words.topic_short, slugs)),
        labels=4,
        groups=tuple(groups),
        notes=(
            "÷ country: 100 · (pictures - country prompt) / country prompt. ÷ image: 100 · "
            "(pictures - country prompt) / pictures. The paper gives both formulas in different "
            f"places; they differ most where the change is large. {words.PAIRS}",
            "High income = World Bank groups high and upper middle, low income = lower middle and "
            "low. The paper's table is of photos of families; where the run has none, pictures of "
            "the categories stand here.",
            FEW_NOTE + " A percent of a similarity says nothing about its floors: see Table 1.",
        ),
        records=tuple(_records_2(runs, slugs)),
    )


def _change_row(
    run: Measured, pictures: str, income: str, place: int, slugs: Sequence[str]
) -> tuple[Entry, ...]:
    cells = []
    for slug in slugs:
        both = run.compare(pictures, {"income": income, "topic": slug})
        value = (both.relative, both.relative_of_first)[place]
        few = FEW if both.gain.stems < MIN_STEMS else ""
        cells.append(number(100 * value, 1, signed=True, mark=few))
    head = (words.condition_name(pictures), FORMULAS[place], income, run.label)
    return (*(Entry(text=text) for text in head), *cells)


def _records_2(runs: Sequence[Measured], slugs: Sequence[str]) -> Iterator[Record]:
    for run in runs:
        for pictures in pictures_of([run]):
            for income in ("high", "low"):
                for slug in slugs:
                    both = run.compare(pictures, {"income": income, "topic": slug})
                    yield {
                        **about(run),
                        "pictures": pictures,
                        "income": income,
                        "topic": slug,
                        "similarity_country": both.second.value,
                        "similarity_pictures": both.first.value,
                        "relative_gain": both.relative,
                        "relative_gain_of_image": both.relative_of_first,
                        "n": both.gain.n,
                        "n_missing": both.gain.n_missing,
                        "stems": both.gain.stems,
                    }
