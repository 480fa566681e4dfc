"""How a record travels: scalars as test properties, the whole as one JSON string on the report.

Knows pytest's reports and the row codec; no store, no suite.
"""

from __future__ import annotations

import pytest

from benchmark.plugin.exchange import is_worker
from benchmark.records import CaseRecord
from benchmark.runs.rows import decode, encode

RECORD = pytest.StashKey[CaseRecord]()
LAST = pytest.StashKey[tuple[str, CaseRecord]]()  # of this process; its report follows at once
ATTRIBUTE = "culture_record"  # extra report attributes survive xdist's serialisation

Property = str | int | float


def properties_of(record: CaseRecord) -> list[tuple[str, object]]:
    """Scalars of exact builtin types (DESIGN §7, trap 3), which ``--junitxml`` shows."""
    case = record.case
    found: dict[str, Property] = {
        "case_id": case.case_id,
        "country": case.country,
        "topic": case.topic,
        "proxy": case.proxy,
        "n_items": len(record.items),
    }
    found |= {score.name: float(score.value) for score in record.scores}
    return list(found.items())


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put the item's record on its call report."""
    record = item.stash.get(RECORD, None)
    if report.when == "call" and record is not None:
        text = encode(record)
        setattr(report, ATTRIBUTE, text)
        if not is_worker(item.config):
            item.config.stash[LAST] = text, record


def record_on(report: pytest.TestReport, config: pytest.Config) -> CaseRecord | None:
    """The record on a report, if any; decoded only if it comes from a worker."""
    text = text_on(report)
    if not text:
        return None
    last_text, record = config.stash.get(LAST, ("", None))
    return record if record is not None and last_text is text else decode(text)


def text_on(report: pytest.TestReport) -> str:
    """The record's text as the worker encoded it; empty without one."""
    return str(getattr(report, ATTRIBUTE, ""))


def reason_of(report: pytest.TestReport) -> str:
    """One line on why a test failed: what was raised, else the last line of the report."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message).removeprefix("Failed: ").partition("\n")[0]
    return report.longreprtext.strip().rpartition("\n")[2] or "no reason given"
