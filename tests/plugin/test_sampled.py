"""Runs of ``--scoring sampled``: what they say, that they stand apart, replay, budgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.engine.sampled import Sampled
from benchmark.errors import UsageProblem
from benchmark.plugin.sampled_options import sampling_of
from benchmark.runs.run import read_run
from leaderboard.__main__ import main
from leaderboard.page.run_metric import metric_of
from tests.models.endpoint.chat_server import serving
from tests.models.endpoint.thinker import Thinker
from tests.plugin.running import SMALL, Outcome, Place, answers

SELECT = ("--survey", "sample", "--images", "sample", *SMALL)
LOOPBACK = {"NO_PROXY": "127.0.0.1"}
N = 3


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome]:
    """Two runs on one board: by probabilities, then by written answers."""
    place = Place(folder=tmp_path_factory.mktemp("both"))
    assert place.run(*SMALL, model="reference:world-average").code == 0
    done = place.run(*SMALL, "--scoring", f"sampled {N}", model="reference:world-average")
    assert done.code == 0, done.out
    return place, done


@pytest.fixture(scope="module")
def thinker() -> Iterator[Thinker]:
    """A server that gives no probabilities; its model thinks of C and writes another letter."""
    pytest.importorskip("openai", reason="needs the extra 'endpoint'")
    with serving(Thinker()) as server:
        assert isinstance(server, Thinker)
        yield server


@pytest.fixture(scope="module")
def whole(thinker: Thinker, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome]:
    """A run of the server's model without a budget."""
    place = Place(folder=tmp_path_factory.mktemp("whole"))
    done = ask(place, thinker)
    assert done.code == 0, done.out
    return place, done


def ask(place: Place, server: Thinker, *more: str, n: int = N) -> Outcome:
    """The same selection of the server's model, so many answers each."""
    model = f"endpoint:{server.url}#fake"
    return place.run(*SELECT, "--scoring", f"sampled:{n}", *more, model=model, env=LOOPBACK)


def sampled_file(place: Place) -> Path:
    """The run file of the sampled run."""
    return next(p for p in place.files() if "sampled" in read_run(p).config)


def test_header_board_and_run_say_how_it_was_asked(both: tuple[Place, Outcome]) -> None:
    """With the number of answers; the rows of the two runs are in two tables."""
    place, done = both
    words = f"sampled, {N} answers each"
    assert done.sentence("  model reference:world-average", words)
    assert done.out.count("Leaderboard of wvs, 1 run on:") == 2
    exact, sampled = sorted(place.board_rows(), key=lambda row: "sampled" in row["measured_on"])
    assert words in sampled["measured_on"]
    assert "sampled" not in exact["measured_on"]
    assert exact["comparable"] != sampled["comparable"]
    run = read_run(sampled_file(place))
    assert run.model.scoring == f"sampled {N} v2 (2048 tokens, temperature 1)"
    assert run.config["sampled"] == {
        "answers": N, "tokens": 2048, "temperature": 1.0, "version": 2,
    }  # fmt: skip
    assert metric_of(run).headline == "js_similarity_all_asked"


def test_floors_and_ceiling_are_told_by_as_many_answers(both: tuple[Place, Outcome]) -> None:
    """Each below the exact one, so that skill is not lowered by the draws."""
    place, _ = both
    runs = {"sampled" in run.config: run for run in map(read_run, place.files())}
    for name in ("floor_world_average", "ceiling_population"):
        exact, few = (
            next(s.value for s in runs[kind].scores if s.metric == name and not s.scope)
            for kind in (False, True)
        )
        assert few < exact - 0.05
    items = [item for row in runs[True].rows for item in row.items if item.model]
    assert {item.values["answers"] for item in items} == {float(N)}
    assert {len(item.request_keys) for item in items} == {N}
    assert {round(N * p) / N - p for item in items for p in item.model or ()} == {0.0}


@pytest.mark.parametrize("level", ["rows", "full"])
def test_a_bundle_holds_the_texts_and_replays_from_them(
    both: tuple[Place, Outcome], tmp_path: Path, level: str
) -> None:
    """Every number is recomputed from the written answers; a changed text is noticed."""
    place, _ = both
    out = tmp_path / "run.zip"
    files = ("--store", str(place.store), "--out", str(out))
    assert main(["bundle", str(sampled_file(place)), *files]) == 0
    assert main(["replay", str(out), "--level", level, "--exact"]) == 0


def test_a_thinkers_letters_are_read_behind_its_thinking(
    whole: tuple[Place, Outcome], thinker: Thinker
) -> None:
    """Nobody chose C alone, which it always thinks of; no log-probabilities are asked for."""
    place, _ = whole
    assert place.document()["config"]["recognition"] == "json"
    chosen = [item["model"] for row in place.document()["rows"] for item in row["items"]]
    assert any(p is not None for p in chosen)
    assert all(p is None or p[2] < 1 for p in chosen)
    assert "logprobs" not in thinker.written[0]


def test_a_budget_stops_the_run_and_the_same_command_goes_on(
    whole: tuple[Place, Outcome], thinker: Thinker, tmp_path: Path
) -> None:
    """Exit 1 with one sentence; nothing is asked twice; the rows are those of an unbounded run."""
    place, budget = Place(folder=tmp_path), 16
    computed, _ = answers(whole[1])
    assert budget < computed < 2 * budget
    before = len(thinker.chats)
    stopped = ask(place, thinker, "--max-requests", str(budget))
    assert stopped.code == 1
    assert stopped.sentence("--max-requests allows no further request")
    assert f"requests sent: {budget}" in stopped.out
    assert len(thinker.chats) - before == budget
    done = ask(place, thinker, "--max-requests", str(budget))
    assert done.code == 0, done.out
    assert len(thinker.chats) - before == computed
    assert place.rows_text() == whole[0].rows_text()


@pytest.mark.slow
def test_workers_share_the_budget(thinker: Thinker, tmp_path: Path) -> None:
    """Half each, as the header says; together never more than the whole."""
    place, before = Place(folder=tmp_path), len(thinker.chats)
    done = ask(place, thinker, "--max-requests", "11", "-n", "2")
    assert done.code == 1
    assert done.sentence("budget of this session: 11 requests (5 a worker)")
    assert 5 < len(thinker.chats) - before <= 10
    assert done.sentence("--max-requests allows no further request")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"--scoring": "sampled none"}, "--samples 'none' is not a whole number"),
        ({"--scoring": "sampled 0"}, "--samples '0' is not a whole number"),
        ({"--scoring": "sampled 4", "--samples": "5"}, "disagree"),
        ({"--scoring": "auto", "--samples": "5"}, "needs --scoring sampled"),
        ({"--scoring": "sampled", "--sample-temperature": "0"}, "would be the same"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(given: dict[str, str], words: str) -> None:
    """One sentence each."""
    with pytest.raises(UsageProblem, match=words):
        sampling_of({"--model": "org/name", **given}.get)


@pytest.mark.parametrize("text", ["sampled 8", "sampled:8", "sampled=8", " sampled  8 "])
def test_the_number_may_stand_in_the_option(text: str) -> None:
    """However it is joined; without it there is --samples, and a default."""
    get = {"--model": "org/name", "--scoring": text}.get
    assert sampling_of(get) == Sampled(answers=8, tokens=2048, temperature=1.0)
    plain = {"--model": "demo", "--scoring": "sampled"}
    assert sampling_of(plain.get) == Sampled(answers=10, tokens=12, temperature=1.0)
    assert sampling_of({**plain, "--samples": "4"}.get) == Sampled(
        answers=4, tokens=12, temperature=1.0
    )


def test_a_budget_for_what_is_free_is_refused(tmp_path: Path) -> None:
    """Exit 4 and a sentence."""
    done = Place(folder=tmp_path).run(*SMALL, "--max-requests", "5")
    assert done.code == 4
    assert done.sentence("--max-requests 5", "is not behind one")


def test_suites_that_choose_no_label_refuse_it_alone(tmp_path: Path) -> None:
    """Stories are written anyway."""
    done = Place(folder=tmp_path).run(
        "--scoring", "sampled 2", suite="suites/stories", model="reference:random"
    )
    assert done.code == 4
    assert done.sentence("--scoring sampled has no meaning for stories")
