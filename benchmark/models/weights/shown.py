"""One prompt of each kind as the model reads it, for the run's provenance; no survey's words.

Knows rendered texts; no weights and no suite. Which one is kept does not depend on the order in
which prompts come, nor on how they are shared out among processes.
"""

from __future__ import annotations

from benchmark.jsonio import Json
from benchmark.models.described import CHARACTERS, simpler
from benchmark.models.weights.inputs import Inputs
from benchmark.models.weights.rendering import user_parts
from benchmark.records import Choice, Continuation, Generate

ENDS = 8  # tokens shown of a prompt's beginning and of its end


class PromptSamples:
    """Keeps the shortest prompt of each kind of request, number of pictures and lead-in."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._samples: dict[str, Json] = {}
        self._characters: dict[str, int] = {}

    def note(self, request: Choice | Continuation | Generate) -> None:
        """Keep the request's prompt if it is the shortest of its kind."""
        prompt = request.prompt
        n = len(prompt.images)
        pictures = "1 picture" if n == 1 else f"{n} pictures"
        name = f"{type(request).__name__.lower()}, {pictures}, {prompt.lead_in!r}"
        words = [part for part in user_parts(prompt) if part]
        characters = sum(map(len, words))
        if self._characters.get(name, characters) < characters:
            return  # as most are: only the others are rendered
        text, _ = self._inputs.render(prompt)
        ids = self._inputs.token_ids(text)
        found: Json = {
            CHARACTERS: characters,
            "text": elided(text, words),
            "first_tokens": [*self._inputs.tokens(ids[:ENDS])],
            "last_tokens": [*self._inputs.tokens(ids[-ENDS:])],
        }
        same = self._characters.get(name) == characters
        self._samples[name] = simpler([self._samples[name], found]) if same else found
        self._characters[name] = characters

    def document(self) -> dict[str, Json]:
        """What was kept, by kind."""
        return dict(self._samples)


def elided(text: str, words: list[str]) -> str:
    """A rendered text with the length of the user's words in their place.

    >>> elided("USER: Who are you? BOT: (", ["Who are you?"])
    'USER: [12 characters] BOT: ('
    """
    at = 0
    for part in filter(None, map(str.strip, words)):
        start = text.find(part, at)
        if start >= 0:
            label = f"[{len(part)} characters]"
            text = text[:start] + label + text[start + len(part) :]
            at = start + len(label)
    return text
