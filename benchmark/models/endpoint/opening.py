"""How the model's turn begins on a server before it writes: a thinking block, open or closed.

Knows texts of conversations, which the server renders and tokenises itself; no label and no score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.models.endpoint.api import Api
from benchmark.models.endpoint.messages import CONTINUE
from benchmark.models.endpoint.server import Refused
from benchmark.texts.thinking import still_open


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """``thinks`` is the tag that the turn opens and leaves open; empty where there is none.

    ``before`` is what a template writes at the beginning of the turn that it asks for, but not of
    one that it is given (an empty thinking block): it goes before the lead-in, as the model was
    trained to see it. If the server rewrites it there, it is ``missing`` instead.
    """

    thinks: str = ""
    before: str = ""
    missing: str = ""


async def find_opening(api: Api, ask: Mapping[str, str], lead_in: str) -> Opening:
    """From the server's own rendering; ``lead_in`` is empty if the turn is not continued."""
    try:
        prompted = await api.text_of(await api.token_ids({"messages": [ask]}))
    except Refused:
        return Opening()
    thinks = still_open(prompted)
    if thinks or not lead_in:
        return Opening(thinks=thinks)

    async def continued(words: str) -> str:
        talk = [ask, {"role": "assistant", "content": words}]
        return await api.text_of(await api.token_ids({"messages": talk, **CONTINUE}))

    try:
        text = await continued(lead_in)
        opened = text.removesuffix(lead_in.strip()).rstrip()
        thinks = still_open(opened)
        more = prompted.removeprefix(opened).strip()
        if thinks or not prompted.startswith(opened) or not more:
            return Opening(thinks=thinks)
        before = prompted.removeprefix(opened).lstrip()
        wanted = prompted + lead_in
        found = await continued(before + lead_in)
    except Refused:
        return Opening()
    if found.strip() != wanted.strip():
        return Opening(missing=before)
    return Opening(before=before)
