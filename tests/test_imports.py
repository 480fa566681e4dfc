"""Imports follow the arrows of DESIGN §2: the picture stands here as a table, and is walked."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
FOLDERS = ("benchmark", "fixtures", "leaderboard", "suites")
DRAWING = frozenset({"matplotlib"})  # an extra of its own
HEAVY = frozenset({"torch", "torchvision", "transformers", "datasets", "tokenizers", "safetensors"})
HEAVY |= {"peft", "trl"}

# part: (its modules, the parts it may import). A part may only import what stands above it.
PICTURE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "joints": (
        ("benchmark.records", "benchmark.errors", "benchmark.jsonio", "benchmark.sampled"),
        (),
    ),
    "shards": (("benchmark.shards",), ("joints",)),
    "settings": (("benchmark.settings", "benchmark.provenance"), ("joints", "shards")),
    "world": (("benchmark.world", "benchmark.distances", "benchmark.sections"), ("joints",)),
    "data": (
        (
            *("benchmark.survey", "benchmark.survey_csv", "benchmark.survey_rows"),
            *("benchmark.survey_sample", "benchmark.topics", "benchmark.wording"),
            *("benchmark.proxies", "benchmark.images", "benchmark.hub", "benchmark.prompts"),
            *("benchmark.refusals", "benchmark.translation", "benchmark.orders"),
            *("benchmark.wordless", "benchmark.stories", "benchmark.languages"),
            *("benchmark.questions", "benchmark.story_dimensions", "benchmark.label_studio"),
            *("benchmark.story_groups", "benchmark.story_wording"),
            *("benchmark.thinking", "benchmark.markers", "benchmark.letters"),
        ),
        ("joints", "world"),
    ),
    "metrics": (("benchmark.metrics",), ()),
    "engine": (("benchmark.engine",), ("joints", "data")),
    "models": (("benchmark.models",), ("joints", "settings", "data", "metrics")),
    "perf": (("benchmark.perf",), ("joints", "settings", "metrics", "engine", "models")),
    "scoring": (
        (
            *("benchmark.calibration", "benchmark.scoring", "benchmark.recognition"),
            "benchmark.story_scoring",
            "benchmark.story_embedding",
            "benchmark.right_answers",
        ),
        ("joints", "data", "metrics"),
    ),
    "analyses": (("benchmark.analyses",), ("joints", "world", "metrics")),
    "rows": (("benchmark.rows", "benchmark.journal", "benchmark.determinism"), ("joints",)),
    "noise": (("benchmark.noise",), ("joints", "metrics", "rows")),
    "gates": (("benchmark.gates",), ("joints", "world", "metrics", "rows")),
    "suite": (
        ("benchmark.suite", "benchmark.sources", "benchmark.parts", "benchmark.layout"),
        ("joints", "settings", "data"),
    ),
    "data command": (("benchmark.data",), ("joints", "settings", "data", "suite")),
    "leaderboard": (
        (
            *("leaderboard.runs", "leaderboard.documents", "leaderboard.board"),
            *("leaderboard.tables", "leaderboard.settling", "leaderboard.merging"),
            *("leaderboard.findings", "leaderboard.baseline", "leaderboard.comparing"),
            *("leaderboard.migrating", "leaderboard.trust", "leaderboard.hub_reading"),
            *("leaderboard.summary", "leaderboard.table_parts", "leaderboard.plain_tables"),
            "leaderboard.scores",
            *("leaderboard.places", "leaderboard.merge_command"),
            "leaderboard.encoder_identities",
        ),
        ("joints", "shards", "world", "engine", "analyses", "rows", "gates", "suite"),
    ),
    "report": (
        ("leaderboard.report",),
        ("joints", "world", "data", "metrics", "rows", "leaderboard"),
    ),
    "replay": (
        ("leaderboard.replay",),
        (
            *("joints", "settings", "data", "engine", "analyses", "rows", "suite"),
            "leaderboard",
        ),
    ),
    "export": (("leaderboard.export",), ("joints", "suite", "leaderboard")),
    "page": (
        ("leaderboard.page",),
        ("joints", "world", "data", "metrics", "engine", "rows", "suite", "leaderboard", "replay"),
    ),
    "publish": (
        ("leaderboard.publish",),
        (
            *("joints", "settings", "data", "rows", "leaderboard"),
            *("report", "replay", "export", "page"),
        ),
    ),
    "transfer": (("leaderboard.transfer",), ("joints", "metrics", "leaderboard")),
    "compare": (
        ("leaderboard.compare", "leaderboard.change_table"),
        ("joints", "analyses", "gates", "leaderboard"),
    ),
    "encoders": (
        ("leaderboard.encoders", "leaderboard.comparable_encoders"),
        ("joints", "metrics", "analyses", "leaderboard", "transfer"),
    ),
    "bertscore": (
        ("leaderboard.bertscore",),
        ("joints", "settings", "engine", "models", "analyses", "leaderboard"),
    ),
    "study": (
        ("leaderboard.study",),
        (
            *("joints", "settings", "world", "data", "metrics", "engine", "analyses", "rows"),
            *("leaderboard", "report", "replay"),
        ),
    ),
    "command": (
        ("leaderboard.__main__",),
        (
            *("joints", "leaderboard", "report", "replay", "export"),
            *("page", "publish", "transfer", "encoders", "bertscore", "study", "compare"),
        ),
    ),
    "plugin": (
        ("benchmark.plugin",),
        (
            *("joints", "shards", "settings", "engine", "models", "analyses"),
            *("rows", "noise", "gates", "suite", "leaderboard", "replay", "transfer"),
        ),
    ),
    "fixtures": (("fixtures",), ("joints", "plugin")),
    "suites": (
        ("suites",),
        ("joints", "settings", "world", "data", "metrics", "scoring", "suite", "fixtures"),
    ),
    "finetune": (
        ("benchmark.finetune",),
        (
            *("joints", "settings", "world", "data", "metrics", "models", "perf", "analyses"),
            *("suite", "suites"),
        ),
    ),
}
PYTEST = frozenset({"plugin", "fixtures", "suites"})
# Parts that may import no other package than these.
ONLY: dict[str, frozenset[str]] = {
    "metrics": frozenset({"numpy", "rapidfuzz", "regex", "scipy"}),
    "analyses": frozenset({"numpy", "threadpoolctl"}),
    "engine": frozenset(),
    "gates": frozenset(),
    "rows": frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One imported module and where; ``at_load`` unless inside a function or for types only."""

    target: str
    where: str
    at_load: bool


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((REPO / folder).rglob("*.py")):
            parts = path.relative_to(REPO).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imports(module: str) -> list[Import]:
    """What a module imports, anywhere in it."""
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(inner) for node in ast.walk(tree) if _is_late(node) for inner in ast.walk(node)}
    return [
        Import(
            target=target,
            where=f"{path.relative_to(REPO)}:{node.lineno}",
            at_load=id(node) not in inside,
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for target in _targets(node)
    ]


def _is_late(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _targets(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.level == 0, "imports are absolute"
    assert node.module is not None
    for alias in node.names:
        whole = f"{node.module}.{alias.name}"
        yield whole if whole in MODULES else node.module


def part_of(module: str) -> str:
    """The part of the picture a module belongs to; there must be exactly one."""
    if module in FOLDERS:  # the packages themselves are empty but for their docstrings
        return module
    found = [
        part
        for part, (members, _) in PICTURE.items()
        if any(module == member or module.startswith(f"{member}.") for member in members)
    ]
    assert len(found) == 1, f"{module} belongs to {found or 'no part'}: give it a place in PICTURE"
    return found[0]


OWN = [name for name in MODULES if name != "benchmark"]


def test_the_picture_has_no_way_back() -> None:
    """A part imports only parts above it in the table, so there is no cycle of parts."""
    above: set[str] = set()
    for part, (_, may) in PICTURE.items():
        assert set(may) <= above, f"{part} points downwards"
        above.add(part)


def test_the_package_itself_imports_nothing() -> None:
    """``import benchmark`` runs no code, so any part can be imported alone."""
    assert imports("benchmark") == []


@pytest.mark.parametrize("module", OWN)
def test_imports_follow_the_arrows(module: str) -> None:
    """A module imports its own part and the parts its row in the table names."""
    part = part_of(module)
    allowed = {part, *PICTURE[part][1]}
    wrong = [
        f"{found.where}: {part} must not import {part_of(found.target)} ({found.target})"
        for found in imports(module)
        if found.target in MODULES and found.target != "benchmark"
        if part_of(found.target) not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("module", OWN)
def test_packages_stay_where_they_belong(module: str) -> None:
    """Only the outer shell knows pytest and xdist; metrics know array and text libraries."""
    part, used = part_of(module), {}
    for found in imports(module):
        used[found.target.partition(".")[0]] = found.where
    if part not in PYTEST:
        assert used.keys().isdisjoint({"pytest", "_pytest", "xdist"}), used
    if part in ONLY:
        foreign = used.keys() - ONLY[part] - set(FOLDERS) - sys.stdlib_module_names
        assert foreign == set(), {name: used[name] for name in foreign}


@pytest.mark.parametrize("module", OWN)
def test_frameworks_are_imported_when_first_needed(module: str) -> None:
    """Torch and its like stand in functions of the adapters, their timing and the Hub reader."""
    heavy = [found for found in imports(module) if found.target.partition(".")[0] in HEAVY]
    assert [found.where for found in heavy if found.at_load] == []
    if heavy:
        assert part_of(module) in {"models", "perf", "finetune"} or module == "benchmark.hub"


@pytest.mark.parametrize("module", OWN)
def test_matplotlib_is_imported_when_a_figure_is_drawn(module: str) -> None:
    """Only in functions of the report: tables and all else work without it."""
    found = [entry for entry in imports(module) if entry.target.partition(".")[0] in DRAWING]
    assert [entry.where for entry in found if entry.at_load] == []
    if found:
        assert part_of(module) == "report"
