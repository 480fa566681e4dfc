"""Shards: whole units, everything once, as even as units allow, and the same everywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.engine.shards import Shard, cases_of, of_all_shards, of_shard, parse_shard
from benchmark.errors import UsageProblem
from benchmark.records import Case

PRINT = """
from tests.engine.test_shards import cases, split
print([[case.case_id for case in part] for part in split(cases([3, 1, 2, 2, 5]), 3)])
"""


def cases(sizes: list[int]) -> list[Case]:
    """Units of these sizes, one after the other."""
    return [
        Case(suite="s", country=f"U{unit}", topic=f"c{case}", proxy="", unit=f"u{unit}")
        for unit, size in enumerate(sizes)
        for case in range(size)
    ]


def split(found: list[Case], of: int) -> list[tuple[Case, ...]]:
    """The cases of each shard."""
    return [cases_of(found, shard) for shard in Shard(index=1, of=of).siblings]


SIZES = st.lists(st.integers(min_value=1, max_value=9), max_size=12)


@given(sizes=SIZES, of=st.integers(min_value=1, max_value=6))
def test_every_case_is_in_one_shard_and_no_unit_is_split(sizes: list[int], of: int) -> None:
    """Together the shards are the collection, each in its order; a unit has one shard."""
    found = cases(sizes)
    parts = split(found, of)
    assert sorted((c for part in parts for c in part), key=found.index) == found
    assert all(list(part) == sorted(part, key=found.index) for part in parts)
    units = [{case.unit for case in part} for part in parts]
    assert sum(map(len, units)) == len(sizes)


@given(sizes=SIZES.filter(bool), of=st.integers(min_value=1, max_value=6))
def test_shards_differ_by_the_largest_unit_at_most(sizes: list[int], of: int) -> None:
    """Balanced by number of cases, as far as whole units can be."""
    loads = [len(part) for part in split(cases(sizes), of)]
    assert max(loads) - min(loads) <= max(sizes)


def test_units_are_dealt_by_size() -> None:
    """By hand: 5 | 3 | 2, then 2 to the third, then 1 to the second."""
    parts = split(cases([3, 1, 2, 2, 5]), 3)
    assert [sorted({case.unit for case in part}) for part in parts] == [
        ["u4"],
        ["u0", "u1"],
        ["u2", "u3"],
    ]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_hash_seeds_change_nothing(seed: str) -> None:
    """Machines agree without talking to each other."""
    repo = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", PRINT], env={"PYTHONHASHSEED": seed, "PYTHONPATH": repo},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    expected = [[c.case_id for c in part] for part in split(cases([3, 1, 2, 2, 5]), 3)]
    assert done.stdout.strip() == str(expected)


def test_nothing_is_split_without_a_shard() -> None:
    """All cases, and the file itself."""
    assert cases_of(cases([2, 1]), None) == tuple(cases([2, 1]))
    assert of_shard(Path("a.sqlite"), None) == Path("a.sqlite")
    assert of_all_shards(Path("a.sqlite"), None) == (Path("a.sqlite"),)


@pytest.mark.parametrize("name", ["responses.sqlite", "store", "a.2-of-2.b", ".hidden"])
def test_files_of_shards_lead_to_each_other(name: str) -> None:
    """From a shard's file one comes to those of all shards, whatever the name looks like."""
    one, two = Shard(index=1, of=2).siblings
    files = (of_shard(Path(name), one), of_shard(Path(name), two))
    assert len({*files, Path(name)}) == 3
    assert of_all_shards(files[0], one) == of_all_shards(files[1], two) == files


@pytest.mark.parametrize("text", ["3/2", "0/4", "x", "", "1", "1/", "/2", "-1/2", "1/2/3", "²/3"])
def test_senseless_shards_are_refused(text: str) -> None:
    """One sentence with the value and an example."""
    with pytest.raises(UsageProblem, match=r"--shard .* is not of the form K/N"):
        parse_shard(text)
