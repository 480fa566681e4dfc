"""A whole run against a server on loopback: measured, stored, and not asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.endpoint.chat_server import SGLANG, VLLM, ChatServer, serving
from tests.plugin.running import Place, answers

SELECT = ("--survey", "sample", "--images", "sample", "--countries", "NGA")
KEY = "sk-a-very-secret-key"


@pytest.mark.parametrize(
    "can",
    [pytest.param(VLLM, id="vllm"), pytest.param(SGLANG, id="sglang", marks=pytest.mark.slow)],
)
def test_a_run_is_measured_stored_and_not_asked_again(tmp_path: Path, can: frozenset[str]) -> None:
    """The second run sends no request; no file holds the key; the row says ``unpinned``."""
    place = Place(folder=tmp_path)
    env = {"OPENAI_API_KEY": KEY, "NO_PROXY": "127.0.0.1"}
    with serving(ChatServer(can=can, key=KEY)) as chat:
        model = f"endpoint:{chat.url}#fake"
        select = (*SELECT, "--proxies", "country,food")
        first = place.run(*select, model=model, env=env)
        assert first.code == 0, first.out
        rows, asked = place.rows_text(), len(chat.headers)
        second = place.run(*select, model=model, env=env)
        assert second.code == 0, second.out
        assert len(chat.headers) == asked
        computed, _ = answers(first)
        again = place.document()["determinism"]["n"]
        assert len(chat.scored()) == computed + again
        assert computed > again > 0
        assert answers(second) == (0, computed)
    assert place.rows_text() == rows
    found = place.document()["model"]
    assert (found["model_id"], found["revision"]) == (f"{chat.url}#fake", "unpinned")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert KEY not in first.out + second.out
    assert not any(KEY.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.slow)])
def test_answers_without_all_labels_are_counted_and_shown(tmp_path: Path, workers: str) -> None:
    """Summed over workers, in the summary and the run file, beside how the server was asked."""
    place = Place(folder=tmp_path)
    with serving(ChatServer(can=SGLANG, letters="ABC", weight=0.0, below=60.0)) as chat:
        done = place.run(
            *SELECT, "--topics", "religion,race", "--proxies", "country,food", "-n", workers,
            model=f"endpoint:{chat.url}#fake", env={"NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
    computed, _ = answers(done)
    told = place.document()["provenance"]["model"]
    assert (told["lead_in"], told["scores"]) == ("continue", "top")
    unscored = told["counts"]["answers_unscored_for_missing_labels"]
    assert 0 < unscored <= computed
    assert f"answers unscored for missing labels: {unscored}" in done.out
    assert "labels as zero" not in done.out


def test_a_server_that_is_gone_stops_the_run_with_one_sentence(tmp_path: Path) -> None:
    """Exit 1 and the reason once, however many cases were still to come."""
    place = Place(folder=tmp_path)
    done = place.run(
        *SELECT, "--proxies", "country", "--topics", "religion,race", "--model-args", "retries=0",
        model="endpoint:http://127.0.0.1:9/v1#fake", env={"NO_PROXY": "127.0.0.1"},
    )  # fmt: skip
    assert done.code == 1
    assert done.sentence("the endpoint http://127.0.0.1:9/v1 cannot be reached")
    assert done.out.count("cannot be reached") == 1
    assert "1 stopped" in done.out


def test_credentials_in_the_address_stop_the_run(tmp_path: Path) -> None:
    """Exit 4 before anything is measured, and they are not repeated."""
    place = Place(folder=tmp_path)
    done = place.run(*SELECT, model="endpoint:http://user:hunter2@127.0.0.1:9/v1#fake")
    assert done.code == 4
    assert "hunter2" not in done.out
    assert done.sentence("credentials", "CULTURE_API_KEY")


@pytest.mark.slow
@pytest.mark.models
def test_encoders_run_here_beside_a_server(tmp_path: Path) -> None:
    """The server writes the stories and is asked for nothing else; --device is the encoder's."""
    place = Place(folder=tmp_path)
    select = ("--images", "sample", "--countries", "NGA", "--topics", "forest,birds")
    asked = ("--proxies", "own-image", "--responses", "1", "--encoder", "random-clip")
    with serving(ChatServer()) as chat:
        done = place.run(
            *select, *asked, "--device", "cpu", suite="suites/stories",
            model=f"endpoint:{chat.url}#fake", env={"NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
        assert done.code == 0, done.out
        stories = 4
        assert len(chat.headers) >= stories
        assert answers(done) == (stories + len({*_texts(place)}) + 2, 0)
    document = place.document()
    assert document["config"]["encoder_models"]["random-clip"]["device_kind"] == "cpu"
    assert document["model"]["device_kind"] == ""


def _texts(place: Place) -> list[str]:
    """The keys of the stories' vectors: equal texts have one."""
    items = (item for row in place.document()["rows"] for item in row["items"])
    return [
        key
        for item in items
        if item["item_id"].startswith("vectors:")
        for key in item["request_keys"][1:]
    ]
