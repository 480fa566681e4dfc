"""How choices are asked of a model that gives no probabilities: by letters that it writes.

Knows the option's numbers and their place in a model's identity; no request, model or answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from benchmark.errors import ModelProblem
from benchmark.jsonio import Json
from benchmark.records import ModelIdentity
from benchmark.vocabulary import ANSWERS as ANSWERS

# Raise when the line that asks for a letter, or the way in which it is read, changes: the answers
# stay in the store, but rows of two versions are not compared.
VERSION: Final = 2
NAME: Final = "sampled"
OF_CONFIG: Final = "sampled"  # the part of a run's configuration that says so
_SCORING = re.compile(
    rf"{NAME} (?P<answers>\d+) v{VERSION} "
    r"\((?P<tokens>\d+) tokens, temperature (?P<temperature>[\d.e+-]+)\)(?: (?P<path>.+))?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampled:
    """``answers`` are drawn of each choice, each of at most ``tokens``, at this temperature."""

    answers: int
    tokens: int
    temperature: float

    @property
    def words(self) -> str:
        """For people."""
        return f"{NAME}, {self.answers} {'answer' if self.answers == 1 else 'answers'} each"

    def document(self) -> dict[str, Json]:
        """The part of a configuration in which rows of one table must agree."""
        return {
            "answers": self.answers,
            "tokens": self.tokens,
            "temperature": self.temperature,
            "version": VERSION,
        }

    def of(self, identity: ModelIdentity) -> ModelIdentity:
        """The identity of a model that is asked in this way."""
        about = f"({self.tokens} tokens, temperature {self.temperature:g})"
        scoring = f"{NAME} {self.answers} v{VERSION} {about} {identity.scoring}".rstrip()
        return replace(identity, scoring=scoring)


def sampled_by(identity: ModelIdentity) -> Sampled | None:
    """The sampling in an identity; None where probabilities are asked for.

    Raises
    ------
    ModelProblem
        It is the sampling of another version.
    """
    found = _SCORING.fullmatch(identity.scoring)
    if found is None:
        if identity.scoring.startswith(f"{NAME} "):
            raise ModelProblem(
                f"{identity.name} was asked for written letters by another version of the harness "
                f"({identity.scoring}; this one is v{VERSION}); use that version"
            )
        return None
    return Sampled(
        answers=int(found["answers"]),
        tokens=int(found["tokens"]),
        temperature=float(found["temperature"]),
    )


def answering(identity: ModelIdentity) -> ModelIdentity:
    """The identity that writes the answers: the model's as for any text, whatever their number.

    The store keeps answers under this one, so that asking for more asks for the missing alone.
    """
    found = _SCORING.fullmatch(identity.scoring)
    return identity if found is None else replace(identity, scoring=found["path"] or "")
