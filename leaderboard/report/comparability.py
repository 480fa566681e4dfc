"""Which runs may share a report, under which labels, and how their configurations differ.

Knows runs and their configuration; no table and no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from benchmark import jsonio
from benchmark.engine.sampled import OF_CONFIG
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.runs.run import Run
from benchmark.vocabulary import SIMILARITY, SIMILARITY_KINDS
from leaderboard.board.board import kind_of_model
from leaderboard.report.measured import Measured
from leaderboard.report.options import ReadingName


def side_by_side(runs: Sequence[Run], reading: ReadingName) -> tuple[Measured, ...]:
    """The runs with labels, in the order given; BoardProblem if they do not belong together."""
    for run in runs:
        _refuse_without_similarity(run)
    first = runs[0]
    for run in runs[1:]:
        if run.suite != first.suite:
            raise BoardProblem(
                f"{_name(run)} is a run of suite {run.suite!r} and {_name(first)} of "
                f"{first.suite!r}; report each suite separately"
            )
        if _survey(run) != _survey(first):
            raise BoardProblem(
                f"{_name(run)} was measured on survey {_about(run)} and {_name(first)} on "
                f"{_about(first)}: their figures are not comparable; report each survey separately"
            )
        if _way(run) != _way(first):
            raise BoardProblem(
                f"{_name(run)} was asked {_asked(run)} and {_name(first)} {_asked(first)}: shares "
                "of a few written answers score lower, so their figures are not comparable; report "
                "each separately"
            )
    return tuple(
        Measured(label=label, kind=kind_of_model(run.model), run=run, reading_name=reading)
        for run, label in zip(runs, _labels(runs), strict=True)
    )


def differences(measured: Sequence[Measured]) -> tuple[str, ...]:
    """Names of what differs between the runs' configurations, besides the model."""
    configs = [entry.run.config for entry in measured]
    names = sorted({name for config in configs for name in config} - {"model"})
    found = [n for n in names if len({jsonio.canonical(c.get(n)) for c in configs}) > 1]
    versions = {entry.run.suite_version for entry in measured}
    if len(versions) > 1 and "suite_version" not in found:
        found.append("suite_version")
    return tuple(found)


def _refuse_without_similarity(run: Run) -> None:
    if any(
        SIMILARITY in item.values
        for record in run.rows
        if record.case.kind in SIMILARITY_KINDS
        for item in record.items
    ):
        return
    if not run.rows:
        raise BoardProblem(f"{_name(run)} has no measured case, so there is nothing to report")
    raise BoardProblem(
        f"{_name(run)} is a run of suite {run.suite!r} without any {SIMILARITY}; a report needs a "
        "run of value alignment, such as `pytest suites/wvs` writes"
    )


def _name(run: Run) -> str:
    return f"run {run.config_digest} of {run.model.name}"


def _survey(run: Run) -> Json:
    survey = run.config.get("survey")
    return survey.get("digest") if isinstance(survey, dict) else survey


def _about(run: Run) -> str:
    survey = run.config.get("survey")
    name = survey.get("name") if isinstance(survey, dict) else survey
    return f"{name!r} ({str(_survey(run))[:12]})"


def _way(run: Run) -> str:
    return jsonio.canonical(run.config.get(OF_CONFIG))


def _asked(run: Run) -> str:
    way = run.config.get(OF_CONFIG)
    return f"for {way['answers']} written answers" if isinstance(way, dict) else "by probabilities"


def _labels(runs: Sequence[Run]) -> list[str]:
    """Model and kind of each run; if two are alike, also config, then revision, then a number."""
    labels = [_label(run) for run in runs]
    for more in (
        [f"config {run.config_digest}" for run in runs],
        [f"revision {run.model.revision.removeprefix('sha256:')[:12]}" for run in runs],
        [f"no. {number}" for number in range(1, len(runs) + 1)],
    ):
        times = Counter(labels)
        labels = [
            f"{label}, {extra}" if times[label] > 1 else label
            for label, extra in zip(labels, more, strict=True)
        ]
    return labels


def _label(run: Run) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in run.model.name).split())
    about = [kind_of_model(run.model), "" if run.complete else "PARTIAL"]
    shown = ", ".join(part for part in about if part)
    return f"{name or 'unnamed'} ({shown})" if shown else name or "unnamed"
