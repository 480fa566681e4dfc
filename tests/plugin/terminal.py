"""Runs pytest on a pseudo-terminal and shows what a person sees; knows no harness."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Mapping

from tests.plugin.running import ALWAYS, REPO, environment

COLUMNS = 100
_PIECE = re.compile(r"\x1b7|\x1b8|\x1b\[[0-9;]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|.", re.S)


def on_a_terminal(*arguments: str, env: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and everything that was written to the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(REPO)
        variables = {k: v for k, v in environment(env).items() if k not in ("CI", "BUILD_NUMBER")}
        fixed = {"TERM": "xterm", "COLUMNS": str(COLUMNS)}
        command = [sys.executable, "-m", "pytest", *ALWAYS, *arguments]
        os.execve(sys.executable, command, {**variables, **fixed, **env})  # noqa: S606 - no shell wanted
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    written = bytearray()
    while chunk := _read(terminal):
        written += chunk
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), written.decode()


def screen(written: str) -> list[str]:
    """The lines as they stand at last: colours dropped, cursor moves and erasures done."""
    lines, row, column, kept = [""], 0, 0, (0, 0)
    for piece in _PIECE.findall(written):
        if piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif piece == "\r":
            column = 0
        elif piece == "\x1b7":
            kept = row, column
        elif piece == "\x1b8":
            row, column = kept
        elif piece == "\x1b[K":
            lines[row] = lines[row][:column]
        elif piece.startswith("\x1b[") and piece.endswith("G"):
            column = int(piece[2:-1]) - 1
        elif not piece.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + piece + lines[row][column + 1 :]
            column += 1
    return lines


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the child has closed its side
        return b""
