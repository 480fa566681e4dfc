"""What the harness costs: collection against bare pytest, and many requests through a reference.

Run by ``tox run -e bench``; prints a table and exits 1 where a bound is broken. Knows
the harness from outside: each figure is a process of its own, with wall time and peak memory.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmark.survey.topics import topics
from benchmark.vocabulary import CATEGORIES
from benchmark.world.countries import countries

REPO = Path(__file__).parents[2]
SUITE = REPO / "suites" / "wvs"
SMALL_TEST = (
    "from __future__ import annotations\n\n\ndef test_case(case: object) -> None:\n    pass\n"
)

MOST_TIMES_BARE = 1.5
MOST_SECONDS = 45.0
MOST_MIB = 1024.0
QUESTIONS = 20  # a topic
# requests: (countries, topics, proxies); each cell asks 20 questions under one picture or none
RUNS = {25_000: (125, 5, 2), 50_000: (125, 5, 4), 100_000: (125, 10, 4)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Wall time and peak resident memory of a process."""

    elapsed_s: float
    peak_mib: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit status whether the bounds hold."""
    parser = argparse.ArgumentParser(description="What the harness costs, in seconds and MiB.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the items and requests")
    parser.add_argument("--repeats", type=int, default=3, help="best of so many; default: 3")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="culture-bench-") as name:
        broken = [
            *collection(Path(name), quick=options.quick, repeats=options.repeats),
            *requests(Path(name), quick=options.quick),
        ]
    for sentence in broken:
        put(f"BROKEN: {sentence}")
    return 1 if broken else 0


def put(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measured(*arguments: str, cache: Path) -> Cost:
    """Run pytest alone with only the plugins it needs; a failure stops the benchmark."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    env |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(REPO),
        "CULTURE_CACHE": str(cache),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output, cwd=cache.parent)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(output.read().decode(errors="replace")[-4000:])
    kib = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(elapsed_s=elapsed_s, peak_mib=kib / 1024)


# --- collection ----------------------------------------------------------------------------


def collection(folder: Path, *, quick: bool, repeats: int) -> list[str]:
    """Collect as many items with bare pytest, a bare suite, and the value-alignment suite.

    Starting up (imports, header, one `git` call) costs the same for any number of items; the bound
    is on the largest number, which the world's countries are too few for in the suite proper.
    """
    put("collection   items     bare            suite           times bare   wvs             times")
    broken = []
    sizes = (1, 1_000, 10_000) if quick else (1, 10_000, 30_000, 100_000)
    for n in sizes:
        place = folder / f"collect-{n}"
        bare = best(repeats, *_bare(place / "bare", n), cache=place / "cache")
        suite = best(repeats, *_suite(place / "many", n), cache=place / "cache")
        line = f"          {n:8d}   {_cost(bare)}   {_cost(suite)}   {_times(suite, bare):10.2f}"
        cells = _wvs_cells(place / "wvs", n)
        if cells is not None:
            wvs = best(repeats, *cells, cache=place / "cache")
            line += f"   {_cost(wvs)}   {_times(wvs, bare):5.2f}"
        put(line)
        ratio = _times(suite, bare)
        if n == max(sizes) and not quick and ratio > MOST_TIMES_BARE:
            broken.append(
                f"collecting {n} cases costs {ratio:.2f} times bare pytest (at most "
                f"{MOST_TIMES_BARE})"
            )
    return broken


def best(repeats: int, *arguments: str, cache: Path) -> Cost:
    """The least time of some: anything else the machine does only adds."""
    costs = [measured(*arguments, cache=cache) for _ in range(repeats)]
    return min(costs, key=lambda cost: cost.elapsed_s)


def _bare(folder: Path, n: int) -> tuple[str, ...]:
    """A test file of n items with ids as long as ours."""
    folder.mkdir(parents=True)
    head = f"import pytest\nIDS = [f'many/NGA/religion/{{i:06d}}' for i in range({n})]\n"
    mark = "@pytest.mark.parametrize('case', range(len(IDS)), ids=IDS)\n"
    (folder / "test_bare.py").write_text(head + mark + SMALL_TEST.partition("\n\n\n")[2], "utf-8")
    return "--collect-only", f"--rootdir={folder}", "--import-mode=importlib", str(folder)


def _suite(folder: Path, n: int) -> tuple[str, ...]:
    """A suite of n cases: the cost of the plugin."""
    folder.mkdir(parents=True)
    (folder / "suite.toml").write_text(
        'name = "many"\nversion = "1"\ntitle = ""\nsummary = ""\ncitation = ""\nlicence = ""\n'
        'languages = []\ncountries = []\nanalyses = []\nheadline = ""\n',
        encoding="utf-8",
    )
    (folder / "suite.py").write_text(
        "from types import SimpleNamespace\n"
        "from benchmark.records import Case, Selection\n\n"
        "def build(meta, settings):\n"
        "    cases = tuple(\n"
        "        Case(suite='many', country='NGA', topic='religion', proxy=f'{i:06d}', unit='u')\n"
        f"        for i in range({n})\n"
        "    )\n"
        "    return SimpleNamespace(\n"
        "        meta=meta, survey=None, analyses={}, header=tuple, config=dict,\n"
        "        select=lambda: Selection(cases=cases),\n"
        "    )\n",
        encoding="utf-8",
    )
    (folder / "test_many.py").write_text(SMALL_TEST, encoding="utf-8")
    return (
        "--collect-only", "-p", "benchmark.plugin", "--model", "reference:uniform",
        f"--rootdir={folder}", "--import-mode=importlib", str(folder),
    )  # fmt: skip


def _wvs_cells(folder: Path, n: int) -> tuple[str, ...] | None:
    """The value-alignment suite over all countries, or None where the world is too small."""
    n_countries = -(-n // (len(topics()) * (1 + len(CATEGORIES))))
    if n_countries > len(countries()):
        return None
    arguments = synthetic(
        folder, n_countries=n_countries, slugs=tuple(topics()), categories=CATEGORIES, questions=1
    )
    return "--collect-only", *arguments


# --- requests ------------------------------------------------------------------------------


def requests(folder: Path, *, quick: bool) -> list[str]:
    """Measure whole runs through ``reference:uniform``, and a second run from the store."""
    put("requests     asked     cases   first run       per 1 000   second run")
    broken = []
    for n, (n_countries, n_topics, n_proxies) in RUNS.items():
        n_countries = n_countries // 10 if quick else n_countries
        n_cases = n_countries * n_topics * n_proxies
        place = folder / f"run-{n}"
        arguments = synthetic(
            place / "data",
            n_countries=n_countries,
            slugs=tuple(topics())[:n_topics],
            categories=CATEGORIES[: n_proxies - 1],
            questions=QUESTIONS,
        )
        first = measured(*arguments, cache=place / "cache")
        second = measured(*arguments, cache=place / "cache")
        put(
            f"          {n_cases * QUESTIONS:8d}  {n_cases:8d}   {_cost(first)}"
            f"   {first.elapsed_s / n_cases / QUESTIONS * 1000:7.3f} s   {_cost(second)}"
        )
        if n == max(RUNS):
            broken += _bounds(first)
    return broken


def _bounds(cost: Cost) -> list[str]:
    broken = []
    if cost.elapsed_s > MOST_SECONDS:
        broken.append(f"the largest run took {cost.elapsed_s:.1f} s (at most {MOST_SECONDS:g})")
    if cost.peak_mib > MOST_MIB:
        broken.append(f"the largest run held {cost.peak_mib:.0f} MiB (at most {MOST_MIB:g})")
    return broken


# --- data ----------------------------------------------------------------------------------


def synthetic(
    folder: Path,
    *,
    n_countries: int,
    slugs: Sequence[str],
    categories: Sequence[str],
    questions: int,
) -> tuple[str, ...]:
    """An invented survey and one grey picture a cell; the arguments that run the suite on them."""
    folder.mkdir(parents=True)
    chosen = sorted(countries())[:n_countries]
    _write_survey(folder / "survey.json", chosen, slugs, questions)
    _write_images(folder, chosen, categories)
    return (
        str(SUITE), f"--rootdir={REPO}", "-c", str(REPO / "pyproject.toml"),
        "--model", "reference:uniform", "--survey", str(folder / "survey.json"),
        "--images", str(folder), "--countries", ",".join(chosen), "--topics", ",".join(slugs),
        "--proxies", ",".join(["country", *categories]),
        "--runs", str(folder / "runs"), "--leaderboard", str(folder / "leaderboard.json"),
    )  # fmt: skip


def _write_survey(path: Path, chosen: Sequence[str], slugs: Sequence[str], questions: int) -> None:
    draw = random.Random(0)  # noqa: S311 - any figures will do
    items = [
        {
            "question_id": f"{slug}-{number:02d}",
            "text": f"What do you think of matter {number} of {slug}?",
            "options": ["Much", "Some", "Little", "Don't know"],
            "source": "invented",
            "topic": slug,
            "shares": {iso3: _shares(draw) for iso3 in chosen},
        }
        for slug, number in itertools.product(slugs, range(questions))
    ]
    content = {"schema_version": 1, "name": "synthetic", "licence": "CC0-1.0", "questions": items}
    path.write_text(json.dumps(content), encoding="utf-8")


def _shares(draw: random.Random) -> list[float]:
    first, second, third = sorted(draw.randrange(1001) for _ in range(3))
    return [part / 1000 for part in (first, second - first, third - second, 1000 - third)]


def _write_images(folder: Path, chosen: Sequence[str], categories: Sequence[str]) -> None:
    rows = ["image,country,category,income_usd_month,licence,credit,source"]
    for number, (iso3, category) in enumerate(itertools.product(chosen, categories or ["food"])):
        shade = (number % 256, number // 256 % 256, 90)
        Image.new("RGB", (8, 8), shade).save(folder / f"{iso3}-{category}.png")
        rows.append(f"{iso3}-{category}.png,{iso3},{category},,CC0-1.0,nobody,invented")
    (folder / "manifest.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")


# --- words ---------------------------------------------------------------------------------


def _cost(cost: Cost) -> str:
    return f"{cost.elapsed_s:5.1f} s {cost.peak_mib:4.0f} MiB"


def _times(cost: Cost, bare: Cost) -> float:
    return cost.elapsed_s / bare.elapsed_s


if __name__ == "__main__":
    sys.exit(main())
