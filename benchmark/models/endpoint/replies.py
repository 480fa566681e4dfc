"""The parts of a chat completion, checked: listed tokens, written text, refusals, token counts.

Knows no network and no question. What has another shape than the protocol says is `Unreadable`,
never a number or a text: a server's mistake must not become an answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.models.endpoint.scores import Entry
from benchmark.records import Finish, Text
from benchmark.texts import thinking

ROUNDING = 1e-3  # a log-probability above 0 by less is the server's rounding
SAME = 1e-4  # the chosen token is in the list too, up to the server's rounding
WORDS = ("text", "output_text")  # kinds of content parts, of several makers
THOUGHTS = ("thinking", "reasoning", "redacted_thinking")


class Unreadable(ValueError):
    """What a server sent instead; completes the sentence "the endpoint … answers with"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """One written token, and the tokens listed for its place, itself among them."""

    chosen: Entry | None
    entries: tuple[Entry, ...]


def positions(reply: Mapping[str, Any]) -> list[Position]:
    """The listed tokens of each place; [] where the server lists none."""
    logprobs = _mapping(reply.get("logprobs"), "log-probabilities")
    return [_position(row) for row in _rows(logprobs.get("content"), "log-probabilities")]


def _position(row: Mapping[str, Any]) -> Position:
    chosen = _entry(row)
    listed = [*map(_entry, _rows(row.get("top_logprobs"), "a list of the likeliest tokens"))]
    entries = [entry for entry in listed if entry is not None]
    # Two tokens may have one spelling and one probability; only the chosen one is there twice.
    repeated = chosen is None or any(
        entry.token == chosen.token and abs(entry.logprob - chosen.logprob) <= SAME
        for entry in entries
    )
    if chosen is not None and not repeated:
        entries.append(chosen)
    return Position(chosen=chosen, entries=tuple(entries))


def _entry(row: Mapping[str, Any]) -> Entry | None:
    """A token and its log-probability; None where the server has none for it (null)."""
    token, value = row.get("token"), row.get("logprob")
    if not isinstance(token, str):
        raise Unreadable(f"a token that is {_shown(token)} and not a text")
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or math.isnan(value) or value > ROUNDING:
        raise Unreadable(f"a log-probability of {_shown(value)} for the token {token!r}")
    return Entry(token=token, logprob=min(float(value), 0.0))


# --- what was written -------------------------------------------------------------------------


def text(reply: Mapping[str, Any], *, opened: bool = False) -> Text:
    """What was written, the thinking kept apart; ``opened`` as in `thinking.split_thinking`.

    Leading white space is not part of an answer: some tokenizers decode it and others do not.
    """
    words, thoughts, refusal = _message(reply)
    if refusal or is_refused(reply):
        return Text(text=words.lstrip() or refusal, finish="refused", thinking=thoughts)
    finish: Finish = "length" if reply.get("finish_reason") == "length" else "stop"
    if not thoughts:
        return thinking.split_thinking(words, finish, opened=opened)
    found = thinking.split_thinking(words, finish)
    inside = "\n".join(filter(None, (thoughts, found.thinking)))
    # A server that keeps thinking apart puts the whole text there if the thinking never ended.
    return Text(text=found.text, finish=found.finish if found.text else "length", thinking=inside)


def is_refused(reply: Mapping[str, Any]) -> bool:
    """Whether the model or a filter before it declined to answer."""
    reason = reply.get("finish_reason")
    if reason is not None and not isinstance(reason, str):
        raise Unreadable(f"a finish reason that is {_shown(reason)}")
    return reason == "content_filter" or bool(_message(reply)[2])


def thoughts(reply: Mapping[str, Any]) -> str:
    """The model's thinking, as far as the server shows it."""
    return _message(reply)[1]


def _message(reply: Mapping[str, Any]) -> tuple[str, str, str]:
    """Text, thinking and refusal of the message."""
    message = _mapping(reply.get("message"), "a message")
    words, thoughts, refusals = [], [], [_words(message.get("refusal"), "a refusal")]
    content = message.get("content")
    if isinstance(content, list):
        for part in content:
            kind = part.get("type") if isinstance(part, dict) else "text"
            if kind in WORDS:
                value = part.get("text") if isinstance(part, dict) else part
                words.append(_words(value, "a part of content"))
            elif kind in THOUGHTS:
                thoughts.append(_thought(part))
            elif kind == "refusal":
                refusals.append(_words(part.get("refusal"), "a refusal"))
            else:
                raise Unreadable(f"a part of content of the unknown kind {_shown(kind)}")
    else:
        words.append(_words(content, "content"))
    for name in ("reasoning_content", "reasoning"):  # two names for one thing; some send both
        if thought := _words(message.get(name), name):
            thoughts.append(thought)
            break
    return "".join(words), "\n".join(filter(None, thoughts)), "".join(refusals)


def _thought(part: Mapping[str, Any]) -> str:
    """A part that holds thinking: a text, or a list of parts of text."""
    found = next((part[name] for name in (*THOUGHTS, "text") if part.get(name) is not None), None)
    if isinstance(found, list):
        return "".join(_words(row.get("text"), "thinking") for row in _rows(found, "thinking"))
    return _words(found, "thinking")


# --- shapes -----------------------------------------------------------------------------------


def prompt_tokens(reply: Mapping[str, Any]) -> int | None:
    """How long the prompt was in tokens, if the server says so."""
    usage = reply.get("usage")
    count = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _words(value: object, what: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"{what} that is {_shown(value)} and not a text")
    return value


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(f"{what} that is {_shown(value)} and not an object")
    return value


def _rows(value: object, what: str) -> Iterable[Mapping[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unreadable(f"{what} that is {_shown(value)} and not a list of objects")
    return value


def _shown(value: object) -> str:
    """A value, short enough for a sentence."""
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
