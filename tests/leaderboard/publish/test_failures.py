"""`publish` when the Hub says no, is busy, breaks off, or somebody else is quicker."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest

from leaderboard.publish.client import TRIES
from tests.hub_server import Asked, Deed
from tests.hub_writes import WritableHub
from tests.leaderboard.publish.conftest import PLACE, TOKEN, Publisher, board_of
from tests.leaderboard.publish.test_publishing import models
from tests.leaderboard.samples import run

COMMIT = "/api/datasets/.*/commit/"
TO_SPACE = "/api/spaces/.*/commit/"


def one_sentence(text: str) -> str:
    """What was said; one line and no traceback."""
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    ("pattern", "deed", "words"),
    [
        ("/api/datasets/org/board$", 401, "log in with `hf auth login`, or set HF_TOKEN"),
        ("/api/repos/create", 403, "the token may not do that (403)"),
        (COMMIT, 403, "the token may not do that (403)"),
        (COMMIT, 404, "it is not there, or not for this token (404)"),
        (COMMIT, 412, "somebody else changed it in the meantime"),
        (COMMIT, 429, "asks for a pause (429)"),
        (COMMIT, 503, "out of order (503)"),
        (COMMIT, "drop", "cannot be reached, or sent nothing readable"),
        ("preupload", 503, "out of order (503)"),
        ("/lfs/", 503, "out of order (503)"),
        ("/api/validate-yaml", 400, "answered with an error (400)"),
    ],
)
def test_a_lasting_refusal_is_one_sentence_and_nothing_is_committed(
    hub: WritableHub,
    publisher: Publisher,
    tmp_path: Path,
    pattern: str,
    deed: Deed,
    words: str,
) -> None:
    """Exit 1; tried again only where that may help, a bounded number of times."""
    hub.fail(pattern, deed)
    done = publisher.publish(board_of(tmp_path, run()))
    assert done.value == 1
    said = one_sentence(done.err)
    assert words in said
    assert "org/board" in said
    assert "http" not in said
    assert hub.history == []
    tries = sum(line.startswith("POST") and "/commit/" in line for line in hub.requests)
    if pattern == COMMIT:
        assert tries == (1 if deed in (403, 404) else TRIES)


@pytest.mark.parametrize(
    ("pattern", "deed"),
    [(COMMIT, deed) for deed in (412, 429, 500, 503, "drop", "lose")]
    + [(TO_SPACE, deed) for deed in (412, "lose")],
)
def test_a_passing_failure_is_got_over(
    hub: WritableHub, publisher: Publisher, tmp_path: Path, pattern: str, deed: Deed
) -> None:
    """Twice no, then yes: one commit a place, also where it was made and its answer lost."""
    hub.fail(pattern, deed, times=1 if deed == "lose" else 2)
    done = publisher.publish(board_of(tmp_path, run()))
    assert (done.value, done.err) == (0, "")
    assert (hub.n_commits("dataset", PLACE), hub.n_commits("space", PLACE)) == (1, 1)
    assert models(hub) == {"org/model"}
    assert len(done.slept) == (1 if deed == "lose" else 2)


def test_creation_is_tried_again_too(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """A place whose creation was answered by nobody is there, once."""
    hub.fail("/api/repos/create", "lose", times=1)
    hub.fail("/api/repos/create", 503, times=1)
    done = publisher.publish(board_of(tmp_path, run()))
    assert (done.value, done.err) == (0, "")
    assert hub.n_commits("dataset", PLACE) == 1


@pytest.mark.parametrize(
    "header", [{"Retry_After": "57"}, {"ratelimit": '"api";r=0;t=57'}], ids=["after", "limit"]
)
def test_the_wait_that_the_hub_asks_for_is_kept(
    hub: WritableHub, publisher: Publisher, tmp_path: Path, header: dict[str, str]
) -> None:
    """429 with a time is waited for that long, not for a guess."""
    hub.fail(COMMIT, 429, times=1, **header)
    done = publisher.publish(board_of(tmp_path, run()))
    assert done.value == 0
    assert list(done.slept) == [57.0]


def test_nobody_known_is_told_how_to_log_in(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Without a token, and with one that the Hub does not know."""
    argv = ["publish", PLACE, "--leaderboard", str(board_of(tmp_path, run())), "--yes"]
    for token in ("", "hf_anotherOne"):
        try:
            done = publisher.order(order="publish", argv=argv, env={"HF_TOKEN": token})
        finally:
            publisher.order(order="baseline", texts=[], env={"HF_TOKEN": TOKEN})
        assert done.value == 1
        assert "(401); log in with `hf auth login`, or set HF_TOKEN" in one_sentence(done.err)
    assert hub.repositories == {}


def test_a_call_that_died_between_the_two_is_repaired_by_the_next(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Killed when the Space was to be written: then only the Space is."""
    board = board_of(tmp_path, run())
    mortal = Publisher(hub, tmp_path / "home")

    def kill(asked: Asked) -> None:
        if "/api/spaces/" in asked.path and "/commit/" in asked.path:
            hub.before = None
            mortal.process.kill()
            mortal.process.wait()
            raise ConnectionAbortedError

    hub.before = kill
    argv = ["publish", PLACE, "--leaderboard", str(board), "--yes"]
    mortal.send(order="publish", argv=argv)
    assert mortal.process.wait(timeout=60) < 0
    mortal.end()
    assert [entry[0] for entry in hub.history] == ["dataset"]
    done = publisher.publish(board)
    assert done.value == 0
    assert [entry[0] for entry in hub.history] == ["dataset", "space"]
    assert models(hub) == {"org/model"}


def test_two_publishers_at_once_lose_no_row(
    hub: WritableHub, publisher: Publisher, rival: Publisher, tmp_path: Path
) -> None:
    """Two processes that both read before either writes: the Hub turns one down, and it joins."""
    both = threading.Barrier(2, timeout=60)
    met: set[tuple[str, int]] = set()

    def meet(asked: Asked) -> None:
        kind = asked.path.split("/")[2]
        mark = (kind, threading.get_ident())
        if asked.path.endswith("/commit/main") and len([m for m in met if m[0] == kind]) < 2:
            met.add(mark)
            both.wait()

    hub.before = meet
    boards = [board_of(tmp_path / name, run(f"org/{name}")) for name in ("a", "b")]
    try:
        for who, board in zip((publisher, rival), boards, strict=True):
            argv = ["publish", PLACE, "--leaderboard", str(board), "--yes"]
            who.send(order="publish", argv=argv)
        answers = [who.receive() for who in (publisher, rival)]
    finally:
        both.abort()
    assert [answer.value for answer in answers] == [0, 0], [answer.err for answer in answers]
    assert models(hub) == {"org/a", "org/b"}
    assert hub.n_commits("dataset", PLACE) == 2
    assert sum(len(answer.slept) for answer in answers) >= 1


def test_a_board_changed_while_it_is_read_is_joined(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """By hand: a rival's commit lands just before ours, which is refused and made again of both."""
    publisher.publish(board_of(tmp_path / "a", run("org/a")), "--no-space")
    other = board_of(tmp_path / "c", run("org/c"))

    def interfere(asked: Asked) -> None:
        if asked.path.endswith("/commit/main") and "datasets" in asked.path:
            hub.before = None
            files = hub.files("dataset", PLACE)
            board = json.loads(files["leaderboard.json"])
            board["rows"] += json.loads(other.read_text())["rows"]
            files["leaderboard.json"] = json.dumps(board).encode()
            hub.add("dataset", PLACE, files, commit="c" * 40)

    hub.before = interfere
    done = publisher.publish(board_of(tmp_path / "b", run("org/b")))
    assert done.value == 0
    assert models(hub) == {"org/a", "org/b", "org/c"}


def test_the_page_is_of_all_rows_whoever_writes_it_last(
    hub: WritableHub, publisher: Publisher, rival: Publisher, tmp_path: Path
) -> None:
    """A rival does all of its work between our data set and our Space: the page has both rows."""
    theirs = board_of(tmp_path / "b", run("org/b"))

    def interfere(asked: Asked) -> None:
        if asked.path.startswith("/api/spaces/"):
            hub.before = None
            assert rival.publish(theirs).value == 0

    hub.before = interfere
    done = publisher.publish(board_of(tmp_path / "a", run("org/a")))
    assert done.value == 0
    assert models(hub) == {"org/a", "org/b"}


def test_the_token_is_nowhere(hub: WritableHub, rival: Publisher, tmp_path: Path) -> None:
    """Not printed, not logged at the most talkative level, in no file that was written or sent.

    `Publisher.receive` holds every test's output and log to that; here the files are looked at.
    """
    hub.fail(COMMIT, 503, times=1)
    done = rival.publish(board_of(tmp_path / "here", run()))
    assert done.value == 0
    assert "authorization: <TOKEN>" in done.err + done.log  # it was as talkative as that
    assert f"Bearer {TOKEN}" in hub.tokens
    sent = [data for kind in ("dataset", "space") for data in hub.files(kind, PLACE).values()]
    folders = (tmp_path, rival.home)
    written = [p.read_bytes() for folder in folders for p in folder.rglob("*") if p.is_file()]
    assert len(written) > 5
    for form in (TOKEN.encode(), base64.b64encode(TOKEN.encode())):
        assert not [data for data in (*sent, *written) if form in data]


def test_a_run_that_holds_a_token_is_not_published(
    hub: WritableHub, publisher: Publisher, tmp_path: Path
) -> None:
    """Somebody's token on a command line, ours or another's, stays here."""
    for number, token in enumerate((TOKEN, "hf_" + "x" * 34)):
        noted = {"arguments": ["--model-args", f"token={token}"], "started_at": "now"}
        board = board_of(tmp_path / str(number), run(provenance=noted))
        done = publisher.publish(board)
        assert done.value == 4
        assert "holds an access token" in one_sentence(done.err)
    assert hub.repositories == {}


@pytest.mark.slow
def test_without_the_network_nothing_is_tried(hub: WritableHub, tmp_path: Path) -> None:
    """HF_HUB_OFFLINE is obeyed, and named."""
    alone = Publisher(hub, tmp_path / "home", HF_HUB_OFFLINE="1")
    try:
        done = alone.publish(board_of(tmp_path, run()))
    finally:
        alone.end()
    assert done.value == 1
    assert "HF_HUB_OFFLINE forbids network use" in one_sentence(done.err)
    assert hub.requests == []
    assert done.slept == []
