"""The marks that docs/wvs.md quotes, on the public World Values Survey rows and ten countries."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.survey.survey import Survey, load_survey
from tests.benchmarks.marks import asked_again, marks, steps

SHARED = Path(__file__).parents[3] / "shared" / "data" / "survey" / "global_opinions.csv"


@pytest.fixture(scope="module")
def survey() -> Survey:
    """All 270 questions."""
    if not SHARED.exists():
        pytest.skip("reference data not on this machine")
    return load_survey(SHARED)


def test_a_step_on_a_long_scale_costs_little_of_the_similarity_that_sees_steps(
    survey: Survey,
) -> None:
    """The other one prefers a uniform answer to the people's own, moved by one point."""
    found = steps(survey)
    assert found["people moved one step"] == pytest.approx((0.619, 0.907), abs=0.002)
    assert found["uniform"] == pytest.approx((0.664, 0.774), abs=0.003)
    assert found["world average"] == pytest.approx((0.835, 0.911), abs=0.002)


@pytest.mark.slow
def test_people_asked_again_do_not_reach_the_ceiling(survey: Survey) -> None:
    """0.983 against the people, 0.976 against a sample; with weights their skill is below one."""
    at = marks(survey)
    assert at["ceiling_population_substantive"] == pytest.approx(0.9828, abs=0.0005)
    assert at["ceiling_two_samples_substantive"] == pytest.approx(0.9755, abs=0.0005)
    found = asked_again(survey)
    assert found == pytest.approx({800: 0.909, 600: 0.874, 400: 0.818}, abs=0.003)
