"""A request that the model does not support fails its case, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.engine.interview import Interview, Unsupported
from benchmark.engine.store import ResponseStore
from benchmark.engine.unit import run_unit
from benchmark.records import Case, CaseRecord, Embed, Request, Script, Subject
from tests.engine.asking import IDENTITY, CountingModel, choice

EMBED = Embed(content="x", encoder="clip", subject=Subject(country="FRA", item_id="x"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ResponseStore]:
    """An empty store."""
    opened = ResponseStore(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def interview(store: ResponseStore, model: CountingModel) -> Interview:
    """With a model that chooses and does nothing else."""
    return Interview(identity=IDENTITY, store=store, load=lambda: model, batch_size=8)


def script(topic: str, *stages: list[Request]) -> Script:
    """A case that asks these stages and measures nothing."""
    for stage in stages:  # noqa: UP028 - a tuple takes no replies
        yield stage
    case = Case(suite="s", country="FRA", topic=topic, proxy="country")
    return CaseRecord(case=case, scores=(), items=())


def test_it_is_refused_in_one_sentence_and_never_asked(store: ResponseStore) -> None:
    """What stands beside it is answered."""
    model = CountingModel()
    with pytest.raises(Unsupported, match=r"^fake was asked for embed, .* \(it does choice\)"):
        interview(store, model).ask([choice("q"), EMBED])
    assert [len(batch) for batch in model.batches] == [1]


def test_the_case_fails_and_the_others_go_on(store: ResponseStore) -> None:
    """Also in a later stage; what the others ask is asked once."""
    model = CountingModel()
    scripts = {
        "plain": script("plain", [choice("a")], [choice("b")]),
        "odd": script("odd", [choice("c"), EMBED]),
        "late": script("late", [choice("d")], [EMBED]),
    }
    outcomes = run_unit(scripts, interview(store, model).replies)
    assert isinstance(outcomes["plain"], CaseRecord)
    assert isinstance(outcomes["odd"], Unsupported)
    assert isinstance(outcomes["late"], Unsupported)
    assert sum(map(len, model.batches)) == len({"a", "b", "c", "d"})


def test_nothing_is_loaded_to_refuse_what_is_stored(store: ResponseStore) -> None:
    """A stored answer needs no model, and none is asked whether it could."""
    interview(store, CountingModel()).ask([choice("q")])

    def never() -> CountingModel:
        raise AssertionError

    again = Interview(identity=IDENTITY, store=store, load=never, batch_size=8)
    assert len(again.ask([choice("q")])) == 1
