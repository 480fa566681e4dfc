"""Whoever answers a run, live or from a bundle, is asked in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchmark.plugin
from benchmark.engine.keys import KEY_SCHEMA
from benchmark.errors import UsageProblem
from benchmark.plugin.providers import REFUSED, BundleProvider, LiveProvider, Provider, provider_of
from benchmark.plugin.session import RunSession
from benchmark.plugin.suite_session import SuiteSession
from benchmark.replay.stored_model import BundleModel
from tests.plugin.running import REPO
from tests.settings import settings

BUNDLE = REPO / "tests" / "data" / "former" / "bundle.zip"
PLUGIN = Path(benchmark.plugin.__file__).parent
MODULES = sorted({path.name for path in PLUGIN.glob("*.py")} - {"providers.py", "declared.py"})


def suite_of(provider: Provider, tmp_path: Path) -> SuiteSession:
    """The suite of values, prepared as the controller does it."""
    session = RunSession(settings(tmp_path, model=provider.model), provider)
    (suite,) = session.at(REPO / "suites" / "wvs")
    suite.prepared = provider.identify(suite)
    return suite


def test_a_live_model_is_identified_and_opened(tmp_path: Path) -> None:
    """It computes under today's keys, and nothing is said of where its answers came from."""
    live = LiveProvider("reference:uniform")
    suite = suite_of(live, tmp_path)
    assert (suite.identity.name, suite.answerers.key_schema) == ("reference:uniform", KEY_SCHEMA)
    assert (live.computes, live.provenance, live.outputs) == (True, {}, "leaderboard")
    assert live.open_model(suite).identity == suite.identity
    assert live.embedder(suite) is None


def test_a_mistyped_model_is_found_by_its_name() -> None:
    """Before any data are fetched for it."""
    with pytest.raises(UsageProblem, match="reference:uniform"):
        LiveProvider("reference:unifrom").check()


def test_a_bundle_answers_for_its_model(tmp_path: Path) -> None:
    """Model and keys are those of its runs; the store is its own and the run file names it."""
    bundle = BundleProvider(BUNDLE)
    suite = suite_of(bundle, tmp_path)
    digest = bundle.provenance["replayed_from"]
    assert bundle.store_name == f"replay/{digest}.sqlite"
    assert (bundle.computes, bundle.outputs) == (False, "build/replay")
    assert (suite.identity.name, suite.answerers.key_schema) == (bundle.model, 1)
    assert isinstance(bundle.open_model(suite), BundleModel)
    assert bundle.embedder(suite) is None


def test_a_bundle_without_runs_of_the_suite_is_refused(tmp_path: Path) -> None:
    """Nobody can say whose stories they would be."""
    bundle = BundleProvider(BUNDLE)
    (suite,) = RunSession(settings(tmp_path), bundle).at(REPO / "suites" / "stories")
    with pytest.raises(UsageProblem, match="holds 0 models for suite 'stories'"):
        bundle.identify(suite)


@pytest.mark.parametrize("option", [*REFUSED, "--scoring", "--estimate"])
def test_options_that_mean_nothing_with_a_bundle_are_refused(option: str, tmp_path: Path) -> None:
    """Each by its name, before the bundle is looked at."""
    given = {"--replay": "none.zip", "--scoring": "auto", option: "sampled 3"}
    with pytest.raises(UsageProblem, match=f"--replay and {option} exclude each other"):
        provider_of(given.get, here=tmp_path)


@pytest.mark.parametrize("module", MODULES)
def test_no_other_module_knows_whether_answers_are_replayed(module: str) -> None:
    """A branch on it would be a second place to keep in mind."""
    text = (PLUGIN / module).read_text(encoding="utf-8")
    assert [word for word in ("--replay", ".replay") if word in text] == []
