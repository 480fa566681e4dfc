"""The bundle: what is in it, what must not be, and which files are refused."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from benchmark.engine.store import ResponseStore
from benchmark.replay.bundle import ANSWERS, MANIFEST, read
from benchmark.survey.survey import SAMPLE
from leaderboard.__main__ import main
from tests.leaderboard.replay.conftest import Measured


def make(measured: Measured, out: Path, *more: str, store: Path | None = None) -> int:
    """Run the command on the measured run."""
    files = ("--store", str(store or measured.place.store), "--out", str(out))
    return main(["bundle", str(measured.run), *files, *more])


def test_holds_every_answer_that_a_row_names(measured: Measured) -> None:
    """The answers are those of the store, bit for bit, and the run file is the very file."""
    bundle = read(measured.bundle)
    (entry,) = bundle.entries
    assert bundle.members[entry.file] == measured.run.read_bytes()
    keys = [key for row in entry.run.rows for item in row.items for key in item.request_keys]
    store = ResponseStore(measured.place.store)
    assert {key: bundle.answers[key] for key in keys} == store.get(keys)
    store.close()


def test_never_holds_the_wording(measured: Measured) -> None:
    """No question's text and no long option is in any member, however it is escaped."""
    content = "\n".join(
        json.dumps(json.loads(line), ensure_ascii=False)
        for name, member in read(measured.bundle).members.items()
        for line in (member.decode().splitlines() if name.endswith("l") else [member.decode()])
    )
    questions = json.loads(SAMPLE.read_text(encoding="utf-8"))["questions"]
    assert questions
    for question in questions:
        assert question["text"] not in content
        for option in question["options"]:
            assert len(option) < 12 or f'"{option}"' not in content
    assert "race-neighbours" in content  # ids are what is there instead


def test_manifest_names_identity_licence_and_digests(measured: Measured) -> None:
    """A reader can tell whose answers these are, and on which terms, from the manifest alone."""
    with zipfile.ZipFile(measured.bundle) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        assert {*manifest["members"], MANIFEST} == set(archive.namelist())
        figures = archive.read(manifest["runs"][0]["figures"]).decode().splitlines()[0]
    assert manifest["schema"] == "pytest-culture/bundle/2"
    assert manifest["runs"][0]["identity"]["model_id"] == "reference:random"
    assert "licence" in manifest
    assert "CC BY-NC-SA" in json.loads(figures)["licence"]


def test_equal_content_gives_equal_bytes(measured: Measured, tmp_path: Path) -> None:
    """There is no time and no order of a dictionary in it."""
    assert make(measured, tmp_path / "again.zip") == 0
    assert (tmp_path / "again.zip").read_bytes() == measured.bundle.read_bytes()


def test_refuses_where_an_answer_is_missing(
    measured: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says how many, and nothing is written."""
    empty = tmp_path / "empty.sqlite"
    ResponseStore(empty).close()
    out = tmp_path / "none.zip"
    assert make(measured, out, store=empty) == 4
    said = capsys.readouterr().err
    assert "are not in" in said
    assert "--store" in said
    assert said.count("\n") == 1
    assert not out.exists()
    assert make(measured, out, store=tmp_path / "absent.sqlite") == 4
    assert "there is no response store" in capsys.readouterr().err


def test_refuses_another_survey(
    measured: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures of other people would be put beside the answers."""
    content = json.loads(SAMPLE.read_text(encoding="utf-8"))
    content["questions"] = content["questions"][:-1]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    assert make(measured, tmp_path / "none.zip", "--survey", str(other)) == 4
    assert "was measured on another --survey than" in capsys.readouterr().err


def test_refuses_a_text_that_quotes_the_survey(
    measured: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model may write a question into its reason; its owner decides."""
    text = json.loads(SAMPLE.read_text(encoding="utf-8"))["questions"][0]["text"]
    db = sqlite3.connect(measured.place.store)
    payload = json.dumps([f"They ask: {text.upper()}", "stop"])
    assert db.execute("UPDATE answers SET payload = ? WHERE kind = 'text'", [payload]).rowcount
    db.commit()
    db.close()
    out = tmp_path / "quoting.zip"
    assert make(measured, out) == 4
    assert "quotes question" in capsys.readouterr().err
    assert make(measured, out, "--allow-quotes") == 0


def test_writes_over_nothing_but_a_bundle(
    measured: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped --out does not cost somebody a file."""
    precious = tmp_path / "thesis.txt"
    precious.write_text("years of work")
    assert make(measured, precious) == 4
    assert "not a response bundle" in capsys.readouterr().err
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize("damage", ["absent", "text", "zip", "newer", "changed", "lost"])
def test_refuses_what_is_no_sound_bundle(
    measured: Measured, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with the file is one sentence and exit code 4."""
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(measured.bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members[MANIFEST])
    match damage:
        case "zip":
            members = {"readme": b""}
        case "newer":
            members[MANIFEST] = json.dumps(
                {**manifest, "schema": "pytest-culture/bundle/3"}
            ).encode()
        case "changed":
            members[ANSWERS] = members[ANSWERS].replace(b"0.", b"1.", 1)
        case "lost":
            del members[ANSWERS]
    if damage == "text":
        path.write_text("no zip")
    elif damage != "absent":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    assert main(["replay", str(path)]) == 4
    said = capsys.readouterr()
    assert str(path) in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
