"""What similarities of a survey must be read against: floors, ceilings, weights and scales.

Run by ``python -m tests.benchmarks.marks [SURVEY]`` (default: the embedded one); prints three
Markdown tables over ten countries: marks, what weights cost people asked again, and what a step on
a scale of nine or more points costs in either similarity.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REPO = Path(__file__).parents[2]
sys.path.insert(0, str(REPO))

from benchmark.metrics.baselines import skill  # noqa: E402
from benchmark.metrics.divergence import js_similarity  # noqa: E402
from benchmark.metrics.ordered import w1_similarity  # noqa: E402
from benchmark.scoring.floors import Floors  # noqa: E402
from benchmark.survey.survey import (  # noqa: E402
    RESPONDENTS,
    SAMPLE,
    Question,
    Survey,
    load_survey,
    with_design_effect,
)
from benchmark.vocabulary import CEILING, FLOORS, SUBSTANTIVE, TWO_SAMPLES, W1  # noqa: E402

TEN = ("BRA", "CHN", "FRA", "ITA", "MEX", "NGA", "PAK", "KOR", "USA", "VNM")
MARKS = (*FLOORS, CEILING, TWO_SAMPLES)
READINGS = {"substantive": ("", SUBSTANTIVE), "printed": ("", ""), "w1": (W1, SUBSTANTIVE)}
LONG = 9  # points of a scale on which steps are compared
WORTH = (800, 600, 400)


def marks(survey: Survey) -> Mapping[str, float]:
    """The mean of each mark over all questions and countries that have it."""
    floors = Floors(survey, seed=0)
    found: dict[str, list[NDArray[np.float64]]] = {}
    for country in TEN:
        questions = [q for q in survey.questions if country in q.human]
        for name, column in floors.values(country, questions).items():
            found.setdefault(name, []).append(column)
    return {name: float(np.nanmean(np.concatenate(columns))) for name, columns in found.items()}


def asked_again(survey: Survey) -> Mapping[int, float]:
    """Skill over the world average of people whose weights leave so many respondents."""
    at = marks(survey)
    low, top = at[f"floor_world_average{SUBSTANTIVE}"], at[CEILING + SUBSTANTIVE]
    again = {n: marks(with_design_effect(survey, RESPONDENTS / n)) for n in WORTH}
    return {n: float(skill(m[TWO_SAMPLES + SUBSTANTIVE], low, top)) for n, m in again.items()}


def steps(survey: Survey) -> Mapping[str, tuple[float, float]]:
    """Mean js and w1 similarity of three answers on long scales, substantive options."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for question in survey.questions:
        if question.ordered and sum(question.substantive) >= LONG:
            for country in set(TEN) & question.human.keys():
                for name, p, q in _answers(question, country):
                    rows.setdefault(name, []).append(
                        (float(js_similarity(p, q)), float(w1_similarity(p, q)))
                    )
    means = {name: np.mean(found, axis=0).tolist() for name, found in rows.items()}
    return {name: (js, w1) for name, (js, w1) in means.items()}


def _answers(
    question: Question, country: str
) -> list[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    people = _kept(question, country)
    moved = np.concatenate([[0.0], people[:-1]])
    moved[-1] += people[-1]
    found = [
        ("people moved one step", people, moved),
        ("uniform", people, np.full(len(people), 1 / len(people))),
    ]
    others = [np.array(p) for iso3, p in question.human.items() if iso3 != country]
    if others:
        world = np.array(list(compress(np.mean(others, axis=0), question.substantive)))
        found.append(("world average", people, world / world.sum()))
    return found


def _kept(question: Question, country: str) -> NDArray[np.float64]:
    kept = np.array(list(compress(question.human[country], question.substantive)))
    return np.asarray(kept / kept.sum(), dtype=np.float64)


def main(arguments: list[str]) -> None:
    """Print the tables."""
    survey = load_survey(Path(arguments[0]) if arguments else SAMPLE)
    at = marks(survey)
    lines = [f"| reading | {' | '.join(MARKS)} |", "|---" * (len(MARKS) + 1) + "|"]
    for name, (before, after) in READINGS.items():
        row = " | ".join(f"{at[before + mark + after]:.3f}" for mark in MARKS)
        lines.append(f"| {name} | {row} |")
    lines += ["", "| respondents left by weights | skill of people asked again |", "|---|---|"]
    lines += [f"| {n} | {value:.3f} |" for n, value in asked_again(survey).items()]
    lines += ["", "| answer | js_similarity | w1_similarity |", "|---|---|---|"]
    lines += [f"| {name} | {js:.3f} | {w1:.3f} |" for name, (js, w1) in steps(survey).items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
