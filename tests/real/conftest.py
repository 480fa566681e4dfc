"""Checkpoints with real tokenizers, one after the other, and a table of what was measured on them.

All is skipped where `../shared/real` is not beside the checkout.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.real.checkpoints import NAMES, SAMPLE, SOURCE, ready

COLUMNS = ("shared - full", "wrong picture", "largest p", "suites")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each checkpoint, of which one is in the sample; a test may name those that it is about."""
    if "checkpoint" in metafunc.fixturenames:
        own = metafunc.definition.get_closest_marker("real")
        names = own.kwargs["names"] if own else NAMES
        chosen = [pytest.param(n, marks=pytest.mark.real(sample=n == SAMPLE)) for n in names]
        metafunc.parametrize("checkpoint", chosen, scope="session")


@pytest.fixture(scope="session")
def folder(checkpoint: str, request: pytest.FixtureRequest) -> Path:
    """A checkpoint's folder; all that this session needs are built together."""
    pytest.importorskip("torch", reason="checkpoints need the extra 'models'")
    pytest.importorskip("transformers", reason="checkpoints need the extra 'models'")
    if not SOURCE.is_dir():
        pytest.skip(f"the builder of the checkpoints is not there: {SOURCE}")
    callspecs = (getattr(item, "callspec", None) for item in request.session.items)
    asked = {spec.params.get("checkpoint", "") for spec in callspecs if spec is not None}
    return ready([name for name in NAMES if name in asked]) / checkpoint


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One row a checkpoint of what its tests recorded, as a table in Markdown."""
    found: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call" and "tests/real/" in report.nodeid:
                values = dict(report.user_properties)
                found[str(values.pop("checkpoint", ""))].update(values)
    if rows := [name for name in NAMES if found.get(name)]:
        terminalreporter.section("real checkpoints")
        terminalreporter.write_line("| " + " | ".join(("checkpoint", *COLUMNS)) + " |")
        terminalreporter.write_line("|---" * (len(COLUMNS) + 1) + "|")
        for name in rows:
            cells = [str(found[name].get(column, "")) for column in COLUMNS]
            terminalreporter.write_line("| " + " | ".join((name, *cells)) + " |")
