"""`python -m leaderboard bertscore`: a run's stories under a text encoder, with random weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.analyses.stories.similarity import MEASURES, by_tokens
from benchmark.engine.store import ResponseStore
from benchmark.records import Text
from benchmark.runs.run import Run, write_run
from leaderboard.__main__ import main
from leaderboard.comparisons.bertscore import MEASURE, bertscore_table, bertscores
from leaderboard.tables.tables import render
from tests.analyses.building import find
from tests.leaderboard import samples
from tests.leaderboard.comparisons.test_encoders import Writer, measure

FRAME = "inglehart-welzel"  # which knows all four nationalities of the sample


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A run of random words and the folder of its store."""
    folder = tmp_path_factory.mktemp("bertscore")
    return folder, measure(folder, Writer(name="plain", style="Verily!"), judges=()).run


def test_another_measure_stands_beside_the_runs_own(run: tuple[Path, Run]) -> None:
    """Under a measure that is word edits by another name, both columns are the same."""
    folder, of = run
    store = ResponseStore(folder / "store.sqlite")
    scores = bertscores(of, MEASURES["edits"], store.get)
    store.close()
    taus = [
        find(scores, "story_alignment_tau", frame=FRAME, measure=name).value
        for name in (MEASURE, "edits")
    ]
    assert taus[0] == taus[1]
    lines = render(bertscore_table(scores, "plain"), 100).splitlines()
    rows = [line.split() for line in lines if "own-image" in line and "forest" in line]
    assert len(rows) == 3
    assert all(row[-4] == row[-2] for row in rows)


def test_texts_are_encoded_as_they_were_written(run: tuple[Path, Run]) -> None:
    """Capitals and punctuation are part of what a text encoder was trained on."""
    folder, of = run
    store = ResponseStore(folder / "store.sqlite")
    kept = [a for r in of.rows for i in r.items for a in store.get(i.request_keys).values()]
    stories = {answer.text for answer in kept if isinstance(answer, Text)}
    seen: list[str] = []

    def encode(texts: Sequence[str]) -> list[Any]:
        seen.extend(texts)
        return [np.ones((1, 1)) for _ in texts]

    bertscores(of, by_tokens(encode), store.get)
    store.close()
    assert set(seen) == stories
    assert all("Verily!" in text for text in seen)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--text-encoder", "org/bert"), "names no layer"),
        (("--text-encoder", "org/bert#9", "--topics", "forst"), "did you mean forest"),
    ],
)
def test_wrong_input_is_one_sentence(
    run: tuple[Path, Run], capsys: pytest.CaptureFixture[str], more: tuple[str, ...], sentence: str
) -> None:
    """Before anything is loaded."""
    path = write_run(run[0], run[1])
    assert main(["bertscore", str(path), *more]) == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.models
@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("org/bert#1", "--device", "foo"), "--device 'foo' is none of auto, cpu"),
        (("~nobody-of-this-name/x#1", "--device", "cpu"), "has no names like that"),
        ((f"{'x' * 300}#1", "--device", "cpu"), "has no names like that"),
    ],
)
def test_devices_and_names_that_are_none(
    run: tuple[Path, Run], capsys: pytest.CaptureFixture[str], more: tuple[str, ...], sentence: str
) -> None:
    """One sentence as well, and the Hub is not asked."""
    pytest.importorskip("torch")
    path = write_run(run[0], run[1])
    assert main(["bertscore", str(path), "--text-encoder", *more]) == 1
    assert sentence in capsys.readouterr().err


def test_a_run_without_stories_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of another suite there is nothing to compare."""
    path = write_run(tmp_path, samples.run())
    assert main(["bertscore", str(path), "--text-encoder", "org/bert#1"]) == 1
    assert "holds no stories" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.models
def test_the_command_reads_stories_and_prints_tau(
    run: tuple[Path, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From run file and store, for the concepts that were named."""
    from tests.models.families.parts import library, tokenizer

    t: Any = library()
    words = tokenizer()
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = t.BertConfig(**sizes, num_attention_heads=2, vocab_size=len(words))
    t.BertModel(config).save_pretrained(tmp_path / "bert")
    words.save_pretrained(tmp_path / "bert")
    path = write_run(tmp_path, run[1])
    store = ("--store", str(run[0] / "store.sqlite"))
    named = ("--text-encoder", f"{tmp_path / 'bert'}#1", "--topics", "forest", "--device", "cpu")
    assert main(["bertscore", str(path), *named, *store]) == 0
    out = capsys.readouterr().out
    assert "bert@sha256:" in " ".join(out.split())
    assert "#1" in out
    (line,) = [x.split() for x in out.splitlines() if FRAME in x and "own-image" in x][:1]
    assert -1 <= float(line[-4]) <= 1
    assert "birds" not in out
    nowhere = ("--store", str(tmp_path / "none.sqlite"))
    assert main(["bertscore", str(path), *named, *nowhere]) == 1
    assert "pass the --store" in capsys.readouterr().err
