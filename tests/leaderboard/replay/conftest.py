"""One measured run for all tests of bundles; it is made once and copied from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmark.jsonio import Json
from benchmark.replay import bundle as bundles
from benchmark.replay.bundle import Bundle, read
from leaderboard.__main__ import main
from tests.plugin.running import Place

# Pictures of the own and of another country, orders, vetting and written reasons.
SELECTION = (
    *("--countries", "NGA,BRA", "--topics", "religion,race"),
    *("--proxies", "country,food,sports,other-country"),
    *("--permutations", "2", "--vetted", "top2", "--rationales", "1"),
)
MODEL = "reference:random"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The files of a run, and a bundle of it."""

    place: Place
    bundle: Path

    @property
    def run(self) -> Path:
        return self.place.run_file()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """The run, measured by a blind model; do not write here."""
    place = Place(folder=tmp_path_factory.mktemp("measured"))
    done = place.run(*SELECTION, model=MODEL)
    assert done.code == 0, done.out
    out = place.folder / "made.zip"
    files = ("--store", str(place.store), "--out", str(out))
    assert main(["bundle", str(place.run_file()), *files]) == 0
    return Measured(place=place, bundle=out)


@pytest.fixture
def measured(once: Measured, tmp_path: Path) -> Measured:
    """A copy of the run's files that a test may change."""
    shutil.copytree(once.place.folder, tmp_path / "copy")
    place = Place(folder=tmp_path / "copy")
    return Measured(place=place, bundle=place.folder / "made.zip")


Change = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


def changed(path: Path, change: Change) -> Path:
    """The bundle with other members, and a manifest that fits them: what a forger would write."""
    before: Bundle = read(path)
    about: list[dict[str, Json]] = [
        {
            "file": entry.file,
            "suite": entry.run.suite,
            "config_digest": entry.run.config_digest,
            "key_schema": entry.key_schema,
            **{
                name: member
                for name, member in (
                    ("figures", entry.figures),
                    ("pictures", entry.pictures),
                    ("asked", f"{entry.file.removesuffix('.json')}.asked.json"),
                )
                if member is not None and member in before.members
            },
        }
        for entry in before.entries
    ]
    members = {k: v for k, v in before.members.items() if k != bundles.MANIFEST}
    bundles.write(path, runs=about, members=change(members))
    return path
