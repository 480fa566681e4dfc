"""Checkpoints with real tokenizers as a user runs them: three suites in a process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugin.running import Place
from tests.real.checkpoints import NAMES, THINKING

# A cell of each kind: with and without pictures, recognition, a control.
CELLS = (
    "MEX/security/country or MEX/security/food or MEX/recognition/food "
    "or MEX/birds/none or MEX/birds/shared-image or MEX/landmarks"
)
SMALL = (
    *("--countries", "MEX", "--limit", "1", "-k", CELLS),
    *("--device", "cpu", "--threads", "1"),
)
OWN = {
    "wvs": ("--survey", "sample", "--images", "sample"),
    "stories": (
        *("--images", "sample", "--responses", "1"),
        *("--temperatures", "0.7", "--story-tokens", "8"),
    ),
    "cultureverse": (),
}
OTHERS = tuple(name for name in NAMES if name != THINKING)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Files of one test's runs."""
    return Place(folder=tmp_path)


@pytest.mark.real(names=OTHERS)
def test_all_three_suites_measure_it(
    checkpoint: str, folder: Path, place: Place, record_property: Callable[[str, object], None]
) -> None:
    """Every case has its row and its numbers; nothing is missing."""
    own = (*OWN["wvs"], *OWN["stories"])
    done = place.run(*SMALL, *own, suite="suites", model=str(folder))
    assert done.code == 0, done.out
    documents = [json.loads(path.read_text("utf-8")) for path in place.files()]
    rows = [row for document in documents for row in document["rows"]]
    suites = sorted({row["case_id"].partition("/")[0] for row in rows})
    record_property("checkpoint", checkpoint)
    record_property("suites", ", ".join(suites))
    assert suites == ["cultureverse", "stories", "wvs"]
    assert len(rows) == 15
    assert all(row["n_missing"] == 0 for row in rows if "n_missing" in row), rows


@pytest.mark.real(names=(THINKING,))
@pytest.mark.parametrize("suite", ["wvs", "cultureverse"])
def test_options_behind_opened_thinking_are_refused(folder: Path, place: Place, suite: str) -> None:
    """One sentence that names the option, and no row."""
    done = place.run(*SMALL, *OWN[suite], suite=f"suites/{suite}", model=str(folder))
    assert done.code != 0
    assert done.sentence("opens <think> before the answer", "--template-args")


@pytest.mark.real(names=(THINKING,))
def test_stories_of_a_thinking_model_are_what_it_writes_behind_the_thinking(
    checkpoint: str, folder: Path, place: Place, record_property: Callable[[str, object], None]
) -> None:
    """It never ends here, so each story was cut off."""
    done = place.run(*SMALL, *OWN["stories"], suite="suites/stories", model=str(folder))
    assert done.code == 0, done.out
    record_property("checkpoint", checkpoint)
    record_property("suites", "stories; the others are refused")
    rows = place.document()["rows"]
    assert [(row["truncated"], row["usable"]) for row in rows] == [(1, 0), (1, 0)]
