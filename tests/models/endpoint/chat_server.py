"""An OpenAI-compatible server on 127.0.0.1 that gives log-probabilities, and fails on demand.

Knows no benchmark. Its model is a hash: the next token's probabilities follow from the rendered
conversation. Characters are its tokens, so a label's number is its code point; ``merges`` makes
one token of ``(A``, as some tokenizers do.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal

from tests.loopback import listening

Do = Literal["drop", "truncate", "garbage", "slow"] | int
VLLM = frozenset({"continue", "ids", "tokenize"})
SGLANG = frozenset({"continue", "ignores"})  # unknown fields are ignored
HOSTED: frozenset[str] = frozenset()  # unknown fields are refused
EXTRA = ("continue_final_message", "add_generation_prompt", "logprob_token_ids",
         "return_tokens_as_token_ids")  # fmt: skip
OTHERS = [chr(c) for c in range(0x4E00, 0x4E00 + 40)]
FIRST = "\u2402"
Body = dict[str, Any]


@dataclass(kw_only=True)
class ChatServer:
    """What the server is, what it was asked, and what it shall do instead of answering."""

    can: frozenset[str] = VLLM
    model: str = "fake"
    letters: str = "ABCDEFGHIJKLMNOPQR"
    weight: float = 1.0  # spread of the letters' logits
    below: float = 0.0  # how far the last letter is pushed down
    key: str = ""
    merges: bool = False
    logprobs: bool = True
    first_token: bool = False  # the tokenizer has one, and the template may write it already
    writes_first: bool = False
    prompts: str = ""  # what the template writes behind the assistant's name when it asks for more
    marks: tuple[str, ...] = ()  # tokens of their own, wherever they stand
    refuses: dict[str, str] = field(default_factory=dict)  # the words by field
    says: Body = field(default_factory=dict)  # replaces parts of a completion's choice
    url: str = ""
    busy: frozenset[str] = frozenset()  # paths that answer 503
    faults: list[Do] = field(default_factory=list)
    retry_after_ms: int = 1
    slow_s: float = 0.02
    chats: list[Body] = field(default_factory=list)
    conversations: list[Body] = field(default_factory=list)  # of which the tokens were asked
    retries: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def scored(self) -> list[Body]:
        """Chats that asked about a question, without the probes."""
        return [chat for chat in self.chats if "Choose one." not in json.dumps(chat)]

    def logits(self, chat: Body) -> dict[str, float]:
        """Next-token logits after a conversation, the same for the same conversation."""
        seed = hashlib.sha256(self.render(chat).encode()).hexdigest()
        rng = random.Random(seed)  # noqa: S311 - a model, not a secret
        found = {letter: rng.gauss(6.0, self.weight) for letter in self.letters}
        found[self.letters[-1]] -= self.below
        return found | {token: rng.gauss(0.0, 1.0) for token in OTHERS}

    def log_probabilities(self, chat: Body) -> dict[str, float]:
        logits = self.logits(chat)
        total = math.log(math.fsum(map(math.exp, logits.values())))
        return {token: value - total for token, value in logits.items()}

    def render(self, chat: Body) -> str:
        """The template: roles in brackets, an end mark after each closed message."""
        opened = "continue" in self.can and chat.get("continue_final_message", False)
        turns = [f"[{m['role']}]{json.dumps(m['content'])[1:-1]}" for m in chat["messages"]]
        adds = "continue" in self.can and chat.get("add_special_tokens", False)
        first = FIRST * ((self.first_token and adds) + self.writes_first)
        if opened:
            return first + "</s>\n".join(turns)
        return first + "\n".join(f"{turn}</s>" for turn in turns) + f"\n[assistant]{self.prompts}"

    def tokens(self, text: str) -> list[str]:
        if self.marks:
            cut = re.split(f"({'|'.join(map(re.escape, self.marks))})", text)
            return [t for part in cut for t in ([part] if part in self.marks else part)]
        found: list[str] = []
        for char in text:
            if self.merges and found and found[-1] == "(" and char in self.letters:
                found[-1] += char
            else:
                found.append(char)
        return found

    def number(self, token: str) -> int:
        if token in self.marks:
            return 900_000 + self.marks.index(token)
        return ord(token[-1]) + 100_000 * (len(token) - 1)

    def spelt(self, number: int) -> str:
        if number >= 900_000:
            return self.marks[number - 900_000]
        return "(" * (number >= 100_000) + chr(number % 100_000)

    def answer(self, path: str, body: Body) -> tuple[int, Body]:
        """Status and JSON of a request that meets no fault."""
        if path == "/v1/models":
            return 200, {"data": [{"id": self.model}, {"id": "other"}]}
        if path == "/tokenize" and "tokenize" in self.can:
            if "messages" in body:
                self.conversations.append(body)
            text = self.render(body) if "messages" in body else body["prompt"]
            return 200, {"tokens": [self.number(token) for token in self.tokens(text)]}
        if path == "/detokenize" and "tokenize" in self.can:
            return 200, {"prompt": "".join(map(self.spelt, body["tokens"]))}
        if path != "/v1/chat/completions":
            return 404, {"error": {"message": "no such path"}}
        if body["model"] != self.model:
            return 404, {"error": {"message": f"no model {body['model']}"}}
        unknown = [name for name in EXTRA if name in body] if self.can == HOSTED else []
        if unknown:
            return 400, {"error": {"message": f"unknown field {unknown[0]}, key {self.key}"}}
        for name, words in self.refuses.items():
            if name in body:
                return 400, {"error": {"message": words}}
        return 200, self.completion(body)

    def completion(self, body: Body) -> Body:
        found = self.log_probabilities(body)
        best = max(found, key=found.__getitem__)
        rows = sorted(found.items(), key=lambda row: -row[1])[: body.get("top_logprobs", 0)]
        spelt = {token: token for token in found}
        if "ids" in self.can and "logprob_token_ids" in body:
            wanted = set(body["logprob_token_ids"])
            numbers = {
                t: self.number(f"({t}" if self.merges and t in self.letters else t) for t in found
            }
            rows = [(t, lp) for t, lp in found.items() if numbers[t] in wanted]
            spelt = {t: f"token_id:{n}" for t, n in numbers.items()}
        row = {
            "token": spelt[best],
            "logprob": found[best],
            "top_logprobs": [{"token": spelt[t], "logprob": lp} for t, lp in rows],
        }
        choice = {
            "index": 0,
            "finish_reason": "length",
            "message": {"role": "assistant", "content": best * int(body.get("max_tokens", 4))},
            "logprobs": {"content": [row]} if self.logprobs and body.get("logprobs") else None,
        }
        choice |= self.says
        usage = {"prompt_tokens": len(self.render(body))}
        return {"object": "chat.completion", "choices": [choice], "usage": usage}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    chat: ChatServer

    def do_POST(self) -> None:
        server = self.chat
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        asks = self.path == "/v1/chat/completions"
        with server.lock:
            server.now += asks
            server.most = max(server.most, server.now)
            if asks:
                server.chats.append(body)
                server.retries.append(int(self.headers.get("x-stainless-retry-count", "0")))
            server.headers.append({k.lower(): v for k, v in self.headers.items()})
            fault = server.faults.pop(0) if asks and server.faults else None
        try:
            self._reply(fault, body)
        finally:
            with server.lock:
                server.now -= asks

    do_GET = do_POST  # noqa: N815 - the names that http.server calls

    def _reply(self, fault: Do | None, body: Body) -> None:
        if fault == "slow":
            time.sleep(self.chat.slow_s)
        if fault == "drop":
            self.close_connection = True
            return
        if self.chat.key and self.headers.get("Authorization") != f"Bearer {self.chat.key}":
            self._send(401, b'{"error": {"message": "bad key"}}')
            return
        if isinstance(fault, int):
            message = f"fault for {self.headers.get('Authorization')}"
            self._send(fault, json.dumps({"error": {"message": message}}).encode())
            return
        if self.path in self.chat.busy:
            self._send(503, b'{"error": {"message": "too busy"}}')
            return
        status, answer = self.chat.answer(self.path, body)
        data = json.dumps(answer).encode()
        if fault in ("truncate", "garbage"):
            half = data[: len(data) // 2]
            self._send(status, half, claimed=len(data) if fault == "truncate" else len(half))
            return
        self._send(status, data)

    def _send(self, status: int, data: bytes, *, claimed: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data) if claimed is None else claimed))
        if status in (429, 500):
            self.send_header("Retry-After-Ms", str(self.chat.retry_after_ms))
        self.end_headers()
        self.wfile.write(data)
        if claimed is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Quiet: `ChatServer.chats` is the log."""


@contextmanager
def serving(chat: ChatServer) -> Iterator[ChatServer]:
    """The server, running."""
    handler = type("Handler", (_Handler,), {"chat": chat})
    with listening(handler, told=lambda url: setattr(chat, "url", f"{url}/v1")):
        yield chat
