"""A server whose model thinks, then writes a letter drawn from known shares; gives no log-probs.

Knows no benchmark. The draw follows from the conversation and the request's seed.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, field

from tests.models.endpoint.chat_server import HOSTED, Body, ChatServer

TEXTS = 20  # characters that each answer is charged as completion tokens


@dataclass(kw_only=True)
class Thinker(ChatServer):
    """``planted`` are the shares of A, B, …; every ``silent``-th answer names no letter."""

    can: frozenset[str] = HOSTED
    logprobs: bool = False
    planted: tuple[float, ...] = (0.5, 0.3, 0.2)
    silent: int = 0
    usage: bool = True
    written: list[Body] = field(default_factory=list)

    def completion(self, body: Body) -> Body:
        with self.lock:
            self.written.append(body)
            mute = self.silent and len(self.written) % self.silent == 0
        text = f"<think>Maybe (C)? No.</think>\n\n{'I would rather not say.' if mute else ''}"
        text += "" if mute else f"Answer: {self._letter(body)}"
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": text},
            "logprobs": None,
        }
        usage = {"prompt_tokens": len(self.render(body)), "completion_tokens": TEXTS}
        found = {"object": "chat.completion", "choices": [choice]}
        return {**found, **({"usage": usage} if self.usage else {})}

    def _letter(self, body: Body) -> str:
        about = json.dumps([body["messages"], body.get("seed")], sort_keys=True)
        rng = random.Random(hashlib.sha256(about.encode()).hexdigest())  # noqa: S311 - a model
        return rng.choices(self.letters[: len(self.planted)], weights=self.planted)[0]
