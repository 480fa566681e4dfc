"""The encoders beside the model under test: which a suite asks, who they are, how they are opened.

Knows settings, suites and adapters; no report and no store. Nothing is opened before a vector is
asked that is not stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from benchmark.engine.interview import Embedder
from benchmark.errors import UsageProblem
from benchmark.models.encoders.answering import Encoders
from benchmark.models.encoders.hub import open_chosen
from benchmark.models.encoders.naming import encoder_identity
from benchmark.records import ModelIdentity
from benchmark.settings import Settings
from benchmark.suite.protocol import Suite
from leaderboard.replay import replays

ENCODERS = "encoders"  # the key under which a suite's configuration names those that it asks


def identities(settings: Settings, suite: Suite, name: str) -> dict[str, ModelIdentity]:
    """The encoders that a suite asks, by name: those here, or those behind a bundle's answers."""
    asked = suite.config().get(ENCODERS)
    if not asked or not isinstance(asked, Sequence):
        return {}
    if settings.replay is not None:
        known = replays.encoders_for(settings.replay, suite=name)
        if missing := [one for one in asked if one not in known]:
            raise UsageProblem(
                f"--replay {settings.replay} has no vectors of the encoder {missing[0]}; it has "
                f"those of {', '.join(known) or 'none'}"
            )
        return {one: known[one] for one in known if one in asked}
    return {
        choice.name: encoder_identity(choice, device=settings.device, cache=settings.cache)
        for choice in settings.encoders
        if choice.name in asked
    }


def check_wanted(settings: Settings, asked: Mapping[str, Mapping[str, ModelIdentity]]) -> None:
    """Raise where encoders are named and no suite of the run asks any."""
    if settings.encoders and not any(asked.values()):
        raise UsageProblem(
            f"--encoder {settings.encoders[0].name} has no meaning for {', '.join(asked)}, which "
            "makes no vectors; leave it out"
        )


def embedder(settings: Settings, identities: Mapping[str, ModelIdentity]) -> Embedder | None:
    """Who answers requests for vectors; None where none are asked for."""
    if not identities:
        return None
    return Encoders(identities, partial(open_chosen, settings))
