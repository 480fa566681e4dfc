"""Choices and continuations after shared prefixes: requests to lines, logits to answers.

Knows requests and tokens; the scorer runs the forwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmark.models.weights.budget import TokenBudget
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.labels import Labels, LabelTokens, common_prefix
from benchmark.models.weights.lines import Line
from benchmark.models.weights.pictures import Recent
from benchmark.models.weights.readings import by_request, label_probabilities, log_likelihoods
from benchmark.models.weights.shared import SharedScorer
from benchmark.records import Choice, Continuation, LogLikelihoods, Probabilities, Prompt

LINES = 4096  # of one survey under a few templates


class SharedAnswers:
    """One model's answers; ``scorer`` holds the encodings."""

    def __init__(self, model: Any, inputs: Inputs, labels: Labels, budget: TokenBudget) -> None:  # noqa: ANN401 - a transformers model, any family
        self.scorer = SharedScorer(model, inputs, budget)
        self._inputs = inputs
        self._labels = labels
        self._lines: Recent[tuple[Line, LabelTokens]] = Recent(LINES)

    def choices(self, batch: Sequence[Choice]) -> list[Probabilities]:
        """The next token's distribution over each request's labels."""
        asked = [self.line(request) for request in batch]
        ids = [found.ids for _, found in asked]
        return self.scorer.score(
            [line for line, _ in asked],
            lambda logits, rows: label_probabilities(logits[:, -1], [ids[row] for row in rows]),
        )

    def continuations(self, batch: Sequence[Continuation]) -> list[LogLikelihoods]:
        """Texts of all requests are rows of the same forwards; an empty text needs none."""
        lines = [
            self._text_line(request.prompt, text) for request in batch for text in request.texts
        ]
        run = [line for line in lines if line.n_read]
        texts = [line.ids[line.end - line.n_read + 1 :] for line in run]
        scored = iter(
            self.scorer.score(
                run, lambda logits, rows: log_likelihoods(logits, [texts[row] for row in rows])
            )
        )
        totals = [next(scored) if line.n_read else 0.0 for line in lines]
        return by_request(batch, totals, [line.n_read for line in lines])

    def line(self, request: Choice) -> tuple[Line, LabelTokens]:
        """Tokens do not depend on the picture, so they are kept for the next one."""
        prompt = request.prompt
        words = tuple(part if isinstance(part, str) else None for part in prompt.prefix)
        key = (words, prompt.suffix, prompt.lead_in, request.labels)
        line, found = self._lines.get(key, lambda: self._new_line(request))
        return replace(line, prompt=prompt), found

    def _new_line(self, request: Choice) -> tuple[Line, LabelTokens]:
        """The first label is tokenised with the text, because it may merge with its end."""
        before, tail = self._inputs.render(request.prompt)
        text = before + request.labels[0]
        row = self._inputs.token_ids(text)
        found = self._labels(row, before, tail, request.labels)
        end = len(row) - found.n_after
        return Line(prompt=request.prompt, text=text, ids=tuple(row), end=end), found

    def _text_line(self, prompt: Prompt, text: str) -> Line:
        """Read at each position whose next token is one of the text's."""
        before, _ = self._inputs.render(prompt)
        whole = tuple(self._inputs.token_ids(before + text))
        n = len(whole) - common_prefix([self._inputs.token_ids(before), whole])
        return Line(prompt=prompt, text=before + text, ids=whole, end=len(whole) - 1, n_read=n)
