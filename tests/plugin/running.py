"""Runs pytest as a user would, in a process of its own; knows the harness by its files alone.

Third-party pytest plugins are off but for xdist: a run starts in half the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPO = Path(__file__).parents[2]
LENIENT = ("-p", "no:cacheprovider", "-p", "xdist.plugin")  # as a user has it
ALWAYS = ("-W", "error", *LENIENT)  # the harness itself warns of nothing
SUITE = "suites/wvs"
# Four cases in two units, ten questions.
SMALL = ("--countries", "NGA,BRA", "--topics", "religion,race", "--proxies", "country")
# All topics, so that questions of two to eleven options and unlike widths meet in one process, and
# three countries that share them: what a row says must not depend on which cases came before it.
BROAD = ("--countries", "NGA,BRA,KOR", "--proxies", "country,food")
# The suite.toml of a suite that a test writes, without data.
META = """
name = "{name}"
version = "1"
title = "{title}"
summary = "Nothing is asked."
citation = "none"
licence = "Apache-2.0"
languages = []
countries = []
analyses = ["means"]
headline = "one"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a process ended; ``out`` is all that it printed."""

    code: int
    out: str

    def sentence(self, *words: str) -> str:
        """The one line that holds all these words; there must be one, and no traceback."""
        assert "Traceback" not in self.out, self.out
        assert "INTERNALERROR" not in self.out, self.out
        found = [line for line in self.out.splitlines() if all(word in line for word in words)]
        assert found, f"no line with {words} in:\n{self.out}"
        return found[0]


def run_pytest(
    *arguments: str,
    cwd: Path = REPO,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 300,
    plugins: tuple[str, ...] = ALWAYS,
) -> Outcome:
    """Run ``python -m pytest``; a run that hangs is a `subprocess.TimeoutExpired`."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *arguments],
        cwd=cwd, env=environment(env or {}), timeout=timeout_s,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return Outcome(code=done.returncode, out=done.stdout)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Variables of this process less what an outer pytest or xdist left, and ours."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "CULTURE_", "COV_"))}
    path = os.pathsep.join(part for part in (str(REPO), own.get("PYTHONPATH")) if part)
    fixed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path, "COLUMNS": "140"}
    return {**own, **fixed, **more}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A folder of its own for a test's cache, store, runs and board."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "cache" / "responses.sqlite"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def leaderboard(self) -> Path:
        return self.folder / "leaderboard.json"

    def run(
        self,
        *arguments: str,
        suite: str = SUITE,
        model: str = "reference:uniform",
        env: Mapping[str, str] | None = None,
        timeout_s: float = 300,
        plugins: tuple[str, ...] = ALWAYS,
    ) -> Outcome:
        """Run a suite; its files stay in the folder."""
        return run_pytest(
            *self.command(*arguments, suite=suite, model=model),
            env={"CULTURE_CACHE": str(self.store.parent), **(env or {})},
            timeout_s=timeout_s,
            plugins=plugins,
        )

    def command(self, *arguments: str, suite: str = SUITE, model: str) -> tuple[str, ...]:
        """The arguments of `run`."""
        files = ("--runs", str(self.runs), "--leaderboard", str(self.leaderboard))
        return (suite, "--model", model, *files, *arguments)

    def plugin(self, name: str, text: str) -> tuple[dict[str, str], tuple[str, ...]]:
        """Write a pytest plugin: a test double that interferes; returns its environment and flags.

        The product has no switch for being killed, so the tests bring their own.
        """
        (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        path = os.pathsep.join((str(self.folder), str(REPO)))
        return {"PYTHONPATH": path}, (*ALWAYS, "-p", name)

    # --- what the runs left ----------------------------------------------------------------

    def files(self, pattern: str = "*.json") -> list[Path]:
        """Files under the folder of runs."""
        return sorted(self.runs.rglob(pattern))

    def run_file(self) -> Path:
        """The only run file."""
        (path,) = self.files()
        return path

    def document(self) -> dict[str, Any]:
        """The content of the only run file."""
        content: dict[str, Any] = json.loads(self.run_file().read_text(encoding="utf-8"))
        return content

    def rows_text(self) -> str:
        """The text of ``rows`` as it stands in the only run file."""
        return rows_text(self.run_file())

    def board_rows(self) -> list[dict[str, Any]]:
        """The rows of the leaderboard file."""
        rows: list[dict[str, Any]] = json.loads(self.leaderboard.read_text("utf-8"))["rows"]
        return rows


def rows_text(run_file: Path) -> str:
    """The block ``rows`` of a run file, character for character."""
    text = run_file.read_text(encoding="utf-8")
    start = text.index('\n "rows": [')
    return text[start : text.index("\n ]", start)]


def answers(outcome: Outcome) -> tuple[int, int]:
    """How many answers were computed and how many read, by the run's last lines."""
    words = outcome.sentence("answers:", "computed").split()
    return int(words[1]), int(words[3])
