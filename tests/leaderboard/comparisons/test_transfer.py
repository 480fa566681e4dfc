"""Countries' scores correlated between runs: the figures, the table, what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import BoardProblem
from benchmark.metrics.divergence import FloatArray
from benchmark.metrics.proportions import wilson_interval
from benchmark.records import Score
from benchmark.runs.run import Run, write_run
from leaderboard.__main__ import main
from leaderboard.comparisons.transfer import letter, transfers
from tests.analyses.questioning import INHABITED
from tests.leaderboard.samples import run

NAMES = INHABITED[:60]
N = 40


def by_country(right: FloatArray) -> tuple[Score, ...]:
    """Accuracy of each country from its right answers of `N`."""
    found = []
    for name, number in zip(NAMES, right.tolist(), strict=False):
        low, high = wilson_interval(int(number), N)
        found.append(
            Score(
                metric="accuracy",
                value=number / N,
                scope={"country": name},
                n=N,
                low=low,
                high=high,
                higher_is_better=True,
            )
        )
    return tuple(found)


def measured(right: FloatArray, name: str = "org/model") -> Run:
    """A run with these scores."""
    return replace(run(name), scores=by_country(right))


@pytest.fixture
def three() -> dict[str, Run]:
    """Two sets on which the same countries fare ill, and one that has nothing to do with them."""
    rng = np.random.default_rng(0)
    p = rng.uniform(0.3, 0.9, len(NAMES))
    other = rng.permutation(p)
    return {
        letter(i): measured(np.asarray(rng.binomial(N, chance), dtype=np.float64))
        for i, chance in enumerate((p, p, other))
    }


def test_one_order_is_found_and_another_is_not(three: dict[str, Run]) -> None:
    """About the noise's own limit for equal sets, corrected about 1; about 0 for the other."""
    same, other, _ = transfers(three, resamples=400)
    assert same.runs == ("A", "B")
    assert same.found.rho > 0.7
    assert same.found.p < 0.01
    assert same.found.rho_interval[0] < same.found.rho < same.found.rho_interval[1]
    assert same.without_noise > 0.93
    assert 0.7 < min(same.signals) <= max(same.signals) < 0.95
    assert other.found.p > 0.01


def test_a_pair_does_not_depend_on_what_else_is_named(three: dict[str, Run]) -> None:
    """Its draws are its own."""
    alone = transfers({name: three[name] for name in ("A", "B")}, resamples=99)
    assert transfers(three, resamples=99)[0] == alone[0]


def test_countries_with_few_questions_can_be_left_out(three: dict[str, Run]) -> None:
    """And where none is left the sentence says so."""
    assert transfers(three, least=N, resamples=9)[0].found.n == 60
    with pytest.raises(BoardProblem, match="0 countries"):
        transfers(three, least=N + 1, resamples=9)


def test_a_metric_that_no_country_has_is_answered_with_what_there_is(three: dict[str, Run]) -> None:
    """A near name for a typo."""
    with pytest.raises(BoardProblem, match="did you mean accuracy"):
        transfers(three, metric="acuracy", resamples=9)
    with pytest.raises(BoardProblem, match="no scores by country"):
        transfers({**three, "D": replace(run(), scores=())}, resamples=9)


def test_the_command_prints_every_pair(
    three: dict[str, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A legend of runs, then a row for each two of them; exit 0."""
    paths = []
    for name, one in three.items():
        found = write_run(tmp_path / name, one)
        paths.append(str(found))
    assert main(["transfer", *paths]) == 0
    shown = capsys.readouterr().out
    assert "A: " in shown.splitlines()[0]
    for pair in ("A-B", "A-C", "B-C"):
        assert any(line.strip().startswith(pair) for line in shown.splitlines())
    assert "without" in shown


def test_one_run_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one sentence, exit 1."""
    assert main(["transfer", str(tmp_path / "run.json")]) == 1
    assert "at least two runs" in capsys.readouterr().err
