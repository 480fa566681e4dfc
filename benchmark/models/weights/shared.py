"""Scores many lines after one encoding of what they share: rules, image, instruction.

Knows no family and no kind of request: it takes lines of tokens, and passes the logits at the
positions they ask for to the caller's function.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from benchmark.errors import ModelProblem
from benchmark.models.weights import cache_view, cascade
from benchmark.models.weights.budget import TokenBudget
from benchmark.models.weights.cache_view import cache_name
from benchmark.models.weights.context import Context
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.lines import Line, head, split
from benchmark.models.weights.memory import does_not_fit, free_memory
from benchmark.models.weights.pictures import Recent
from benchmark.models.weights.placement import entry, is_spread
from benchmark.models.weights.suffixes import buckets, padded
from benchmark.records import Prompt

R = TypeVar("R")
Key = tuple[tuple[int, ...], tuple[str, ...]]
KEPT = 2  # encodings: the one in use and one to go back to; a large model's takes a GiB


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoded:
    """A prefix after its forward: the cache, and what else the model keeps."""

    cache: Any
    rope: tuple[Any, ...]


class SharedScorer:
    """One model's shared encodings; the last ones stay for the next batch."""

    def __init__(self, model: Any, inputs: Inputs, budget: TokenBudget) -> None:  # noqa: ANN401 - a transformers model, any family
        self._model = model
        self.device = entry(model)
        # A tensor of positions could be on another device than the head.
        self._from_first = is_spread(model)
        self._inputs = inputs
        self._budget = budget
        self.context = Context()
        self._heads: Recent[tuple[int, ...]] = Recent(64)
        self._encoded: Recent[Encoded] = Recent(KEPT)
        self.in_place = cascade.install(model)
        self._view = cascade.view if self.in_place else cache_view.view
        # Qwen's models keep the last prompt's shift of positions on a module, not in the cache.
        self._rope = [part for part in model.modules() if hasattr(part, "rope_deltas")]
        self.cache_name = cache_name(model)

    def score(
        self, lines: Sequence[Line], read: Callable[[Any, Sequence[int]], Sequence[R]]
    ) -> list[R]:
        """What ``read`` returns for logits (rows, reads, vocabulary) and these rows' positions.

        A line's reads are at the end of its row, in order.
        """
        groups: defaultdict[Key, list[int]] = defaultdict(list)
        for i, line in enumerate(lines):
            groups[self.key(line)].append(i)
        found: dict[int, R] = {}
        for key, members in groups.items():
            found.update(self._group(key, members, lines, read))
        return [found[i] for i in range(len(lines))]

    def shared_tokens(self, line: Line) -> int:
        """How many of a line's tokens, placeholders unexpanded, come from the shared encoding."""
        words = tuple(part if isinstance(part, str) else None for part in line.prompt.prefix)
        return split(line, self._heads.get(words, lambda: head(self._tokens, line.prompt)))

    def key(self, line: Line) -> Key:
        """Lines with equal keys share one encoding."""
        pictures = tuple(ref.digest for ref in line.prompt.images)
        return line.ids[: self.shared_tokens(line)], pictures

    def encoding(self, line: Line) -> Encoded:
        """The encoding of what the lines of this key share."""
        return self._encoding(self.key(line), line)

    def remember(self, encodings: Sequence[Encoded]) -> None:
        """Restore what the model keeps besides the cache, one encoding a row, before a forward."""
        import torch

        self._remember(
            [
                None if parts[0] is None else torch.cat(parts)
                for parts in zip(*(one.rope for one in encodings), strict=True)
            ]
        )

    def _tokens(self, prompt: Prompt) -> Sequence[int]:
        return self._inputs.token_ids(self._inputs.render(prompt)[0])

    def _group(
        self,
        key: Key,
        members: Sequence[int],
        lines: Sequence[Line],
        read: Callable[[Any, Sequence[int]], Sequence[R]],
    ) -> dict[int, R]:
        """One prefix's lines; what is finished before memory runs out is kept."""
        import torch

        start = len(key[0])
        encoded = self._encoding(key, lines[members[0]])
        longest = max(lines[i].end for i in members) - start
        self.context.check(int(encoded.cache.get_seq_length()) + longest)
        found: dict[int, R] = {}
        waiting = list(members)
        while waiting:
            lengths = [lines[i].end - start for i in waiting]
            for bucket in buckets(lengths, budget=self._budget.tokens):
                rows = [waiting[j] for j in bucket]
                try:
                    answers = read(self._forward(encoded, [lines[i] for i in rows], start), rows)
                except torch.OutOfMemoryError as error:
                    width = max(lengths[j] for j in bucket)
                    if len(rows) == 1:
                        raise does_not_fit(f"{width} tokens after its prefix") from error
                    self._budget.halve(len(rows) * width)
                    break
                found.update(zip(rows, answers, strict=True))
            waiting = [i for i in waiting if i not in found]
            if waiting:
                free_memory()
        return found

    def _encoding(self, key: Key, line: Line) -> Encoded:
        """The kept one, or a new one; if it does not fit, the kept ones are dropped."""
        import torch

        start = len(key[0])
        try:
            return self._encoded.get(key, lambda: self._encode(line, start))
        except torch.OutOfMemoryError:
            self._encoded.clear()
        free_memory()
        try:
            return self._encoded.get(key, lambda: self._encode(line, start))
        except torch.OutOfMemoryError as error:
            raise does_not_fit(f"{len(line.ids)} tokens and its pictures") from error

    def _encode(self, line: Line, start: int) -> Encoded:
        """The forward of what lines share, image included: a whole line's inputs less its tail."""
        import torch
        from transformers import DynamicCache

        inputs = self._inputs.tensors([line.text], [line.prompt])
        tail = len(line.ids) - start
        n = inputs["input_ids"].shape[1] - tail
        if n < 1 or tuple(inputs["input_ids"][0, n:].tolist()) != line.ids[start:]:
            raise ModelProblem(
                "this model's processor changes the words after an image, so prompts cannot "
                f"share what comes before {line.prompt.suffix[:40]!r}; use --scoring full"
            )
        self.context.check(n)
        shape = inputs["input_ids"].shape
        cut = {k: v[:, :n] if v.shape == shape else v for k, v in inputs.items()}
        inputs = type(inputs)(cut).to(self.device, dtype=self._model.dtype)
        cache = DynamicCache(config=self._model.config)
        self._remember((None,) * len(self._rope))
        with torch.inference_mode():
            held = {self.cache_name: cache, "use_cache": True}
            self._model(**inputs, **held, logits_to_keep=1)
        return Encoded(cache=cache, rope=tuple(part.rope_deltas for part in self._rope))

    def _forward(self, encoded: Encoded, lines: Sequence[Line], start: int) -> Any:  # noqa: ANN401
        """Logits (rows, reads, vocabulary) of tails after their shared encoding."""
        tails = [line.tail(start) for line in lines]
        ids, keep = padded(tails, [line.n_read for line in lines], pad=self._inputs.pad_id)
        ids, keep = ids.to(self.device), keep.to(self.device)
        if not self._from_first:
            logits = self._logits(encoded, ids, keep)
            if logits.shape[:-1] == keep.shape:
                return logits
            self._from_first = True  # transformers before 5.23 takes no positions per row
        first = int(keep.min())
        logits = self._logits(encoded, ids, ids.shape[1] - first)
        return logits.take_along_dim((keep - first)[..., None].to(logits.device), dim=1)

    def _logits(self, encoded: Encoded, ids: Any, keep: Any) -> Any:  # noqa: ANN401
        """Logits after a shared encoding, at the positions ``keep``, or at so many last ones."""
        import torch

        self._remember(encoded.rope)
        with torch.inference_mode():
            return self._model(
                input_ids=ids,
                **{self.cache_name: self._view(encoded.cache, len(ids))},
                use_cache=True,
                logits_to_keep=keep,
            ).logits

    def _remember(self, rope: Sequence[Any]) -> None:
        for part, value in zip(self._rope, rope, strict=True):
            part.rope_deltas = value
