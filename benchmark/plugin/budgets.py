"""``--max-requests`` and ``--max-tokens``: what one process of a run may spend at a server.

Knows pytest's options and xdist's numbers; the sender counts what is spent.
"""

from __future__ import annotations

import pytest

from benchmark.errors import UsageProblem
from benchmark.option_values import count
from benchmark.plugin import exchange
from benchmark.vocabulary import ENDPOINT

NOUNS = {"--max-requests": "requests", "--max-tokens": "tokens"}


def budget_of(config: pytest.Config, option: str, model: str) -> int | None:
    """The bound on this process; None without one.

    Workers have equal shares. A replacement for a worker that died gets nothing, because what the
    dead one spent is unknown.

    Raises
    ------
    UsageProblem
        The model is not behind a server, or the budget is less than one per worker.
    """
    text = config.getoption(option)
    if text is None:
        return None
    whole = count(text, option)
    if not model.startswith(ENDPOINT):
        raise UsageProblem(
            f"{option} {text} limits what is sent to a server, and {model} is not behind one; "
            "leave it out"
        )
    place, workers = exchange.worker_place(config)
    each = share(whole, workers, option)
    return each if place < workers else 0


def share(whole: int, workers: int, option: str) -> int:
    """An equal share for each worker; together never more than the whole.

    >>> share(100, 3, "--max-requests")
    33
    """
    if whole < workers:
        raise UsageProblem(
            f"{option} {whole} is less than one per worker ({workers} workers); raise it, or use "
            "-n 0"
        )
    return whole // workers


def header(config: pytest.Config) -> list[str]:
    """A line on what may be spent, if there is a bound."""
    workers = workers_of(config)
    parts = [
        f"{whole} {noun}" + (f" ({share(whole, workers, option)} a worker)" * (workers > 1))
        for option, noun in NOUNS.items()
        if (text := config.getoption(option)) is not None
        for whole in [count(text, option)]
    ]
    return [f"  budget of this session: {', '.join(parts)}"] if parts else []


def workers_of(config: pytest.Config) -> int:
    """How many workers xdist will start; 1 without xdist."""
    started = config.getoption("tx", []) if config.getoption("dist", "no") != "no" else []
    return max(len(started), 1)
