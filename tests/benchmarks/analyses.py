"""What the analyses cost: a full run of planted records through each, in processor seconds.

Run by ``python tests/benchmarks/analyses.py``; prints a table and exits 1 where the bound is
broken. A full run has 10 countries, 271 questions in the published topics and 13 proxies, and
every p that is drawn 10 000 draws; the time to build the records is not counted.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

REPO = Path(__file__).parents[2]
sys.path.insert(0, str(REPO))

from benchmark.analyses import ANALYSES  # noqa: E402
from benchmark.records import Answer, CaseRecord, Evidence  # noqa: E402
from tests.analyses.planting import PROXIES, Plan, noisy, plan  # noqa: E402

MOST_SECONDS = 5.0
DEFAULT = ("alignment", "identification", "spread", "distances", "contrast", "generalisability")
QUESTIONS = 271
STEMS_OF = 2  # questions a stem: more stems cost more, and the survey has fewer
OPTIONS = 8


def full_run(rng: np.random.Generator) -> list[CaseRecord]:
    """Records of every proxy, with answers that are a blend of the country's and the world's."""
    base = plan(rng, questions=QUESTIONS, options=OPTIONS, a_stem=STEMS_OF)
    with (REPO / "benchmark" / "data" / "published_topics.csv").open(encoding="utf-8") as file:
        topics = [row["topic"] for row in csv.DictReader(file)][:QUESTIONS]
    full = Plan(people=base.people, substantive=base.substantive, stems=base.stems, topics=topics)
    world = full.people.mean(axis=1, keepdims=True)
    blend = 0.3 * full.people + 0.7 * world
    return full.records({proxy: noisy(blend, rng, respondents=40) for proxy in PROXIES})


def no_answers(keys: Sequence[str]) -> Mapping[str, Answer]:
    """The items carry all that the analyses need."""
    raise AssertionError(f"asked for {len(keys)} stored answers")


def main(names: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether the bound holds."""
    records = full_run(np.random.default_rng(0))
    items = sum(len(record.items) for record in records)
    sys.stdout.write(f"{len(records)} cases, {items} items\n")
    total = 0.0
    with threadpool_limits(limits=1):  # as on the controller
        for name in names or DEFAULT:
            started = time.process_time()
            scores = ANALYSES[name].compute(
                Evidence(records=records, answers=no_answers, rng=np.random.default_rng(1))
            )
            elapsed_s = time.process_time() - started
            total += elapsed_s
            sys.stdout.write(f"{name:16} {len(scores):6d} scores  {elapsed_s:6.2f} s\n")
    sys.stdout.write(f"{'all':16} {'':6}         {total:6.2f} s of {MOST_SECONDS}\n")
    return 1 if total > MOST_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
