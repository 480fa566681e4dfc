"""`pytest --replay`: the run as it was, from a bundle alone, with no model in the process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmark import jsonio
from benchmark.engine.noise_document import document
from benchmark.engine.noise_floor import DISTANCE, DISTANCE_SUBSTANTIVE, Determinism, Movement
from tests.leaderboard.replay.conftest import SELECTION, Measured, changed
from tests.plugin.running import REPO, Place, run_pytest


def replay(place: Place, bundle: Path, *more: str) -> tuple[int, str]:
    """Run the suite from a bundle, in a folder of its own."""
    done = run_pytest(
        *("suites/wvs", "--replay", str(bundle), *SELECTION, *more),
        *("--runs", str(place.runs), "--leaderboard", str(place.leaderboard)),
        env={"CULTURE_CACHE": str(place.folder / "cache")},
    )
    return done.code, done.out


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where nothing was ever answered."""
    return Place(folder=tmp_path / "elsewhere")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_rows_and_scores_are_those_of_the_run(
    measured: Measured, place: Place, workers: str
) -> None:
    """Model and configuration are the bundle's; the file says where its answers came from."""
    code, out = replay(place, measured.bundle, "-n", workers)
    assert code == 0, out
    assert place.rows_text() == measured.place.rows_text()
    before = json.loads(measured.run.read_text(encoding="utf-8"))
    after = place.document()
    for name in ("model", "config_digest", "scores", "complete"):
        assert after[name] == before[name]
    assert len(after["provenance"]["replayed_from"]) == 64


def test_gates_decide_as_always(measured: Measured, place: Place, tmp_path: Path) -> None:
    """A release can be judged where the model cannot run."""
    gate = tmp_path / "gate.toml"
    gate.write_text(
        '[[gate]]\nsuite = "wvs"\nmetric = "js_similarity"\nreading = "printed"\nmin = 0.99\n'
    )
    code, out = replay(place, measured.bundle, "--gate", str(gate))
    assert code == 1
    assert "FAIL" in out


def test_a_replay_knows_how_far_the_answers_moved(measured: Measured, place: Place) -> None:
    """It cannot ask again: without the bundle's finding a gate would turn from open to passed."""
    noise = Determinism(
        n=64,
        logit_step=0.125,
        movements={kind: Movement.of([0.02] * 64) for kind in (DISTANCE, DISTANCE_SUBSTANTIVE)},
        asked_again="alone",
    )
    noted = document(noise)

    def moving(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
        found = dict(members)
        name = next(name for name in found if name.startswith("runs/") and "asked" not in name)
        found[name] = jsonio.canonical(json.loads(found[name]) | {"determinism": noted}).encode()
        return found

    code, out = replay(place, changed(measured.bundle, moving))
    assert code == 0, out
    assert place.document()["determinism"] == noted
    assert "64 questions asked again" in out


def test_a_case_that_was_not_asked_fails(measured: Measured, place: Place) -> None:
    """Another topic is not in the bundle, and nothing else can answer."""
    code, out = replay(place, measured.bundle, "--topics", "gender")
    assert code == 1
    assert "no answer is stored to this request" in out


def test_options_that_mean_nothing_are_refused(measured: Measured, place: Place) -> None:
    """Before anything is asked, in one sentence."""
    code, out = replay(place, measured.bundle, "--store", "x.sqlite")
    assert code == 4
    assert "--replay and --store exclude each other" in out


def test_what_is_no_bundle_is_refused(place: Place) -> None:
    """As every other bad file."""
    code, out = replay(place, REPO / "README.md")
    assert code == 4
    assert "not a response bundle" in out
    assert "Traceback" not in out
