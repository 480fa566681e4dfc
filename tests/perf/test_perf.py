"""The timing tool: its bound by hand, its workload, and one short run of everything."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.benchmarks.perf.__main__ import main
from tests.benchmarks.perf.agreement import Agreement, agreement
from tests.benchmarks.perf.flops import Work
from tests.benchmarks.perf.measure import Plan
from tests.benchmarks.perf.report import agreement_table
from tests.benchmarks.perf.workload import pictures, questions
from tests.perf.shrinking import shrink


def test_bound_by_hand() -> None:
    """Without attention, picture and head: tokens run in full over tokens run when shared."""
    work = Work(per_token=2.0, per_pair=0.0, per_read=0.0, picture=0.0)
    assert work.bound(900, [100] * 10) == pytest.approx(10 * 1000 / (900 + 10 * 100))


def test_picture_counts_once_when_shared() -> None:
    """Where all work is the picture's, sharing among n is n times faster."""
    work = Work(per_token=0.0, per_pair=0.0, per_read=0.0, picture=5.0)
    assert work.bound(10, [3] * 7) == pytest.approx(7)


def test_attention_pairs_by_hand() -> None:
    """A prefix of two and a tail of one: six pairs in full, three and three when shared."""
    work = Work(per_token=0.0, per_pair=1.0, per_read=0.0, picture=0.0)
    assert work.full(2, 1) == 6
    assert work.shared(2, [1, 1]) == 3 + 3 + 3
    assert work.bound(2, [1, 1]) == pytest.approx(12 / 9)


def test_workload_repeats_with_its_seed() -> None:
    """Same words about each picture, so that turns are alike; pictures all differ."""
    shown = pictures((8, 8), rng=np.random.default_rng(0))
    one, other = next(shown), next(shown)
    assert one.digest != other.digest
    assert one.pixels().tobytes() != other.pixels().tobytes()
    first = questions(5, one, rng=np.random.default_rng(1))
    second = questions(5, other, rng=np.random.default_rng(1))
    assert [r.prompt.suffix for r in first] == [r.prompt.suffix for r in second]


def test_run_prints_a_table_and_writes_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a model that is as small as its vocabulary allows."""
    pytest.importorskip("torch")
    shrink(monkeypatch)
    file = tmp_path / "perf.json"
    words = ["--config", "llava-next-230m", "--questions", "6", "--full", "2", "--repeats", "1"]
    assert main([*words, "--json", str(file)]) == 0
    assert "speed-up" in capsys.readouterr().out
    (figures,) = json.loads(file.read_text())["figures"]
    assert figures["bound"] > 1
    assert 0 <= figures["overhead"] < 1
    assert figures["prefix_tokens"] > 784
    assert len(figures["full_s"]) == len(figures["shared_s"]) == 1


@pytest.mark.slow
def test_writing_is_timed_in_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One at a time and together on the same tiny weights; both are there for every turn."""
    pytest.importorskip("torch")
    shrink(monkeypatch)
    file = tmp_path / "perf.json"
    words = ["--generation", "--config", "llava-next-230m", "--texts", "4", "--plain", "1"]
    assert main([*words, "--tokens", "3", "--repeats", "2", "--json", str(file)]) == 0
    assert "one at a time" in capsys.readouterr().out
    (figures,) = json.loads(file.read_text())["figures"]
    assert len(figures["plain_s"]) == len(figures["together_s"]) == 2
    assert figures["bound_tokens_s"] > 0
    assert figures["prefix_tokens"] > 784


@pytest.mark.slow
def test_agreement_compares_number_types_on_answers_that_are_not_even(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half precision differs from float32, and float32 from itself does not."""
    pytest.importorskip("torch")
    shrink(monkeypatch)
    plan = Plan(config="llava-next-230m", n_questions=6, threads=1)
    same, half = agreement(plan, ("float32", "bfloat16"))
    assert (same.max_difference, same.same_choice, same.n) == (0, 1, 6)
    assert same.sharpness >= 0.45
    assert 0 < half.js_distance < 0.5
    assert 0 < half.max_difference < 1


def test_agreement_of_a_type_that_cannot_run_says_why() -> None:
    """The reason stands where the figures would."""
    row = Agreement(config="c", device="d", dtype="float16", n=1, sharpness=0.5, reason="no addmm")
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(agreement_table([row]))
    assert "no addmm" in console.export_text()
