"""The pytest plugin: hooks of a few lines that read as the life of a run.

Registered by the root conftest, or with ``-p benchmark.plugin``; inert unless a suite is named.
Whatever a hook does is a function in another module of this package.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from benchmark.errors import CultureError
from benchmark.plugin import collection, estimate, exchange, live, reports, stopping, warned
from benchmark.plugin.controller import Controller
from benchmark.plugin.declared import add_options
from benchmark.plugin.finding import folders_measured, folders_possible
from benchmark.plugin.options import check_read, given_texts, settings_from
from benchmark.plugin.providers import provider_of
from benchmark.plugin.selecting import NameFilter
from benchmark.plugin.session import SESSION, RunSession

pytest_plugins = ("fixtures.model", "fixtures.measure")  # by name: imports go the other way


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options, including those of the named suites; they do nothing without a suite."""
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)  # noqa: S101 - pytest registers it first
    try:
        add_options(parser, folders_possible(config))
    except CultureError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_configure(config: pytest.Config) -> None:
    """Turn options into settings, and start the controller if suites are measured."""
    config.addinivalue_line(
        "markers", "cases(kind, ...): measure only a suite's cases of these kinds"
    )
    folders = folders_measured(config)
    try:
        provider = provider_of(config.getoption, here=config.invocation_params.dir)
        config.stash[SESSION] = RunSession(
            settings=settings_from(config, provider),
            provider=provider,
            given_texts=given_texts(config),
            name_filter=NameFilter(several=len(folders) > 1),
        )
        check_read(config, folders)
    except CultureError as error:
        raise pytest.UsageError(str(error)) from error
    if folders:
        warned.register(config)
    if not exchange.is_worker(config):
        if config.option.estimate:
            estimate.register(config, has_suites=bool(folders))
        if folders:
            config.pluginmanager.register(Controller(config, folders), "culture-controller")
            live.register(config, config.stash[SESSION])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item per case."""
    collection.parametrize(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Plan units over the shard's selected cases, then drop those already finished."""
    session = config.stash[SESSION]
    if exchange.is_worker(config):
        exchange.receive_in_worker(config, session)
    collection.drop_empty(items)
    collection.drop_other_shards(config, session, items)
    collection.note_units(session, items)
    collection.drop_finished(config, session, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the case's record on its report."""
    report = yield
    reports.attach(item, report)
    stopping.attach(item, report)
    return report
