"""Runs in a Latin square, calibrated, and with written answers: rows, boards, replays, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.engine.sampled import Sampled
from benchmark.errors import UsageProblem
from benchmark.records import Item
from benchmark.runs.run import read_run
from benchmark.scoring.latin_square import presentations
from benchmark.suite.protocol import load_suite
from leaderboard.__main__ import main
from tests.models.endpoint.chat_server import ChatServer, serving
from tests.plugin.running import REPO, Place
from tests.settings import settings

CELL = ("--countries", "NGA", "--topics", "religion,race", "--proxies", "country")
SQUARE = ("--latin-square", "--calibrate", "content-free")
DATA = ("--survey", "sample", "--images", "sample")


def items(place: Place) -> list[Item]:
    """Every item that was asked, of the only run."""
    run = read_run(place.run_file())
    return [item for row in run.rows for item in row.items if item.model]


def replayed(place: Place, out: Path) -> list[int]:
    """Exit codes of bundling the only run and replaying it at both levels."""
    files = ("--store", str(place.store), "--out", str(out))
    made = main(["bundle", str(place.run_file()), *files])
    levels = ("rows", "full")
    return [made, *(main(["replay", str(out), "--level", level, "--exact"]) for level in levels)]


def test_a_reference_answers_the_same_under_whatever_letters(tmp_path: Path) -> None:
    """It has no bias, and nothing to say where there is no content."""
    plain, square = Place(folder=tmp_path / "a"), Place(folder=tmp_path / "b")
    assert plain.run(*CELL, model="reference:resample").code == 0
    done = square.run(*CELL, *SQUARE, model="reference:resample")
    assert done.code == 0, done.out
    for one, other in zip(items(plain), items(square), strict=True):
        assert other.model == pytest.approx(one.model, abs=1e-12)
        for name in ("label_bias", "position_bias", "content_free_js"):
            assert other.values[name] == pytest.approx(0.0, abs=1e-6)


def test_a_run_in_a_square_says_so_and_replays(tmp_path: Path) -> None:
    """On the terminal, the board and in its configuration; every extra answer has its key."""
    place = Place(folder=tmp_path)
    done = place.run(*CELL, *SQUARE, model="reference:random")
    assert done.code == 0, done.out
    done.sentence("  prompts default", "in a Latin square", "calibration content-free")
    done.sentence("moved by letters alone:", "by places alone:", "by noise:")
    done.sentence("answer without content:", "from uniform")
    (row,) = place.board_rows()
    assert "latin_square on, calibrate content-free" in row["measured_on"]
    config = place.document()["config"]
    assert (config["latin_square"], config["calibrate"]) == ("on", "content-free")
    assert {type(item.values["label_bias"]) for item in items(place)} == {float}
    for item in items(place):
        k = len(item.human or ())
        # The letters' rotations return, so there are fewer prompts without content than choices.
        assert len(item.request_keys) == len(presentations(k)) + 3 * k
        assert len(set(item.request_keys)) == len(item.request_keys)
    assert replayed(place, tmp_path / "run.zip") == [0, 0, 0]


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    """A server with log-probabilities, whose model always writes A."""
    pytest.importorskip("openai", reason="needs the extra 'endpoint'")
    says: dict[str, Any] = {
        "message": {"role": "assistant", "content": "I think so.\nAnswer: A"},
        "finish_reason": "stop",
    }
    with serving(ChatServer(says=says)) as chat:
        yield chat


def test_what_a_server_writes_is_held_against_its_probabilities(
    server: ChatServer, tmp_path: Path
) -> None:
    """Three questions of the country; the texts are stored, and the run replays from them."""
    place = Place(folder=tmp_path)
    done = place.run(
        *CELL, *DATA, "--written", "3", model=f"endpoint:{server.url}#fake",
        env={"NO_PROXY": "127.0.0.1"},
    )  # fmt: skip
    assert done.code == 0, done.out
    written = [item for item in items(place) if "written_agreement" in item.values]
    assert len(written) == 3
    assert {item.values["written_option"] for item in written} == {0.0}
    for item in written:
        best = max(item.model or ()) == (item.model or ())[0]
        assert item.values["written_agreement"] == float(best)
        assert item.values["written_tv"] == pytest.approx(1 - (item.model or ())[0])
        assert len(item.request_keys) == 1 + 9
    done.sentence("written answers that name no option: 0.00")
    assert "written 3" in place.board_rows()[0]["measured_on"]
    assert replayed(place, tmp_path / "run.zip") == [0, 0, 0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"latin_square": True, "permutations": 2}, "--permutations exclude each other"),
        ({"written": 2, "model": "reference:uniform"}, "nothing to compare for reference:uniform"),
        (
            {"written": 2, "sampled": Sampled(answers=2, tokens=9, temperature=1.0)},
            "asks for no probabilities",
        ),
    ],
)
def test_what_excludes_each_other_is_refused(
    more: dict[str, object], words: str, tmp_path: Path
) -> None:
    """In one sentence, before anything is asked."""
    with pytest.raises(UsageProblem, match=words):
        load_suite(REPO / "suites" / "wvs", settings(tmp_path, **more))
