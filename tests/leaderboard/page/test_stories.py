"""Stories for the page: the first of each cell, bounded, as text; or a sentence why not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.records import Score, Text
from benchmark.runs.run import Run
from leaderboard.__main__ import main
from leaderboard.page.reliability import reliability
from leaderboard.page.run_view import overview
from leaderboard.page.stories import MOST_CHARACTERS, contents, shelves
from leaderboard.page.texts import Texts, open_texts
from leaderboard.page.vocabulary import vocabulary
from tests.leaderboard.page.boards import HOSTILE, write_board
from tests.leaderboard.page.suites import asked_run, told_run


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A run of stories and the store of its texts."""
    store = tmp_path_factory.mktemp("store") / "s.sqlite"
    gates = ["stories.toml", "cultureverse.toml"]
    return told_run("org/teller", store, gates=gates), store


def about(run: Run) -> Any:
    """What the page says of a run."""
    found: Any = overview(run)
    return found["about"]


def test_shelves_hold_the_first_story_of_each_cell(told: tuple[Run, Path]) -> None:
    """By concept and picture; each nationality's at each temperature, with its picture."""
    run, store = told
    with open_texts([store], []) as texts:
        found = list(shelves(run.rows, texts, most=1))
    assert len(found) == 3 * 6
    shelf: Any = next(one for one in found if one.name == "forest/own-image")
    assert {c: {h: len(s) for h, s in by.items()} for c, by in shelf.stories.items()} == {
        country: {"0.3": 1, "0.7": 1} for country in ("BRA", "FRA", "NGA", "PAK")
    }
    assert shelf.shown["NGA"] == "synthetic/forest-NGA"
    text, words, marks = shelf.stories["BRA"]["0.3"][0]
    assert HOSTILE in text
    assert (words > 100, marks) == (True, [])
    about: Any = contents(found, given=True, most=1)
    assert [concept for concept, _ in about["shelves"]][:2] == ["honesty", "sharing"]


def test_a_long_story_is_cut_and_says_so(told: tuple[Run, Path]) -> None:
    """At a number of characters; what a refusal is, is said."""
    run, _ = told
    row = run.rows[0]
    refused = dataclasses.replace(row.items[0], values={"refusal": 1.0, "n_words": float("nan")})
    answers = {key: Text(text="x" * 9999, finish="stop") for key in refused.request_keys}
    rows = [dataclasses.replace(row, items=(refused,))]
    (shelf,) = shelves(rows, Texts(answers=[answers]), most=1)
    told_there: Any = shelf.stories[row.case.country]
    ((text, words, marks),) = told_there["0.3"]
    assert (len(text), words, marks) == (MOST_CHARACTERS, None, ["refusal", "shortened"])


def test_without_texts_there_are_no_shelves(told: tuple[Run, Path]) -> None:
    """And the page is told whether any were given."""
    run, _ = told
    with open_texts([], []) as texts:
        assert list(shelves(run.rows, texts, most=1)) == []
        assert not texts


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """One sentence; the same for a folder without bundles."""
    with (
        pytest.raises(BoardProblem, match="name the file that"),
        open_texts([tmp_path / "no.sqlite"], []),
    ):
        pass
    assert not (tmp_path / "no.sqlite").exists()
    with pytest.raises(BoardProblem, match="holds no bundle"), open_texts([], [tmp_path]):
        pass


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all", b"SQLite format 3\0" + bytes(99)]
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(
    content: bytes, tmp_path: Path
) -> None:
    """Also an empty one, which opening would turn into a store."""
    path = tmp_path / "s.sqlite"
    path.write_bytes(content)
    with pytest.raises(BoardProblem, match="is not a response store"), open_texts([path], []):
        pass
    assert path.read_bytes() == content


def test_words_of_groups_are_not_a_countrys() -> None:
    """Nor do they stop the page where they name no country."""
    scopes = [
        {"variant": "hausa", "word": "a"},
        {"country": "NGA", "variant": "hausa", "word": "b"},
        {"country": "NGA", "word": "c"},
    ]
    scores = [
        Score(metric="story_word_z", value=2.0, n=3, scope=scope, higher_is_better=True)
        for scope in scopes
    ]
    assert vocabulary(scores) == {"NGA": {"tested": [["c", 2.0, 1.0, 3]]}}


def test_what_groups_and_encoders_found_stands_in_short(told: tuple[Run, Path]) -> None:
    """Below the lines of suite.toml, as on a terminal."""
    assert about(told[0])["findings"] == []
    nigeria, clip = {"country": "NGA"}, {"encoder": "org/clip", "chunking": "mean"}
    scores = [
        Score(metric=metric, value=value, n=9, scope=scope, higher_is_better=True)
        for metric, value, scope in (
            ("story_group_permanova_p", 0.02, nigeria),
            ("story_group_omega2", 0.1, nigeria),
            ("story_picture_similarity", 0.3, clip),
        )
    ]
    found = about(dataclasses.replace(told[0], scores=(*told[0].scores, *scores)))
    assert found["findings"][0].startswith("stories for groups of NGA: apart by 0.100")
    assert "encoder org/clip (mean)" in found["findings"]
    assert found["lines"]


def test_how_it_was_measured_names_what_only_some_runs_have(told: tuple[Run, Path]) -> None:
    """Language, translation, groups and encoders; the usual language goes without saying."""
    named: Json = {"name": "mine.toml", "digest": "0123456789abcdef"}
    asked: dict[str, Json] = {
        "language": "fr",
        "translation": named,
        "groups": named,
        "encoders": ["org/clip", "org/siglip"],
        "chunking": ["mean", "first"],
    }
    run = told[0]
    facts = dict(about(dataclasses.replace(run, config={**run.config, **asked}))["facts"])
    assert (
        facts.items()
        >= {
            "language": "fr",
            "translation": "mine.toml 0123456789ab",
            "groups": "mine.toml 0123456789ab",
            "encoders": "org/clip, org/siglip",
            "long stories read by": "mean, first",
        }.items()
    )
    usual = dataclasses.replace(run, config={**run.config, "language": "en"})
    assert "language" not in dict(about(usual)["facts"])


def test_planted_words_lead_their_lists(told: tuple[Run, Path]) -> None:
    """Each nationality's own word is a marker, and no other one's."""
    words: Any = overview(told[0])["words"]
    for country, own in {"BRA": "samba", "NGA": "jollof", "PAK": "cricket"}.items():
        first = words[country]["tested"][0]
        assert first[0] == own
        assert first[2] <= 0.05
    assert vocabulary([Score(metric="usable", value=1.0, n=1, higher_is_better=True)]) == {}


def test_the_overview_has_lines_gates_and_figures(told: tuple[Run, Path]) -> None:
    """What suite.toml declares, what gates said without saying it twice, and other figures."""
    shown: Any = overview(told[0])
    labels = [line[0] for line in shown["about"]["lines"]]
    assert labels[:2] == ["usable", "words a story"]
    assert "published F" in labels
    status, holds, sentence = shown["about"]["gates"][0]
    # The shipped gate needs more concepts than the sample has.
    assert (status, holds) == ("inconclusive", False)
    assert sentence.startswith("stories usable: ")
    assert not sentence.endswith("PASS")
    assert {"country", "proxy"} <= shown["figures"]["n_words"].keys()
    case = next(one for one in shown["cases"] if one[5] == "stories/NGA/birds/own-image")
    assert set(case[8]) == {"n_words", "mtld", "distinct_2", "self_similarity"}


def test_reliability_is_of_questions_and_not_of_controls(told: tuple[Run, Path]) -> None:
    """Bins of at least twenty, low to high; a run without confidences has none."""
    bins: Any = reliability(asked_run("org/asked", 0.7).rows)
    assert sum(one[4] for one in bins) == 72
    assert [one[0] for one in bins] == sorted(one[0] for one in bins)
    assert all(low <= right <= high for _, right, low, high, _ in bins)
    assert reliability(told[0].rows) == []


def test_the_command_names_a_store_that_is_not_there(
    told: tuple[Run, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 and a sentence; a number of stories that is none is a usage error."""
    pytest.importorskip("vl_convert", reason="the extra `page` is not installed")
    board = write_board(tmp_path, [told[0]])
    missing = str(tmp_path / "no.sqlite")
    assert main(["page", str(board), "--store", missing, "--out", str(tmp_path / "out")]) == 1
    assert "no.sqlite does not exist" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["page", str(board), "--stories", "none"])
    assert "is not a number of stories" in capsys.readouterr().err
