"""What an option means may not move unnoticed: the configurations of the shipped suites are pinned.

A digest that changes makes every stored run of its configuration another one. Whoever means it
puts the new digest here, and says so in the changelog.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmark.jsonio import digest
from benchmark.plugin.session import SESSION
from tests.plugin.running import REPO

pytest_plugins = ("pytester",)

PINNED = json.loads((Path(__file__).parent / "config_digests.json").read_text("utf-8"))
OF_THE_MACHINE = "language_identifier"  # which of them is installed; no option says it


@pytest.mark.parametrize("command", PINNED)
def test_the_configuration_is_the_one_that_was_pinned(
    command: str, pytester: pytest.Pytester
) -> None:
    """The command line gives, set by set, the configurations that it has always given."""
    suite, *options = command.replace("docs/", f"{REPO}/docs/").split()
    folder = REPO / "suites" / suite
    shutil.copy(folder / "prompts" / "default.toml", pytester.path / "mine.toml")
    (pytester.path / "labels.csv").write_text("question,topic\nIs it so?,race\n", "utf-8")
    config = pytester.parseconfigure(
        "-p", "benchmark.plugin", str(folder), *options, f"--rootdir={pytester.path}"
    )
    found = [
        {key: value for key, value in part.suite.config().items() if key != OF_THE_MACHINE}
        for part in config.stash[SESSION].at(folder)
    ]
    assert [digest(one)[:12] for one in found] == PINNED[command]
