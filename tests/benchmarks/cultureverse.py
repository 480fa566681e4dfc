"""The full size of arXiv 2501.01282: 228 000 questions collected, planned and scored by a rule.

Run as ``python tests/benchmarks/cultureverse.py``; prints a table and exits 1 where a bound is
broken. Questions and pictures are invented. Knows the harness from outside, as a user does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

REPO = Path(__file__).parents[2]
sys.path.insert(0, str(REPO))

from benchmark.questions.kinds import categories, question_types  # noqa: E402
from benchmark.world.countries import countries  # noqa: E402

SUITE = REPO / "suites" / "cultureverse"
COUNTRIES, QUESTIONS = 188, 228_000
MOST_SECONDS, MOST_MIB = 300.0, 4096.0
WATCHED_EVERY_S = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What a run took: wall and processor time, and the peak of all its processes together."""

    elapsed_s: float
    processor_s: float
    peak_mib: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the set, run it, and say by the exit status whether the bounds hold."""
    parser = argparse.ArgumentParser(description="The full-size set through a reference.")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="default: 228 000")
    parser.add_argument("--workers", type=int, default=0, help="as pytest's -n; default: 0")
    parser.add_argument("--model", default="reference:uniform", help="default: reference:uniform")
    parser.add_argument("--folder", type=Path, help="keep the set, run and store here")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="culture-bench-") as name:
        folder = options.folder or Path(name)
        if not (folder / "set").exists():
            write_set(folder / "set", options.questions)
        put("step              wall      processor   peak of all processes")
        collected = run(folder, "--collect-only", "-q", model=options.model, workers=0)
        put(line("collected", collected))
        measured = run(folder, model=options.model, workers=options.workers)
        put(line("measured", measured))
    broken = []
    if measured.elapsed_s > MOST_SECONDS:
        broken.append(f"the run took {measured.elapsed_s:.0f} s (at most {MOST_SECONDS:.0f})")
    if measured.peak_mib > MOST_MIB:
        broken.append(f"the run held {measured.peak_mib:.0f} MiB (at most {MOST_MIB:.0f})")
    for sentence in broken:
        put(f"BROKEN: {sentence}")
    return 1 if broken else 0


def put(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def line(name: str, load: Load) -> str:
    """A row of the table."""
    return (
        f"{name:12s} {load.elapsed_s:8.1f} s {load.processor_s:10.1f} s {load.peak_mib:10.0f} MiB"
    )


# --- running -------------------------------------------------------------------------------


def run(folder: Path, *arguments: str, model: str, workers: int) -> Load:
    """One pytest of the suite over the set; a failure stops the benchmark."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(REPO)}
    env |= {"CULTURE_CACHE": str(folder / "cache")}
    many = ("-p", "xdist.plugin", "-n", str(workers)) if workers else ()
    command = (
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *many, str(SUITE),
        f"--rootdir={REPO}", "-c", str(REPO / "pyproject.toml"), "--model", model,
        "--questions", str(folder / "set"), "--runs", str(folder / "runs"),
        "--leaderboard", str(folder / "leaderboard.json"), *arguments,
    )  # fmt: skip
    with (folder / "output.txt").open("wb") as output:
        started = time.perf_counter()
        files = [
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
        ]
        pid = os.posix_spawn(sys.executable, command, env, file_actions=files)
        with Watch(pid) as watch:
            _, status, usage = os.wait4(pid, 0)
        elapsed_s = time.perf_counter() - started
    if status:
        sys.exit((folder / "output.txt").read_text(errors="replace")[-4000:])
    return Load(
        elapsed_s=elapsed_s,
        processor_s=usage.ru_utime + usage.ru_stime,
        peak_mib=max(watch.peak_mib, usage.ru_maxrss / 1024),
    )


class Watch:
    """Adds up the memory of a process and its children while it runs (Linux)."""

    def __init__(self, pid: int) -> None:
        self.peak_mib = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(WATCHED_EVERY_S):
            total = sum(map(_resident_mib, _family(self._pid)))
            self.peak_mib = max(self.peak_mib, total)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident_mib(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


# --- data ----------------------------------------------------------------------------------


def write_set(folder: Path, n: int) -> None:
    """Invented questions, three a picture, over all countries, categories and types."""
    (folder / "images").mkdir(parents=True)
    chosen = sorted(countries())[:COUNTRIES]
    slugs, kinds = tuple(categories()), tuple(question_types())
    draw = random.Random(0)  # noqa: S311 - any order will do
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        for number in range(n):
            picture = number // len(kinds)
            name = f"images/{picture:06d}.png"
            if number % len(kinds) == 0:
                colour = (picture % 256, picture // 256 % 256, picture // 65536 % 256)
                Image.new("RGB", (8, 8), colour).save(folder / name)
            file.write(_line(number, picture, name, chosen, slugs, kinds, draw.randrange(4)) + "\n")


def _line(
    number: int,
    picture: int,
    name: str,
    chosen: Sequence[str],
    slugs: Sequence[str],
    kinds: Sequence[str],
    answer: int,
) -> str:
    concept = picture // 4
    return json.dumps(
        {
            "id": f"q{number:06d}",
            "image": name,
            "question": f"Which of these is true of thing {picture} as it is seen in the picture "
            f"when somebody asks about it for the {number % 7}th time?",
            "options": [f"statement {k} about concept {concept} and {number}" for k in range(4)],
            "answer": answer,
            "question_type": kinds[number % len(kinds)],
            "category": slugs[concept // COUNTRIES % len(slugs)],
            "concept": f"concept {concept}",
            "country": chosen[concept % COUNTRIES],
            "split": "test",
            "licence": "CC0-1.0",
        }
    )


if __name__ == "__main__":
    sys.exit(main())
