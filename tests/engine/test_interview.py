"""The interview: store before model, whole units, lazy loading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmark.engine.interview import Interview
from benchmark.engine.store import ResponseStore
from benchmark.engine.unit import run_unit
from benchmark.errors import CultureError, ImageProblem, ModelProblem, RequestProblem
from benchmark.records import (
    Answer,
    Case,
    CaseRecord,
    Embed,
    ModelIdentity,
    Reply,
    Request,
    Script,
    Subject,
    Vector,
)
from tests.engine.asking import IDENTITY, CountingModel, choice

QUESTIONS = [choice(f"q{i:02d}", prefix=f"p{i % 2}") for i in range(10)]


def interview(path: Path, model: CountingModel, *, batch_size: int = 2) -> Interview:
    """An interview over a store file."""
    return Interview(
        identity=IDENTITY, store=ResponseStore(path), load=lambda: model, batch_size=batch_size
    )


def test_a_second_interview_loads_no_model(tmp_path: Path) -> None:
    """When every answer is stored, the loader is never called."""
    first = interview(tmp_path / "s", CountingModel())
    replies = first.ask(QUESTIONS)

    def never() -> CountingModel:
        pytest.fail("the model was loaded")

    second = Interview(
        identity=IDENTITY, store=ResponseStore(tmp_path / "s"), load=never, batch_size=2
    )
    assert second.ask(QUESTIONS) == replies
    assert (first.n_computed, first.n_stored) == (10, 0)
    assert (second.n_computed, second.n_stored) == (0, 10)


def test_an_interrupted_interview_continues_with_the_same_batches(tmp_path: Path) -> None:
    """No stored answer is computed again, and what follows is batched as without interruption."""
    whole = CountingModel()
    undisturbed = interview(tmp_path / "whole", whole).ask(QUESTIONS)
    cut = CountingModel(stop_after=2)
    with pytest.raises(KeyboardInterrupt):
        interview(tmp_path / "cut", cut).ask(QUESTIONS)
    rest = CountingModel()
    assert interview(tmp_path / "cut", rest).ask(QUESTIONS) == undisturbed
    assert cut.batches + rest.batches == whole.batches


def test_equal_requests_are_asked_once(tmp_path: Path) -> None:
    """Two cases that ask the same of the same picture share the answer."""
    model = CountingModel()
    replies = interview(tmp_path / "s", model).ask([choice("q"), choice("q", country="NGA")])
    assert len(model.batches) == 1
    assert replies[0] == replies[1]


def test_a_model_that_loses_answers_is_caught(tmp_path: Path) -> None:
    """A wrong number of answers is an error, never a silent shift."""

    class Short(CountingModel):
        def answer(self, batch: Sequence[Request]) -> list[Answer]:
            return super().answer(batch)[1:]

    with pytest.raises(ModelProblem, match="gave 1 answers to 2 requests"):
        interview(tmp_path / "s", Short()).ask(QUESTIONS)


def record(name: str) -> CaseRecord:
    """An empty record."""
    case = Case(suite="t", country="FRA", topic=name, proxy="none")
    return CaseRecord(case=case, scores=(), items=())


def two_stages(name: str, heard: list[str]) -> Script:
    """Asks, hears, asks again about what it heard."""
    (first,) = yield [choice(name)]
    (second,) = yield [choice(name + first.key)]
    heard.append(second.key)
    return record(name)


def broken(name: str) -> Script:
    """Fails before it asks anything."""
    if name:
        raise ImageProblem("picture x.jpg is truncated")
    yield []
    return record(name)


def answer_all(requests: Sequence[Request]) -> list[Reply]:
    """Replies whose key is the question."""
    model = CountingModel()
    return [
        Reply(key=r.subject.item_id + "!", answer=a)
        for r, a in zip(requests, model.answer(requests), strict=True)
    ]


def test_a_unit_asks_each_stage_of_all_cases_together() -> None:
    """Full batches however small a case is; every script hears its own replies."""
    heard: list[str] = []
    stages: list[int] = []

    def ask(requests: Sequence[Request]) -> list[Reply]:
        stages.append(len(requests))
        return answer_all(requests)

    outcomes = run_unit({n: two_stages(n, heard) for n in "ab"}, ask)
    assert outcomes == {"a": record("a"), "b": record("b")}
    assert stages == [2, 2]
    assert heard == ["aa!!", "bb!!"]


def test_one_unreadable_picture_does_not_take_the_unit_along() -> None:
    """The broken case keeps its reason; the others are measured."""
    outcomes = run_unit({"x": broken("x"), "a": two_stages("a", [])}, answer_all)
    assert isinstance(outcomes["x"], ImageProblem)
    assert outcomes["a"] == record("a")


def test_a_failing_model_is_nobodys_outcome() -> None:
    """It is asked once, and the caller hears of it, not the cases."""
    calls: list[int] = []

    def ask(requests: Sequence[Request]) -> list[Reply]:
        calls.append(len(requests))
        raise ModelProblem("out of order")

    with pytest.raises(ModelProblem, match="out of order"):
        run_unit({n: two_stages(n, []) for n in "ab"}, ask)
    assert calls == [2]


def faulty(name: str) -> Script:
    """Has a bug in what it makes of its replies."""
    yield [choice(name)]
    raise ZeroDivisionError(name)


def test_a_faulty_script_does_not_take_the_unit_along() -> None:
    """Its exception is its own outcome, for the case to raise."""
    outcomes = run_unit({"x": faulty("x"), "a": two_stages("a", [])}, answer_all)
    assert isinstance(outcomes["x"], ZeroDivisionError)
    assert outcomes["a"] == record("a")


class Choosy(CountingModel):
    """Refuses a batch that holds one of ``unanswerable``, as a model does that is asked whole."""

    def __init__(self, *unanswerable: str, problem: CultureError) -> None:
        super().__init__()
        self.unanswerable = unanswerable
        self.problem = problem

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        if any(request.subject.item_id in self.unanswerable for request in batch):
            raise self.problem
        return super().answer(batch)


@pytest.mark.parametrize("problem", [RequestProblem("too long"), ImageProblem("truncated")])
def test_what_cannot_be_answered_is_told_from_its_batch(
    tmp_path: Path, problem: CultureError
) -> None:
    """The others of the batch have their answers, and these are stored."""
    asked = interview(tmp_path / "s", Choosy("q02", "q05", problem=problem), batch_size=8)
    heard = asked.replies(QUESTIONS)
    assert [i for i, one in enumerate(heard) if one is problem] == [2, 5]
    assert sum(isinstance(one, Reply) for one in heard) == len(QUESTIONS) - 2
    assert (asked.n_computed, asked.n_stored) == (8, 0)
    with pytest.raises(type(problem)):
        asked.ask(QUESTIONS)
    assert asked.n_stored == 8


def test_only_the_cases_that_ask_it_fail(tmp_path: Path) -> None:
    """A case whose other questions were answered fails with the one that was not."""
    model = Choosy("x", problem=RequestProblem("too long"))
    asked = interview(tmp_path / "s", model)
    outcomes = run_unit({n: two_stages(n, []) for n in "axb"}, asked.replies)
    assert {name for name, one in outcomes.items() if isinstance(one, CaseRecord)} == {"a", "b"}
    assert str(outcomes["x"]) == "too long"


def test_a_model_that_answers_nothing_at_all_fails_as_a_model(tmp_path: Path) -> None:
    """Eight requests in a row from the first on, each refused for itself: nobody waits for more."""
    names = [request.subject.item_id for request in QUESTIONS]
    model = Choosy(*names, problem=RequestProblem("does not fit"))
    with pytest.raises(ModelProblem, match=r"none of the first 8 requests .*: does not fit"):
        interview(tmp_path / "s", model).replies(QUESTIONS)
    one = Choosy(*names[1:], problem=RequestProblem("does not fit"))
    heard = interview(tmp_path / "t", one).replies(QUESTIONS)
    assert sum(isinstance(reply, Reply) for reply in heard) == 1


def test_what_failed_is_not_kept_alive(tmp_path: Path) -> None:
    """A forward's tensors live as long as a traceback that shows it."""
    problem = RequestProblem("does not fit")
    problem.__cause__ = MemoryError()
    heard = interview(tmp_path / "s", Choosy("q00", problem=problem)).replies(QUESTIONS)
    assert heard[0] is problem
    kept = (problem.__traceback__, problem.__cause__, problem.__context__)
    assert not any(kept)


def identity(name: str) -> ModelIdentity:
    """Of a model or an encoder."""
    return ModelIdentity(name=name, model_id=name, revision="1", backend="none")


class Embedding:
    """An embedder of one encoder that counts what it is asked."""

    def __init__(self) -> None:
        self.identities = {"clip": identity("clip")}
        self.asked: list[Request] = []

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        self.asked += batch
        return [Vector(values=(1.0, 0.5)) for _ in batch]


def test_vectors_are_made_without_the_model_and_serve_others(tmp_path: Path) -> None:
    """An encoder is asked beside the model, and its answer is read by another model's run."""

    def never() -> CountingModel:
        raise AssertionError("the model was loaded for a vector")

    subject = Subject(country="FRA", item_id="a")
    wanted = Embed(content="Once", encoder="clip|truncate", subject=subject)
    store, embedding = ResponseStore(tmp_path / "s.sqlite"), Embedding()
    keys = []
    for name in ("one", "other"):
        asked = Interview(
            identity=identity(name), store=store, load=never, batch_size=2, embedder=embedding
        )
        (reply,) = asked.ask([wanted])
        assert reply.answer == Vector(values=(1.0, 0.5))
        keys.append(reply.key)
    assert len(embedding.asked) == 1
    assert keys[0] == keys[1]
    store.close()


def test_an_encoder_that_nobody_knows_is_the_models_business(tmp_path: Path) -> None:
    """A request for a vector by another name goes to the model, which does not support it."""
    model = CountingModel()
    asked = Interview(
        identity=model.identity,
        store=ResponseStore(tmp_path / "s.sqlite"),
        load=lambda: model,
        batch_size=2,
        embedder=Embedding(),
    )
    subject = Subject(country="FRA", item_id="a")
    with pytest.raises(RequestProblem, match="embed, which it does not support"):
        asked.ask([Embed(content="Once", encoder="blip|truncate", subject=subject)])
