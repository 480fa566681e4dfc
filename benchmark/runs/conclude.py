"""The end of a run: turns what was measured into scores, reasons and verdicts; knows no file.

A run on one machine and one merged from shards end the same way, so their figures cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from benchmark.analyses import check_needs, check_shown, is_provided, provided, recompute
from benchmark.analyses.unanswered import with_unanswered
from benchmark.gates import Gate, Measured, Verdict, judge, members_of
from benchmark.gates.wording import document
from benchmark.records import Analysis, AnswerReader, Case
from benchmark.runs.against_baseline import Baseline, against
from benchmark.runs.run import Run


def conclude(
    run: Run,
    *,
    analyses: Mapping[str, Analysis],
    answers: AnswerReader,
    gates: Sequence[Gate] = (),
    baselines: Sequence[Baseline] = (),
) -> tuple[Run, tuple[Verdict, ...]]:
    """Analyse a run of rows and failures and judge it by the gates on its suite.

    A shard gets only its reasons: scores and gates belong to the run that all shards make up.
    """
    reasons = partial_because(run)
    run = replace(run, complete=not reasons, partial_because=reasons, analyses=tuple(analyses))
    if run.shard is not None:
        return run, ()
    whole = not run.failed and run.n_absent <= 0  # else what is missing may be in the other cases
    if whole:
        check_needs(run.rows, analyses, suite=run.suite)
    scores = recompute(
        run.rows, analyses, suite=run.suite, seed=cast("int", run.config["seed"]), answers=answers
    )
    if whole and is_provided(run.headline, provided(analyses)):
        check_shown(run.rows, scores, run.headline, suite=run.suite)
    run = replace(run, scores=tuple(scores))
    verdicts = judged(run, gates, baselines)
    return replace(run, gates=tuple(document(verdict) for verdict in verdicts)), verdicts


def judged(
    run: Run, gates: Sequence[Gate], baselines: Sequence[Baseline] = ()
) -> tuple[Verdict, ...]:
    """What the gates on its suite say of a run with scores.

    What an earlier version did not count, of questions left open, is counted now.
    """
    run = replace(run, scores=tuple(with_unanswered(run.rows, run.scores)))
    mine = [gate for gate in gates if gate.suite == run.suite]
    why = run.partial_because or (() if run.complete else ("not complete",))
    compared = None if why else against(run, baselines, mine)
    return tuple(
        judge(gate, run.scores, incomplete=why, noise=run.determinism, against=compared)
        for gate in mine
    )


def measured(
    suite: str,
    analyses: Mapping[str, Analysis],
    cases: Sequence[Case],
    *,
    own: Mapping[str, Analysis] | None = None,
) -> Measured:
    """What a run of these cases gives the gates, as far as can be known before it."""
    bare = (name for one in analyses.values() for name in one.without_interval)
    return Measured(
        suite=suite,
        metrics=provided(analyses),
        bare=frozenset(bare),
        own=frozenset(provided(own or {})),
        members=members_of(cases),
    )


def partial_because(run: Run) -> tuple[str, ...]:
    """Why a run is not a complete measurement, one phrase a reason; empty if it is."""
    reasons = []
    if run.shard is not None:
        reasons.append(str(run.shard))
    if run.limit is not None:
        reasons.append(f"--limit {run.limit}")
    if run.failed:
        reasons.append(f"{len(run.failed)} cases failed")
    if run.n_absent > 0:
        reasons.append(f"{run.n_absent} of {run.n_selected} cases were not run")
    return tuple(reasons)
