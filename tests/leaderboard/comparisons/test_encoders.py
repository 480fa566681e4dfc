"""Encoders from the suite's scripts to the command that compares them, with planted structure.

A writer that sees puts a word of its own for each picture into its stories; an encoder knows the
words. What is planted must be found at the other end, and what is not must not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.analyses import chosen, recompute
from benchmark.engine.interview import Interview
from benchmark.engine.store import ResponseStore
from benchmark.engine.unit import run_unit
from benchmark.errors import CultureError
from benchmark.jsonio import Json
from benchmark.models.encoders.answering import Encoders
from benchmark.models.encoders.protocol import Vectors
from benchmark.models.rules.random_answers import WORDS
from benchmark.records import (
    Answer,
    CaseRecord,
    Generate,
    ImageRef,
    ModelIdentity,
    Request,
    Score,
    Task,
    Text,
)
from benchmark.runs.run import Run, config_digest, encoders_document, encoders_of, write_run
from benchmark.settings import EncoderChoice
from benchmark.suite.protocol import shipped_layout
from leaderboard.__main__ import main
from leaderboard.board.board import row_of_run
from leaderboard.comparisons.comparable_encoders import differences
from leaderboard.comparisons.encoders import favours, favours_table
from leaderboard.tables.findings import findings
from leaderboard.tables.tables import render
from tests.analyses.building import find
from tests.leaderboard import samples
from tests.stories.test_lists import suite

STORIES = shipped_layout("stories")
DIM = 64
STYLE = "verily"
JUDGES = ("even", "fair", "biased")


def identity(name: str, revision: str = "1") -> ModelIdentity:
    """Of a model or an encoder."""
    return ModelIdentity(name=name, model_id=name, revision=revision, backend="fake")


def word_of(picture: ImageRef) -> str:
    """The word that stands for a picture."""
    return f"w{picture.digest[:10]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """Random words; the picture's word for one that ``sees``, and a word of its own style."""

    name: str
    sees: bool = True
    style: str = ""
    supports: frozenset[Task] = frozenset({Task.GENERATE})

    @property
    def identity(self) -> ModelIdentity:
        return identity(self.name)

    def answer(self, batch: Sequence[Request]) -> Sequence[Answer]:
        return [self._story(request) for request in batch]

    def _story(self, request: Request) -> Text:
        assert isinstance(request, Generate)
        rng = np.random.default_rng([request.seed, len(self.name)])
        words = rng.choice(WORDS, size=12).tolist()
        if self.sees:
            words += [word_of(picture) for picture in request.prompt.images] * 3
        return Text(text=" ".join([*words, *[self.style] * 3]), finish="stop")


@cache
def vector_of(text: str) -> Any:
    """A direction of its own."""
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest())).normal(size=DIM)


class Judge:
    """A text is the sum of its words' vectors, a picture that of its word; one likes a style."""

    window = 1000

    def __init__(self, name: str) -> None:
        self.name = name

    def count_tokens(self, words: Sequence[str]) -> list[int]:
        return [1] * len(words)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        return self._unit([sum(map(self._word, text.split())) for text in texts])

    def encode_images(self, images: Sequence[ImageRef]) -> Vectors:
        likes = self._word(STYLE) if self.name == "biased" else np.zeros(DIM)
        return self._unit([self._word(word_of(image)) + 0.5 * likes for image in images])

    def _word(self, word: str) -> Any:
        return vector_of(f"{self.name} {word}")

    def _unit(self, rows: Sequence[Any]) -> Vectors:
        found: Vectors = np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A run of the suite's own and blind cases, and how many answers it computed and read."""

    run: Run
    scores: Sequence[Score]
    computed: int
    stored: int


def measure(folder: Path, writer: Writer, judges: Sequence[str] = JUDGES) -> Measured:
    """The suite's scripts, asked of a writer and judges through a store, and analysed."""
    of = suite(
        folder,
        proxies=("own-image", "none"),
        encoders=tuple(EncoderChoice(name=name, source=name) for name in judges),
    )
    identities = {name: identity(name) for name in judges}
    store = ResponseStore(folder / "store.sqlite")
    interview = Interview(
        identity=writer.identity,
        store=store,
        load=lambda: writer,
        batch_size=50,
        embedder=Encoders(identities, lambda one: Judge(one.name)) if judges else None,
    )
    rows: list[CaseRecord] = []
    for case in of.select().cases:
        outcome = run_unit({case.case_id: of.interview(case)}, interview.ask)[case.case_id]
        assert isinstance(outcome, CaseRecord), outcome
        rows.append(outcome)
    analyses = chosen(("story_retrieval", "story_encoders", "story_lexical"), {}, source="")
    scores = recompute(rows, analyses, suite="stories", seed=0, answers=store.get)
    store.close()
    config = {"seed": 0, **of.config(), **encoders_document(identities)}
    run = samples.run(
        model=writer.identity,
        suite="stories",
        config=config,
        config_digest=config_digest(config),
        rows=tuple(rows),
        n_selected=len(rows),
        scores=scores,
    )
    return Measured(
        run=run, scores=scores, computed=interview.n_computed, stored=interview.n_stored
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all runs."""
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Measured:
    """A model that sees its picture."""
    return measure(folder, Writer(name="plain"))


@pytest.fixture(scope="module")
def styled(folder: Path) -> Measured:
    """One that sees as well, and has a word that one encoder likes."""
    return measure(folder, Writer(name="styled", style=STYLE))


def recall(scores: Sequence[Score], judge: str, gallery: str, query: str = "story") -> Score:
    """At 1."""
    who = {"encoder": judge, "chunking": "mean-of-chunks", "query": query}
    return find(scores, "story_recall", **who, gallery=gallery, k="1")


GALLERIES: Mapping[str, float] = {
    "within-nationality": 1 / 6,
    "across-nationalities": 1 / 4,
    "all": 1 / 24,
}


@pytest.mark.parametrize(("gallery", "chance"), GALLERIES.items())
def test_stories_that_hold_their_picture_are_led_back_to_it(
    plain: Measured, gallery: str, chance: float
) -> None:
    """Recall far above the chance that is printed beside it, by every encoder and both ways."""
    for judge in JUDGES:
        assert recall(plain.scores, judge, gallery).value > chance + 0.5
        assert recall(plain.scores, judge, gallery, "image").value > 0.8
        found = find(
            plain.scores,
            "story_recall_chance",
            **recall(plain.scores, judge, gallery).scope,
        )
        assert found.value == pytest.approx(chance)


def test_stories_of_a_blind_model_are_at_chance(folder: Path) -> None:
    """The same stories without the picture's word."""
    blind = measure(folder, Writer(name="blind", sees=False))
    for gallery, chance in GALLERIES.items():
        values = [recall(blind.scores, judge, gallery).value for judge in JUDGES]
        assert np.mean(values) == pytest.approx(chance, abs=0.12)


def test_what_was_not_shown_is_the_floor(plain: Measured) -> None:
    """Stories told without a picture are less like the one that they might have had."""
    near = {
        proxy: find(
            plain.scores,
            "story_picture_similarity",
            encoder="even",
            chunking="mean-of-chunks",
            proxy=proxy,
        ).value
        for proxy in ("own-image", "none")
    }
    assert near["own-image"] > near["none"] + 0.2


def test_vectors_leave_the_stories_own_figures_alone(plain: Measured, folder: Path) -> None:
    """Lexical scores are of stories; a run without encoders has no figure of any, and says none."""
    without = measure(folder, Writer(name="plain"), judges=())
    lexical = [s for s in plain.scores if not s.metric.startswith(("story_", "encoder_"))]
    assert repr(lexical) == repr(list(without.scores))
    assert not any("cosine" in line for line in findings(without.scores, STORIES))
    assert without.computed == 0
    beside = [row_of_run(one.run, file="")["comparable"] for one in (plain, without)]
    assert beside[0] == beside[1]  # the board shows them in one table
    assert plain.run.config_digest != without.run.config_digest


def test_a_picture_is_encoded_once_for_all_models(plain: Measured, styled: Measured) -> None:
    """The second model's run reads the pictures' vectors of the first."""
    pictures = 24 * len(JUDGES)
    assert plain.computed == styled.computed + pictures
    assert styled.stored > plain.stored


def test_the_terminal_says_it_in_a_few_lines(plain: Measured) -> None:
    """Each encoder's cosines and recall with chance, and whether encoders agree."""
    lines = findings(plain.scores, STORIES)
    assert sum("mean cosine of stories with the picture shown: own-image" in x for x in lines) == 3
    assert sum("; without it, the floor of own-image: none" in line for line in lines) == 3
    assert sum("(chance 0.25)" in line and "(chance 0.17)" in line for line in lines) == 3
    assert any(
        "3 encoders' rankings of 24 cases (mean-of-chunks): Kendall's W" in line for line in lines
    )
    assert not any("name a second" in line for line in lines)
    alone = [score for score in plain.scores if score.scope.get("encoder") == "even"]
    assert any("name a second --encoder" in line for line in findings(alone, STORIES))


def test_planted_bias_of_an_encoder_is_found(plain: Measured, styled: Measured) -> None:
    """The favour is largest where it was planted, and beyond what flipped signs give."""
    scores = favours({"A": plain.run, "B": styled.run})
    found = {
        (s.scope["encoder"], s.scope["model"]): s.value
        for s in scores
        if s.metric == "encoder_favour"
    }
    assert max(found, key=lambda pair: found[pair]) == ("biased", "B")
    at = {"encoder": "biased", "chunking": "mean-of-chunks", "model": "B"}
    assert find(scores, "encoder_favour_p", **at).value < 0.05


def test_the_command_shows_who_is_favoured(
    plain: Measured, styled: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From run files alone; the legend says which letter is whose."""
    paths = [str(write_run(tmp_path, one.run)) for one in (plain, styled)]
    assert main(["encoders", *paths]) == 0
    out = capsys.readouterr().out
    assert f"B: stories of styled, {paths[1]}" in out
    (row,) = [line for line in out.splitlines() if "biased" in line and "A plain" in line]
    assert row.split()[-3].startswith("-")
    assert "3 encoders' rankings of 2 models: Kendall's W" in out
    assert "24 cases that all runs have" in " ".join(out.split())


def test_what_sets_stories_apart_is_noted(
    plain: Measured, styled: Measured, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other sampling and partial runs are compared, with a word; equal runs have none."""
    runs = {"A": plain.run, "B": styled.run}
    assert differences(runs) == []
    config = {**styled.run.config, "responses": 5, "templates": {"short": "0123456789"}}
    other = replace(styled.run, config=config, complete=False, partial_because=("limit 3",))
    prompts, responses, partial = differences({**runs, "B": other})
    assert "also in prompts" in prompts
    assert "B: short 01234567)" in prompts
    assert "also in responses (A: 2; B: 5)" in responses
    assert partial == "note: run B is partial (limit 3)"
    other = replace(other, config_digest=config_digest(config))
    paths = [str(write_run(tmp_path, run)) for run in (plain.run, other)]
    assert main(["encoders", *paths]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "also in responses" in out
    assert "run B is partial" in out


def test_the_caption_counts_what_was_tested(plain: Measured, styled: Measured) -> None:
    """Concepts compared, not those asked for; of two models each encoder is one contrast."""
    rows = tuple(row for row in styled.run.rows if row.case.topic != "forest")
    few = replace(styled.run, rows=(*rows, *(r for r in styled.run.rows if r.case.kind != "story")))
    runs = {"A": plain.run, "B": few}
    table = render(favours_table(favours(runs), runs), 100)
    words = " ".join(table.split())
    assert "whole concepts, here 5; 0.05 takes at least 6" in words
    assert (
        "Holm: over 3 of 6 rows, the others mirror these; 0.05 takes at least 7 concepts" in words
    )


def changed(run: Run, name: str, revision: str) -> Run:
    """The run with another commit of an encoder."""
    models = {**encoders_of(run), name: identity(name, revision)}
    return replace(run, config={**run.config, **encoders_document(models)})


def without(run: Run, *judges: str) -> Run:
    """The run with the vectors of some encoders only."""
    rows = tuple(
        replace(row, items=tuple(i for i in row.items if not i.item_id.endswith(judges)))
        for row in run.rows
    )
    return replace(run, rows=rows)


def test_what_cannot_be_compared_is_said(plain: Measured, styled: Measured) -> None:
    """No vectors, one encoder in common, another commit, other pictures."""
    rule = "|mean-of-chunks"
    ends = [f"{judge}{rule}" for judge in JUDGES]
    other = replace(styled.run, config={**styled.run.config, "images": {"digest": "x"}})
    words: dict[str, Json] = {"language": "de", "translation": {"name": "mine", "digest": "x"}}
    german = replace(styled.run, config={**styled.run.config, **words})
    for changed_run, sentence in (
        (without(styled.run, *ends), "run B of styled has no vectors"),
        (without(styled.run, *ends[1:]), r"fewer than two encoders under mean-of-chunks \(even\)"),
        (changed(styled.run, "fair", "2"), "fair is at 1 in run A and at 2 in run B"),
        (other, "different pictures"),
        (german, r"different languages or translations \(en and de by mine\)"),
    ):
        with pytest.raises(CultureError, match=sentence):
            favours({"A": plain.run, "B": changed_run})
    with pytest.raises(CultureError, match="fewer than two encoders under truncate"):
        favours({"A": plain.run, "B": styled.run}, rule="truncate")


def test_one_run_is_no_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit 1."""
    path = str(tmp_path / "run.json")
    assert main(["encoders", path, path]) == 1
    assert "name another run.json" in capsys.readouterr().err
