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
    """Exhaustive tests and long simulations by name only, a sample of the real; the longest first.

    The documents' examples run for minutes, one after another, and are nobody's last so. All else
    is as collected.
    """
    asked = config.option.markexpr
    left_out = [item for item in items if _by_name_only(item, asked)]
    left_out += [item for item in items if "real" not in asked and _beyond_the_sample(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    items.sort(key=lambda item: item.path.name != "test_readme.py")


def _by_name_only(item: pytest.Item, asked: str) -> bool:
    marks = ("exhaustive", "validity")
    return any(item.get_closest_marker(mark) and mark not in asked for mark in marks)


def _beyond_the_sample(item: pytest.Item) -> bool:
    """A test of a real checkpoint that is not ``real(sample=True)``."""
    marks = list(item.iter_markers("real"))
    return bool(marks) and not any(mark.kwargs.get("sample") for mark in marks)
