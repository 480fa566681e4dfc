"""One processor's chat template: how it takes a conversation, and where the answer begins.

Knows no prompt, no weights and no family. Rendering a probe shows what a template does:
whether it takes content as a list of parts or as a string, whether it shows pictures, and how it
opens the assistant's turn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from benchmark.errors import ModelProblem, unknown
from benchmark.models.template_arguments import OPTION
from benchmark.texts.thinking import still_open

Part = str | None  # None stands for a picture
Form = Literal["list", "string"]
# Template variables that switch the model's thinking off.
SWITCHES = ("enable_thinking", "thinking")
PROBE = "Seven 'zebras'\nor \"eight\"?"  # shows Python's repr for what it is: \n and \" are escaped
_GENERATION = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")  # transformers' own tag


class ChatTemplate:
    """Renders one user's turn, and the beginning of the answer to it."""

    def __init__(self, processor: Any, arguments: Mapping[str, object]) -> None:  # noqa: ANN401 - transformers' own, any family
        self._processor = processor
        self._who = type(processor).__name__
        self.source = template_of(processor)
        known = variables(self.source)
        for name in arguments:
            if known and name not in known:
                raise ModelProblem(
                    unknown("argument", name, sorted(known), source=f"{OPTION}: chat template")
                )
        self.arguments: dict[str, object] = {
            **{name: False for name in SWITCHES if name in known},
            **arguments,
        }
        self._forms: dict[bool, Form] = {}
        self._continues: dict[str, bool] = {}

    def answered(self, parts: Sequence[Part], lead_in: str) -> str:
        """The user's turn and the answer up to the end of ``lead_in``.

        As the template itself writes an answer that begins so, cut after the lead-in; after the
        generation prompt if that has more (an empty thinking block) or the cut is impossible.
        """
        if not lead_in:
            return self._apply(parts, self._form(None in parts))
        if lead_in not in self._continues:
            self._continues[lead_in] = self._can_continue(lead_in)
        form = self._form(None in parts)
        if not self._continues[lead_in]:
            return self._apply(parts, form) + lead_in
        text, at, words = self._turns(parts, form, lead_in)
        return text[: at + len(words)]

    def _can_continue(self, lead_in: str) -> bool:
        """Whether an answer's turn can be cut, and opens as the generation prompt does."""
        form = self._form(pictures=False)
        prompted = self._apply([PROBE], form)
        if still_open(prompted):
            return False  # a closed block in a finished turn is not how the model begins one
        try:
            text, at, _ = self._turns([PROBE], form, lead_in)
        except ModelProblem:
            return False
        # Some templates add to a user's turn that comes last, and some to the generation prompt:
        # then the answered form lacks part of what the model is asked.
        return text[:at].startswith(prompted.rstrip())

    def _turns(self, parts: Sequence[Part], form: Form, lead_in: str) -> tuple[str, int, str]:
        """Both turns as text, where the lead-in is in it, and in which form."""
        text = self._apply(parts, form, lead_in)
        # Some templates trim it. The last match counts, as the user's words may hold it too.
        at, _, words = max((text.rfind(w), len(w), w) for w in (lead_in, lead_in.strip()))
        if at < 0:
            raise ModelProblem(f"the chat template of {self._who} leaves out the assistant's words")
        return text, at, words

    def _form(self, pictures: bool) -> Form:
        if pictures not in self._forms:
            self._forms[pictures] = self._find_form(pictures=pictures)
        return self._forms[pictures]

    def _find_form(self, *, pictures: bool) -> Form:
        parts: list[Part] = [None, PROBE] if pictures else [PROBE]
        refusal, blind = "", False
        forms: tuple[Form, ...] = ("list", "string")
        for form in forms:
            try:
                text = self._apply(parts, form)
                shown = not pictures or text != self._apply([PROBE], form)
            except ModelProblem as problem:
                refusal = str(problem)
                continue
            if PROBE in text and shown:
                return form
            blind = blind or PROBE in text
        if refusal and not blind:
            raise ModelProblem(refusal)
        what = "the picture" if blind else "the user's words"
        raise ModelProblem(
            f"the chat template of {self._who} leaves {what} out of the text it writes, given as a "
            "list of parts or as a string, so the model would not see the whole question; fix "
            "chat_template.jinja in the model's folder"
        )

    def _apply(self, parts: Sequence[Part], form: Form, answer: str = "") -> str:
        """The template's text; with an ``answer``, both turns and no generation prompt."""
        talk: list[dict[str, object]] = [{"role": "user", "content": self._content(parts, form)}]
        if answer:
            talk.append({"role": "assistant", "content": self._content([answer], form)})
        try:
            text = self._processor.apply_chat_template(
                talk,
                chat_template=self.source,
                add_generation_prompt=not answer,
                tokenize=False,
                **self.arguments,
            )
        except Exception as error:  # a template is a program and may raise anything
            why = " ".join(str(error).split())[:200] or type(error).__name__
            raise ModelProblem(
                f"the chat template of {self._who} refuses a user's turn ({why}); fix "
                f"chat_template.jinja in the model's folder, or give it more with {OPTION}"
            ) from error
        return str(text)

    def _content(self, parts: Sequence[Part], form: Form) -> object:
        if form == "list":
            return [
                {"type": "image"} if part is None else {"type": "text", "text": part}
                for part in parts
            ]
        image = image_token(self._processor)
        return "".join(f"{image}\n" if part is None else part for part in parts)


def template_of(processor: Any) -> str:  # noqa: ANN401
    """The processor's template, or its tokenizer's; empty where neither has one."""
    for holder in (processor, getattr(processor, "tokenizer", None)):
        found = getattr(holder, "chat_template", None)
        if isinstance(found, dict):
            found = found.get("default")
        if found:
            return str(found)
    return ""


def image_token(processor: Any) -> str:  # noqa: ANN401
    """The placeholder of a picture in a text.

    Raises
    ------
    ModelProblem
        The processor has none.
    """
    token = getattr(processor, "image_token", None)
    if not isinstance(token, str):
        raise ModelProblem(
            f"{type(processor).__name__} has neither a chat template that shows pictures nor an "
            "image token, so it cannot be shown an image; add a chat_template.jinja to the "
            "model's folder"
        )
    return token


def variables(source: str) -> frozenset[str]:
    """The names that a template reads without setting them itself.

    >>> sorted(variables("{% for m in messages %}{{ m.content }}{% endfor %}{{ bos_token }}"))
    ['bos_token', 'messages']
    """
    from jinja2 import TemplateError, meta
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols"])
    try:
        tree = environment.parse(_GENERATION.sub("", source))
    except TemplateError:
        return frozenset()  # rendering will refuse it
    return frozenset(meta.find_undeclared_variables(tree))
