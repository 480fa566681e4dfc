"""Gates on accuracy, its worst region and its gaps work on the scores as the analyses give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmark.analyses import ANALYSES
from benchmark.analyses.questions.disparity import disparity
from benchmark.gates import Gate, Status, judge, load_gates
from benchmark.records import Score
from tests.analyses.building import evidence, find
from tests.analyses.questioning import INHABITED, clustered_outcomes, pictures_of, records_of

SHIPPED = Path(__file__).parents[2] / "docs" / "gates" / "cultureverse.toml"
SUITE = "cultureverse"


def scores_of(p: dict[str, float], *, pictures: int = 60) -> list[Score]:
    """All scores of a run where every country has its own chance to be right, and a control."""
    rng = np.random.default_rng(1)
    names, chances = tuple(p), np.array(list(p.values()))
    seen = pictures_of(clustered_outcomes(chances, pictures, 3, 0.2, rng), names)
    blind = pictures_of(clustered_outcomes(chances * 0 + 0.3, pictures, 3, 0.2, rng), names)
    records = [*records_of(seen), *records_of(blind, kind="control", variant="none")]
    found: list[Score] = []
    for name in ("accuracy", "blind"):
        found += ANALYSES[name].compute(evidence(records, seed=1))
    return [*found, *disparity(evidence(records, seed=1), permutations=99)]


FAIR = dict.fromkeys(("NGA", "KEN", "FRA", "ITA", "BRA", "MEX", "JPN", "IND", "AUS", "FJI"), 0.7)
UNFAIR = {**FAIR, "NGA": 0.35, "KEN": 0.35}


@pytest.fixture(scope="module")
def fair() -> list[Score]:
    """Ten countries, all at 0.7."""
    return scores_of(FAIR)


@pytest.fixture(scope="module")
def unfair() -> list[Score]:
    """The same, two of Africa at 0.35."""
    return scores_of(UNFAIR)


def verdicts(scores: list[Score]) -> list[Status]:
    """What the shipped gates say."""
    return [judge(gate, scores).status for gate in load_gates(SHIPPED)]


def test_shipped_gates_pass_an_even_model(fair: list[Score]) -> None:
    """Every one of them, overall, worst and gap."""
    assert set(verdicts(fair)) == {Status.PASS}


def test_shipped_gates_fail_who_leaves_a_region_behind(unfair: list[Score]) -> None:
    """The worst region, the worst country, the gap of regions; overall accuracy passes."""
    found = list(zip(load_gates(SHIPPED), verdicts(unfair), strict=True))
    failed = {(gate.worst, gate.gap, gate.metric) for gate, s in found if s is Status.FAIL}
    assert ("region", "", "accuracy") in failed
    assert ("", "region", "accuracy") in failed
    assert Status.PASS not in {s for gate, s in found if gate.metric == "worst_country"}


def test_a_gap_gate_agrees_with_the_score_of_the_gap(unfair: list[Score]) -> None:
    """Two ways to the same number: from scores by region, and from the questions."""
    gate = Gate(suite=SUITE, metric="accuracy", gap="region", max=0.1)
    cell = judge(gate, unfair).cell
    score = find(unfair, "accuracy_gap_region")
    assert cell is not None
    assert cell.value == pytest.approx(score.value, abs=0.01)
    assert cell.low == pytest.approx(score.low, abs=0.01)
    assert cell.high == pytest.approx(score.high, abs=0.01)


@pytest.mark.parametrize(
    ("metric", "bound", "holds"),
    [("worst_region", 0.3, True), ("worst_region", 0.6, False), ("worst_country", 0.2, True)],
)
def test_figures_of_disparity_can_be_gated(
    unfair: list[Score], metric: str, bound: float, holds: bool
) -> None:
    """By name, like any other score."""
    verdict = judge(Gate(suite=SUITE, metric=metric, min=bound), unfair)
    assert verdict.holds is holds


def test_two_regions_named_in_advance_have_their_own_gap(unfair: list[Score]) -> None:
    """``among`` looks at these two alone, and a scope at their difference."""
    gate = Gate(suite=SUITE, metric="accuracy", gap="region", among=("Africa", "Europe"), max=0.1)
    assert judge(gate, unfair).status is Status.FAIL
    named = Gate(
        suite=SUITE,
        metric="accuracy_difference_region",
        scope={"contrast": "Africa-Europe"},
        min=-0.1,
    )
    assert judge(named, unfair).status is Status.FAIL


def test_a_country_without_a_scored_question_closes_the_gate(fair: list[Score]) -> None:
    """A member that was not scored does not pass."""
    lost = Score(
        metric="accuracy",
        value=float("nan"),
        scope={"country": "TCD"},
        n=0,
        n_missing=9,
        higher_is_better=True,
    )
    verdict = judge(Gate(suite=SUITE, metric="accuracy", worst="country", min=0.1), [*fair, lost])
    assert verdict.status is Status.FAIL
    assert "Chad" in verdict.sentence


def test_many_countries_are_judged_quickly() -> None:
    """188 countries that are equal: no gap is declared, and the sentence names both ends."""
    scores = scores_of(dict.fromkeys(INHABITED[:188], 0.6), pictures=5)
    verdict = judge(Gate(suite=SUITE, metric="accuracy", gap="country", max=0.0), scores)
    assert verdict.status is Status.INCONCLUSIVE
    assert "equal ones would show" in verdict.sentence
