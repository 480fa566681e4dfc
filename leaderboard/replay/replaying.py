"""Computes a run again from a bundle: each case from its answers, then every score from the cases.

Needs neither torch nor a network. Two levels: ``rows`` runs the suite's own scripts over the
bundle's figures, without wording, and gives each request the answer that the row names for it;
``full`` runs them over the wording, and an answer is found only under the key of exactly what was
asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from benchmark import __version__
from benchmark.analyses import chosen, recompute
from benchmark.engine.sampled import sampled_by
from benchmark.engine.sampled_choices import asking
from benchmark.errors import CultureError, DataProblem
from benchmark.records import Answer, CaseRecord
from benchmark.replay.bundle import Bundle, Entry
from benchmark.replay.stored_model import Ask, BundleModel, by_place, lookup, measure_again
from benchmark.runs.run import Run, encoders_of
from benchmark.suite.protocol import Suite, own_analyses
from benchmark.suite.shared_options import TRANSLATIONS
from benchmark.suite.suite_options import own_options
from leaderboard.replay.comparing import TOLERANCE, Comparison
from leaderboard.replay.origin import (
    Origin,
    folder_of,
    images_named,
    needed,
    open_suite,
    survey_named,
    unlike,
)

Level = Literal["rows", "full"]
LEVELS: tuple[Level, ...] = ("rows", "full")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayResult:
    """A run and what came of computing it again."""

    run: Run
    level: Level
    rows: Comparison
    scores: Comparison
    notes: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        return self.rows.equal and self.scores.equal


def replay(
    bundle: Bundle, origin: Origin, *, level: Level | None = None, tolerance: float = TOLERANCE
) -> list[ReplayResult]:
    """Every run of a bundle; without a ``level`` the strictest that the available data allow.

    Raises
    ------
    CultureError
        The data, the suite or the settings are not those of a run, so nothing can be compared.
    """
    with tempfile.TemporaryDirectory() as folder:
        return [
            _replay(bundle, entry, origin, level=level, tolerance=tolerance, folder=Path(folder))
            for entry in bundle.entries
        ]


def _replay(
    bundle: Bundle,
    entry: Entry,
    origin: Origin,
    *,
    level: Level | None,
    tolerance: float,
    folder: Path,
) -> ReplayResult:
    run = entry.run
    chosen_level = level or strictest(entry, origin)
    suite = suite_of(bundle, entry, origin, level=chosen_level, folder=folder)
    rows = Comparison()
    again = _rows(suite, entry, asker_of(chosen_level, entry, bundle.answers), rows, tolerance)
    scores = Comparison()
    names = chosen(run.analyses, own_analyses(folder_of(run, origin)), source=entry.file)
    if rows.equal:  # else they would differ for a reason already reported
        found = recompute(
            again,
            names,
            suite=run.suite,
            seed=cast("int", run.config["seed"]),
            answers=lookup(bundle.answers),
        )
        scores.scores(run.scores, found, tolerance=tolerance)
    return ReplayResult(run=run, level=chosen_level, rows=rows, scores=scores, notes=_notes(run))


def _rows(
    suite: Suite,
    entry: Entry,
    asker: Callable[[CaseRecord], Ask],
    rows: Comparison,
    tolerance: float,
) -> list[CaseRecord]:
    again = []
    way, seed = sampled_by(entry.run.model), cast("int", entry.run.config["seed"])
    for record in entry.run.rows:
        case_id = record.case.case_id
        try:
            ask = asking(asker(record), way, seed=seed)
            found = measure_again(case_id, suite.interview(record.case), ask)
        except CultureError as problem:
            rows.missing(case_id, f"not possible: {problem}")
        except (KeyError, ValueError, IndexError) as error:
            rows.missing(case_id, f"not possible: the suite here has no such case ({error!r})")
        else:
            again.append(found)
            rows.row(record, found, tolerance=tolerance)
    return again


def asker_of(
    level: Level, entry: Entry, answers: Mapping[str, Answer]
) -> Callable[[CaseRecord], Ask]:
    """What answers the requests of each case of a run."""
    if level == "full":
        model = BundleModel(
            entry.run.model,
            lookup(answers),
            encoders_of(entry.run),
            key_schema=entry.key_schema,
        )
        return lambda _: model.ask
    return lambda record: by_place(
        record, entry.asked.get(record.case.case_id, ()), lookup(answers)
    )


def strictest(entry: Entry, origin: Origin) -> Level:
    """The strictest level that the available data allow."""
    return "rows" if survey_named(entry.run, origin) is None else "full"


def suite_of(bundle: Bundle, entry: Entry, origin: Origin, *, level: Level, folder: Path) -> Suite:
    """The suite over the wording, or over the bundle's figures; pictures are the bundle's."""
    run = entry.run
    survey = (
        survey_named(run, origin) if level == "full" else _unpacked(bundle, entry.figures, folder)
    )
    if survey is None:
        if level == "full":
            raise needed(run, "survey")
        survey = "sample"  # of a suite that has none
    listed = _unpacked(bundle, entry.pictures, folder)
    named = images_named(run, origin) if listed is None or origin.images else (listed,)
    if named is None:
        raise needed(run, "images")
    suite = open_suite(run, origin, survey=survey, images=named)
    # Whoever takes a suite of another version says what must be alike.
    different = () if origin.any_version else unlike(run, suite, wording=level == "full")
    if different:
        raise DataProblem(
            f"the suite {run.suite!r} here differs in its set-up from the run of {run.model.name}: "
            f"{', '.join(different)}; {_remedy(different, folder_of(run, origin))}"
        )
    return suite


def _remedy(different: Sequence[str], suite: Path) -> str:
    """What to name; a file that no bundle has comes first."""
    files = {one.dest: one.name for one in own_options(suite) if one.at_replay}
    for one, option in {**files, "translation": TRANSLATIONS.name}.items():
        if one in different:
            return f"name the run's own with {option}"
    if set(different) & {"survey", "images"}:
        return "name the run's own with --survey and --images, or use --level rows"
    return "use the version of the suite that the run names, its --prompts, or --level rows"


def _unpacked(bundle: Bundle, member: str | None, folder: Path) -> str | None:
    if member is None:
        return None
    path = folder / Path(member).name
    path.write_bytes(bundle.members[member])
    return str(path)


def _notes(run: Run) -> tuple[str, ...]:
    measured_by = str(run.provenance.get("harness_version", ""))
    if measured_by in ("", __version__):
        return ()
    return (f"measured by version {measured_by}, recomputed by {__version__}",)
