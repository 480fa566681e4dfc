"""Questions with their answers as tensors: the suite's own prompt, the loss on the label alone.

Knows requests and a processor; no weights and no trainer. The prompt is rendered by the code that
the harness asks with, so what is trained is what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PIL.Image import Image

from benchmark.errors import ModelProblem
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.labels import check_end, common_prefix
from benchmark.records import Choice, ImageRef

IGNORED = -100  # a label that the loss leaves out, by torch's convention
PLACE = "place"


class Batches:
    """Makes a batch of places in a schedule; ``ask`` gives the request at a place, with its truth.

    Called by the trainer with rows of a table of places.
    """

    def __init__(
        self,
        inputs: Inputs,
        ask: Callable[[int], Choice],
        dtype: Any,  # noqa: ANN401 - torch is imported when first asked
    ) -> None:
        self._inputs = inputs
        self._ask = ask
        self._dtype = dtype

    def __call__(self, rows: Sequence[Mapping[str, int]]) -> dict[str, Any]:
        """What the model's forward takes, labels included."""
        return tensors(self._inputs, [self._ask(row[PLACE]) for row in rows], self._dtype)


def tensors(inputs: Inputs, requests: Sequence[Choice], dtype: Any) -> dict[str, Any]:  # noqa: ANN401
    """Prompts followed by their right labels, padded on the right.

    ``labels`` (rows, longest) hold the tokens from the first that tells a label from the others,
    which is where the harness reads its probability; all else is left out of the loss.
    """
    import torch

    for request in requests:
        _check_words(inputs, request)
    rendered = [inputs.render(request.prompt)[0] for request in requests]
    right = [request.labels[_truth(request)] for request in requests]
    texts = [text + label for text, label in zip(rendered, right, strict=True)]
    found = inputs.tensors(texts, [request.prompt for request in requests])
    ids = found["input_ids"]  # (rows, longest)
    ends = [int(n) for n in found["attention_mask"].sum(dim=1)]
    labels = torch.full_like(ids, IGNORED)
    for row, (text, request, end) in enumerate(zip(rendered, requests, ends, strict=True)):
        n = completion_tokens(inputs, text, request)
        right_end = inputs.token_ids(texts[row])[-n - 1 :]
        check_end(ids[row, :end].tolist(), right_end, who=inputs.who)
        start = end - n
        labels[row, start:end] = ids[row, start:end]
    whole = {**found.to(dtype=dtype), "labels": labels}
    return {name: value for name, value in whole.items() if value is not None}


def completion_tokens(inputs: Inputs, text: str, request: Choice) -> int:
    """How many tokens of the right label follow what all labels share; a bracket may merge in."""
    rows = [inputs.token_ids(text + label) for label in request.labels]
    whole = rows[_truth(request)]
    n = len(whole) - min(common_prefix(rows), len(whole) - 1)
    if len({tuple(row) for row in rows}) < len(rows):
        raise ModelProblem(
            f"this model's tokenizer does not tell the labels {', '.join(request.labels)} apart, "
            "so nothing could be learned from them"
        )
    return n


def _check_words(inputs: Inputs, request: Choice) -> None:
    """Raise if the model would obey words of a question: it would learn from another prompt."""
    if commands := inputs.commands(request):
        raise ModelProblem(
            f"question {request.subject.item_id} holds {', '.join(commands)}, which this model "
            "obeys instead of reading; leave it out of the training split or reword it"
        )


def shrunk(picture: ImageRef, longest: int | None) -> ImageRef:
    """The picture with no side longer than ``longest`` pixels; unchanged if that is None."""
    if longest is None:
        return picture

    def pixels() -> Image:
        image = picture.pixels().copy()
        image.thumbnail((longest, longest))
        return image

    return replace(picture, digest=f"{picture.digest}<={longest}", pixels=pixels)


def _truth(request: Choice) -> int:
    if request.subject.truth is None:
        raise ModelProblem(f"question {request.subject.item_id} has no right option to train on")
    return request.subject.truth
