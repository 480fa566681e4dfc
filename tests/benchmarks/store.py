"""What the store and the interview cost an answer, with a model that costs nothing.

Run by ``tox run -e bench``; prints a table and exits 1 where a bound is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL.Image import Image

from benchmark.engine.interview import Interview
from benchmark.engine.store import ResponseStore
from benchmark.records import (
    Answer,
    Choice,
    ImageRef,
    ModelIdentity,
    Probabilities,
    Prompt,
    Request,
    Subject,
    Task,
)

LEAST_A_SECOND = 5_000.0
QUESTIONS = 290  # about one picture, as in the survey
LABELS = tuple("ABCDEF")
IDENTITY = ModelIdentity(name="free", model_id="free", revision="1", backend="none")
RULES = "Look at the photograph and answer as people there would. " * 12
QUESTION = "How important is each of these in your life, and which of them is the least? {}\n" * 4


class FreeModel:
    """Answers at once, with as many digits as a real model."""

    identity = IDENTITY
    supports = frozenset({Task.CHOICE})

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """The same shares each time."""
        p = (0.123456789012345, 0.2, 0.1765432109876543, 0.25, 0.15, 0.1)
        return [Probabilities(p=p, option_mass=0.987654321012345) for _ in batch]


def units(n: int) -> list[list[Choice]]:
    """``n`` questions as units of one picture each."""
    return [
        [_question(f"{i:064x}", number) for number in range(min(QUESTIONS, n - i * QUESTIONS))]
        for i in range(-(-n // QUESTIONS))
    ]


def _question(picture: str, number: int) -> Choice:
    image = ImageRef(image_id=picture, digest=picture, pixels=_no_pixels)
    prompt = Prompt(
        prefix=(RULES, image, "Where is it?\n"),
        suffix=QUESTION.format(*[number] * 4),
        lead_in=" I choose (",
    )
    return Choice(prompt=prompt, labels=LABELS, subject=Subject(country="FRA", item_id=str(number)))


def _no_pixels() -> Image:
    raise NotImplementedError("nobody looks")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """Answers a second, by the clock and by what the process used of the processor."""

    per_s: float
    per_cpu_s: float


def rate(store: Path, asked: Sequence[Sequence[Choice]], *, batch_size: int) -> Rate:
    """Answers a second through `Interview.ask`, a unit at a time."""
    opened = ResponseStore(store)
    interview = Interview(identity=IDENTITY, store=opened, load=FreeModel, batch_size=batch_size)
    n = sum(map(len, asked))
    wall, cpu = time.perf_counter(), time.process_time()
    for unit in asked:
        interview.ask(unit)
    found = Rate(per_s=n / (time.perf_counter() - wall), per_cpu_s=n / (time.process_time() - cpu))
    opened.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit status whether the bound holds."""
    parser = argparse.ArgumentParser(description="Answers a second through interview and store.")
    parser.add_argument("--answers", type=int, default=50_000, help="default: 50000")
    parser.add_argument("--repeats", type=int, default=3, help="best of so many; default: 3")
    options = parser.parse_args(arguments)
    asked, broken = units(options.answers), False
    for batch_size in (64, 256):
        turns: dict[str, list[Rate]] = {"computed": [], "stored": []}
        for _ in range(options.repeats):
            with tempfile.TemporaryDirectory(prefix="culture-bench-") as name:
                for rates in turns.values():
                    rates.append(rate(Path(name) / "store.sqlite", asked, batch_size=batch_size))
        for kind, rates in turns.items():
            best = max(rates, key=lambda turn: turn.per_s)
            sys.stdout.write(
                f"batches of {batch_size}, {kind}: {best.per_s:,.0f} answers/s, "
                f"{best.per_cpu_s:,.0f} a second of processor time\n"
            )
            broken |= best.per_s < LEAST_A_SECOND
    if broken:
        sys.stdout.write(f"BROKEN: fewer than {LEAST_A_SECOND:,.0f} answers/s\n")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
