"""Every command that README.md and docs/ show as an example is run, and shows what they show.

A block marked ``console`` is an example: a line after ``$`` is a command, the lines below it are
from its output, with … for what was left out. The two commands that set everything up are run by
``.ci/run`` in a fresh clone instead.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
PRODUCT = (
    "benchmark",
    "docs",
    "fixtures",
    "leaderboard",
    "suites",
    "conftest.py",
    "pyproject.toml",
)
DOCUMENTS = ("README.md", *sorted(f"docs/{path.name}" for path in (REPO / "docs").glob("*.md")))
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A command and the lines of its output that the document shows."""

    command: tuple[str, ...]
    shown: tuple[str, ...]


def examples(text: str) -> Iterator[Example]:
    """The examples of a document in their order."""
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *shown = part.splitlines()
            yield Example(command=tuple(shlex.split(command)), shown=tuple(shown))


FOUND = {name: tuple(examples((REPO / name).read_text(encoding="utf-8"))) for name in DOCUMENTS}


@pytest.mark.slow
@pytest.mark.parametrize("document", [name for name in DOCUMENTS if FOUND[name]])
def test_examples_work_as_shown(document: str, tmp_path: Path) -> None:
    """One after the other in a copy of the checkout: exit 0, and every shown line is printed."""
    place = copy_of_the_checkout(tmp_path / "checkout")
    for example in FOUND[document]:
        assert example.command[0] in ("pytest", "python"), f"not one of ours: {example.command}"
        if "demo" in example.command:
            pytest.importorskip("torch", reason="the demo needs the extra 'models'")
        if "benchmark.finetune" in example.command:
            pytest.importorskip("trl", reason="tuning needs the extra 'finetune'")
        done = run(example.command, place)
        assert done.returncode == 0, f"$ {shlex.join(example.command)}\n{done.stdout}"
        printed = {stable(line) for line in done.stdout.splitlines()}
        missing = [
            line for line in example.shown if "…" not in line and stable(line) not in printed
        ]
        assert missing == [], f"$ {shlex.join(example.command)}\n{done.stdout}"


def test_there_are_examples() -> None:
    """The README shows how to select, to read a table, to go on and to gate."""
    words = [word for example in FOUND["README.md"] for word in example.command]
    assert {"--countries", "-k", "--gate", "show", "-n", "--junitxml"} <= set(words)


def test_both_commands_that_set_up_are_in_the_readme_and_in_ci() -> None:
    """``.ci/run`` calls the README's test command, so neither can change alone."""
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.M | re.S)
    assert [block.count("\n") for block in blocks] == [1, 1]
    assert "tox run -e demo" in blocks[0]
    assert "tox run" in (REPO / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_to_files_lead_somewhere(document: str) -> None:
    """A relative link of a document names a file that is there."""
    text = (REPO / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    folder = (REPO / document).parent
    assert [target for target in targets if not (folder / target).exists()] == []


# --- running -------------------------------------------------------------------------------


def copy_of_the_checkout(place: Path) -> Path:
    """What the commands need, without what other runs have left."""
    place.mkdir()
    for name in PRODUCT:
        if (REPO / name).is_dir():
            shutil.copytree(REPO / name, place / name, ignore=_generated)
        else:
            shutil.copy(REPO / name, place / name)
    return place


def _generated(folder: str, names: list[str]) -> set[str]:
    """What a checkout has that is not the repository's."""
    results = {"runs", "leaderboard.json"} if Path(folder) == REPO / "leaderboard" else set()
    return {name for name in names if name in results or name.endswith((".lock", "__pycache__"))}


def run(command: tuple[str, ...], place: Path) -> subprocess.CompletedProcess[str]:
    """Run an example as typed, with this interpreter and a cache of the copy's own."""
    words = command[1:] if command[0] == "python" else ("-m", "pytest", *command[1:])
    return subprocess.run(
        [sys.executable, *words], cwd=place, env=environment(place), timeout=300, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def environment(place: Path) -> Mapping[str, str]:
    """Variables of this process less what pytest left; of pytest's plugins xdist alone.

    Others that happen to be installed take longer to load than most examples to run.
    """
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "CULTURE_"))}
    return {
        **own,
        "CULTURE_CACHE": str(place / "cache"),
        "PYTHONPATH": str(place),
        "COLUMNS": "100",
        "PYTHONUTF8": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-p xdist.plugin",
    }


def stable(line: str) -> str:
    """A line less what differs from run to run: digests, seconds, rules, spacing."""
    text = re.sub(r"\b[0-9a-f]{12}\b", "#", line)
    text = re.sub(r" in \d+\.\d+s\b.*", "", text)
    return " ".join(text.strip("=- ").split())
