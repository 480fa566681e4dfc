"""The Python files in a suite's folder, imported by path; knows no name in them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from benchmark.errors import DataProblem


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
