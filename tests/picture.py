"""Who imports whom, read from the source: modules, and the folders that are the picture's parts.

Knows no name of a part: a part is a folder of ``benchmark`` or ``leaderboard``, or a module that
lies loose in one of them. ``python -m tests.picture`` puts the tree into README.md and the table
of imports into docs/architecture.md.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPO = Path(__file__).parents[1]
FOLDERS = ("benchmark", "fixtures", "leaderboard", "suites")
OPENING = "<!-- made by `python -m tests.picture` -->\n"
CLOSING = "<!-- end -->\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One imported module and where; ``at_load`` unless inside a function or for types only."""

    target: str
    where: str
    at_load: bool


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((REPO / folder).rglob("*.py")):
            parts = path.relative_to(REPO).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def imports(module: str) -> tuple[Import, ...]:
    """What a module imports, anywhere in it, types included."""
    path = modules()[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(inner) for node in ast.walk(tree) if _is_late(node) for inner in ast.walk(node)}
    return tuple(
        Import(
            target=target,
            where=f"{path.relative_to(REPO)}:{node.lineno}",
            at_load=id(node) not in inside,
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for target in _targets(node)
    )


def _is_late(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _targets(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    if node.level or node.module is None:
        raise ValueError("imports are absolute")
    for alias in node.names:
        whole = f"{node.module}.{alias.name}"
        yield whole if whole in modules() else node.module


def part_of(module: str) -> str:
    """The part a module belongs to: its folder on the second level, or itself if it lies loose."""
    if module.endswith(".__main__"):  # a command stands on top of whatever it needs
        return module
    top, *below = module.split(".")
    return ".".join([top, *below[:1]]) if top in {"benchmark", "leaderboard"} else top


def between_modules() -> Mapping[str, frozenset[str]]:
    """The modules of ours that each module imports."""
    return {
        module: frozenset(
            found.target for found in imports(module) if found.target in modules()
        ) - {module, "benchmark"}
        for module in modules()
    }  # fmt: skip


def between_parts() -> Mapping[str, frozenset[str]]:
    """The parts that each part imports, itself left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, targets in between_modules().items():
        if module not in FOLDERS:
            found[part_of(module)] |= {part_of(target) for target in targets}
    return {part: frozenset(targets - {part}) for part, targets in sorted(found.items())}


def circles(graph: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Groups of two or more that import each other, directly or around."""
    reach = {node: _reached(node, graph) for node in graph}
    found = {
        tuple(sorted(other for other in reach[node] if node in reach.get(other, ())))
        for node in graph
        if node in reach[node]
    }
    return sorted(map(list, found))


def _reached(start: str, graph: Mapping[str, frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return frozenset(seen)


def from_below(graph: Mapping[str, frozenset[str]]) -> list[str]:
    """The parts in an order in which each stands after all that it imports."""
    placed: list[str] = []
    while len(placed) < len(graph):
        ready = [part for part in graph if part not in placed and graph[part] <= set(placed)]
        placed += ready or [part for part in graph if part not in placed][:1]
    return placed


def phrase(part: str) -> str:
    """The first sentence of a part's docstring, which says what it is for."""
    tree = ast.parse(modules()[part].read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def table() -> str:
    """The picture as a table: each part, what it is for, what it imports; from below."""
    graph = between_parts()
    lines = ["| part | what it is for | imports |", "|---|---|---|"]
    for part in from_below(graph):
        others = ", ".join(_short(other, part) for other in sorted(graph[part])) or "—"
        lines.append(f"| `{part.replace('.', '/')}` | {phrase(part)} | {others} |")
    return "\n".join(lines) + "\n"


def _short(other: str, part: str) -> str:
    """Without the package where it is the same one."""
    own = f"{part.partition('.')[0]}."
    return other.removeprefix(own).replace(".", "/")


def tree() -> str:
    """The folders as a tree with what each is for."""
    lines = []
    for top in ("benchmark", "suites", "fixtures", "leaderboard"):
        lines.append(_line(f"{top}/", phrase(top)))
        for name, path in sorted(modules().items()):
            if name.count(".") == 1 and name.startswith(f"{top}."):
                folder = path.name == "__init__.py"
                if folder or not path.name.startswith(("test_", "__")):
                    own = f"{name.rpartition('.')[2]}{'/' if folder else '.py'}"
                    lines.append(_line(f"  {own}", phrase(name)))
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _line(place: str, about: str) -> str:
    return f"{place:<20} {about}"


PAGES: Mapping[Path, Callable[[], str]] = {
    REPO / "README.md": tree,
    REPO / "docs" / "architecture.md": table,
}


def made_part(page: Path) -> str:
    """What a page holds between the marks."""
    return page.read_text(encoding="utf-8").partition(OPENING)[2].partition(CLOSING)[0]


def main() -> None:
    """Put what is made into the pages that hold it."""
    for page, make in PAGES.items():
        before, opening, rest = page.read_text(encoding="utf-8").partition(OPENING)
        after = rest.partition(CLOSING)[2]
        page.write_text(f"{before}{opening}\n{make()}\n{CLOSING}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
