"""`python -m tests.validity`: measures figures, keeps the numbers, makes docs/validity.md's tables.

Knows the options. Exit code 1 if a figure does not hold what it promises.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from tests.validity.figure import Figure, broken
from tests.validity.figures import AREAS
from tests.validity.running import SEED, run
from tests.validity.tables import PAGE, page


def main(words: Sequence[str] | None = None) -> int:
    """Measure, write, and print what does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.validity", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="a metric or an area")
    parser.add_argument("--tables", action="store_true", help="make the tables from what is kept")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--repetitions", type=int, help="instead of each figure's own number")
    options = parser.parse_args(words)
    failures = 0
    for area in () if options.tables else AREAS:
        failures += _measure(area, options)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return int(failures > 0)


def _measure(area: str, options: argparse.Namespace) -> int:
    def chosen(figure: Figure) -> bool:
        return options.only in ("", area) or figure.has(options.only)

    failures, started = 0, time.monotonic()
    for figure, setting, found in run(
        area, only=chosen, seed=options.seed, repetitions=options.repetitions
    ):
        problems = broken(figure, found)
        excused = setting.name in figure.except_for
        failures += bool(problems and not excused)
        words = "; ".join(problems) or "holds"
        elapsed_s = time.monotonic() - started
        sys.stdout.write(f"{elapsed_s:7.1f} s  {figure.names[0]}, {setting.name}: {words}\n")
    return failures


if __name__ == "__main__":
    sys.exit(main())
