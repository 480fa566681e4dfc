"""How skewed real stems are, and how often intervals of their means cover: a survey file in.

Knows the survey's distributions and answers that need no model; no run.
``python -m tests.validity.real_stems FILE`` prints the table of docs/validity.md.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import skew

from benchmark.metrics.divergence import FloatArray, js_similarity
from benchmark.metrics.skewed_means import mean_interval
from benchmark.survey.survey import Question, load_survey
from tests.validity.mechanisms import Pair, student
from tests.validity.setting import UNITS

REPETITIONS, LEAST_COUNTRIES = 20_000, 3


def stem_means(
    questions: Sequence[Question], *, rng: np.random.Generator
) -> Mapping[str, FloatArray]:
    """Mean similarity to each country's people over each stem, by who answers: (stems,) each."""
    found: Mapping[str, defaultdict[str, list[float]]] = {
        name: defaultdict(list)
        for name in ("uniform", "world average", "random", "world average less uniform")
    }
    for question in questions:
        people = np.array(list(question.human.values()))
        countries, options = people.shape
        if countries < LEAST_COUNTRIES:
            continue
        others = (people.sum(axis=0) - people) / (countries - 1)
        world = js_similarity(others, people)
        uniform = js_similarity(np.full_like(people, 1 / options), people)
        chance = js_similarity(rng.dirichlet(np.ones(options), size=countries), people)
        for name, values in zip(found, (uniform, world, chance, world - uniform), strict=True):
            found[name][question.stem] += values.tolist()
    return {
        name: np.array([np.mean(values) for values in stems.values()])
        for name, stems in found.items()
    }


def table(questions: Sequence[Question]) -> str:
    """Coverage at 6, 12, 20 and 40 stems drawn with replacement, of Student's and of ours."""
    lines = [
        "| answers | stems | skewness | Student's t | `mean_interval` |",
        "|---|---|---|---|---|",
    ]
    rng = np.random.default_rng(0)
    for name, stems in stem_means(questions, rng=rng).items():
        cells = []
        for units in UNITS:
            x = rng.choice(stems, size=(REPETITIONS, units))
            ours, theirs = mean_interval(x), student(x, rng)
            cells.append((_covers(theirs, stems.mean()), _covers(ours, stems.mean())))
        covered = " | ".join(" ".join(column) for column in zip(*cells, strict=True))
        lines.append(f"| {name} | {stems.size} | {skew(stems):.2f} | {covered} |")
    return "\n".join(lines) + "\n"


def _covers(ends: Pair, truth: float) -> str:
    share = ((ends[0] <= truth) & (truth <= ends[1])).mean()
    return f"{share:.3f}".removeprefix("0")


if __name__ == "__main__":
    sys.stdout.write(table(load_survey(Path(sys.argv[1])).questions))
