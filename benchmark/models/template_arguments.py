"""``--template-args``: a chat template's input besides the conversation; part of the identity.

Knows no template and no model. They are kept among the model's arguments as ``template.NAME``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from benchmark.errors import UsageProblem

PREFIX = "template."
OPTION = "--template-args"
LITERALS = {"true": "true", "false": "false", "none": "null", "null": "null"}
# What the harness itself gives every template.
FIXED = frozenset({"add_generation_prompt", "continue_final_message", "tokenize", "messages"})


def for_identity(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The option's pairs as model arguments.

    Python's spelling of true, false and null is read as JSON's, so equal settings share a key.

    >>> for_identity([("enable_thinking", "False")])
    (('template.enable_thinking', 'false'),)
    """
    pairs = tuple(pairs)
    for name, value in pairs:
        if name in FIXED:
            raise UsageProblem(
                f"{OPTION} {name}={value} cannot be set: the harness decides it; leave it out"
            )
    return tuple((PREFIX + name, LITERALS.get(value.casefold(), value)) for name, value in pairs)


def template_arguments(model_args: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """The template's variables by name: the value of a JSON literal, else the text itself.

    >>> template_arguments([("dtype", "x"), ("template.enable_thinking", "false")])
    {'enable_thinking': False}
    """
    found: dict[str, object] = {}
    for name, text in model_args:
        if name.startswith(PREFIX):
            try:
                found[name.removeprefix(PREFIX)] = json.loads(text)
            except json.JSONDecodeError:
                found[name.removeprefix(PREFIX)] = text
    return found
