"""Table 1: mean similarity by country, with the floors and the ceiling that the paper lacks.

Knows what the runs measured; not how a table is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from benchmark.metrics.resampling import MIN_STEMS
from benchmark.vocabulary import (
    ALL_HOUSEHOLDS,
    ALL_IMAGES,
    CATEGORIES,
    INCOME_BANDS,
    MARKS,
    NAMED,
    SIMILARITY,
)
from leaderboard.report import words
from leaderboard.report.contents import ALL, FEW_NOTE, about, asked, countries_of, over, pictures_of
from leaderboard.report.measured import HOLM, PUBLISHED, Measured
from leaderboard.report.table import FEW, NOT_HERE, Entry, Record, Table
from leaderboard.report.table import entry as number


def table_1(runs: Sequence[Measured]) -> Table:
    """Mean similarity by country, country prompt against images, with floors and ceiling."""
    scopes = [{"country": c} for c in countries_of(runs)] + [dict(ALL)]
    shown = [c for c in (NAMED, ALL_IMAGES, ALL_HOUSEHOLDS) if any(run.has(c) for run in runs)]
    groups = [
        (
            *(_similarity_row(run, condition, scopes) for condition in shown if run.has(condition)),
            *_paired_rows(run, scopes),
        )
        for run in runs
    ]
    blocks: dict[tuple[tuple[Entry, ...], ...], list[str]] = {}
    for run in runs:
        blocks.setdefault(_all_mark_rows(run, scopes), []).append(run.label)
    for block, labels in blocks.items():
        of = "" if len(blocks) == 1 else f", questions of {words.listed(labels)}"
        groups.append(tuple((Entry(text=f"without a model{of}"), *row) for row in block))
    return Table(
        name="table-1",
        title="Table 1. Mean similarity by country",
        caption=_caption_1(runs),
        head=("model", "condition", *(_country_head(scope) for scope in scopes)),
        labels=2,
        groups=tuple(groups),
        notes=(
            words.SIMILARITY,
            words.ALL_COUNTRIES,
            words.FLOORS,
            _pictures_note(runs),
            _bold_note(runs),
            FEW_NOTE,
        ),
        records=tuple(_records_1(runs, shown, scopes)),
    )


def _caption_1(runs: Sequence[Measured]) -> str:
    return (
        "How near each model's answers come to the people's when the country is named and when it "
        f"is only shown by pictures, {over(runs)}; each row is to be read against the floors and "
        "the ceiling of its own questions below it."
    )


def _similarity_row(
    run: Measured, condition: str, scopes: Sequence[Mapping[str, str]]
) -> tuple[Entry, ...]:
    return (
        Entry(text=run.label),
        Entry(text=words.condition_name(condition)),
        *(_similarity(run, condition, scope) for scope in scopes),
    )


def _paired_rows(run: Measured, scopes: Sequence[Mapping[str, str]]) -> Iterator[tuple[Entry, ...]]:
    """The country prompt over the questions that images have too, if those are fewer."""
    for pictures in pictures_of([run]):
        pairs = [run.compare(pictures, scope).second for scope in scopes]
        if any(0 < cell.n < run.mean(NAMED, s).n for cell, s in zip(pairs, scopes, strict=True)):
            name = f"{words.condition_name(NAMED)}, questions of {words.condition_name(pictures)}"
            yield (
                Entry(text=run.label),
                Entry(text=name),
                *(number(cell.value, mark=FEW if cell.stems < MIN_STEMS else "") for cell in pairs),
            )


def _similarity(run: Measured, condition: str, scope: Mapping[str, str]) -> Entry:
    cell = run.mean(condition, scope)
    bold = False
    if condition in (NAMED, ALL_IMAGES) and run.significant(ALL_IMAGES, scope):
        gain = run.compare(ALL_IMAGES, scope).gain.value
        bold = (gain > 0) == (condition == ALL_IMAGES)
    return number(cell.value, bold=bold, mark=FEW if cell.stems < MIN_STEMS else "")


def _all_mark_rows(
    run: Measured, scopes: Sequence[Mapping[str, str]]
) -> tuple[tuple[Entry, ...], ...]:
    """Floors and ceiling, and once more over the questions of pictures where those are others."""
    rows = _mark_rows(run, scopes)
    found = list(rows)
    for pictures in pictures_of([run]):
        theirs = _mark_rows(run, scopes, pictures)
        if run.has(NAMED) and [row[1:] for row in theirs] != [row[1:] for row in rows]:
            found += theirs
    return tuple(found)


def _mark_rows(
    run: Measured, scopes: Sequence[Mapping[str, str]], pictures: str = ""
) -> tuple[tuple[Entry, ...], ...]:
    of = f", questions of {words.condition_name(pictures)}" if pictures else ""
    return tuple(
        (
            Entry(text=words.MARK_WORDS[mark] + of),
            *(number(run.mark(mark, pictures or asked(run, scope), scope)) for scope in scopes),
        )
        for mark in MARKS
    )


def _records_1(
    runs: Sequence[Measured], shown: Sequence[str], scopes: Sequence[Mapping[str, str]]
) -> Iterator[Record]:
    for run in runs:
        for scope in scopes:
            for condition in shown:
                cell = run.mean(condition, scope, interval=True)
                significant = run.significant(condition, scope)
                yield {
                    **about(run),
                    "country": scope.get("country", ""),
                    "condition": condition,
                    "metric": SIMILARITY,
                    **asdict(cell),
                    "significant": significant if condition != NAMED else None,
                }
            for pictures in ("", *pictures_of([run])):
                for mark in MARKS:
                    value = run.mark(mark, pictures or asked(run, scope), scope)
                    yield {
                        **about(run),
                        "country": scope.get("country", ""),
                        "condition": pictures,
                        "metric": mark,
                        "value": value,
                    }


def _country_head(scope: Mapping[str, str]) -> str:
    return words.country_name(scope["country"]) if scope else "all"


def _pictures_note(runs: Sequence[Measured]) -> str:
    parts = []
    for condition, members, what in (
        (ALL_IMAGES, CATEGORIES, "categories of pictures"),
        (ALL_HOUSEHOLDS, INCOME_BANDS, "income bands of household photos"),
    ):
        found = [m for m in members if any(run.has(m) for run in runs)]
        if found:
            name = words.condition_name(condition).capitalize()
            parts.append(f"{name}: mean over the {what} measured ({', '.join(found)}).")
    return " ".join(parts) or "No pictures were shown in these runs."


def _bold_note(runs: Sequence[Measured]) -> str:
    missing = [run.label for run in runs if run.has(ALL_IMAGES) and not run.has_contrasts]
    by = (
        f"the published percentile bootstrap p ({PUBLISHED}) is below 0.05; that test finds "
        "differences too often where stems are few"
        if runs[0].reading_name == "paper"
        else f"the larger p of t and sign flips, corrected by Holm ({HOLM}), is below 0.05"
    )
    note = f"Bold: the better of country prompt and images where {by}."
    if missing:
        note += f" Contrast scores are {NOT_HERE} of {words.listed(missing)}: nothing is bold."
    return note
