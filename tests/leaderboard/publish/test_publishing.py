"""`publish` through the real client: what goes where, once, whole, joined with what is there."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from huggingface_hub import DatasetCard

from benchmark.runs.run import read_run
from leaderboard.board.board import Board, parse, read_board
from leaderboard.publish.parquet import ITEMS, ROWS
from tests.hub_writes import WritableHub
from tests.leaderboard.publish.conftest import PLACE, Publisher, board_of
from tests.leaderboard.samples import overall, partial, record, run


def published(hub: WritableHub) -> Board:
    """The board of the data set."""
    return parse(json.loads(hub.files("dataset", PLACE)["leaderboard.json"]))


def models(hub: WritableHub) -> set[str]:
    """The models on the published board, which the page shows as well."""
    files = hub.files("space", PLACE)
    assert files["leaderboard.json"] == hub.files("dataset", PLACE)["leaderboard.json"]
    assert files["data/board.js"] == files["leaderboard.json"]
    return {row["model"] for row in published(hub).rows}


def head_of(card: bytes) -> dict[str, Any]:
    """The YAML in front of a card."""
    found = yaml.safe_load(card.decode().split("---\n")[1])
    assert isinstance(found, dict)
    return found


def test_without_yes_nothing_is_written_and_all_is_listed(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Files with their sizes, both places, that they would be private; only reading requests."""
    board = board_of(tmp_path, run())
    done = publisher.publish(board, yes=False)
    assert (done.value, done.err) == (0, "")
    assert "data set org/board (private, new)" in done.out
    assert "Space org/board (private, new)" in done.out
    assert "added complete run wvs of org/model" in done.out
    size = len(read_board(board).rows) and next((tmp_path / "runs").rglob("*.json")).stat().st_size
    assert f"{size} B" in done.out
    for name in ("README.md", "eval.yaml", "data/v2/leaderboard.parquet", "index.html"):
        assert name in done.out
    assert "nothing was written" in done.out
    assert hub.repositories == {}
    assert {line.split()[0] for line in hub.requests} <= {"GET", "HEAD"}


def test_data_set_and_space_are_written_in_one_commit_each(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Private, the run byte for byte, tables of it, cards that the Hub can read, and a page."""
    board = board_of(tmp_path, run(rows=(record(),)))
    done = publisher.publish(board)
    assert (done.value, done.err) == (0, ""), done.err
    assert (hub.n_commits("dataset", PLACE), hub.n_commits("space", PLACE)) == (1, 1)
    assert hub.at("dataset", PLACE).private
    assert hub.at("space", PLACE).private
    files = hub.files("dataset", PLACE)
    (row,) = published(hub).rows
    assert files[row["file"]] == (tmp_path / row["file"]).read_bytes()
    (table,) = (data for path, data in files.items() if path.startswith("data/v2/rows/"))
    (items,) = (data for path, data in files.items() if path.startswith("data/v2/items/"))
    rows = pq.read_table(io.BytesIO(table)).to_pylist()
    assert [(r["country"], r["js_similarity"], r["js_similarity_substantive"]) for r in rows] == [
        ("NGA", 0.75, None)
    ]
    asked = pq.read_table(io.BytesIO(items)).to_pylist()
    assert [(r["item_id"], r["model_p"]) for r in asked] == [("q1", [0.5, 0.5]), ("q2", None)]
    read = yaml.safe_load(DatasetCard(files["README.md"].decode()).data.to_yaml())
    assert (read["license"], len(read["configs"])) == ("cc-by-nc-sa-4.0", 3)
    assert yaml.safe_load(files["eval.yaml"])["tasks"] == [{"id": "wvs"}]
    space = hub.files("space", PLACE)
    assert head_of(space["README.md"])["sdk"] == "static"
    assert {"index.html", "data/board.js", "leaderboard.json"} <= space.keys()


def test_public_and_other_places_are_as_asked(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """``--public`` is of new places; ``--space`` names another, ``--no-space`` none."""
    board = board_of(tmp_path, run())
    assert publisher.publish(board, "--public", "--space", "org/page").value == 0
    assert not hub.at("dataset", PLACE).private
    assert not hub.at("space", "org/page").private
    hub.forget()
    assert publisher.publish(board, "--no-space").value == 0
    assert [key[0] for key in hub.repositories] == ["dataset"]


def test_the_same_content_makes_no_second_commit(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """The second call only reads, and says that nothing has changed."""
    board = board_of(tmp_path, run(), run("org/other"))
    publisher.publish(board)
    before = list(hub.history)
    hub.requests.clear()
    done = publisher.publish(board)
    assert done.value == 0
    assert done.out.count("nothing has changed, no commit was made") == 2
    assert hub.history == before
    assert {line.split()[0] for line in hub.requests} <= {"GET", "HEAD"}


def test_rows_of_others_stay(hub: WritableHub, publisher: Publisher, tmp_path: Path) -> None:
    """A board of other runs adds to the published one, and the page has the runs of both."""
    publisher.publish(board_of(tmp_path / "a", run("org/a")))
    done = publisher.publish(board_of(tmp_path / "b", run("org/b")))
    assert done.value == 0
    assert models(hub) == {"org/a", "org/b"}
    scripts = [path for path in hub.files("space", PLACE) if path.startswith("data/org__")]
    assert len(scripts) == 2


def test_a_partial_run_does_not_replace_a_complete_one(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """The board's own rule holds on the Hub as well."""
    publisher.publish(board_of(tmp_path / "a", run()))
    done = publisher.publish(board_of(tmp_path / "b", partial()))
    assert "the board keeps the complete run" in done.out
    (row,) = published(hub).rows
    assert row.complete
    assert not [path for path in hub.files("dataset", PLACE) if ".partial" in path]


def test_a_complete_run_takes_the_place_of_a_partial_one(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Its files go in the same commit, on the page too."""
    publisher.publish(board_of(tmp_path / "a", partial()))
    assert any(".partial" in path for path in hub.files("space", PLACE))
    done = publisher.publish(board_of(tmp_path / "b", run()))
    assert "delete" in done.out
    (row,) = published(hub).rows
    assert row.complete
    for kind in ("dataset", "space"):
        assert not [path for path in hub.files(kind, PLACE) if ".partial" in path]


def test_what_was_checked_further_is_kept(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """A row that was run again is published as such; a later self-reported one does not undo it."""
    old = board_of(tmp_path / "a", run())
    publisher.publish(old)
    checked = board_of(tmp_path / "b", run())
    document = json.loads(checked.read_text())
    document["rows"][0]["trust"] |= {"level": "re-run", "rerun_provenance_digest": "a" * 64}
    checked.write_text(json.dumps(document))
    publisher.publish(checked)
    publisher.publish(old)
    (row,) = published(hub).rows
    assert row.trust == "re-run"


def test_a_row_without_its_run_is_not_published(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Missing, or not the one that the row was made of: exit 4, one sentence, nothing written."""
    board = board_of(tmp_path, run())
    (path,) = (tmp_path / "runs").rglob("*.json")
    text = path.read_text()
    other = replace(read_run(path), scores=(overall(0.1),))
    path.unlink()
    gone = publisher.publish(board)
    board_of(tmp_path / "other", other)
    (changed,) = (tmp_path / "other" / "runs").rglob("*.json")
    path.write_text(changed.read_text())
    wrong = publisher.publish(board)
    assert (gone.value, wrong.value) == (4, 4)
    assert "is missing" in gone.err
    assert "was not made from" in wrong.err
    assert gone.err.count("\n") == wrong.err.count("\n") == 1
    assert hub.repositories == {}
    assert text


def test_a_place_with_other_things_is_left_alone(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """A mistyped name must not cost somebody their data set."""
    hub.add("dataset", PLACE, {"README.md": b"mine", "train.csv": b"a,b"})
    done = publisher.publish(board_of(tmp_path, run()))
    assert done.value == 4
    assert "holds other files (train.csv)" in done.err
    assert hub.history == []


def test_tables_load_with_the_real_client(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """``load_dataset`` by the card's configs, runs of two publishers in one table."""
    assert hub.repositories == {}
    publisher.publish(board_of(tmp_path / "a", run("org/a")))
    publisher.publish(board_of(tmp_path / "b", run("org/b")))
    tables = {
        name: publisher.order(order="load", repo=PLACE, table=name).value
        for name in ("leaderboard", "rows", "items")
    }
    assert {row["model"] for row in tables["rows"]} == {"org/a", "org/b"}
    assert list(tables["rows"][0]) == ROWS.names
    assert list(tables["items"][0]) == ITEMS.names
    assert {(row["metric"], row["value"]) for row in tables["leaderboard"]} == {
        ("js_similarity", 0.7)
    }


def test_names_of_others_cannot_break_the_card(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """A model may be called whatever it likes: no tag, no new cell, no new head."""
    name = "org/<script>alert(1)</script>|x\n---"
    publisher.publish(board_of(tmp_path, run(name)))
    card = hub.files("dataset", PLACE)["README.md"].decode()
    assert "<script>" not in card
    assert head_of(card.encode())["pretty_name"].startswith("board")
    (line,) = (line for line in card.splitlines() if "alert" in line)
    assert line.replace("\\|", "").count("|") == 15
