"""The pytest plugin: hooks of a few lines that read as the life of a run.

Registered by the root conftest, or with ``-p benchmark.plugin``; inert unless suites are asked
for. Everything a hook does is a function in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from benchmark.errors import CultureError
from benchmark.plugin import collection, estimate, exchange, live, reports, stopping, warned
from benchmark.plugin.controller import Controller
from benchmark.plugin.declared import add_options
from benchmark.plugin.options import settings_from
from benchmark.plugin.providers import provider_of
from benchmark.plugin.session import SESSION, RunSession
from benchmark.suite.protocol import find_suites

pytest_plugins = ("fixtures.model", "fixtures.measure")  # by name: imports go the other way


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; they do nothing where no suite is collected."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Turn options into settings, and start the controller where suites are asked for."""
    config.addinivalue_line(
        "markers", "cases(kind, ...): measure only a suite's cases of these kinds"
    )
    try:
        provider = provider_of(config.getoption, here=config.invocation_params.dir)
        settings = settings_from(config, provider)
        config.stash[SESSION] = RunSession(settings=settings, provider=provider)
    except CultureError as error:
        raise pytest.UsageError(str(error)) from error
    asked = [config.invocation_params.dir / arg.split("::")[0] for arg in config.args]
    folders = find_suites(asked, ignore=config.getini("norecursedirs"))
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
    """Plan units over what was selected of the shard, then drop what is finished already."""
    session = config.stash[SESSION]
    if exchange.is_worker(config):
        exchange.take_down(config, session)
    collection.drop_empty(items)
    collection.drop_other_shards(config, session, items)
    collection.note_units(session, items)
    collection.drop_finished(config, session, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the case's record travel on its report."""
    report = yield
    reports.attach(item, report)
    stopping.attach(item, report)
    return report
