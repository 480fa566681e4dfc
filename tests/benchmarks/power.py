"""How many question stems show an effect: the power of the larger of t and sign flips, simulated.

Run by ``python tests/benchmarks/power.py``; prints a Markdown table. The differences of a stem
(picture less name, mean over its questions) are drawn normal around the shift, with the standard
deviations of the columns; ``--run FILE`` adds that of a run file, by contrast.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

REPO = Path(__file__).parents[2]
sys.path.insert(0, str(REPO))

from benchmark.analyses.item_table import item_table  # noqa: E402
from benchmark.analyses.pairing import column_of  # noqa: E402
from benchmark.analyses.values.contrast import NEEDS, differences  # noqa: E402
from benchmark.metrics.permutation import sign_flip_p  # noqa: E402
from benchmark.metrics.stem_means import jackknife_interval, stem_p  # noqa: E402
from benchmark.runs.run import read_run  # noqa: E402

DEVIATIONS = (0.05, 0.1, 0.15, 0.2)
STEMS = (10, 20, 40)
WANTED = 0.8
MOST_STEMS = 400


def power(stems: int, deviation: float, *, shift: float, trials: int) -> float:
    """Share of trials with p at most 0.05."""
    rng = np.random.default_rng(stems)
    means = shift + deviation * rng.standard_normal((stems, trials))
    found = jackknife_interval(
        [means.T.ravel()], np.repeat(np.arange(trials), stems), trials, least=5
    )
    t = stem_p(found)
    flips = sign_flip_p(means, rng=rng, resamples=2000)
    return float((np.maximum(t, flips) <= 0.05).mean())


def enough(deviation: float, *, shift: float, trials: int) -> int:
    """The fewest stems with 80 % power, by bisection; power rises with them."""
    low, high = 5, MOST_STEMS
    while high - low > 1:
        middle = (low + high) // 2
        reached = power(middle, deviation, shift=shift, trials=trials) >= WANTED
        low, high = (low, middle) if reached else (middle, high)
    return high


def of_run(path: Path) -> dict[str, float]:
    """The standard deviation of a stem's mean difference in a run, substantive, by contrast."""
    wide, contrasts = differences(item_table(read_run(path).rows, NEEDS, analysis="contrast"))
    found = {}
    for contrast in contrasts:
        column = column_of("js_similarity_substantive", contrast)
        there = np.isfinite(wide.values[column])
        _, stem = np.unique(wide.clusters.codes[there], return_inverse=True)
        if stem.size and stem.max() > 0:
            means = np.bincount(stem, wide.values[column][there]) / np.bincount(stem)
            found[contrast] = float(means.std(ddof=1))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Power of a gain's test by question stems.")
    parser.add_argument("--shift", type=float, default=0.05, help="in similarity; default: 0.05")
    parser.add_argument("--trials", type=int, default=4000, help="simulations; default: 4000")
    parser.add_argument("--run", type=Path, help="a run file whose deviations to add")
    options = parser.parse_args(arguments)
    rows = {f"{deviation:g}": deviation for deviation in DEVIATIONS}
    if options.run:
        rows |= {f"{d:.3f} ({name})": d for name, d in of_run(options.run).items()}
    head = "| SD of a stem | " + " | ".join(f"{n} stems" for n in STEMS) + " | stems for 80 % |"
    sys.stdout.write(head + "\n" + "|---" * (len(STEMS) + 2) + "|\n")
    for name, deviation in rows.items():
        cells = [
            f"{power(n, deviation, shift=options.shift, trials=options.trials):.2f}" for n in STEMS
        ]
        needed = enough(deviation, shift=options.shift, trials=options.trials)
        sys.stdout.write(f"| {name} | {' | '.join(cells)} | {needed} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
