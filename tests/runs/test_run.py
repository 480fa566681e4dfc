"""run.json: the record and its file, its name, and what is never written over."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from benchmark.errors import BoardProblem
from benchmark.records import CaseRecord, Excluded, Score
from benchmark.runs.rows import Failure
from benchmark.runs.run import config_digest, document, parse, read_run, run_path, text, write_run
from tests.leaderboard.samples import (
    identity,
    overall,
    partial,
    record,
    records,
    run,
    same,
    scores,
    unique,
)


@cache
def validator() -> Draft202012Validator:
    """The whole schema, rows and items included."""
    schema = json.loads((files("leaderboard") / "schema" / "run.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


FULL = run(
    excluded=(Excluded(case_id="wvs/NGA/race/food", reason="no picture"),),
    failed=(Failure(case_id="wvs/FRA/race/country", reason="out of memory"),),
    scores=(overall(), overall(metric="skill_world_average", low=0.1, high=0.3, method="stems")),
    gates=({"name": "release", "passed": True},),
    n_selected=2,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(records(), max_size=3), st.lists(scores(), max_size=3))
def test_run_survives_its_file(rows: list[CaseRecord], found: list[Score]) -> None:
    """Whatever was measured fits the schema and is read back exactly from the text."""
    original = run(rows=unique(rows), scores=tuple(found))
    content = json.loads(text(original))
    validator().validate(content)
    back = parse(content)
    assert same(by_case(back), by_case(original))
    assert same(dataclasses.replace(back, rows=()), dataclasses.replace(original, rows=()))
    assert text(back) == text(original)


def by_case(found: Any) -> dict[str, CaseRecord]:
    """Rows without their order."""
    return {row.case.case_id: row for row in found.rows}


def test_text_holds_the_document() -> None:
    """The readable layout and the plain document are the same JSON."""
    assert json.loads(text(FULL)) == document(FULL)


def test_rows_are_sorted_and_stand_on_lines_of_their_own() -> None:
    """Equal records give the same bytes whatever order the workers finished in."""
    there, back = (record("FRA"), record("NGA")), (record("NGA"), record("FRA"))
    assert text(run(rows=there)) == text(run(rows=back))
    lines = [line for line in text(run(rows=back)).splitlines() if '"case_id"' in line]
    assert [json.loads(line.strip(" ,"))["country"] for line in lines] == ["FRA", "NGA"]


def test_row_speaks_the_language_of_the_issue() -> None:
    """A reader finds country, scores by metric name and n_scored without our code."""
    row = json.loads(text(run()))["rows"][0]
    assert (row["country"], row["js_similarity"], row["n_scored"]) == ("NGA", 0.75, 1)
    assert row["js_similarity_substantive"] is None


def test_unscored_number_is_null_and_comes_back_as_nan() -> None:
    """NaN is never written as such, nor as zero."""
    content = text(run(scores=(overall(math.nan),)))
    assert "NaN" not in content
    assert math.isnan(parse(json.loads(content)).scores[0].value)


# --- what is refused -----------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_parser_is_as_strict_as_the_schema(data: st.DataObject) -> None:
    """Remove or replace anything anywhere: what the schema refuses, the parser refuses too."""
    content = copy.deepcopy(document(FULL))
    place: Any = content
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not (isinstance(inner, dict | list) and inner) or data.draw(st.booleans()):
            break
        place = inner
    if data.draw(st.booleans()):
        del place[key]
    else:
        place[key] = data.draw(st.sampled_from([None, 7, -1, "", "x", True, [], {}, [1], {"a": 1}]))
    if not validator().is_valid(content):
        with pytest.raises(BoardProblem):
            parse(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"schema": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1]", "holds a JSON list"),
        (b'{"rows": []}', "not a file of pytest-culture"),
        (b'{"schema": "pytest-culture/leaderboard/1"}', "is a leaderboard file"),
        (b'{"schema": "pytest-culture/run/2"}', "newer than"),
        (b'{"schema": "pytest-culture/run/x"}', "newer than"),
        (b'{"schema": "pytest-culture/run/1"}', "is a required property"),
    ],
)
def test_file_that_is_not_a_run_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """One sentence with the path and what is wrong."""
    path = tmp_path / "some.json"
    path.write_bytes(content)
    with pytest.raises(BoardProblem, match=r"some\.json") as caught:
        read_run(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is a sentence, not a traceback."""
    with pytest.raises(BoardProblem, match=r"gone\.json cannot be read"):
        read_run(tmp_path / "gone.json")


def test_changed_configuration_is_noticed(tmp_path: Path) -> None:
    """A config that no longer fits its digest would file rows under the wrong name."""
    path = write_run(tmp_path, run())
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 1'))
    with pytest.raises(BoardProblem, match="changed after the run"):
        read_run(path)


def test_case_with_two_rows_is_refused() -> None:
    """Neither written nor read: a run measures a case once."""
    with pytest.raises(BoardProblem, match="has 2 rows"):
        document(run(rows=(record(), record("FRA"), record())))


# --- where it lies -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model_id", "revision", "folder"),
    [
        ("llava-hf/llava-1.5-7b", "c" * 40, f"llava-hf__llava-1.5-7b/{'c' * 40}"),
        ("reference:uniform", f"sha256:{'1' * 64}", f"reference-uniform/{'1' * 16}"),
        ("./my model", "", "-__my-model/-"),
        ("..", "../..", "-/-__.."),
        ("/home/anna/Modell ü", "v1", "__home__anna__Modell--/v1"),
    ],
)
def test_path_names_model_and_revision(model_id: str, revision: str, folder: str) -> None:
    """Slashes are doubled underscores, odd characters dashes, and no name leads upwards."""
    made = run(model=identity(model_id, revision=revision))
    expected = Path("runs") / folder / f"wvs-{made.config_digest}.json"
    assert run_path(Path("runs"), made) == expected


def test_long_names_stay_apart_and_fit_a_file_system() -> None:
    """Two long paths that differ at their ends get two folders of at most 255 bytes."""
    paths = [run_path(Path(), run(model=identity("x" * 300 + end))) for end in "ab"]
    assert paths[0] != paths[1]
    assert all(len(part) < 255 for path in paths for part in path.parts)


def test_config_digest_ignores_the_order_of_keys() -> None:
    """A configuration is what it says, not how it was put together."""
    assert config_digest({"a": 1, "b": [2]}) == config_digest({"b": [2], "a": 1})
    assert config_digest({"a": 1}) != config_digest({"a": 2})


def test_partial_run_leaves_the_complete_one_alone(tmp_path: Path) -> None:
    """They lie side by side, and the next complete run clears the partial one away."""
    whole = write_run(tmp_path, run())
    before = whole.read_bytes()
    cut = write_run(tmp_path, partial())
    assert cut.name == whole.name.replace(".json", ".partial.json")
    assert whole.read_bytes() == before
    assert read_run(cut).partial_because == ("interrupted",)
    assert write_run(tmp_path, run(scores=())) == whole
    assert [path.name for path in whole.parent.iterdir()] == [whole.name]
    assert read_run(whole).scores == ()


@pytest.mark.parametrize("content", ["", "notes", '{"schema": "pytest-culture/run/2"}'])
def test_foreign_file_is_never_written_over(tmp_path: Path, content: str) -> None:
    """Where a file that is not ours, or a newer one, has the name, it stays and we say so."""
    path = run_path(tmp_path, run())
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(BoardProblem, match=path.name):
        write_run(tmp_path, run())
    assert path.read_text() == content


def test_reformatted_run_may_be_replaced(tmp_path: Path) -> None:
    """Our own file is told by its schema, not by its layout."""
    path = write_run(tmp_path, run())
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert read_run(write_run(tmp_path, run(scores=()))).scores == ()


def test_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """A file in the way of the runs folder is the user's to move."""
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(BoardProblem, match="cannot be written"):
        write_run(tmp_path / "runs", run())
