"""Whether arguments for a processor change anything; those that do not are refused.

An argument is part of the stored answers' key, so one that is ignored would split one model in
two. Knows processors by their visible state, and no family by name.
"""

from __future__ import annotations

import copy
import importlib.resources
import shlex
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from benchmark import jsonio
from benchmark.errors import ModelProblem

TEXT = "Which of these (A, B) is it?\n"
FAILURES = (OSError, ValueError, TypeError, KeyError, AttributeError)
PLAIN = (bool, int, float, str, list, tuple, dict, type(None))


def open_with(
    opened: Callable[..., Any], given: Mapping[str, object], *, name: str, family: str
) -> Any:  # noqa: ANN401 - transformers' own, any family
    """The processor that ``opened`` returns for the arguments.

    Raises
    ------
    ModelProblem
        One of them changes nothing.
    """
    processor = _open(opened, given)
    found = _state(processor)
    for argument, value in given.items():
        others = {other: v for other, v in given.items() if other != argument}
        try:
            without = _state(_open(opened, others))
        except FAILURES:  # so it is needed
            continue
        if without == found:
            limit = cap(family)
            hint = f"; its pictures are limited by {limit}" if limit else ""
            raise ModelProblem(
                f"--model-args processor.{argument}={jsonio.canonical(value)} changes nothing for "
                f"{name}: its processor ignores it or does the same without it{hint}; leave it out"
            )
    return processor


def cap(family: str) -> str:
    """The argument that limits the tokens of a picture; empty where none is known."""
    file = importlib.resources.files("benchmark.models.weights").joinpath("caps.toml")
    argument = tomllib.loads(file.read_text("utf-8")).get(family)
    return f"--model-args {shlex.quote(f'processor.{argument}')}" if argument else ""


def _open(opened: Callable[..., Any], given: Mapping[str, object]) -> Any:  # noqa: ANN401
    """A processor whose tokenizer does not keep what was meant for its image processor.

    transformers hands each argument to all parts; the tokenizer repeats what it keeps at every
    call, where some of it is deprecated, and where it would hide what the image processor has.
    """
    processor = opened(**copy.deepcopy(dict(given)))  # the library writes into what it is given
    of_pictures = getattr(processor.image_processor.valid_kwargs, "__annotations__", {})
    kept = getattr(processor.tokenizer, "init_kwargs", {})
    for name in set(given) & (set(of_pictures) | set(processor.image_processor.to_dict())):
        kept.pop(name, None)
    return processor


def _state(processor: Any) -> object:  # noqa: ANN401
    """What can be seen of how a processor treats pictures and text: settings and tokens."""
    tokenizer = processor.tokenizer
    sides = (tokenizer.padding_side, tokenizer.truncation_side, tokenizer.model_max_length)
    return (
        processor.image_processor.to_dict(),
        {name: value for name, value in vars(processor).items() if isinstance(value, PLAIN)},
        (tokenizer(TEXT)["input_ids"], tokenizer.chat_template, sides),
    )
