"""Vision-language models run by transformers: probabilities, log-likelihoods and text.

Knows no model family by name and no suite. The identity says how prompts are scored: after one
encoding of their shared prefix, or each in full, which the former is tested against.
"""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, assert_never

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.jsonio import Json
from benchmark.models.template_arguments import template_arguments
from benchmark.models.weights.budget import TokenBudget, token_budget
from benchmark.models.weights.context import context_of
from benchmark.models.weights.families import SHARED
from benchmark.models.weights.generation import end_tokens, generate
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.labels import Labels, check_end, common_prefix
from benchmark.models.weights.memory import Halving, does_not_fit
from benchmark.models.weights.placement import entry, is_spread
from benchmark.models.weights.readings import by_request, probabilities
from benchmark.models.weights.shared_answers import SharedAnswers
from benchmark.models.weights.shown import PromptSamples
from benchmark.models.weights.writing import SharedWriter, line_of, text_of
from benchmark.records import (
    Answer,
    Choice,
    Continuation,
    Embed,
    Generate,
    LogLikelihoods,
    ModelIdentity,
    Probabilities,
    Prompt,
    Request,
    Task,
    Text,
)

__all__ = ["TransformersModel", "probabilities"]

R = TypeVar("R")

SUPPORTS = frozenset({Task.CHOICE, Task.CONTINUATION, Task.GENERATE})


class TransformersModel:
    """One image-text-to-text model and its processor; `answer` runs a batch together."""

    supports = SUPPORTS

    def __init__(
        self,
        identity: ModelIdentity,
        model: Any,  # noqa: ANN401 - transformers' own, any family
        processor: Any,  # noqa: ANN401
        *,
        budget: TokenBudget | None = None,
    ) -> None:
        self.identity = identity
        self._model = model
        self._inputs = Inputs(processor, template_arguments(identity.model_args))
        self._labels = Labels(self._inputs.token_ids, who=self._inputs.who)
        self._prompt_samples = PromptSamples(self._inputs)
        self._unscored: Counter[str] = Counter()
        self._device = entry(model)
        self._spread = is_spread(model)
        self._keeps = "logits_to_keep" in inspect.signature(model.forward).parameters
        self._context = context_of(model.config, processor.tokenizer)
        self._halving = Halving()
        self._budget = budget or TokenBudget(token_budget(None))
        self._shared: SharedAnswers | None = None
        self._writer: SharedWriter | None = None
        if identity.scoring == SHARED:
            self._shared = SharedAnswers(model, self._inputs, self._labels, self._budget)
            self._shared.scorer.context = self._context
            self._writer = SharedWriter(model, self._inputs, self._shared.scorer)

    def describe(self) -> Mapping[str, Json]:
        """How many tokens or rows ran together, and what was left of it where memory ran out."""
        report: dict[str, Json] = {
            "prompts": self._prompt_samples.document(),
            "template_arguments": {
                name: str(value) for name, value in self._inputs.renderer.arguments.items()
            },
            "counts": {
                f"unscored for {token!r} in the words, which is a command to this model": n
                for token, n in sorted(self._unscored.items())
            },
        }
        if self._shared is None:
            return {**report, "rows_after_halving": self._halving.most}
        left = self._budget.tokens
        halved = left if left < self._budget.resolved else None
        most = None if self._writer is None else self._writer.most
        return {
            **report,
            "token_budget": self._budget.resolved,
            "token_budget_after_halving": halved,
            **({} if most is None else {"texts_together_after_halving": most}),
        }

    def answer(self, batch: Sequence[Request]) -> list[Answer]:
        """Answers in the order asked; choices share a forward, those without an image another.

        A question whose words hold a command to this model is not asked: its answer is NaN.
        """
        answers: dict[int, Answer] = {}
        unscored: Counter[str] = Counter()
        choices: list[tuple[int, Choice]] = []
        continuations: list[tuple[int, Continuation]] = []
        texts: list[tuple[int, Generate]] = []
        for i, request in enumerate(batch):
            if not isinstance(request, Embed):
                if missing := self._not_asked(request):
                    answers[i] = missing
                    unscored.update(self._inputs.commands(request))
                    continue
                self._prompt_samples.note(request)
            match request:
                case Choice():
                    choices.append((i, request))
                case Continuation():
                    continuations.append((i, request))
                case Generate():
                    texts.append((i, request))
                case Embed():
                    raise ModelProblem(
                        f"{self.identity.name} was asked for an embedding by {request.encoder!r} "
                        "but only scores and writes; use a model that supports embed"
                    )
                case _:
                    assert_never(request)
        chosen = self._all_choices([request for _, request in choices])
        answers.update(zip((i for i, _ in choices), chosen, strict=True))
        likely = self._all_continuations([request for _, request in continuations])
        answers.update(zip((i for i, _ in continuations), likely, strict=True))
        written = self._all_texts([request for _, request in texts])
        answers.update(zip((i for i, _ in texts), written, strict=True))
        self._unscored.update(unscored)  # only now, as a failed batch is asked again in halves
        return [answers[i] for i in range(len(batch))]

    def _not_asked(self, request: Choice | Continuation | Generate) -> Answer | None:
        """The answer to a request whose words hold a command; None for others."""
        commands = self._inputs.commands(request)
        if not commands:
            return None
        if isinstance(request, Generate):
            raise RequestProblem(
                f"the words of a prompt for {request.subject.item_id!r} hold "
                f"{', '.join(commands)}, which {self.identity.name} would obey instead of "
                "reading; reword it"
            )
        if isinstance(request, Choice):
            return Probabilities(p=(math.nan,) * len(request.labels), option_mass=math.nan)
        n = len(request.texts)
        return LogLikelihoods(total=(math.nan,) * n, n_tokens=(0,) * n)

    def tokens(self, request: Request) -> tuple[int, int]:
        """Tokens that a request shares with its group (0 where prompts run in full), and its own.

        Its picture's are among the former, or among its own where nothing is shared.
        """
        if isinstance(request, Embed):
            return 0, 0
        text, _ = self._inputs.render(request.prompt)
        whole = int(self._inputs.tensors([text], [request.prompt])["input_ids"].shape[1])
        added = [0]  # tokens that each row has after the prompt's
        if isinstance(request, Continuation):
            read = len(self._inputs.token_ids(text))
            rows = (len(self._inputs.token_ids(text + one)) - read for one in request.texts if one)
            added = [n - 1 for n in rows]  # the last one is never read on from
        if self._shared is None:
            return 0, sum(whole + n for n in added)
        if isinstance(request, Choice):
            line, _ = self._shared.line(request)
        else:
            line = line_of(self._inputs, request.prompt)
        own = line.end - self._shared.scorer.shared_tokens(line)
        return whole - own, sum(own + n for n in added)

    def _all_choices(self, batch: Sequence[Choice]) -> list[Probabilities]:
        """Full prompts without an image run separately: processors do not mix them."""
        if self._shared is not None:
            return self._shared.choices(batch)
        found: dict[int, Probabilities] = {}
        for with_images in (True, False):
            group = [i for i, r in enumerate(batch) if bool(r.prompt.images) == with_images]
            if group:
                some = self._halving.run(
                    [batch[i] for i in group],
                    self._choices,
                    what=lambda request: self._size(request.prompt),
                )
                found.update(zip(group, some, strict=True))
        return [found[i] for i in range(len(batch))]

    def _all_continuations(self, batch: Sequence[Continuation]) -> list[LogLikelihoods]:
        if self._shared is not None:
            return self._shared.continuations(batch)
        pairs = [
            self._alone(request.prompt, partial(self._log_likelihood, request.prompt, text))
            for request in batch
            for text in request.texts
        ]
        return by_request(batch, (total for total, _ in pairs), (n for _, n in pairs))

    def _all_texts(self, batch: Sequence[Generate]) -> list[Text]:
        if self._writer is not None:
            return self._writer.texts(batch)
        return [self._alone(request.prompt, partial(self._generate, request)) for request in batch]

    def _alone(self, prompt: Prompt, answer: Callable[[], R]) -> R:
        """An answer that is computed by itself and cannot be halved."""
        import torch

        try:
            return answer()
        except torch.OutOfMemoryError as error:
            raise does_not_fit(self._size(prompt)) from error

    def _size(self, prompt: Prompt) -> str:
        text, _ = self._inputs.render(prompt)
        return f"{self._inputs.tensors([text], [prompt])['input_ids'].shape[1]} tokens"

    # --- each prompt in full: choice ---------------------------------------------------------

    def _choices(self, batch: Sequence[Choice]) -> list[Probabilities]:
        rendered = [self._inputs.render(request.prompt) for request in batch]
        texts = [text + r.labels[0] for (text, _), r in zip(rendered, batch, strict=True)]
        inputs = self._tensors(texts, [request.prompt for request in batch])
        ends = [int(n) for n in inputs["attention_mask"].sum(dim=1)]
        rows = [row[:end].tolist() for row, end in zip(inputs["input_ids"], ends, strict=True)]
        tokens = [
            self._labels(row, text, tail, request.labels)
            for row, (text, tail), request in zip(rows, rendered, batch, strict=True)
        ]
        # The first label is in the text because its token may merge with what precedes it;
        # the score is read in front of it, and no position sees what follows.
        positions = [end - 1 - found.n_after for end, found in zip(ends, tokens, strict=True)]
        logits = self._logits_at(inputs, positions)  # (batch, vocabulary)
        return [probabilities(row, found.ids) for row, found in zip(logits, tokens, strict=True)]

    def _logits_at(self, inputs: Any, positions: Sequence[int]) -> Any:  # noqa: ANN401
        """Next-token logits at one position of each row; the head runs at those positions only."""
        import torch

        wanted = torch.tensor(positions, device=self._device)
        first, width = min(positions), inputs["input_ids"].shape[1]
        kept, column = torch.unique(wanted, return_inverse=True)
        with torch.inference_mode():
            if self._keeps and self._spread:  # a tensor could be on another device than the head
                logits = self._model(**inputs, logits_to_keep=width - first, use_cache=False).logits
                column = wanted - first
            elif self._keeps:
                logits = self._model(**inputs, logits_to_keep=kept, use_cache=False).logits
            else:
                logits = self._model(**inputs, use_cache=False).logits
                column = wanted
        rows = torch.arange(len(positions), device=logits.device)
        return logits[rows, column.to(logits.device)].cpu().double()

    # --- continuation and text --------------------------------------------------------------

    def _log_likelihood(self, prompt: Prompt, text: str) -> tuple[float, int]:
        """Sum over the tokens of prompt + text that are not tokens of the prompt alone."""
        import torch

        before, _ = self._inputs.render(prompt)
        whole = self._inputs.token_ids(before + text)
        n = len(whole) - common_prefix([self._inputs.token_ids(before), whole])
        if n == 0:
            return 0.0, 0
        inputs = self._tensors([before + text], [prompt])
        check_end(inputs["input_ids"][0].tolist(), whole[-n:], who=self._inputs.who)
        keep = {"logits_to_keep": n + 1} if self._keeps else {}
        with torch.inference_mode():
            logits = self._model(**inputs, **keep, use_cache=False).logits[0, -n - 1 : -1]
        targets = inputs["input_ids"][0, -n:].to(logits.device)
        steps = logits.double().log_softmax(-1).gather(-1, targets[:, None])  # (n, 1)
        return float(steps.sum()), n

    def _generate(self, request: Generate) -> Text:
        import torch

        text, _ = self._inputs.render(request.prompt)
        inputs = self._tensors([text], [request.prompt], written=request.params.max_new_tokens)
        ends = end_tokens(self._model, self._inputs.eos_id)
        device = self._device
        devices = [device] if device.type == "cuda" else []
        with torch.inference_mode(), torch.random.fork_rng(devices=devices, device_type="cuda"):
            torch.manual_seed(request.seed)
            ids = generate(
                self._model, inputs, request.params, ends=ends, pad_id=self._inputs.pad_id
            )[0]
        new = ids[inputs["input_ids"].shape[1] :].tolist()
        stopped = bool(new) and new[-1] in ends
        return text_of(self._inputs, request.prompt, new, "stop" if stopped else "length")

    def _tensors(self, texts: list[str], prompts: Sequence[Prompt], *, written: int = 0) -> Any:  # noqa: ANN401
        inputs = self._inputs.tensors(texts, prompts)
        self._context.check(int(inputs["attention_mask"].sum(dim=1).max()), written=written)
        return inputs.to(self._device, dtype=self._model.dtype)
