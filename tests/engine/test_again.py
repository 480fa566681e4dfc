"""Which computed questions are asked again, and in which batches."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmark.engine.interview import Interview
from benchmark.engine.keys import Keys
from benchmark.engine.sample_again import KEPT, LEAST, MOST, Sample
from benchmark.engine.store import ResponseStore
from benchmark.records import Choice, Request
from tests.engine.asking import IDENTITY, CountingModel, choice

KEYS = Keys(IDENTITY)


def computed(n: int, prefixes: int) -> dict[str, Request]:
    """So many questions over so many prefixes."""
    asked = [choice(f"q{i}", prefix=f"p{i % prefixes}") for i in range(n)]
    return {KEYS(request): request for request in asked}


def prefixes(drawn: dict[str, Request]) -> Counter[str]:
    """How many questions of each prefix."""
    return Counter(str(r.prompt.prefix[0]) for r in drawn.values() if isinstance(r, Choice))


def test_the_sample_is_one_in_a_hundred_between_bounds() -> None:
    """At least 16 where there are so many, at most 64, in few groups of some each."""
    for n, wanted in ((5, 5), (60, LEAST), (300, LEAST), (2400, 24), (20_000, MOST)):
        sample = Sample()
        sample.add(computed(n, 20))
        drawn = sample.drawn()
        assert len(drawn) == wanted
        assert n < 20 or 2 <= len(prefixes(drawn)) <= 8


def test_memory_is_bounded() -> None:
    """However many pictures and questions there are."""
    sample = Sample()
    sample.add(computed(6000, 3000))
    sample.add(computed(3000, 1))
    assert len(sample._groups) == KEPT
    assert all(len(group) <= MOST for group in sample._groups.values())


def test_asking_again_forms_other_batches_and_stores_nothing(tmp_path: Path) -> None:
    """Alone and in pairs; answers and counts are those of before."""
    model, store = CountingModel(), ResponseStore(tmp_path / "s")
    interview = Interview(identity=IDENTITY, store=store, load=lambda: model, batch_size=4)
    questions = [choice(f"q{i}") for i in range(8)]
    replies = interview.ask(questions)
    model.batches.clear()
    found = interview.ask_again([1, 2])
    assert [len(batch) for batch in model.batches] == [1] * 8 + [2] * 4
    assert len(found) == 16
    stored = {reply.key: reply.answer for reply in replies}
    assert all(answer == stored[KEYS(request)] for request, answer, _ in found)
    assert any(answer != again for _, answer, again in found)  # the fake answers by its batch
    assert len(store) == interview.n_computed == 8
    assert interview.ask(questions) == replies


def test_without_a_computed_answer_nothing_is_asked(tmp_path: Path) -> None:
    """And no model is loaded."""
    model, store = CountingModel(), ResponseStore(tmp_path / "s")
    Interview(identity=IDENTITY, store=store, load=lambda: model, batch_size=4).ask([choice("q")])

    def never() -> CountingModel:
        raise AssertionError("the model was loaded")

    again = Interview(identity=IDENTITY, store=store, load=never, batch_size=4)
    again.ask([choice("q")])
    assert again.ask_again([1]) == []


def test_a_store_of_an_earlier_version_has_no_finding_and_takes_one(tmp_path: Path) -> None:
    """The table is made when it is first needed; merging sees what stood there."""
    store = ResponseStore(tmp_path / "s")
    assert store.noise("c") is None
    store.note_noise("c", lambda known: f"{known}, one")
    store.note_noise("c", lambda known: f"{known}, two")
    assert ResponseStore(tmp_path / "s").noise("c") == "None, one, two"
    assert store.noise("other") is None
