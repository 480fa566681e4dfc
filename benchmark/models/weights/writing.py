"""Writes many texts at once after prefixes that are encoded once.

Rows are at the same position and never padded: a prompt that is longer than another after its
prefix is read token by token while the other already writes. Finished rows leave. Knows no family;
the scorer encodes, and `sampling` draws.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmark.models.weights.budget import cached_rows
from benchmark.models.weights.generation import end_tokens
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.lines import Line
from benchmark.models.weights.memory import does_not_fit, free_memory
from benchmark.models.weights.placement import memory_bytes
from benchmark.models.weights.row_cache import RowCache
from benchmark.models.weights.sampling import next_tokens, uniforms
from benchmark.models.weights.shared import Encoded, SharedScorer
from benchmark.records import Finish, Generate, Prompt, Text
from benchmark.texts.thinking import split_thinking, still_open

SPREAD = 16  # tokens by which prompts that are written together may differ
COMPACT = 0.25  # share of rows that must have ended before the others are moved together


@dataclass(kw_only=True, slots=True)
class Row:
    """One text being written; ``read`` counts the tokens of its tail that the model has seen."""

    place: int
    group: int
    request: Generate
    line: Line
    start: int
    encoded: Encoded | None = None
    read: int = 0
    out: list[int] = field(default_factory=list)
    finish: Finish | None = None
    _numbers: list[float] = field(default_factory=list)

    @property
    def tail(self) -> tuple[int, ...]:
        return self.line.tail(self.start)

    @property
    def number(self) -> float:
        """The random number for its next token."""
        return self._numbers[len(self.out)] if self.finish is None else 0.0

    def begin(self) -> None:
        """Start with nothing written."""
        params = self.request.params
        self.read, self.out, self.finish = 0, [], None
        n = params.max_new_tokens
        self._numbers = uniforms(self.request.seed, n).tolist() if params.temperature else [0.0] * n

    def take(self, token: int, stops: frozenset[int]) -> int:
        """The token to go on with: the prompt's next, or the drawn one, which may end the text."""
        if self.read < len(self.tail):
            self.read += 1
            return self.tail[self.read - 1]
        self.out.append(token)
        if token in stops:
            self.finish = "stop"
        elif len(self.out) == self.request.params.max_new_tokens:
            self.finish = "length"
        return token


class SharedWriter:
    """One model's texts; ``most`` is how many rows run together since memory ran out."""

    def __init__(self, model: Any, inputs: Inputs, scorer: SharedScorer) -> None:  # noqa: ANN401 - a transformers model, any family
        import torch

        self.most: int | None = None
        self._model = model
        self._inputs = inputs
        self._scorer = scorer
        self._memory = memory_bytes(torch, model)
        self._stops = end_tokens(model, inputs.eos_id)

    def texts(self, batch: Sequence[Generate]) -> list[Text]:
        """In the order asked; what is finished before memory runs out is kept."""
        import torch

        found: dict[int, Text] = {}
        waiting = self._sorted(batch)
        while waiting:
            rows = self._together(waiting)
            try:
                self._write(rows, found)
            except torch.OutOfMemoryError as error:
                if len(rows) == 1:
                    raise does_not_fit("a text being written") from error
                self.most = len(rows) // 2
            waiting = [row for row in waiting if row.place not in found]
            if self.most is not None:
                free_memory()
        return [found[i] for i in range(len(batch))]

    def _sorted(self, batch: Sequence[Generate]) -> list[Row]:
        """Those of one prefix together, in order of first appearance; short prompts first."""
        rows, groups = [], dict[object, int]()
        for place, request in enumerate(batch):
            line = line_of(self._inputs, request.prompt)
            key = self._scorer.key(line)
            group = groups.setdefault(key, len(groups))
            rows.append(
                Row(place=place, group=group, request=request, line=line, start=len(key[0]))
            )
        return sorted(rows, key=lambda row: (row.group, len(row.tail), row.tail))

    def _together(self, waiting: Sequence[Row]) -> list[Row]:
        """The next rows that fit together: prefixes of one length, prompts nearly so."""
        chosen: list[Row] = []
        shortest, room = len(waiting[0].tail), 0
        for row in waiting:
            if row.encoded is None:
                row.encoded = next(
                    (other.encoded for other in chosen if other.group == row.group), None
                ) or self._scorer.encoding(row.line)
            own = len(row.tail)
            self._scorer.context.check(
                _length(row) + own, written=row.request.params.max_new_tokens
            )
            if not chosen:
                room = self._rows(row)
            first = chosen[0] if chosen else row
            if len(chosen) == room or _length(row) != _length(first):
                break
            if shortest <= own <= shortest + SPREAD:
                chosen.append(row)
        return chosen

    def _rows(self, row: Row) -> int:
        """How many rows like this one may run together."""
        layers = [layer for layer in _cache(row).layers if layer.keys is not None]
        token = sum(
            tensor[:, :, :1].numel() * tensor.element_size()
            for layer in layers
            for tensor in (layer.keys, layer.values)
        )
        own = len(row.tail) + row.request.params.max_new_tokens
        n = own if self._scorer.in_place else own + _length(row)
        most = cached_rows(self._memory, n * token)
        return most if self.most is None else min(most, self.most)

    def _write(self, rows: list[Row], found: dict[int, Text]) -> None:
        import torch

        for row in rows:  # from the start, where memory ran out before
            row.begin()
        with torch.inference_mode():
            cache, logits = self._read(rows)
            while True:
                ids = self._advance(rows, logits)
                for row in rows:
                    if row.finish and row.place not in found:
                        prompt = row.request.prompt
                        found[row.place] = text_of(self._inputs, prompt, row.out, row.finish)
                alive = [i for i, row in enumerate(rows) if not row.finish]
                if not alive:
                    return
                if len(alive) <= (1 - COMPACT) * len(rows):
                    rows, ids = [rows[i] for i in alive], [ids[i] for i in alive]
                    cache.select(alive)
                logits = self._forward(rows, [[token] for token in ids], cache)

    def _read(self, rows: Sequence[Row]) -> tuple[RowCache, Any]:
        """The forward over the length that all prompts have; equal prompts are read once."""
        n = len(min((row.tail for row in rows), key=len))
        firsts: dict[tuple[int, tuple[int, ...]], int] = {}
        for i, row in enumerate(rows):
            firsts.setdefault((row.group, row.tail[:n]), i)
            row.read = n
        distinct = [rows[i] for i in sorted(firsts.values())]
        counts = Counter(row.group for row in distinct)
        encodings = {row.group: _cache(row) for row in distinct}
        cache = RowCache(
            list(encodings.values()), list(counts.values()), in_place=self._scorer.in_place
        )
        logits = self._forward(distinct, [row.tail[:n] for row in distinct], cache)
        place = {key: k for k, key in enumerate(sorted(firsts, key=firsts.__getitem__))}
        index = [place[row.group, row.tail[:n]] for row in rows]
        cache.select(index)
        return cache, logits[index]

    def _advance(self, rows: Sequence[Row], logits: Any) -> list[int]:  # noqa: ANN401
        """The next token of each row: its prompt's, where it has not been read to the end."""
        import torch

        numbers = torch.tensor([row.number for row in rows], dtype=torch.float64)
        drawn = next_tokens(logits, [row.request.params for row in rows], numbers).tolist()
        return [
            self._inputs.pad_id if row.finish else row.take(token, self._stops)
            for row, token in zip(rows, drawn, strict=True)
        ]

    def _forward(self, rows: Sequence[Row], ids: Sequence[Sequence[int]], cache: RowCache) -> Any:  # noqa: ANN401
        """Next-token logits, (rows, vocabulary)."""
        import torch

        self._scorer.remember([row.encoded for row in rows if row.encoded is not None])
        return self._model(
            input_ids=torch.tensor(ids, device=self._scorer.device),
            **{self._scorer.cache_name: cache.cache},
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]


def line_of(inputs: Inputs, prompt: Prompt) -> Line:
    """A prompt whose last token is read."""
    text, _ = inputs.render(prompt)
    ids = tuple(inputs.token_ids(text))
    return Line(prompt=prompt, text=text, ids=ids, end=len(ids))


def text_of(inputs: Inputs, prompt: Prompt, ids: Sequence[int], finish: Finish) -> Text:
    """Written tokens as a text, without the thinking that they or their prompt open."""
    _, tail = inputs.render(prompt)
    return split_thinking(inputs.decode(ids), finish, opened=bool(still_open(tail)))


def _cache(row: Row) -> Any:  # noqa: ANN401
    if row.encoded is None:
        raise RuntimeError("a prefix is encoded before its rows are chosen")
    return row.encoded.cache


def _length(row: Row) -> int:
    """Tokens of a row's prefix, its picture's among them."""
    return int(_cache(row).get_seq_length())
