"""The parser of the command line, which exits on a wrong word as on a wrong value."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

WRONG = 4  # as pytest has it


class Parser(argparse.ArgumentParser):
    """argparse's own exits with 2, which here says that a run was broken off."""

    def error(self, message: str) -> NoReturn:
        """The usage and what is wrong, on standard error."""
        self.print_usage(sys.stderr)
        self.exit(WRONG, f"{self.prog}: {message}\n")
