"""The interview: asks a model what the store does not hold, and whole units of cases at once.

Knows requests, the plan and the store; nothing of suites, metrics or pytest. The model is
loaded on the first question that has no stored answer, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from benchmark.engine.again import Sample
from benchmark.engine.keys import Keys, encoder_of
from benchmark.engine.plan import plan
from benchmark.engine.store import ResponseStore
from benchmark.engine.support import Unsupported, check_supported, task_of
from benchmark.errors import CultureError, ModelProblem
from benchmark.records import (
    Answer,
    CaseRecord,
    Embed,
    Model,
    ModelIdentity,
    Reply,
    Request,
    Script,
)


class Embedder(Protocol):
    """Answers `Embed` requests beside the model; ``identities`` by the name in a request."""

    @property
    def identities(self) -> Mapping[str, ModelIdentity]: ...

    def answer(self, batch: Sequence[Request]) -> Sequence[Answer]: ...


@runtime_checkable
class Delivers(Protocol):
    """A model that hands over each answer of a batch when it is there, by its place.

    What came before a failure, or before the process was killed, is stored and not asked again.
    """

    def deliver(self, batch: Sequence[Request], keep: Callable[[int, Answer], None]) -> None: ...


class Interview:
    """One model, one store; ``n_computed`` and ``n_stored`` count distinct requests.

    What an encoder of ``embedder`` is asked does not load the model.
    """

    def __init__(
        self,
        *,
        identity: ModelIdentity,
        store: ResponseStore,
        load: Callable[[], Model],
        batch_size: int,
        embedder: Embedder | None = None,
    ) -> None:
        self.identity = identity
        self.n_computed = 0
        self.n_stored = 0
        self._embedder = embedder
        self._keys = Keys(identity, embedder.identities if embedder is not None else None)
        self._store = store
        self._load = load
        self._model: Model | None = None
        self.batch_size = batch_size
        self._sample = Sample()

    @property
    def context(self) -> str:
        """Under which the store holds what belongs to this model."""
        return self._keys.context

    def distinct(self, requests: Sequence[Request]) -> dict[str, Request]:
        """The requests by key, each once."""
        return {self._keys(request): request for request in requests}

    def held(self, keys: Sequence[str]) -> set[str]:
        """Which of ``keys`` have a stored answer; nothing is asked or counted."""
        return self._store.held(keys)

    def batches(self, requests: Sequence[Request]) -> list[list[Request]]:
        """What `ask` would put to the model together, if nothing of it was stored."""
        distinct = list(self.distinct(requests).values())
        return [
            [distinct[i] for i in batch] for batch in plan(distinct, batch_size=self.batch_size)
        ]

    def ask_again(self, batch_sizes: Sequence[int]) -> list[tuple[Request, Answer, Answer]]:
        """A sample of what was computed here: request, stored answer, answer in another batch.

        The sample is asked once for each batch size. Nothing of it is stored or counted.
        """
        model, sample = self._model, self._sample.drawn()
        if model is None or not sample:
            return []
        stored = self._store.get(list(sample))
        keys, requests = list(sample), list(sample.values())
        found = []
        for batch_size in batch_sizes:
            for batch in plan(requests, batch_size=batch_size):
                answers = model.answer([requests[i] for i in batch])
                found += [
                    (requests[i], stored[keys[i]], answer)
                    for i, answer in zip(batch, answers, strict=True)
                ]
        return found

    def ask(self, requests: Sequence[Request]) -> list[Reply]:
        """Replies in the order of the requests; each batch is stored as soon as it is answered."""
        keys = [self._keys(request) for request in requests]
        unique = dict(zip(keys, requests, strict=True))
        distinct, asked = list(unique), list(unique.values())
        answers = self._store.get(distinct)
        lacking = [request for key, request in unique.items() if key not in answers]
        if of_model := [request for request in lacking if not self._is_of_encoder(request)]:
            check_supported(self.load(), of_model)
        self.n_stored += len(answers)
        for batch in plan(asked, batch_size=self.batch_size):
            missing = [i for i in batch if distinct[i] not in answers]
            if missing:
                answers.update(
                    self._compute({distinct[i]: asked[i] for i in missing}),
                )
        return [Reply(key=key, answer=answers[key]) for key in keys]

    def _compute(self, wanted: Mapping[str, Request]) -> dict[str, Answer]:
        requests = list(wanted.values())
        if not self._is_of_encoder(requests[0]) and isinstance(model := self.load(), Delivers):
            self._take_delivery(model, wanted)
        else:
            self._take_all(wanted)
        self._sample.add(wanted)
        # Read back: where another worker was first, its answer is the one that counts.
        return self._store.get(list(wanted))

    def _take_delivery(self, model: Delivers, wanted: Mapping[str, Request]) -> None:
        keys = list(wanted)
        identity = self._keys.identity_text(self.context)

        def keep(place: int, answer: Answer) -> None:
            self._store.put({keys[place]: answer}, context=self.context, identity=identity)
            self.n_computed += 1

        before = self.n_computed
        model.deliver(list(wanted.values()), keep)
        self._check_number(self.n_computed - before, len(wanted))

    def _check_number(self, given: int, wanted: int) -> None:
        if given != wanted:
            raise ModelProblem(
                f"model {self.identity.name!r} gave {given} answers to {wanted} requests"
            )

    def _take_all(self, wanted: Mapping[str, Request]) -> None:
        requests = list(wanted.values())
        replies = self._replies(requests)
        self._check_number(len(replies), len(wanted))
        contexts = [self._keys.context_of(request) for request in requests]
        for context in dict.fromkeys(contexts):  # several where encoders share a batch
            rows = zip(wanted, replies, contexts, strict=True)
            self._store.put(
                {key: reply for key, reply, of in rows if of == context},
                context=context,
                identity=self._keys.identity_text(context),
            )
        self.n_computed += len(wanted)

    def _replies(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """The answers to a batch, which is of one kind."""
        if self._embedder is not None and self._is_of_encoder(requests[0]):
            return self._embedder.answer(requests)
        return self.load().answer(requests)

    def _is_of_encoder(self, request: Request) -> bool:
        known = self._embedder.identities if self._embedder is not None else {}
        return isinstance(request, Embed) and encoder_of(request) in known

    def load(self) -> Model:
        """The model, loaded if nobody needed it before."""
        if self._model is None:
            self._model = self._load()
        return self._model


Outcome = CaseRecord | CultureError


def run_unit(
    scripts: Mapping[str, Script], ask: Callable[[Sequence[Request]], Sequence[Reply]]
) -> dict[str, Outcome]:
    """Run the scripts of one unit stage by stage, each stage's requests asked together.

    A script that raises a `CultureError` (an unreadable picture, say) ends with it; the others
    go on, as they do where one asks for what the model does not support. Any other `CultureError`
    of the model or the store is the outcome of all that were waiting.
    """
    outcomes: dict[str, Outcome] = {}
    waiting = {name: _advance(name, script, None, outcomes) for name, script in scripts.items()}
    while stage := {name: asked for name, asked in waiting.items() if asked is not None}:
        try:
            replies = iter(ask([request for asked in stage.values() for request in asked]))
        except Unsupported as error:  # before anything was asked: the others are asked again
            for case_id, asked in stage.items():
                if not error.tasks.isdisjoint(map(task_of, asked)):
                    outcomes[case_id], waiting[case_id] = error, None
            continue
        except CultureError as error:
            return outcomes | dict.fromkeys(stage, error)
        for case_id, asked in stage.items():
            share = [next(replies) for _ in asked]
            waiting[case_id] = _advance(case_id, scripts[case_id], share, outcomes)
    return outcomes


def _advance(
    case_id: str, script: Script, replies: Sequence[Reply] | None, outcomes: dict[str, Outcome]
) -> Sequence[Request] | None:
    """The next stage's requests, or None when the script ended and its outcome is noted."""
    try:
        return next(script) if replies is None else script.send(replies)
    except StopIteration as end:
        outcomes[case_id] = end.value
    except CultureError as error:
        outcomes[case_id] = error
    return None
