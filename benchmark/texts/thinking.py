"""What a model thinks before it answers, separated from the answer by the tags around it.

Knows texts only; no model, template or question.
"""

from __future__ import annotations

from benchmark.records import Finish, Text

# Opening and closing tags, as the chat templates and models of several makers write them.
TAGS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("[THINK]", "[/THINK]"),
    ("<|channel>", "<channel|>"),
    ("\u25c1think\u25b7", "\u25c1/think\u25b7"),
)


def still_open(text: str) -> str:
    """The tag that a text opens and does not close; empty if there is none.

    >>> still_open("<bot><think>"), still_open("<bot><think></think>Answer: (")
    ('<think>', '')
    """
    opened = {opening: text.rfind(opening) for opening, _ in TAGS}
    last = max(opened, key=opened.__getitem__)
    return last if opened[last] > max(text.rfind(closing) for _, closing in TAGS) else ""


def split_thinking(raw: str, finish: Finish, *, opened: bool = False) -> Text:
    r"""A written text without the thinking before it, which is kept separately.

    White space before the first word is dropped: whether there is any depends on the decoder.
    ``opened`` says that the prompt already began the thinking. Thinking that never ends leaves no
    answer and counts as a text that was cut off, whatever stopped it.

    >>> split_thinking("Maybe (C)? No.\n</think>\n\n(B)", "stop", opened=True)
    Text(text='(B)', finish='stop', thinking='Maybe (C)? No.')
    >>> split_thinking("<think>Maybe (C)?", "stop")
    Text(text='', finish='length', thinking='Maybe (C)?')
    >>> split_thinking("A <b>goat</b>.", "stop")
    Text(text='A <b>goat</b>.', finish='stop', thinking='')
    """
    end, closing = max((raw.rfind(closing), closing) for _, closing in TAGS)
    rest = raw[end + len(closing) :] if end >= 0 else raw
    if end < 0 and opened:
        return Text(text="", finish="length", thinking=_inside(raw))
    if tag := still_open(rest):
        before = raw[: len(raw) - len(rest)] + rest.partition(tag)[2]
        return Text(text="", finish="length", thinking=_inside(before))
    if end < 0:
        return Text(text=raw.lstrip(), finish=finish)
    return Text(text=rest.lstrip(), finish=finish, thinking=_inside(raw[:end]))


def _inside(text: str) -> str:
    """Without the opening tag, which some templates leave to the model."""
    text = text.strip()
    for opening, _ in TAGS:
        text = text.removeprefix(opening)
    return text.strip()
