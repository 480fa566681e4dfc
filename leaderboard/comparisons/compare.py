"""`python -m leaderboard compare`: what changed between two runs of the same questions, by group.

Knows run files; deciding is for gates. `benchmark.runs.against_baseline` computes the change.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from benchmark.analyses.groups import OF_COUNTRY
from benchmark.analyses.questions.question_change import ACCURACY, paired_accuracy_changes
from benchmark.analyses.questions.question_table import CORRECT, question_table
from benchmark.analyses.reporting import scored
from benchmark.errors import BoardProblem, UsageProblem, unknown
from benchmark.gates.wording import member
from benchmark.records import Case, CaseRecord, Score
from benchmark.runs.against_baseline import Baseline, changes, why_not
from benchmark.runs.run import Run, read_run
from leaderboard.board.baseline import load_baselines
from leaderboard.comparisons.change_table import WIDTH, Row, change_table
from leaderboard.tables.tables import render

DEFAULT_BY = ("region", "continent", "topic", "proxy")  # of those that the run has
NOT_ALL = "not all cases measured"
OF_A_BOARD = "a board's row has figures overall and by proxy only"
HELD_OUT, TRAINED_ON = "held out", "the rest"


def add_compare(parser: argparse.ArgumentParser) -> None:
    """Show how a score changed since a baseline run of the same questions.

    The change is paired by question where possible, and shown overall and by group.
    """
    parser.add_argument("run", type=Path, metavar="RUN", help="run.json")
    parser.add_argument(
        "baseline", metavar="BASELINE", help="run.json of the other model, as --baseline takes it"
    )
    parser.add_argument("--metric", help="a score (default: the one that ranks the suite's rows)")
    parser.add_argument(
        "--by",
        default="",
        metavar="LIST",
        help="comma-separated groupings, also country and income_group (default: of "
        f"{', '.join(DEFAULT_BY)} those that the run has)",
    )
    parser.add_argument(
        "--held-out",
        action="append",
        default=[],
        metavar="KIND:NAME",
        help="a group that was left out of training, such as region:Africa; adds the changes in "
        "these groups and in the rest; repeatable",
    )


def run_compare(options: argparse.Namespace) -> int:
    """Print the table."""
    run = read_run(options.run)
    (baseline,) = load_baselines([options.baseline])
    if baseline.suite != run.suite or (why := why_not(run, baseline)):
        reason = why if baseline.suite == run.suite else f"it is of suite {baseline.suite!r}"
        raise BoardProblem(f"{options.run} and {options.baseline} cannot be compared: {reason}")
    metric = options.metric or run.headline
    by = [name.strip() for name in options.by.split(",") if name.strip()]
    rows = grouped(run, baseline, metric, by)
    if options.held_out:
        rows[1:1] = held_out_rows(run, baseline, metric, options.held_out)
    partial = "" if run.complete else f" (PARTIAL: {', '.join(run.partial_because) or NOT_ALL})"
    sys.stdout.write(f"now:    {run.suite} of {run.model.name}, {options.run}{partial}\n")
    few = "" if baseline.rows else f" ({OF_A_BOARD})"
    sys.stdout.write(f"before: {baseline.suite} of {baseline.name}, {options.baseline}{few}\n")
    sys.stdout.write(render(change_table(rows, metric), WIDTH))
    return 0


def grouped(run: Run, baseline: Baseline, metric: str, by: Sequence[str]) -> list[Row]:
    """Overall, then each member of each grouping that the run has.

    Raises
    ------
    BoardProblem
        The run or the baseline has no such score, or not by any such grouping.
    """
    mine = [score for score in run.scores if score.name == metric]
    if not mine:
        known = {score.name for score in run.scores}
        raise BoardProblem(unknown("metric", metric, known, source="--metric"))
    there = {name for score in mine if len(score.scope) == 1 for name in score.scope}
    for name in by:
        if name not in there:
            raise BoardProblem(unknown("grouping", name, there, source="--by"))
    keys = [(), *((name,) for name in by or [name for name in DEFAULT_BY if name in there])]
    wanted = [s for key in keys for s in mine if tuple(s.scope) == key]
    before = {_key(score): score.value for score in baseline.scores if score.name == metric}
    if lacking := [name for name in by or [""] if not _has(before, name)]:
        raise BoardProblem(_lacks(baseline, metric, lacking))
    now = {_key(score): score for score in wanted}
    return [
        Row(
            group=_named(change.scope),
            before=before.get(_key(change), math.nan),
            now=now[_key(change)].value,
            change=change,
            better_up=now[_key(change)].higher_is_better,
        )
        for change in changes(run, baseline, wanted)
    ]


def _has(scopes: Iterable[tuple[tuple[str, str], ...]], name: str) -> bool:
    """Whether there is a score by the grouping, or any score if it is empty."""
    return any(not name or [key for key, _ in scope] == [name] for scope in scopes)


def _lacks(baseline: Baseline, metric: str, by: Sequence[str]) -> str:
    grouping = f" by {' or '.join(by)}" if any(by) else ""
    advice = "leave --by out" if grouping else "choose another --metric"
    if not baseline.rows:
        advice = f"{OF_A_BOARD}: give its run.json, or {advice}"
    return f"the baseline {baseline.name} has no {metric}{grouping}; {advice}"


def held_out_rows(run: Run, baseline: Baseline, metric: str, held_out: Iterable[str]) -> list[Row]:
    """What changed in all these groups together, and outside them.

    Raises
    ------
    UsageProblem, BoardProblem
        There is no such group, the questions are unknown, or the score is not accuracy.
    """
    if metric != ACCURACY or not baseline.rows:
        instead = (
            "leave --metric out and give run.json files"
            if run.headline == ACCURACY
            else f"runs of {run.suite} have none"
        )
        raise BoardProblem(
            "--held-out pairs single questions, which only the accuracy of two run files "
            f"allows; {instead}"
        )
    tests = [_test(text, run.rows) for text in held_out]

    def out(case: Case) -> bool:
        return any(test(case) for test in tests)

    found = []
    for name, side in ((HELD_OUT, True), (TRAINED_ON, False)):
        now, before = (
            [record for record in rows if out(record.case) is side]
            for rows in (run.rows, baseline.rows)
        )
        overall = scored(ACCURACY, math.nan, {}, 0, "")
        if now and before:
            change = paired_accuracy_changes(now, before, [overall])[0]
            sides = _mean(before), _mean(now)
            found.append(
                Row(group=name, before=sides[0], now=sides[1], change=change, better_up=True)
            )
    return found


def _test(text: str, rows: Sequence[CaseRecord]) -> Callable[[Case], bool]:
    """Whether a case is in a group, such as region:Africa."""
    kind, _, name = (part.strip() for part in text.partition(":"))
    of: Mapping[str, Callable[[Case], str]] = {
        "region": lambda case: OF_COUNTRY["region"](case.country),
        "continent": lambda case: OF_COUNTRY["continent"](case.country),
        "country": lambda case: case.country,
        "category": lambda case: case.topic,
    }
    if kind not in of:
        raise UsageProblem(unknown("kind of group", kind, of, source="--held-out"))
    members = {of[kind](record.case) for record in rows} - {""}
    named = {word.casefold(): code for code in members for word in (code, member(kind, code))}
    if name.casefold() not in named:
        raise UsageProblem(unknown(kind, name, members, source="--held-out"))
    wanted = named[name.casefold()]
    return lambda case: of[kind](case) == wanted


def _mean(rows: Iterable[CaseRecord]) -> float:
    """Share of right answers over the questions that were scored."""
    values = question_table(rows).values[CORRECT]
    scored = values[~np.isnan(values)]
    return float(scored.mean()) if scored.size else math.nan


def _named(scope: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {member(key, name)}" for key, name in scope.items()) or "overall"


def _key(score: Score) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(cast("Iterable[tuple[str, str]]", score.scope.items())))
