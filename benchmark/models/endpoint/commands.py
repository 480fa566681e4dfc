"""Which words of a question a server's tokenizer would obey instead of reading.

A chat completion tokenises the user's words and the template's marks in one text, so a marker in a
question acts as one. Knows shapes of markers; asks a server that shows tokens how it reads them,
and uses a list of well-known ones for any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from benchmark.models.endpoint.api import Api
from benchmark.models.endpoint.server import Refused
from benchmark.models.weights.control import words_of
from benchmark.records import Request
from benchmark.texts.markers import markers_in
from benchmark.texts.thinking import TAGS

# <image>, <b>, [INST]: a marker if it is one token to the tokenizer, words if several.
SHAPED = re.compile(r"<[^<>\s]{1,40}>|\[/?[A-Z_]{2,20}\]")
TAGGED = frozenset(tag for pair in TAGS for tag in pair)


class Commands:
    """The commands of one server; what was learnt of a text is kept."""

    def __init__(self) -> None:
        self._obeyed: dict[str, bool] = {}

    async def learn(self, api: Api, batch: Iterable[Request], *, tokenizes: bool) -> None:
        """Find out which marker-like texts of these requests the server obeys."""
        for text in dict.fromkeys(text for request in batch for text in marker_like(request)):
            if text not in self._obeyed:
                shown = tokenizes and text not in TAGGED
                self._obeyed[text] = (
                    await _is_one_token(api, text)
                    if shown
                    else text in TAGGED or bool(markers_in(text))
                )

    def __call__(self, request: Request) -> tuple[str, ...]:
        """Each once, in order; `learn` must have seen the request."""
        return tuple(text for text in marker_like(request) if self._obeyed[text])


async def _is_one_token(api: Api, text: str) -> bool:
    """Alone or after a word, which SentencePiece gives a token of its own."""
    try:
        alone, behind, word = [await api.text_ids(part) for part in (text, f"a{text}", "a")]
    except Refused:  # it shows no tokens of a bare text: use the well-known ones
        return bool(markers_in(text))
    return len(alone) == 1 or (behind[: len(word)] == word and len(behind) == len(word) + 1)


def marker_like(request: Request) -> Sequence[str]:
    """Texts in the request's words that some tokenizer might obey, each once."""
    found: dict[str, None] = {}
    for text in words_of(request):
        found |= dict.fromkeys((*markers_in(text), *SHAPED.findall(text)))
        found |= dict.fromkeys(tag for tag in TAGGED if tag in text)
    return tuple(found)
