"""`data_sets.fetch_questions` against a loopback Hub, through the real clients, in processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.hub.data_sets import commit_of
from benchmark.questions.columns import columns_of
from benchmark.questions.reading import load_questions
from tests.hub_server import serving
from tests.questions.test_reading import cvqa_table
from tests.suite.test_hub import call

ASK = (
    "from benchmark.questions.columns import columns_of; "
    "print(data_sets.fetch_questions(cache, 'org/set', None, columns_of('cvqa')))"
)


@pytest.mark.slow
def test_questions_are_fetched_once_with_their_pictures_and_the_commit(tmp_path: Path) -> None:
    """A second process asks nothing; the reader takes the folder, whose name has the commit."""
    table = cvqa_table(tmp_path / "made.parquet")
    with serving() as server:
        files = {"README.md": b"# a set\n", "data/test-00000-of-00001.parquet": table.read_bytes()}
        commit = server.add("dataset", "org/set", files)
        first = call(server, tmp_path, ASK)
        assert first.returncode == 0, first.stderr
        folder = Path(first.stdout.strip())
        assert commit_of(folder) == commit
        found = load_questions(folder, columns_of("cvqa"), cache=tmp_path)
        assert [question.country for question in found.questions] == ["NGA", "KOR"]
        assert len(found.entries) == 1
        server.requests.clear()
        second = call(server, tmp_path, ASK, HF_HUB_OFFLINE="1")
        assert (Path(second.stdout.strip()), server.requests) == (folder, [])
        gone = call(server, tmp_path, ASK.replace("org/set", "org/absent"))
        assert "--questions sample" in gone.stderr
        assert gone.stderr.count("\n") == 1
