"""No wording of a survey whose licence forbids it leaves: runs, bundles, tables, page, cards."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmark.errors import DataProblem
from benchmark.records import Text
from benchmark.replay.bundle import ANSWERS, answer_lines, read
from benchmark.runs.rows import Failure
from benchmark.runs.run import read_run
from leaderboard.__main__ import main
from leaderboard.publish.safety import Guard, check_bundle, check_file, check_run, guard
from tests.hub_writes import WritableHub
from tests.leaderboard.publish.conftest import PLACE, Publisher, board_of
from tests.leaderboard.replay.conftest import changed
from tests.leaderboard.samples import record, run
from tests.plugin.running import Place

# Invented, so that nobody's licence is touched by the test; the reader says CC BY-NC-SA of any CSV.
WORDINGS = {
    "Should lighthouse keepers be paid in lamp oil rather than coins?": [
        "Always paid in purest lamp oil",
        "Never, coins alone are fair",
    ],
    "How often does a heron visit the pond behind your uncle's mill?": [
        "Every single morning before breakfast time",
        "Hardly ever these rainy days",
    ],
}
NAMES = [*WORDINGS, *(option for options in WORDINGS.values() for option in options)]
ARGUMENTS = ("--countries", "NGA,BRA", "--proxies", "country", "--rationales", "1")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A run on a survey of our invention, by a model that also writes reasons, and its bundle."""
    place = Place(folder=tmp_path_factory.mktemp("withheld"))
    survey = place.folder / "survey.csv"
    with survey.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["question", "selections", "options", "source"])
        for question, options in WORDINGS.items():
            shares = {"Nigeria": [0.25, 0.75], "Brazil": [0.5, 0.5], "Italy": [0.9, 0.1]}
            rows.writerow([question, repr(shares), repr(options), "WVS"])
    done = place.run("--survey", str(survey), *ARGUMENTS, model="reference:random")
    assert done.code == 0, done.out
    made = ("--store", str(place.store), "--survey", str(survey), "--out", str(bundle_of(place)))
    assert main(["bundle", str(place.run_file()), *made]) == 0
    return place


def bundle_of(place: Place) -> Path:
    """The bundle of the run."""
    return place.folder / "made.zip"


def survey_of(place: Place) -> Path:
    """The survey of the run."""
    return place.folder / "survey.csv"


@pytest.fixture(scope="session")
def held(place: Place) -> Guard:
    """The wording, to hold things against."""
    return guard([str(survey_of(place))], cache=place.folder / "cache")


def everything(files: Mapping[str, bytes]) -> Iterator[str]:
    """All that can be read in files: also inside archives and compressed columns."""
    for path, data in files.items():
        yield path
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from everything({name: archive.read(name) for name in archive.namelist()})
        elif path.endswith(".parquet"):
            yield json.dumps(pq.read_table(io.BytesIO(data)).to_pylist(), ensure_ascii=False)
        else:
            yield data.decode()


def test_no_word_of_a_survey_under_such_a_licence_is_uploaded(
    hub: WritableHub, publisher: Publisher, place: Place
) -> None:
    """Ids and figures of its questions are there, and neither question nor option, anywhere."""
    done = publisher.publish(
        place.leaderboard, "--bundles", str(bundle_of(place)), "--survey", str(survey_of(place))
    )
    assert (done.value, done.err) == (0, "")
    files = {f"d/{p}": data for p, data in hub.files("dataset", PLACE).items()}
    files |= {f"s/{p}": data for p, data in hub.files("space", PLACE).items()}
    assert any(path.endswith(".zip") for path in files)
    sent = " ".join(" ".join(everything(files)).casefold().split())
    ids = {item.item_id for row in read_run(place.run_file()).rows for item in row.items}
    assert len(ids) == 2
    assert all(question_id in sent for question_id in ids)
    assert [words for words in NAMES if words.casefold() in sent] == []
    assert [words for words in NAMES if words.replace("'", "\\'").casefold() in sent] == []


def test_the_check_of_this_test_sees_wording(place: Place) -> None:
    """It would find the questions in an archive, if they were there."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.txt", survey_of(place).read_text())
    found = " ".join(everything({"a.zip": memory.getvalue()}))
    assert next(iter(WORDINGS)) in found


def test_a_bundle_whose_texts_quote_is_refused(
    hub: WritableHub, publisher: Publisher, place: Place, tmp_path: Path
) -> None:
    """One that `bundle --allow-quotes` would make: exit 4, the question's id, not its words."""
    quoting = with_text(place, tmp_path, f"You ask: {next(iter(WORDINGS)).upper()} No.")
    more = ("--bundles", str(quoting), "--survey", str(survey_of(place)))
    done = publisher.publish(place.leaderboard, *more)
    assert done.value == 4
    assert "quotes question" in done.err
    assert "may not be published" in done.err
    assert "lighthouse" not in done.err.casefold()
    assert hub.repositories == {}


def with_text(place: Place, folder: Path, text: str) -> Path:
    """The bundle, its manifest in order, with another text by the model."""
    path = folder / "quoting.zip"
    path.write_bytes(bundle_of(place).read_bytes())
    answers = {
        key: replace(answer, text=text) if isinstance(answer, Text) else answer
        for key, answer in read(path).answers.items()
    }
    assert answers != read(path).answers
    return changed(path, lambda members: {**members, ANSWERS: answer_lines(answers)})


def test_texts_that_nobody_can_check_are_refused(place: Place) -> None:
    """Without the survey at hand the model's texts do not go; it is said which to name."""
    nobody = Guard(wordings={})
    with pytest.raises(DataProblem, match=r"survey\.csv.*name the survey with --survey"):
        check_bundle(bundle_of(place), read(bundle_of(place)), nobody)


def test_a_bundle_with_more_in_it_is_refused(place: Place, held: Guard, tmp_path: Path) -> None:
    """A file beside those of the manifest, and words among the figures."""
    path = tmp_path / "more.zip"
    path.write_bytes(bundle_of(place).read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("survey.csv", "x")
    with pytest.raises(DataProblem, match=r"'survey\.csv', which no bundle does"):
        check_bundle(path, read(path), held)

    def talkative(members: Mapping[str, bytes]) -> Mapping[str, bytes]:
        (name,) = (name for name in members if name.endswith(".figures.jsonl"))
        head, first, *others = members[name].decode().splitlines(keepends=True)
        longer = json.dumps(json.loads(first) | {"text": next(iter(WORDINGS))}) + "\n"
        return {**members, name: "".join([head, longer, *others]).encode()}

    path.write_bytes(bundle_of(place).read_bytes())
    with pytest.raises(DataProblem, match="holds more than figures"):
        check_bundle(path, read(changed(path, talkative)), held)


def test_a_run_that_quotes_is_refused(place: Place, held: Guard) -> None:
    """Where it says why a case failed, on its command line, and as an id that somebody chose."""
    whole, source = read_run(place.run_file()), place.run_file()
    check_run(source, whole, held)
    words = next(iter(WORDINGS))
    failed = replace(whole, failed=(Failure(case_id="wvs/x", reason=f"no answer to {words}"),))
    typed = replace(whole, provenance={"arguments": ["-k", words]})
    with pytest.raises(DataProblem, match="quotes question"):
        check_run(source, failed, held)
    with pytest.raises(DataProblem, match="quotes question"):
        check_run(source, typed, held)
    nobody = Guard(wordings={})
    check_run(source, whole, nobody)
    with pytest.raises(DataProblem, match="why cases failed"):
        check_run(source, failed, nobody)
    spoken = record()
    item = replace(spoken.items[0], item_id="Do you like herons?")
    named = replace(whole, rows=(replace(spoken, items=(item,)),))
    with pytest.raises(DataProblem, match="the id 'Do you like herons"):
        check_run(source, named, nobody)


@pytest.mark.parametrize(
    "written",
    [
        'x = "Should lighthouse keepers\\n be paid in lamp oil rather than coins?"',
        "<td>Should lighthouse keepers be paid in lamp oil rather than coins&#63;</td>",
        '"Should lighthouse keepers be paid in \\u006camp oil rather than coins?"',
        '["Always paid in purest lamp oil"]',
    ],
)
def test_a_page_that_quotes_is_refused(held: Guard, written: str) -> None:
    """Whatever escapes stand between."""
    check_file("data/x.js", b"nothing of the sort", held)
    with pytest.raises(DataProblem, match=r"data/x\.js quotes question"):
        check_file("data/x.js", written.encode(), held)


def test_the_embedded_survey_may_be_shown(tmp_path: Path) -> None:
    """Its wording is ours; it is told by the bytes of its file, not by its name."""
    bare = guard([], cache=tmp_path)
    assert bare.wordings == {}
    pretender = run(config={"seed": 0, "survey": {"name": "sample", "revision": "sha256:0"}})
    failed = replace(pretender, failed=(Failure(case_id="wvs/x", reason="why"),))
    with pytest.raises(DataProblem, match="why cases failed"):
        check_run(tmp_path, failed, bare)


def test_a_bundle_of_another_board_is_refused(
    hub: WritableHub, publisher: Publisher, place: Place, tmp_path: Path
) -> None:
    """A bundle stands behind a row, or it is not published."""
    more = ("--bundles", str(bundle_of(place)), "--survey", str(survey_of(place)))
    done = publisher.publish(board_of(tmp_path, run()), *more)
    assert done.value == 4
    assert "that has no row on the board" in done.err
    assert hub.repositories == {}


def test_a_published_bundle_replays(
    hub: WritableHub, publisher: Publisher, place: Place, tmp_path: Path
) -> None:
    """What is downloaded recomputes, without the wording; its line says whose answers they are."""
    more = ("--bundles", str(place.folder), "--survey", str(survey_of(place)))
    assert publisher.publish(place.leaderboard, *more).value == 0
    files = hub.files("dataset", PLACE)
    (line,) = files["bundles.jsonl"].decode().splitlines()
    about = json.loads(line)
    path = tmp_path / "fetched.zip"
    path.write_bytes(files[about["file"]])
    assert read(path).digest == about["bundle"]
    assert main(["replay", str(path), "--level", "rows"]) == 0
