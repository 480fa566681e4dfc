"""Which suite folders a command line names, before and after its options are known.

Knows pytest's arguments; opens no suite.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmark.suite.protocol import find_suites


def folders_possible(config: pytest.Config) -> tuple[Path, ...]:
    """The suites that a command line may name, before all of its options are known.

    A word after an unknown option counts as an argument too, which at worst finds a suite that is
    not measured. If no argument leads to a suite, pytest's testpaths do, or the current folder.
    """
    known = getattr(config, "known_args_namespace", None)  # not there for a plugin given to main()
    words = config.invocation_params.args if known is None else known.file_or_dir
    paths = _paths(config, map(str, words), pyargs=bool(known is not None and known.pyargs))
    default = [config.rootpath / path for path in config.getini("testpaths")]
    ignored = config.getini("norecursedirs")
    return find_suites(paths, ignore=ignored) or find_suites(
        default or [config.invocation_params.dir], ignore=ignored
    )


def folders_measured(config: pytest.Config) -> tuple[Path, ...]:
    """The suites that are measured."""
    paths = _paths(config, config.args, pyargs=config.option.pyargs)
    return find_suites(paths, ignore=config.getini("norecursedirs"))


def _paths(config: pytest.Config, words: Iterable[str], *, pyargs: bool) -> list[Path]:
    names = [word.split("::")[0] for word in words]
    here = config.invocation_params.dir
    return [(_of_module(name) if pyargs else None) or here / name for name in names]


def _of_module(name: str) -> Path | None:
    """Where a module or package lies, as for ``--pyargs``; None if it does not exist."""
    try:
        spec = importlib.util.find_spec(name)
    except (AttributeError, ImportError, ValueError):
        return None
    if spec is None or spec.origin in (None, "namespace"):
        return None
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations is not None else origin
