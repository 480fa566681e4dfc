"""``python -m benchmark.data check SOURCE``: is a set of questions sound? Prints a table or JSON.

Exit code 0 without faults, 1 with at least one, 4 if nothing could be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.errors import CultureError, DataProblem
from benchmark.hub import data_sets
from benchmark.jsonio import Json, pretty
from benchmark.questions.checking import Finding, by_split, check
from benchmark.questions.columns import columns_of
from benchmark.questions.copies import copies
from benchmark.questions.embedded import NAME, sample_questions
from benchmark.questions.question import QuestionSet
from benchmark.questions.reading import load_questions
from benchmark.settings import default_cache
from benchmark.suite.sources import is_hub_id

FAULT = 1
UNUSABLE = 4
MARKS = {"fault": "FAULT", "doubt": "doubt", "fine": ""}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; problems become one sentence on standard error."""
    options = _parser().parse_args(arguments)
    unreadable: list[str] = []
    try:
        found = _opened(options.source, options.question_columns, unreadable)
    except CultureError as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE
    findings = check(found.questions, unreadable=unreadable, copies=copies(found))
    document = _document(found, findings)
    sys.stdout.write(pretty(document) if options.json else _text(found, findings))
    return FAULT if any(finding.weight == "fault" for finding in findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmark.data", description="Checks the data that suites run on."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "check",
        help="report what is wrong with a set of questions about pictures",
        description="Report unusable rows, duplicates, concepts in both train and test, "
        "uneven positions of the right option, and options that give it away.",
    )
    command.add_argument(
        "source", metavar="SOURCE", help="sample, a file or folder, or ORG/NAME on the Hub"
    )
    command.add_argument(
        "--question-columns", default="", metavar="MAP", help="as for pytest (docs/cultureverse.md)"
    )
    command.add_argument("--json", action="store_true", help="print JSON; default: a table")
    return parser


def _opened(source: str, mapping: str, unreadable: list[str]) -> QuestionSet:
    columns = columns_of(mapping)
    cache = default_cache()
    if source == NAME:
        return sample_questions()
    path = Path(source)
    if is_hub_id(source) and not path.exists():
        name, _, revision = source.partition("@")
        path = data_sets.fetch_questions(cache, name, revision or None, columns)

    def complain(problem: DataProblem) -> None:
        unreadable.append(str(problem))

    return load_questions(path, columns, cache=cache, complain=complain)


def _document(found: QuestionSet, findings: Sequence[Finding]) -> dict[str, Json]:
    return {
        "schema": "pytest-culture/question-check/1",
        "name": found.name,
        "digest": found.digest,
        "questions": len(found.questions),
        "pictures": len(found.entries),
        "countries": len({question.country for question in found.questions}),
        "splits": dict(by_split(found.questions)),
        "licences": list(found.licences),
        "findings": [finding.document() for finding in findings],
    }


def _text(found: QuestionSet, findings: Sequence[Finding]) -> str:
    countries = len({question.country for question in found.questions})
    splits = ", ".join(f"{name} {n}" for name, n in by_split(found.questions).items())
    lines = [
        f"{found.name}: {len(found.questions)} questions on {len(found.entries)} pictures, "
        f"{countries} countries; {splits}; licence {', '.join(found.licences)}",
        _table(findings),
    ]
    faults = [finding for finding in findings if finding.weight != "fine"]
    for finding in faults:
        lines += [f"{MARKS[finding.weight]}, {finding.check}: {x}" for x in finding.examples]
    n_faults = sum(finding.weight == "fault" for finding in findings)
    lines.append(f"{n_faults} faults, {len(faults) - n_faults} doubts")
    return "\n".join(lines) + "\n"


def _table(findings: Sequence[Finding]) -> str:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for head, right in (("check", False), ("", False), ("count", True), ("of", True), ("", False)):
        table.add_column(head, justify="right" if right else "left", no_wrap=True)
    for finding in findings:
        table.add_row(
            Text(finding.check),
            MARKS[finding.weight],
            str(finding.count),
            str(finding.of),
            Text(finding.note),
        )
    console = Console(width=140, color_system=None, _environ={})
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


if __name__ == "__main__":
    sys.exit(main())
