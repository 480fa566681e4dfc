"""Encoders of stories as a user names them: rows, config, store, workers, replay; random weights.

The model is the reference of random answers, so that torch is needed for vectors alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import UsageProblem
from benchmark.plugin.providers import BundleProvider, LiveProvider
from benchmark.plugin.session import RunSession
from benchmark.settings import EncoderChoice
from leaderboard.__main__ import main
from tests.plugin.running import Outcome, Place, answers
from tests.plugin.test_no_torch import TELL
from tests.plugin.test_resume import KILL_AT_PUT, stored
from tests.settings import settings
from tests.stories.test_lists import FOLDER

SUITE = "suites/stories"
MODEL = "reference:random"
SMALL = ("--countries", "NGA,BRA", "--topics", "forest,birds", "--proxies", "own-image,none")
RULE = "mean-of-chunks"
ENCODERS = ("--encoder", "random-clip", "--encoder", "random-siglip", "--chunking", RULE)
STORIES = 8 * 4
TEXTS, PICTURES = 2 * STORIES, 2 * 4

# Encoders that need no torch, in the place of those that are named.
FAKE = """
import zlib
import numpy as np

class Hashed:
    window = 10

    def count_tokens(self, words):
        return [1] * len(words)

    def encode_texts(self, texts):
        return np.array([self.row(text.encode()) for text in texts], dtype=np.float32)

    def encode_images(self, images):
        return np.array([self.row(image.digest.encode()) for image in images], dtype=np.float32)

    def row(self, content):
        row = np.random.default_rng(zlib.crc32(content)).normal(size=8)
        return row / np.linalg.norm(row)

def identity(choice, **_):
    from benchmark.records import ModelIdentity

    return ModelIdentity(name=choice.name, model_id=choice.name, revision="1", backend="fake")

def pytest_configure(config):
    from benchmark.plugin import providers

    providers.encoder_identity = identity
    providers.open_chosen = lambda settings, identity: Hashed()
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome]:
    """One run with both encoders."""
    pytest.importorskip("torch")
    place = Place(folder=tmp_path_factory.mktemp("encoders"))
    return place, place.run(*SMALL, *ENCODERS, suite=SUITE, model=MODEL)


@pytest.mark.models
def test_a_run_has_vectors_identities_and_figures(done: tuple[Place, Outcome]) -> None:
    """Each case has an item of vectors for each encoder; the terminal says who made them."""
    place, outcome = done
    assert outcome.code == 0, outcome.out
    # A unit's pictures are asked again by another: under `none` they are those of `own-image`.
    assert answers(outcome) == (STORIES + TEXTS + PICTURES, PICTURES)
    document = place.document()
    row = next(row for row in document["rows"] if row["case_id"] == "stories/NGA/birds/none")
    vectors = row["items"][4:]
    assert [item["item_id"] for item in vectors] == [
        f"vectors:random-clip|{RULE}",
        f"vectors:random-siglip|{RULE}",
    ]
    assert all(len(item["request_keys"]) == 1 + 4 for item in vectors)
    assert -1 <= vectors[0]["values"]["picture_similarity"] <= 1
    assert document["config"]["encoders"] == ["random-clip", "random-siglip"]
    known = document["config"]["encoder_models"]["random-clip"]
    assert (known["model_id"], known["dtype"]) == ("random-clip (random weights)", "float32")
    assert outcome.sentence("encoder random-siglip @ sha256:", "random weights: its vectors")
    assert outcome.sentence(f"encoder random-clip ({RULE}, random weights)")
    assert outcome.sentence("mean cosine of stories with the picture shown: own-image", "none")
    assert outcome.sentence(f"2 encoders' rankings of 4 cases ({RULE}): Kendall's W")


@pytest.mark.models
def test_what_is_stored_needs_no_torch(done: tuple[Place, Outcome]) -> None:
    """The same command again; a run without encoders reads the same stories."""
    place, _ = done
    rows = place.rows_text()
    env, plugins = place.plugin("tell", TELL.format(heavy=("torch", "transformers")))
    again = place.run(*SMALL, *ENCODERS, suite=SUITE, model=MODEL, env=env, plugins=plugins)
    assert answers(again)[0] == 0
    assert (place.folder / "loaded.txt").read_text("utf-8") == "loaded: []\n"
    assert place.rows_text() == rows
    assert place.board_rows()[0]["comparable"]


@pytest.mark.models
def test_a_bundle_gives_the_same_without_the_encoders(
    done: tuple[Place, Outcome], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the wording, by the rows alone, and through pytest."""
    place, _ = done
    out = tmp_path / "stories.zip"
    files = ("--store", str(place.store), "--out", str(out))
    assert main(["bundle", str(place.run_file()), *files]) == 0
    for level in ("full", "rows"):
        assert main(["replay", str(out), "--level", level]) == 0, capsys.readouterr().out
    other = Place(folder=tmp_path)
    command = ("--replay", str(out), "--runs", str(other.runs), *SMALL, *ENCODERS)
    replayed = other.run(*command, suite=SUITE, model="demo")
    assert replayed.code == 0, replayed.out
    assert other.rows_text() == place.rows_text()
    wanted = (EncoderChoice(name="org/clip", source="org/clip"),)
    bundle = BundleProvider(out)
    (suite,) = RunSession(settings(tmp_path, encoders=wanted), bundle).at(FOLDER)
    with pytest.raises(UsageProblem, match="no vectors of the encoder org/clip"):
        bundle.identify(suite)


def test_two_workers_and_a_killed_run_give_the_same_rows(place: Place) -> None:
    """Killed among the vectors and continued by two workers: nothing is computed twice."""
    whole = Place(folder=place.folder / "whole")
    command = (*SMALL, *ENCODERS)
    env, plugins = place.plugin("fake", FAKE)
    first = whole.run(*command, suite=SUITE, model=MODEL, env=env, plugins=plugins)
    assert answers(first) == (STORIES + TEXTS + PICTURES, PICTURES)
    env, cut = place.plugin("cut", FAKE + KILL_AT_PUT.format(after=2))
    killed = place.run(*command, suite=SUITE, model=MODEL, env=env, plugins=cut)
    assert killed.code == -9, killed.out
    before = stored(place)
    again = place.run(*command, "-n", "2", suite=SUITE, model=MODEL, env=env, plugins=plugins)
    assert again.code == 0, again.out
    assert stored(place) == STORIES + TEXTS + PICTURES > before > 0
    assert place.rows_text() == whole.rows_text()
    assert place.document()["scores"] == whole.document()["scores"]


def test_encoders_where_nobody_asks_them(tmp_path: Path) -> None:
    """Of a suite that makes no vectors nobody can want any."""
    wanted = settings(tmp_path, encoders=(EncoderChoice(name="org/clip", source="org/clip"),))
    session = RunSession(wanted, LiveProvider("reference:uniform"))
    (suite,) = session.at(FOLDER.parent / "wvs")
    suite.prepared = session.provider.identify(suite)
    with pytest.raises(UsageProblem, match="org/clip has no meaning for wvs"):
        session.check_used()
