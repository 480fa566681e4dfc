"""Verdicts outside the terminal: JUnit, pytest's counts, Markdown for a pull request.

Knows pytest's reports and the records of gates; decides nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import xml_key  # the way pytest's plugins find its JUnit writer

from benchmark.errors import BoardProblem
from benchmark.gates import Gate, Verdict, unjudged
from benchmark.gates.wording import report
from benchmark.runs.documents import write

JOB_SUMMARY = "GITHUB_STEP_SUMMARY"


def unscored_verdicts(gates: Sequence[Gate], suite: str, reason: str) -> tuple[Verdict, ...]:
    """Gates on a suite without scores fail: no case was run, or the suite could not be closed."""
    return tuple(unjudged(gate, reason) for gate in gates if gate.suite == suite)


def to_junit(config: pytest.Config, verdicts: Sequence[Verdict]) -> None:
    """Write each gate as a testcase of pytest's JUnit file, if one is wanted.

    Only the JUnit writer gets them: other plugins would take a gate for a case.
    """
    writer = config.stash.get(xml_key, None)
    if writer is None:
        return
    for verdict in verdicts:
        for when in ("call", "teardown"):
            writer.pytest_runtest_logreport(_test_report(verdict, when))


def count_failed(reporter: Any, verdicts: Sequence[Verdict]) -> None:
    """Count gates that do not hold as failed in pytest's short summary and last line."""
    failed = [_test_report(verdict, "call") for verdict in verdicts if not verdict.holds]
    if failed:
        reporter._add_stats("failed", failed)  # noqa: SLF001 - it also turns the last line red


def write_markdown(
    path: Path | None,
    verdicts: Sequence[Verdict],
    *,
    model: str,
    problems: Sequence[str],
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Write ``--gate-report``, and append the same to GitHub's job summary.

    Raises
    ------
    BoardProblem
        One of the two cannot be written.
    """
    text = report(verdicts, model=model, problems=problems)
    if path is not None:
        write(path, text)
    summary = environ.get(JOB_SUMMARY)
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")
        except OSError as error:
            raise BoardProblem(
                f"{JOB_SUMMARY} names {summary}, which cannot be written ({error.strerror})"
            ) from error


def _test_report(verdict: Verdict, when: Any) -> pytest.TestReport:
    fails = when == "call" and not verdict.holds
    cell = verdict.cell
    known = {"value": cell.value, "low": cell.low, "high": cell.high, "n": cell.n} if cell else {}
    about = {"status": str.__str__(verdict.status), "sentence": verdict.sentence, **known}
    file = verdict.gate.file or "gates"
    return pytest.TestReport(
        nodeid=f"gate/{Path(file).stem}::{verdict.name}",
        location=(file, None, verdict.name),
        keywords={},
        outcome="failed" if fails else "passed",
        longrepr=verdict.sentence.removeprefix(f"{verdict.name}: ") if fails else None,
        when=when,
        user_properties=list(about.items()),
    )
