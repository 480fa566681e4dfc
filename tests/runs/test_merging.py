"""Merging shards: what belongs together becomes one run; everything else is one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from benchmark.analyses import chosen
from benchmark.engine.shards import Shard
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.runs.merging import combine, merge_if_last, missing
from benchmark.runs.rows import Failure
from benchmark.runs.run import Run, config_digest, read_run, run_path, write_run
from leaderboard.__main__ import main
from tests.leaderboard.samples import identity, record, run

COUNTRIES = ("FRA", "KOR", "NGA")


def shard(index: int, **changes: object) -> Run:
    """A finished shard of one case, of three."""
    found = run(
        complete=False,
        partial_because=(f"shard {index} of 3",),
        rows=(record(COUNTRIES[index - 1]),),
        scores=(),
        provenance={
            "started_at": f"2025-01-0{4 - index}",
            "finished_at": f"2025-01-0{9 - index}",
            "harness_version": "0.1.0",
            "workers": index,
            "answers": {"computed": index, "stored": 10},
        },
        shard=Shard(index=index, of=3),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def shards() -> dict[str, Run]:
    """All three, in no special order."""
    return {f"{index}.json": shard(index) for index in (2, 3, 1)}


def written(folder: Path, found: Mapping[str, Run]) -> list[str]:
    """Their files."""
    return [str(write_run(folder, one)) for one in found.values()]


def other_config(**changes: Json) -> Run:
    """The second shard under another configuration."""
    config = {**shard(2).config, **changes}
    return shard(2, config=config, config_digest=config_digest(config))


def test_shards_become_the_run_they_were_split_of() -> None:
    """All cases are selected and measured, and nothing of a shard is left."""
    whole = combine(shards())
    assert whole.shard is None
    assert whole.n_selected == 3
    assert {row.case.country for row in whole.rows} == set(COUNTRIES)


def test_provenance_is_summed_and_listed() -> None:
    """Answers are added, times are the outer ones, what differs stands with each shard alone."""
    assert combine(shards()).provenance == {
        "started_at": "2025-01-01",
        "finished_at": "2025-01-08",
        "harness_version": "0.1.0",
        "answers": {"computed": 6, "stored": 30},
        "shards": [shard(index).provenance for index in (1, 2, 3)],
    }


REFUSED: Mapping[str, tuple[Callable[[], dict[str, Run]], str]] = {
    "a whole run": (lambda: {**shards(), "w.json": run()}, "w.json is not a shard"),
    "another model": (
        lambda: {**shards(), "2.json": shard(2, model=identity("org/other"))},
        "another model (model_id)",
    ),
    "another revision": (
        lambda: {**shards(), "2.json": shard(2, model=identity(revision="1" * 40))},
        "another model (revision)",
    ),
    "another device": (
        lambda: {**shards(), "2.json": shard(2, model=identity(device_kind="cuda"))},
        "another model (device_kind)",
    ),
    "another suite": (lambda: {**shards(), "2.json": shard(2, suite="toy")}, "another suite than"),
    "another version of the suite": (
        lambda: {**shards(), "2.json": shard(2, suite_version="2")},
        "another version of the suite",
    ),
    "another harness": (
        lambda: {**shards(), "2.json": other_config(harness="9")},
        "another version of pytest-culture",
    ),
    "another seed": (lambda: {**shards(), "2.json": other_config(seed=1)}, "another seed"),
    "another configuration": (
        lambda: {**shards(), "2.json": other_config(topics=["race"])},
        "another configuration",
    ),
    "another limit": (lambda: {**shards(), "2.json": shard(2, limit=1)}, "another --limit"),
    "other analyses": (
        lambda: {**shards(), "2.json": shard(2, analyses=("alignment",))},
        "another list of analyses",
    ),
    "another split": (
        lambda: {**shards(), "2.json": shard(2, shard=Shard(index=2, of=4))},
        "another number of shards",
    ),
    "one twice": (lambda: {**shards(), "4.json": shard(2)}, "2.json and 4.json are both shard 2"),
    "one missing": (
        lambda: {name: one for name, one in shards().items() if name == "3.json"},
        "shard 1 of 3, shard 2 of 3 is missing",
    ),
    "an unfinished one": (
        lambda: {**shards(), "2.json": shard(2, n_selected=4)},
        "2.json is unfinished, 3 of its 4 cases were not run",
    ),
    "an overlap": (
        lambda: {**shards(), "2.json": shard(2, rows=(record("NGA"),))},
        "case 'wvs/NGA/religion/country' is in 2 shards",
    ),
    "an overlap of a failure": (
        lambda: {
            **shards(),
            "2.json": shard(
                2, rows=(), failed=(Failure(case_id="wvs/FRA/religion/country", reason="x"),)
            ),
        },
        "case 'wvs/FRA/religion/country' is in 2 shards",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_does_not_belong_together_is_refused(
    why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command too: one sentence, status 1, nothing written."""
    found, said = REFUSED[why][0](), REFUSED[why][1]
    with pytest.raises(BoardProblem) as caught:
        combine(found)
    assert said in str(caught.value)
    assert "nothing was merged" in str(caught.value)
    files = []
    for number, one in enumerate(found.values()):
        files.append(str(write_run(tmp_path / str(number), one)))
    out = tmp_path / "out"
    options = ["--runs", str(out), "--leaderboard", str(out / "board.json")]
    assert main(["merge", *files, *options]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not out.exists()


def test_another_name_for_one_model_is_no_difference() -> None:
    """An alias on one machine and the Hub's id on another are one model."""
    alias = replace(shard(2).model, name="alias")
    assert len(combine({**shards(), "2.json": shard(2, model=alias)}).rows) == 3


def test_merge_command_writes_run_and_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named files or a folder; the same text either way, and one row on the board."""
    written(tmp_path / "shards", shards())
    out = tmp_path / "out"
    options = ["--runs", str(out), "--leaderboard", str(out / "board.json")]
    assert main(["merge", str(tmp_path / "shards"), *options]) == 0
    said = capsys.readouterr()
    assert "merged 3 shards, added complete run" in said.out
    (path,) = out.rglob("wvs-*.json")
    merged = read_run(path)
    assert (merged.complete, merged.n_selected, len(merged.rows)) == (True, 3, 3)


def test_merge_with_a_failed_case_is_partial(tmp_path: Path) -> None:
    """As an unsharded run of the same cases would be."""
    failed = (Failure(case_id="wvs/KOR/religion/country", reason="out of memory"),)
    files = written(tmp_path / "s", {**shards(), "2.json": shard(2, rows=(), failed=failed)})
    options = ["--runs", str(tmp_path / "o"), "--leaderboard", str(tmp_path / "b.json")]
    assert main(["merge", *files, *options]) == 0
    (path,) = (tmp_path / "o").rglob("*.json")
    assert path.name.endswith(".partial.json")
    assert read_run(path).partial_because == ("1 cases failed",)


GATE = '[[gate]]\nsuite = "{suite}"\nmetric = "no_such_score"\nmin = 0.5\n'


@pytest.mark.parametrize(("suite", "said"), [("wvs", "has no such score"), ("toy", "is a run of")])
def test_gate_that_does_not_hold_is_status_one(
    suite: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run is written; the gate decides the status alone, also one on another suite."""
    gate = tmp_path / "gate.toml"
    gate.write_text(GATE.format(suite=suite))
    files = written(tmp_path / "s", shards())
    options = ["--runs", str(tmp_path / "o"), "--leaderboard", str(tmp_path / "b.json")]
    assert main(["merge", *files, *options, "--gate", str(gate)]) == 1
    assert said in capsys.readouterr().out
    assert len(list((tmp_path / "o").rglob("*.json"))) == 1


def test_folder_without_shards_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A complete run beside is not taken for a shard."""
    write_run(tmp_path, run())
    assert main(["merge", str(tmp_path)]) == 1
    assert "holds no shard" in capsys.readouterr().err


def test_shard_enters_no_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``build`` over a folder of runs leaves shards out and says so."""
    written(tmp_path / "s", shards())
    out = tmp_path / "b.json"
    assert main(["build", str(tmp_path / "s"), "--out", str(out)]) == 0
    assert capsys.readouterr().out.count("left out, shard") == 3
    assert not out.exists()


# --- on a shared folder ------------------------------------------------------------------------


def test_shard_has_a_name_of_its_own_and_survives_its_file(tmp_path: Path) -> None:
    """Beside complete and partial files, never in their place; unfinished ones say so."""
    done, going = shard(2), shard(2, n_selected=5)
    assert run_path(tmp_path, done).name == f"wvs-{done.config_digest}.shard-2-of-3.json"
    assert run_path(tmp_path, going).name.endswith(".shard-2-of-3.partial.json")
    unfinished = write_run(tmp_path, going)
    assert read_run(write_run(tmp_path, done)).shard == Shard(index=2, of=3)
    assert not unfinished.exists()


def test_the_last_shard_merges(tmp_path: Path) -> None:
    """Until all are there nothing is written; an unfinished rerun merges nothing either."""
    first, second, third = (shard(index) for index in (1, 2, 3))
    written(tmp_path, {"1": first, "3": third})
    nothing = chosen((), {}, source="")
    assert missing(tmp_path, third) == (Shard(index=2, of=3),)
    assert merge_if_last(tmp_path, third, analyses=nothing, answers=lambda _: {}) is None
    write_run(tmp_path, second)
    going = replace(second, n_selected=2)
    assert merge_if_last(tmp_path, going, analyses=nothing, answers=lambda _: {}) is None
    merged = merge_if_last(tmp_path, second, analyses=nothing, answers=lambda _: {})
    assert merged is not None
    assert merged.run.complete
    assert len(read_run(merged.path).rows) == 3


def test_a_merge_waits_for_its_lock(tmp_path: Path) -> None:
    """Two shards that end together do not write at once; a lock held for long is a sentence."""
    written(tmp_path, shards())
    whole = run_path(tmp_path, replace(shard(1), shard=None, complete=True))
    with (
        FileLock(whole.with_suffix(".merge.lock")),
        pytest.raises(BoardProblem, match="python -m leaderboard merge"),
    ):
        merge_if_last(tmp_path, shard(1), analyses={}, answers=lambda _: {}, lock_timeout_s=0.01)
