"""What a report's rows and columns show: countries, topics, pictures and runs.

Knows what the runs measured; not how any table or figure looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmark.metrics.resampling import MIN_STEMS
from benchmark.vocabulary import ALL_HOUSEHOLDS, ALL_IMAGES, NAMED
from leaderboard.report import words
from leaderboard.report.measured import Measured
from leaderboard.report.table import FEW, Record

ALL: Mapping[str, str] = {}
FEW_NOTE = f"{FEW} fewer than {MIN_STEMS} question stems: no interval and no p-value is given."


def countries_of(runs: Sequence[Measured]) -> tuple[str, ...]:
    """Every country in which something was scored in any of the runs."""
    return words.countries_in_order(c for run in runs for c in run.sheet.members("country"))


def topics_of(runs: Sequence[Measured]) -> tuple[str, ...]:
    """Every topic of any of the runs."""
    return words.topics_in_order(t for run in runs for t in run.sheet.members("topic"))


def pictures_of(runs: Sequence[Measured]) -> tuple[str, ...]:
    """``images`` and ``households``, each if any run was shown such pictures."""
    return tuple(c for c in (ALL_IMAGES, ALL_HOUSEHOLDS) if any(run.has(c) for run in runs))


def about(run: Measured) -> Record:
    """The first columns of every record of a run."""
    return {
        "model": run.run.model.name,
        "label": run.label,
        "kind": run.kind,
        "complete": run.run.complete,
        "config": run.run.config_digest,
        "reading": run.reading,
    }


def over(runs: Sequence[Measured]) -> str:
    """The reading and the sample as part of a caption."""
    cells = [run.mean(asked(run, ALL), ALL) for run in runs]
    n, missing = (
        " to ".join(str(number) for number in sorted({min(numbers), max(numbers)}))
        for numbers in ([cell.n for cell in cells], [cell.n_missing for cell in cells])
    )
    return (
        f"over {words.READING_WORDS[runs[0].reading_name]}, n = {n} answers of a model under the "
        f"country prompt ({missing} missing: not asked in that country, or no usable answer)"
    )


def asked(run: Measured, scope: Mapping[str, str]) -> str:
    """The condition over whose questions the floors of a scope are taken."""
    if run.mean(NAMED, scope).n:
        return NAMED
    return ALL_IMAGES if run.has(ALL_IMAGES) else ALL_HOUSEHOLDS
