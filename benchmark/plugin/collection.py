"""Cases as pytest items: parametrization, the plan's units, and what shard and journal leave out.

Cheap by contract: no torch, no network, no decoded picture.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmark.plugin import exchange
from benchmark.plugin.session import SESSION, RunSession
from benchmark.records import Case
from benchmark.suite.protocol import SUITE_FILE


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a test in a suite folder that takes ``case`` one item per case.

    ``@pytest.mark.cases("kind", …)`` keeps only cases of the given kinds.
    """
    folder = metafunc.definition.path.parent
    if "case" not in metafunc.fixturenames or not (folder / SUITE_FILE).is_file():
        return
    parts = metafunc.config.stash[SESSION].at(folder)
    cases = tuple(case for part in parts for case in part.selection.cases)
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is not None:
        cases = tuple(case for case in cases if case.kind in marker.args)
    metafunc.parametrize("case", cases, ids=[case.case_id for case in cases])


def case_of(item: pytest.Item) -> Case | None:
    """The case of a collected item; None for any other test."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec is not None else None
    return case if isinstance(case, Case) else None


def case_id_in(nodeid: str) -> str:
    """The case id that `parametrize` put into a test's node id; empty for any other test.

    The report of a test whose worker died has only its node id to identify it.

    >>> case_id_in("suites/wvs [old]/test_alignment.py::test_alignment[wvs/NGA/religion/food]")
    'wvs/NGA/religion/food'
    """
    return nodeid.partition("::")[2].partition("[")[2].removesuffix("]")


def note_units(session: RunSession, items: list[pytest.Item]) -> None:
    """Record the chosen cases, unit by unit, before a resumed run drops any.

    A unit is answered whole, so a resumed run has the batches of a fresh one.
    """
    for case in _cases(items):
        session.suites[case.suite].units.setdefault(case.unit, []).append(case)


def drop_empty(items: list[pytest.Item]) -> None:
    """Remove pytest's placeholder for an empty selection, so that pytest exits with 5."""
    items[:] = [item for item in items if not _is_placeholder(item)]


def drop_other_shards(config: pytest.Config, session: RunSession, items: list[pytest.Item]) -> None:
    """Deselect the cases that another shard measures."""
    if session.settings.shard is not None:
        mine = {case.case_id for suite in session.suites.values() for case in suite.mine}
        mine.add("")  # items that are not cases stay
        _deselect(config, items, [item for item in items if _case_id(item) not in mine])


def drop_finished(config: pytest.Config, session: RunSession, items: list[pytest.Item]) -> None:
    """Deselect cases that the journal of an interrupted run already holds."""
    finished = [item for item in items if _is_finished(session, item)]
    if finished:
        _deselect(config, items, finished)
        exchange.note_dropped(config)


def _deselect(config: pytest.Config, items: list[pytest.Item], gone: list[pytest.Item]) -> None:
    if gone:
        numbers = set(map(id, gone))
        items[:] = [item for item in items if id(item) not in numbers]
        config.hook.pytest_deselected(items=gone)


def _case_id(item: pytest.Item) -> str:
    case = case_of(item)
    return "" if case is None else case.case_id


def _cases(items: list[pytest.Item]) -> Iterator[Case]:
    return (case for case in map(case_of, items) if case is not None)


def _is_finished(session: RunSession, item: pytest.Item) -> bool:
    case = case_of(item)
    return case is not None and case.case_id in session.suites[case.suite].resumed


def _is_placeholder(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return (
        callspec is not None
        and "case" in callspec.params
        and case_of(item) is None
        and (item.path.parent / SUITE_FILE).is_file()
    )
