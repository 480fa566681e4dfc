"""Writes the lowest version of each dependency that pyproject.toml allows, as pip's constraints.

torch is left out: of its versions only the pinned one has a CPU build wherever this runs.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ELSEWHERE = ("torch", "pytest-culture")
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(\[[^\]]*\])?>=(?P<version>[\w.]+)")


def lowest(project: Mapping[str, Any]) -> list[str]:
    """One pin for each dependency, of the project itself and of all its extras.

    >>> lowest({"dependencies": ["numpy>=1.26", "torch>=2.11"], "optional-dependencies": {}})
    ['numpy==1.26']
    """
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    matches = [_REQUIREMENT.match(requirement) for group in groups for requirement in group]
    found = {match["name"]: match["version"] for match in matches if match is not None}
    return [
        f"{name}=={version}" for name, version in sorted(found.items()) if name not in ELSEWHERE
    ]


if __name__ == "__main__":
    document = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    Path(sys.argv[1]).write_text("\n".join(lowest(document["project"])) + "\n", encoding="utf-8")
