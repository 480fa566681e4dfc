"""Who answers a run: a model that is asked here, or a bundle of earlier answers.

The only module that knows which of the two it is. Knows options, suites, models and bundles; opens
no model and no encoder until an answer is needed that is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from benchmark.engine.interview import Embedder
from benchmark.engine.keys import KEY_SCHEMA
from benchmark.engine.noise_floor import Determinism
from benchmark.engine.sampled import NAME, Sampled, answering, sampled_by
from benchmark.errors import UsageProblem
from benchmark.jsonio import Json
from benchmark.models import registry
from benchmark.models.encoders.answering import Encoders
from benchmark.models.encoders.hub import open_chosen
from benchmark.models.encoders.naming import encoder_identity
from benchmark.models.endpoint.spending import Spending
from benchmark.plugin.sampled_options import SAMPLING_OPTIONS, sampling_of
from benchmark.plugin.suite_session import Answerers, SuiteSession
from benchmark.records import Model, ModelIdentity
from benchmark.replay.bundle import read
from benchmark.replay.stored_model import BundleModel, lookup
from benchmark.runs.run import encoders_of
from benchmark.suite.protocol import asks_choices

Get = Callable[[str], Any]  # the value of an option, by its name
ENCODERS = "encoders"  # where a suite's configuration names the encoders it asks
REFUSED = (
    *("--revision", "--store", "--shard", "--model-args", "--template-args", *SAMPLING_OPTIONS),
    *("--max-requests", "--max-tokens"),
)


class Provider(Protocol):
    """What answers a run.

    ``model`` is its name and ``sampled`` how its choices are asked for. ``outputs`` is the default
    folder of runs and board, and ``store_name`` the store's default file in the cache.
    ``computes`` says whether answers may be computed, so that asking again may give another one.
    ``provenance`` is what run files say about it.
    """

    model: str
    sampled: Sampled | None
    outputs: str
    store_name: str
    computes: bool
    provenance: Mapping[str, Json]

    def check(self) -> None:
        """Raise if there is no such model, as far as its name shows."""

    def identify(self, suite: SuiteSession) -> Answerers:
        """The model that a suite measures, and the encoders it asks."""

    def open_model(self, suite: SuiteSession) -> Model:
        """The model, ready to answer."""

    def embedder(self, suite: SuiteSession) -> Embedder | None:
        """What answers requests for vectors; None if there are none."""

    def determinism(self, suite: SuiteSession) -> Determinism | None:
        """How far the answers move, if that was found when they were computed elsewhere."""


class LiveProvider:
    """The model that the command line names, loaded here or asked at its server."""

    outputs = "leaderboard"
    store_name = "responses.sqlite"
    computes = True

    def __init__(
        self, model: str, *, revision: str | None = None, sampled: Sampled | None = None
    ) -> None:
        self.model = model
        self.sampled = sampled
        self.provenance: Mapping[str, Json] = {}
        self._revision = revision
        self._spending: Spending | None = None

    def check(self) -> None:
        registry.resolve(self.model, revision=self._revision)

    def identify(self, suite: SuiteSession) -> Answerers:
        settings, names = suite.settings, _encoder_names(suite)
        found = registry.identify(
            registry.resolve(self.model, revision=self._revision),
            registry.options_of(settings),
            survey=suite.suite.survey,
        )
        sampled = self.sampled if asks_choices(suite.suite) else None
        return Answerers(
            identity=found if sampled is None else sampled.of(found),
            encoders={
                choice.name: encoder_identity(choice, device=settings.device, cache=settings.cache)
                for choice in settings.encoders
                if choice.name in names
            },
            key_schema=KEY_SCHEMA,
        )

    def open_model(self, suite: SuiteSession) -> Model:
        settings = suite.settings
        if self._spending is None:  # one for all models of the process
            self._spending = Spending(
                max_requests=settings.max_requests, max_tokens=settings.max_tokens
            )
        identity, survey = answering(suite.identity), suite.suite.survey
        return registry.open_model(settings, identity, survey=survey, spending=self._spending)

    def embedder(self, suite: SuiteSession) -> Embedder | None:
        encoders = suite.answerers.encoders
        return Encoders(encoders, partial(open_chosen, suite.settings)) if encoders else None

    def determinism(self, suite: SuiteSession) -> Determinism | None:  # noqa: ARG002 - the store's
        return None


class BundleProvider:
    """The answers of a response bundle, which is read once and never added to."""

    outputs = "build/replay"
    computes = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bundle = read(path)
        self.model = self._model_named()
        self.sampled = self._sampled()
        # This store holds only the bundle's answers, so that no other answer can fill a gap.
        self.store_name = f"replay/{self._bundle.digest}.sqlite"
        self.provenance: Mapping[str, Json] = {"replayed_from": self._bundle.digest}

    def check(self) -> None:
        """Nothing to check: the bundle has been read."""

    def identify(self, suite: SuiteSession) -> Answerers:
        name = suite.suite.meta.name
        entries = [entry for entry in self._bundle.entries if entry.run.suite == name]
        models = {entry.run.model for entry in entries}
        if len(models) != 1:
            raise UsageProblem(
                f"--replay {self._path} holds {len(models)} models for suite {name!r}; it must be "
                "one"
            )
        known = {of: one for entry in entries for of, one in encoders_of(entry.run).items()}
        names = _encoder_names(suite)
        if missing := [one for one in names if one not in known]:
            raise UsageProblem(
                f"--replay {self._path} has no vectors of the encoder {missing[0]}; it has "
                f"those of {', '.join(known) or 'none'}"
            )
        return Answerers(
            identity=models.pop(),
            encoders={of: one for of, one in known.items() if of in names},
            key_schema=min(entry.key_schema for entry in entries),
        )

    def open_model(self, suite: SuiteSession) -> Model:
        return self._reader(suite, {})

    def embedder(self, suite: SuiteSession) -> Embedder | None:
        encoders = suite.answerers.encoders
        return self._reader(suite, encoders) if encoders else None

    def determinism(self, suite: SuiteSession) -> Determinism | None:
        """As the runs of the bundle found it: who replays answers cannot ask for them again."""
        name = suite.suite.meta.name
        mine = [entry.run for entry in self._bundle.entries if entry.run.suite == name]
        # Runs over one store hold the same finding, the later ones that of more answers.
        return max(mine, key=lambda run: run.determinism.n).determinism if mine else None

    def _reader(self, suite: SuiteSession, encoders: Mapping[str, ModelIdentity]) -> BundleModel:
        return BundleModel(
            answering(suite.identity),
            lookup(self._bundle.answers),
            encoders,
            key_schema=suite.answerers.key_schema,
        )

    def _model_named(self) -> str:
        names = sorted({entry.run.model.name for entry in self._bundle.entries})
        if len(names) != 1:
            raise UsageProblem(
                f"--replay {self._path} holds runs of {', '.join(names) or 'no model'}; make a "
                "bundle of one"
            )
        return names[0]

    def _sampled(self) -> Sampled | None:
        ways = {sampled_by(entry.run.model) for entry in self._bundle.entries} - {None}
        if len(ways) > 1:
            raise UsageProblem(
                f"--replay {self._path} holds runs with different numbers of sampled answers; make "
                "a bundle of one"
            )
        return ways.pop() if ways else None


def provider_of(get: Get, *, here: Path) -> Provider:
    """The provider that the options name.

    Raises
    ------
    UsageProblem
        The bundle has several models, or an option was given that excludes a bundle.
    """
    bundle = get("--replay")
    if not bundle:
        return LiveProvider(get("--model"), revision=get("--revision"), sampled=sampling_of(get))
    refused = [option for option in REFUSED if get(option)]
    refused += ["--scoring"] if get("--scoring").startswith(NAME) else []
    refused += ["--estimate"] if get("--estimate") else []
    if refused:
        raise UsageProblem(f"--replay and {refused[0]} exclude each other; leave out one")
    return BundleProvider(here / Path(bundle).expanduser())


def _encoder_names(suite: SuiteSession) -> Sequence[Json]:
    """The names of the encoders that a suite's configuration asks for."""
    names = suite.suite.config().get(ENCODERS)
    return names if names and isinstance(names, Sequence) else ()
