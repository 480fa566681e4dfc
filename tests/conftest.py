"""What is strict about the project's own tests, which of them run, and in which order.

Read only where tests are asked for: pyproject.toml governs measurements too and is strict about
nothing.
"""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """A warning is an error, an unknown marker's too; the examples in docstrings are tests."""
    config.addinivalue_line("filterwarnings", "error")
    config.option.doctestmodules = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Exhaustive tests by name only; the longest first, so that it is nobody's last alone.

    The documents' examples run for minutes, one after another. All else is as collected.
    """
    if "exhaustive" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("exhaustive")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    items.sort(key=lambda item: item.path.name != "test_readme.py")
