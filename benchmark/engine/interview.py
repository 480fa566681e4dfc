"""The interview: asks a model what the store lacks; tells a failing model from a failing request.

Knows requests, the plan and the store; nothing of cases, metrics or pytest. The model is
loaded on the first question that has no stored answer, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, assert_never, runtime_checkable

from benchmark.engine.keys import KEY_SCHEMA, Keys, encoder_of
from benchmark.engine.plan import plan
from benchmark.engine.sample_again import LEAST, Sample
from benchmark.engine.store import ResponseStore
from benchmark.errors import CultureError, DataProblem, ModelProblem, RequestProblem
from benchmark.records import (
    Answer,
    Choice,
    Continuation,
    Embed,
    Generate,
    Model,
    ModelIdentity,
    Reply,
    Request,
    Task,
)

ReplyOrError = Reply | CultureError
# Errors about a single request: its picture cannot be read, or it cannot be answered.
OF_A_REQUEST = (DataProblem, RequestProblem)
SUSPECT = 8  # unanswered requests, from the first on, that show the model itself to fail


class Embedder(Protocol):
    """Answers `Embed` requests for the model; ``identities`` by the name in a request."""

    @property
    def identities(self) -> Mapping[str, ModelIdentity]: ...

    def answer(self, batch: Sequence[Request]) -> Sequence[Answer]: ...


@runtime_checkable
class Streaming(Protocol):
    """A model that passes on each answer of a batch as it arrives, by its place.

    What came before a failure, or before the process was killed, is stored and not asked again.
    """

    def deliver(
        self, batch: Sequence[Request], keep: Callable[[int, Answer | RequestProblem], None]
    ) -> None: ...


class Unsupported(RequestProblem):
    """A model was to be asked for ``tasks`` that it does not support."""

    def __init__(self, model: Model, tasks: frozenset[Task]) -> None:
        can = ", ".join(sorted(model.supports)) or "nothing"
        super().__init__(
            f"{model.identity.name} was asked for {', '.join(sorted(tasks))}, which it does not "
            f"support (it does {can}); use a model that does"
        )
        self.tasks = tasks


class Interview:
    """One model, one store; ``n_computed`` and ``n_stored`` count distinct requests.

    Requests to an encoder of ``embedder`` do not load the model.
    """

    def __init__(
        self,
        *,
        identity: ModelIdentity,
        store: ResponseStore,
        load: Callable[[], Model],
        batch_size: int,
        embedder: Embedder | None = None,
        key_schema: int = KEY_SCHEMA,
    ) -> None:
        self.identity = identity
        self.n_computed = 0
        self.n_stored = 0
        self._embedder = embedder
        encoders = embedder.identities if embedder is not None else None
        self._keys = Keys(identity, encoders, schema=key_schema)
        self._store = store
        self._load = load
        self._model: Model | None = None
        self.batch_size = batch_size
        self._sample = Sample()
        self._n_refused = 0

    @property
    def context(self) -> str:
        """The digest under which the store holds this model's answers."""
        return self._keys.context

    def distinct(self, requests: Sequence[Request]) -> dict[str, Request]:
        """The requests by key, each once."""
        return {self._keys(request): request for request in requests}

    def held(self, keys: Sequence[str]) -> set[str]:
        """Which of ``keys`` have a stored answer; nothing is asked or counted."""
        return self._store.held(keys)

    def batches(self, requests: Sequence[Request]) -> list[list[Request]]:
        """What `ask` would put to the model together if none of it were stored."""
        distinct = list(self.distinct(requests).values())
        return [
            [distinct[i] for i in batch] for batch in plan(distinct, batch_size=self.batch_size)
        ]

    def ask_again(
        self, batch_sizes: Sequence[int], *, least: int = LEAST
    ) -> list[tuple[Request, Answer, Answer]]:
        """A sample of what was computed here: request, stored answer, answer in another batch.

        The sample, of ``least`` questions if there are so many, is asked once for each batch size.
        Nothing is stored or counted.
        """
        model, sample = self._model, self._sample.drawn(least)
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
        """Replies in the order of the requests; raises if one of them has none."""
        replies = []
        for reply in self.replies(requests):
            if isinstance(reply, CultureError):
                raise reply
            replies.append(reply)
        return replies

    def replies(self, requests: Sequence[Request]) -> list[ReplyOrError]:
        """In the order of the requests, a reply to each or the reason why there is none.

        Each batch is stored as soon as it is answered. Raises only what no single request causes:
        a failing model, its server, the store.
        """
        keys = [self._keys(request) for request in requests]
        unique = dict(zip(keys, requests, strict=True))
        distinct, asked = list(unique), list(unique.values())
        answers: dict[str, Answer | CultureError] = {**self._store.get(distinct)}
        self.n_stored += len(answers)
        answers.update(self._unsupported({k: r for k, r in unique.items() if k not in answers}))
        for batch in plan(asked, batch_size=self.batch_size):
            missing = [i for i in batch if distinct[i] not in answers]
            if missing:
                answers.update(self._compute({distinct[i]: asked[i] for i in missing}))
        return [_reply_or_error(key, answers[key]) for key in keys]

    def _unsupported(self, lacking: Mapping[str, Request]) -> dict[str, Unsupported]:
        """Why the model is not asked some of what is not stored; loads it to find out."""
        of_model = {k: r for k, r in lacking.items() if not self._embeds(r)}
        problem = _unsupported(self.load(), of_model.values()) if of_model else None
        if problem is None:
            return {}
        return {k: problem for k, r in of_model.items() if _task_of(r) in problem.tasks}

    def _compute(self, wanted: Mapping[str, Request]) -> dict[str, Answer | CultureError]:
        requests = list(wanted.values())
        if not self._embeds(requests[0]) and isinstance(model := self.load(), Streaming):
            problems = self._store_each(model, wanted)
        else:
            problems = self._store_together(wanted)
        stored = [key for key in wanted if key not in problems]
        self._sample.add({key: wanted[key] for key in stored})
        # Read back: if another worker was first, its answer counts.
        return {**problems, **self._store.get(stored)}

    def _store_each(
        self, model: Streaming, wanted: Mapping[str, Request]
    ) -> dict[str, CultureError]:
        """Store each answer as it comes; why some have none, by key."""
        keys = list(wanted)
        identity = self._keys.identity_text(self.context)
        problems: dict[str, CultureError] = {}

        def keep(place: int, given: Answer | RequestProblem) -> None:
            if isinstance(given, RequestProblem):
                problems[keys[place]] = self._problem(given)
                return
            self._store.put({keys[place]: given}, context=self.context, identity=identity)
            self.n_computed += 1

        before = self.n_computed
        model.deliver(list(wanted.values()), keep)
        self._check_number(self.n_computed - before + len(problems), len(wanted))
        return problems

    def _check_number(self, given: int, wanted: int) -> None:
        if given != wanted:
            raise ModelProblem(
                f"model {self.identity.name!r} gave {given} answers to {wanted} requests"
            )

    def _store_together(self, wanted: Mapping[str, Request]) -> dict[str, CultureError]:
        """Store a batch's answers together; why some have none, by key."""
        found = dict(zip(wanted, self._answered(list(wanted.values())), strict=True))
        rows = {k: given for k, given in found.items() if not isinstance(given, CultureError)}
        contexts = {key: self._keys.context_of(wanted[key]) for key in rows}
        for context in dict.fromkeys(contexts.values()):  # several where encoders share a batch
            self._store.put(
                {key: answer for key, answer in rows.items() if contexts[key] == context},
                context=context,
                identity=self._keys.identity_text(context),
            )
        self.n_computed += len(rows)
        return {k: given for k, given in found.items() if isinstance(given, CultureError)}

    def _answered(self, requests: Sequence[Request]) -> list[Answer | CultureError]:
        """The answers to a batch; finds the request in it that cannot be answered."""
        try:
            answers = self._batch_answers(requests)
        except OF_A_REQUEST as error:
            problem = _without_trace(error)
        else:
            return list(answers)
        if len(requests) > 1:
            half = len(requests) // 2
            return [*self._answered(requests[:half]), *self._answered(requests[half:])]
        return [self._problem(problem)]

    def _problem(self, problem: DataProblem | RequestProblem) -> DataProblem | RequestProblem:
        """Why one request has no answer; if none of the first has one, the model fails."""
        self._n_refused += isinstance(problem, RequestProblem)
        if self._n_refused >= SUSPECT and not (self.n_computed or self.n_stored):
            raise ModelProblem(f"none of the first {SUSPECT} requests could be answered: {problem}")
        return problem

    def _batch_answers(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """The answers of the encoders or the model to a batch, which is of one kind."""
        if self._embedder is not None and self._embeds(requests[0]):
            answers = self._embedder.answer(requests)
        else:
            answers = self.load().answer(requests)
        self._check_number(len(answers), len(requests))
        return answers

    def _embeds(self, request: Request) -> bool:
        known = self._embedder.identities if self._embedder is not None else {}
        return isinstance(request, Embed) and encoder_of(request) in known

    def load(self) -> Model:
        """The model, loaded when first needed."""
        if self._model is None:
            self._model = self._load()
        return self._model


def _reply_or_error(key: str, answer: Answer | CultureError) -> ReplyOrError:
    return answer if isinstance(answer, CultureError) else Reply(key=key, answer=answer)


def _without_trace(problem: DataProblem | RequestProblem) -> DataProblem | RequestProblem:
    """Without what led to it: a traceback would keep the failed forward's tensors alive."""
    problem.__cause__ = problem.__context__ = None
    return problem.with_traceback(None)


def _unsupported(model: Model, requests: Iterable[Request]) -> Unsupported | None:
    """What of these requests the model cannot do; None where it can do all."""
    tasks = frozenset(map(_task_of, requests)) - model.supports
    return Unsupported(model, tasks) if tasks else None


def _task_of(request: Request) -> Task:
    """What a request asks a model to do."""
    match request:
        case Choice():
            return Task.CHOICE
        case Continuation():
            return Task.CONTINUATION
        case Generate():
            return Task.GENERATE
        case Embed():
            return Task.EMBED
        case _:
            assert_never(request)
