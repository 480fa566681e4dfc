"""``python -m tests.benchmarks.perf``: shared against full prompts, timed on this machine.

With ``--agreement``: half-precision answers against float32's, not timed. With ``--generation``:
texts written together against one at a time.

Weights are random: nothing is downloaded, and speed does not depend on them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmark import jsonio
from benchmark.errors import CultureError
from tests.benchmarks.perf import generation, report
from tests.benchmarks.perf.agreement import Agreement, agreement
from tests.benchmarks.perf.geometry import CONFIGS
from tests.benchmarks.perf.measure import Figures, Plan, measure

MIDDLE = ("llava-next-230m", "qwen2.5-vl-236m")


def arguments() -> argparse.ArgumentParser:
    """The options; defaults are the figures of docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.perf", description=__doc__)
    parser.add_argument(
        "--config", action="append", choices=list(CONFIGS), help="default: both of middle size"
    )
    parser.add_argument(
        "--random-weights", action="store_true", help="always so; spelt out in scripts"
    )
    parser.add_argument(
        "--agreement", action="store_true", help="compare bfloat16 and float16 with float32 instead"
    )
    parser.add_argument(
        "--generation", action="store_true", help="time the writing of texts instead"
    )
    parser.add_argument("--texts", type=int, default=64, help="written together; default: 64")
    parser.add_argument("--plain", type=int, default=2, help="texts a turn, alone; default: 2")
    parser.add_argument("--tokens", type=int, default=64, help="of each text; default: 64")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:1; default: cpu")
    parser.add_argument("--dtype", help="default: float32 on a CPU, bfloat16 elsewhere")
    parser.add_argument("--questions", type=int, default=64, help="about one picture; default: 64")
    parser.add_argument("--full", type=int, default=8, help="full prompts a turn; default: 8")
    parser.add_argument("--full-batch", type=int, default=1, help="of the control; default: 1")
    parser.add_argument("--budget", type=int, help="tokens a forward; default: by memory")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each; default: 3")
    parser.add_argument("--threads", type=int, help="default: torch's own choice")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, write; 4 on a wrong option, as pytest has it."""
    given = arguments().parse_args(words)
    plans = _plans(given)
    found: list[Figures | Agreement | generation.Figures]
    try:
        if given.agreement:
            rows = [row for plan in plans for row in agreement(plan)]
            found, table = [*rows], report.agreement_table(rows)
        elif given.generation:
            writing = generation.Writing(
                n_texts=given.texts, n_plain=given.plain, n_tokens=given.tokens
            )
            written = [generation.measure(plan, writing) for plan in plans]
            found, table = [*written], report.generation_table(written)
        else:
            figures = [measure(plan) for plan in plans]
            found, table = [*figures], report.table(figures)
    except CultureError as problem:
        Console(stderr=True).print(str(problem), style="red", markup=False)
        return 4
    Console(width=120).print(table)
    if given.json is not None:
        jsonio.write_atomic(given.json, jsonio.pretty(report.document(found)))
    return 0


def _plans(given: argparse.Namespace) -> list[Plan]:
    half = "float32" if given.device == "cpu" or given.agreement else "bfloat16"
    return [
        Plan(
            config=config,
            device=given.device,
            dtype=given.dtype or half,
            n_questions=given.questions,
            n_full=given.full,
            full_batch=given.full_batch,
            budget=given.budget,
            repeats=given.repeats,
            threads=given.threads,
        )
        for config in given.config or MIDDLE
    ]


if __name__ == "__main__":
    sys.exit(main())
