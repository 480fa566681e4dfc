"""What a few written answers cost a similarity, and whether its interval covers; simulated.

Run by ``python -m tests.benchmarks.sampled``; prints two Markdown tables: floors and ceiling on the
embedded survey by the number of answers, and the coverage that tests/metrics checks at two of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

REPO = Path(__file__).parents[2]
sys.path.insert(0, str(REPO))

from benchmark.scoring.floors import Floors  # noqa: E402
from benchmark.survey.survey import SAMPLE, load_survey  # noqa: E402
from tests.metrics.test_sampled_interval import coverage  # noqa: E402

ANSWERS = (1, 2, 4, 8, 10, 16, 32, 64)
KEYS = tuple(
    f"{n}_substantive" for n in ("floor_uniform", "floor_world_average", "ceiling_population")
)


def means(answers: int | None) -> list[float]:
    """Over all questions of all countries, substantive options; None: exact probabilities."""
    survey = load_survey(SAMPLE)
    floors = Floors(survey, seed=0, answers=answers)
    found = []
    for country in survey.countries():
        questions = [q for q in survey.questions if country in q.human]
        drawn = [answers] * len(questions) if answers else ()
        found.append(floors.values(country, questions, drawn=drawn))
    return [float(np.nanmean(np.concatenate([one[key] for one in found]))) for key in KEYS]


def main() -> None:
    """Print both tables."""
    lines = ["| answers | uniform | world average | ceiling |", "|---|---|---|---|"]
    for answers in (*ANSWERS, None):
        row = " | ".join(f"{value:.3f}" for value in means(answers))
        lines.append(f"| {answers or 'probabilities'} | {row} |")
    lines += ["", "| answers | other questions | other draws of these |", "|---|---|---|"]
    for answers in (4, 16):
        both = coverage(answers, fixed=False), coverage(answers, fixed=True)
        lines.append(f"| {answers} | {both[0]:.2f} | {both[1]:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
