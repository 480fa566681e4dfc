"""The tree in numbers, and what one case passes through.

``python -m tests.benchmarks.structure`` prints them. Knows no part by name. Lines are those of the
product's Python files; a file is entered when a function of it runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.picture import FOLDERS, REPO, between_modules, between_parts, circles, modules

GATE = """
[[gate]]
suite = "wvs"
metric = "js_similarity"
min = 0.0
"""
# Runs before a session: notes each file of ours when it is first entered, and how often the calls
# of the session's start go to another part.
HOOK = """
import atexit, json, os, sys
ROOT, OUT = {root!r}, {out!r}
files, parts, start = {{}}, [], []
def note(frame, event, argument):
    code = frame.f_code
    if event == "return" and start == [frame]:
        start.append(None)
    if event != "call" or not code.co_filename.startswith(ROOT):
        return
    if not code.co_flags & 1:
        return  # the body of a module or a class
    if not code.co_name.startswith("<"):
        files.setdefault(code.co_filename)
    if code.co_name == "pytest_sessionstart" and not start:
        start.append(frame)
    part = os.path.relpath(code.co_filename, ROOT).split(os.sep)[:2]
    if len(start) == 1 and parts[-1:] != [part]:
        parts.append(part)
def write():
    sys.setprofile(None)
    with open(OUT, "w") as file:
        json.dump({{"files": list(files), "changes": len(parts)}}, file)
atexit.register(write)
sys.setprofile(note)
"""


def main() -> None:
    """Print the table."""
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in modules().values())
    loose = {top: len(_loose(top)) for top in ("benchmark", "leaderboard")}
    graph = between_parts()
    files, changes = entered()
    for label, value in {
        "lines of source": lines,
        **{f"loose modules in {top}/": count for top, count in loose.items()},
        "parts, and arrows between them": f"{len(graph)}, {sum(map(len, graph.values()))}",
        "circles of modules, types included": len(circles(between_modules())),
        "circles of parts": len(circles(graph)),
        "files that one case enters": len(files),
        "changes of part as its session starts": changes,
    }.items():
        print(f"{label:<42} {value}")  # noqa: T201 - this is its product


def _loose(top: str) -> list[str]:
    return [
        name
        for name, path in modules().items()
        if name.count(".") == 1 and name.startswith(f"{top}.") and path.stem != "__init__"
    ]


def entered() -> tuple[list[str], int]:
    """The files that a session of one case with one gate enters; how its start changes parts."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "gates.toml").write_text(GATE, encoding="utf-8")
        out = place / "entered.json"
        hook = HOOK.format(root=str(REPO), out=str(out))
        (place / "sitecustomize.py").write_text(hook, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "suites/wvs"]
        command += ["--model", "reference:uniform", "--countries", "MEX", "--topics", "religion"]
        command += ["--proxies", "country", "--gate", str(place / "gates.toml")]
        command += ["--runs", str(place / "runs"), "--leaderboard", str(place / "board.json")]
        command += ["--store", str(place / "store.sqlite")]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(place), str(REPO)])}
        done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, env=env)
        if not out.is_file():
            raise SystemExit(done.stdout)
        found = json.loads(out.read_text("utf-8"))
    tops = tuple(str(REPO / name) for name in FOLDERS)
    return sorted(one for one in found["files"] if one.startswith(tops)), found["changes"]


if __name__ == "__main__":
    main()
