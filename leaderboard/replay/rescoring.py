"""Computes a finished run's figures anew, as the suites here define them, from what it stored.

Needs no model: the answers are those of its bundle, of its store, or of the items in its file.
Refuses where the model was asked something else than the suite here asks.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from benchmark import __version__
from benchmark.analyses import chosen, recompute
from benchmark.engine.sampled import sampled_by
from benchmark.engine.sampled_choices import asking
from benchmark.errors import DataProblem
from benchmark.records import Answer, AnswerReader, CaseRecord
from benchmark.replay.bundle import Bundle, read
from benchmark.replay.item_answers import SAY_WHERE, by_items
from benchmark.replay.stored_model import Ask, lookup, measure_again
from benchmark.runs.rows import encode
from benchmark.runs.run import Run, config_digest
from benchmark.suite.protocol import Suite, own_analyses
from benchmark.vocabulary import RECOGNITION
from leaderboard.replay.making import make, suite_as_measured
from leaderboard.replay.origin import Origin, as_named_now, folder_of, unlike
from leaderboard.replay.replaying import asker_of, strictest, suite_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescored:
    """A run as it was, the same with figures computed here, and where its answers came from.

    ``n_kept`` rows stand as they were measured, as their answers are not at hand.
    """

    before: Run
    after: Run
    source: str
    n_kept: int = 0


def rescore_run(path: Path, run: Run, *, stores: Sequence[Path], origin: Origin) -> Rescored:
    """A run file's figures from the answers in its stores; without any, from its items.

    Raises
    ------
    CultureError
        The data, the prompts or the settings are not the run's, or an answer is not stored.
    """
    origin = replace(origin, any_version=True)
    if run.shard is not None:
        raise DataProblem(f"{path} is {run.shard}; merge the shards first, then score the run")
    if stores:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "answers.bundle.zip"
            make({path: run}, stores=stores, origin=origin, out=made, quotes=True)
            (found,) = rescore_bundle(read(made), origin=origin)
        return replace(found, source="answers of the store")
    if sampled_by(run.model) is not None:
        raise DataProblem(f"{path} holds shares of written answers, not the answers; {SAY_WHERE}")
    suite = suite_as_measured(run, origin)
    _check_asked_alike(run, suite)
    kept = [row for row in run.rows if row.case.kind == RECOGNITION]  # shares of pictures, as ever
    others = [row for row in run.rows if row.case.kind != RECOGNITION]
    rows = (*_measured(run, others, suite, by_items), *kept)
    source = "distributions in the run file"
    found = _rescored(run, suite, origin, rows, _no_answers, source=source)
    return replace(found, n_kept=len(kept))


def rescore_bundle(bundle: Bundle, *, origin: Origin) -> list[Rescored]:
    """The figures of every run of a bundle from its answers; raises as `rescore_run`."""
    origin = replace(origin, any_version=True)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for entry in bundle.entries:
            level = strictest(entry, origin)
            suite = suite_of(bundle, entry, origin, level=level, folder=Path(folder))
            _check_asked_alike(entry.run, suite)
            rows = _measured(
                entry.run, entry.run.rows, suite, asker_of(level, entry, bundle.answers)
            )
            answers = lookup(bundle.answers)
            source = "answers of the bundle"
            found.append(_rescored(entry.run, suite, origin, rows, answers, source=source))
    return found


def _check_asked_alike(run: Run, suite: Suite) -> None:
    """Refuse answers to other prompts: they are not answers to this suite's questions."""
    different = unlike(run, suite, wording=True)
    if different:
        raise DataProblem(
            f"the run of {run.model.name} cannot be scored anew: its {', '.join(different)} "
            f"{'is' if len(different) == 1 else 'are'} not what suite {suite.meta.name!r} version "
            f"{suite.meta.version} has here, so the model was asked something else; measure it "
            "again, or name the run's own with --survey, --images, --prompts or --translations"
        )


def _measured(
    run: Run, rows: Sequence[CaseRecord], suite: Suite, asker: Callable[[CaseRecord], Ask]
) -> tuple[CaseRecord, ...]:
    way, seed = sampled_by(run.model), cast("int", run.config["seed"])
    again = []
    for record in rows:
        ask = asking(asker(record), way, seed=seed)
        try:
            script = suite.interview(record.case)
        except (KeyError, ValueError, IndexError) as error:
            raise DataProblem(
                f"the suite here has no case {record.case.case_id!r} ({error!r}), so the run "
                "cannot be scored anew; measure it again"
            ) from error
        again.append(measure_again(record.case.case_id, script, ask))
    return tuple(again)


def _rescored(
    run: Run,
    suite: Suite,
    origin: Origin,
    rows: tuple[CaseRecord, ...],
    answers: AnswerReader,
    *,
    source: str,
) -> Rescored:
    meta = suite.meta
    own = own_analyses(folder_of(run, origin))
    scores = recompute(
        rows,
        chosen(meta.analyses, own, source=f"suite {meta.name!r}"),
        suite=run.suite,
        seed=cast("int", run.config["seed"]),
        answers=answers,
    )
    about = {
        "from_version": run.suite_version,
        "harness_version": __version__,
        "source": source,
        "rows_sha256": _digest(run),
    }
    config = as_named_now(run, suite)
    after = replace(
        run,
        config=config,
        config_digest=config_digest(config),
        suite_version=meta.version,
        headline=meta.headline,
        analyses=tuple(meta.analyses),
        rows=rows,
        scores=scores,
        gates=(),  # verdicts on the figures of before
        provenance={**run.provenance, "rescored": about},
    )
    return Rescored(before=run, after=after, source=source)


def _digest(run: Run) -> str:
    """Of the rows as they were: says which measurement the figures are of."""
    return hashlib.sha256("\n".join(map(encode, run.rows)).encode()).hexdigest()


def _no_answers(keys: Sequence[str]) -> dict[str, Answer]:
    """No stored answer is at hand; an analysis that needs one cannot be computed."""
    if keys:
        raise DataProblem(f"an analysis of this suite reads stored answers; {SAY_WHERE}")
    return {}
