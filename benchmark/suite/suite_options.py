"""A suite's options: the table ``OPTIONS`` in its options.py, and the values of its own options.

A suite lists every option it reads. Those of `shared_options` are fields of `Settings`; the others
are its own, and no other suite gets their values. A folder without options.py has no options of
its own and may read all shared ones. Knows no option by name, and no pytest; `module_of` imports
any Python file of a suite's folder by its path.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmark.data import SUITES
from benchmark.errors import DataProblem, UsageProblem
from benchmark.hub.data_sets import SURVEY
from benchmark.option_values import Option
from benchmark.settings import Settings
from benchmark.suite.shared_options import SHARED

OPTIONS_FILE = "options.py"


def shipped_folders() -> tuple[Path, ...]:
    """The suites that come with the harness and have options."""
    return tuple(sorted(path.parent for path in SUITES.glob(f"*/{OPTIONS_FILE}")))


def options_read(folder: Path) -> tuple[Option, ...]:
    """Every option that a suite reads, according to its folder.

    Raises
    ------
    DataProblem
        Its options.py has no table ``OPTIONS``.
    """
    if not (folder / OPTIONS_FILE).is_file():
        return SHARED
    found = getattr(module_of(folder, OPTIONS_FILE), "OPTIONS", None)
    if not isinstance(found, tuple) or not all(isinstance(one, Option) for one in found):
        raise DataProblem(f"{folder / OPTIONS_FILE} has no table OPTIONS, a tuple of Option")
    return found


def own_options(folder: Path) -> tuple[Option, ...]:
    """The options of a suite that are not shared."""
    return tuple(option for option in options_read(folder) if option not in SHARED)


def with_own(folder: Path, settings: Settings) -> Settings:
    """The settings with the value of each of the suite's own options, as given or by default."""
    missing = {one.dest: one for one in own_options(folder) if one.dest not in settings.own}
    defaults = {dest: option.value() for dest, option in missing.items()}
    return replace(settings, own={**settings.own, **defaults})


def given_values(folder: Path, texts: Mapping[str, object]) -> Mapping[str, object]:
    """The values of the suite's own options that were given, from the texts by option name."""
    own = own_options(folder)
    return {one.dest: one.value(texts[one.name]) for one in own if one.name in texts}


def replayed_values(
    folder: Path, config: Mapping[str, Any], named: Mapping[str, str]
) -> Mapping[str, object]:
    """The values that a run was made with, from its configuration.

    ``named`` has the texts of options that are given at the replay.
    """
    return {
        one.dest: _replayed_value(one, config, named.get(one.name)) for one in own_options(folder)
    }


def needed(config: Mapping[str, Any], what: str) -> UsageProblem:
    """The error for data that a run was measured on and that were not named."""
    option = f"--{what}"
    name = _name(config, what)
    hint = f" ({option} hub)" if name == SURVEY else ""
    return UsageProblem(f"the run was measured on the {what} {name!r}; name it with {option}{hint}")


def sample_or_needed(config: Mapping[str, Any], what: str) -> None:
    """Raise if a run was measured on a file that no bundle holds and that was not named."""
    if what in config and _name(config, what) != "sample":
        raise needed(config, what)


def _replayed_value(option: Option, config: Mapping[str, Any], text: str | None) -> object:
    if text is not None:
        return option.value([text] if option.repeated else text)
    if option.from_config is not None:
        return option.from_config(config)
    found = config.get(option.dest)
    return option.value() if found is None else tuple(found) if isinstance(found, list) else found


def _name(config: Mapping[str, Any], what: str) -> str:
    about = config.get(what)
    return str(about.get("name", "")) if isinstance(about, Mapping) else ""


def module_of(folder: Path, file: str = "suite.py") -> ModuleType:
    """A file in the folder as a module, wherever the folder lies."""
    path = folder / file
    name = f"culture_{path.stem}_{folder.name}"
    loaded = sys.modules.get(name)
    if loaded is not None and loaded.__file__ == str(path):
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise DataProblem(f"suite folder {folder} has no {file}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
