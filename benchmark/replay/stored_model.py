"""Answers requests from earlier answers: by what they ask, or by their position in a case.

Knows requests, keys and records; no file. Nothing here can compute an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import assert_never

from benchmark.engine.keys import KEY_SCHEMA, Keys
from benchmark.engine.unit import run_unit
from benchmark.errors import DataProblem
from benchmark.records import (
    Answer,
    AnswerReader,
    CaseRecord,
    Choice,
    Continuation,
    Embed,
    Generate,
    ImageRef,
    LogLikelihoods,
    ModelIdentity,
    Probabilities,
    Reply,
    Request,
    Script,
    Task,
    Text,
    Vector,
)

Ask = Callable[[Sequence[Request]], Sequence[Reply]]


class BundleModel:
    """A model that only reads: it raises on any request that was not answered before."""

    supports = frozenset(Task)

    def __init__(
        self,
        identity: ModelIdentity,
        answers: AnswerReader,
        encoders: Mapping[str, ModelIdentity] | None = None,
        *,
        key_schema: int = KEY_SCHEMA,
    ) -> None:
        self.identity = identity
        self.identities = encoders or {}
        self._answers = answers
        self._keys = Keys(identity, encoders, schema=key_schema)

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """The answers to exactly these requests.

        Raises
        ------
        DataProblem
            One was never asked: its wording, options, picture or settings are not the run's.
        """
        return [reply.answer for reply in self.ask(batch)]

    def ask(self, batch: Sequence[Request]) -> list[Reply]:
        """The same, with the keys."""
        keys = [self._keys(request) for request in batch]
        known = self._answers(keys)
        for key, request in zip(keys, batch, strict=True):
            if key not in known:
                raise DataProblem(_never_asked(request))
            check_fits(request, known[key])
        return [Reply(key=key, answer=known[key]) for key in keys]


def by_place(record: CaseRecord, keys: Sequence[str], answers: AnswerReader) -> Ask:
    """Answer a case's requests by the keys in its record, without knowing their wording.

    ``keys`` are those of all its requests in order, if they were recorded. Otherwise a request
    about an item gets the answer to the item's next key, as an item lists its keys in the order
    in which it was asked about.
    """
    in_order = iter(keys)
    of_item: dict[str, Iterator[str]] = {
        item.item_id: iter(item.request_keys) for item in record.items
    }

    def ask(batch: Sequence[Request]) -> list[Reply]:
        found = []
        for request in batch:
            item_id = _item_of(request)
            key = next(in_order if keys else of_item.get(item_id, iter(())), None)
            if key is None:
                raise DataProblem(f"the run names no more answers for {item_id!r}")
            found.append((key, request))
        known = answers([key for key, _ in found])
        for key, request in found:
            if key not in known:
                raise DataProblem(f"the bundle lacks answer {key[:12]}… for {_item_of(request)!r}")
            check_fits(request, known[key])
        return [Reply(key=key, answer=known[key]) for key, _ in found]

    return ask


def measure_again(case_id: str, script: Script, ask: Ask) -> CaseRecord:
    """The record that a case's script makes from the replies.

    Raises
    ------
    CultureError
        It asked for an answer that is not there, or could not go on.
    """
    outcome = run_unit({case_id: script}, ask)[case_id]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def noting(ask: Ask, noted: list[str]) -> Ask:
    """The same, with the keys of all requests added to ``noted`` in their order."""

    def asking(batch: Sequence[Request]) -> Sequence[Reply]:
        replies = ask(batch)
        noted.extend(reply.key for reply in replies)
        return replies

    return asking


def check_fits(request: Request, answer: Answer) -> None:
    """Raise a DataProblem unless the answer has the form that the request asks for."""
    match request:
        case Choice():
            fits = isinstance(answer, Probabilities) and len(answer.p) == len(request.labels)
        case Continuation():
            fits = isinstance(answer, LogLikelihoods) and len(answer.total) == len(request.texts)
        case Generate():
            fits = isinstance(answer, Text)
        case Embed():
            fits = isinstance(answer, Vector)
        case _:
            assert_never(request)
    if not fits:
        raise DataProblem(
            f"the answer for {_item_of(request)!r} does not fit the request "
            f"({type(answer).__name__} to {type(request).__name__})"
        )


def _never_asked(request: Request) -> str:
    pictures = () if isinstance(request, Embed) else request.prompt.images
    shown = f" with picture {', '.join(p.image_id for p in pictures)}" if pictures else ""
    if isinstance(request, Embed) and isinstance(request.content, ImageRef):
        shown = f" with picture {request.content.image_id}"
    return (
        f"no answer is stored to this request about {_item_of(request)!r}{shown}: either "
        "its wording, options or pixels are not those that the model saw, or the run had not "
        "selected it; a replay needs the run's own selection (--countries, --topics, --proxies)"
    )


def _item_of(request: Request) -> str:
    return request.subject.item_id


def lookup(answers: Mapping[str, Answer]) -> AnswerReader:
    """A reader of answers in memory; it leaves out keys that have none."""
    return lambda keys: {key: answers[key] for key in keys if key in answers}
