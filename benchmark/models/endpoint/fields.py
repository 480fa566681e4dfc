"""Which fields of a request a server takes, learnt from its refusals once a run.

Knows no network: it is shown what was sent and how it was refused. What the protocol has always
had stays; what only some servers know, or some models refuse, is left out once it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TEMPLATE = "chat_template_kwargs"
SPECIAL = "add_special_tokens"
SHORT, LONG = "max_tokens", "max_completion_tokens"
# Chat templates take these to switch thinking off; others ignore them.
SWITCHES = ("enable_thinking", "thinking")
# Servers such as vLLM sample by the model's own generation_config.json unless told otherwise.
NEUTRAL = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}
EXTENSIONS = (TEMPLATE, SPECIAL, *NEUTRAL)
# Some hosted models fix these; they are left out one at a time, as one may be enough.
FIXED = ("top_p", "seed", "temperature")
SAYS_NO = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|extra "
    r"|deprecated|only the default|cannot|not available|use '?max_completion_tokens",
    re.IGNORECASE,
)

Body = dict[str, Any]


class Fields:
    """What is sent besides the messages; ``template`` is what the user insists on."""

    def __init__(self, template: Mapping[str, object]) -> None:
        self._template = {**dict.fromkeys(SWITCHES, False), **template}
        self.insisted_on = bool(template)
        self._renamed = False
        self.special_tokens = False  # whether the tokenizer's own are to be added
        self.left_out: set[str] = set()
        self.accepted = False  # whether a completion was ever taken as it was sent

    @property
    def template(self) -> Mapping[str, object]:
        """What the chat template is given; empty where the server takes no such field."""
        return {} if TEMPLATE in self.left_out else self._template

    @property
    def not_taken(self) -> list[str]:
        """The names of fields that the server refused."""
        return sorted({*self.left_out, *((SHORT,) if self._renamed else ())})

    def conversation(self, body: Mapping[str, Any]) -> Body:
        """The body of anything that renders the conversation."""
        special = {SPECIAL: True} if self.special_tokens else {}
        return self._taken({**body, TEMPLATE: self._template, **special})

    def completion(self, body: Mapping[str, Any]) -> Body:
        """The body of a chat completion."""
        found = self.conversation({**NEUTRAL, **body})
        if self._renamed and SHORT in found:
            found[LONG] = found.pop(SHORT)
        return found

    def _taken(self, body: Body) -> Body:
        return {name: value for name, value in body.items() if name not in self.left_out}

    def learn(self, text: str, sent: Mapping[str, Any]) -> bool:
        """Learn from a refusal; True if it is worth asking again, with other fields.

        A refusal that names no field sent may still be about one, so nothing is learnt here.
        """
        if not SAYS_NO.search(text):
            return False
        named = [name for name in sent if re.search(rf"\b{name}\b", text)]
        if SHORT in named and LONG in text:
            self._renamed = True
            return True
        extensions = {name for name in named if name in EXTENSIONS}
        if self.insisted_on and TEMPLATE in extensions:
            return False
        one = [name for name in FIXED if name in named][:1]
        self.left_out |= extensions or set(one)
        return bool(extensions or one)

    def bare(self, sent: Mapping[str, Any]) -> Body | None:
        """The body without extensions, for a server that refuses without naming a field."""
        if self.insisted_on or not any(name in sent for name in EXTENSIONS):
            return None
        return {name: value for name, value in sent.items() if name not in EXTENSIONS}

    def leave_out_extensions(self) -> None:
        """A bare body was taken after the full one was refused."""
        self.left_out |= set(EXTENSIONS)
