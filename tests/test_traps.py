"""Traps that cost a day each (DESIGN §7) and that no other test would notice; one test a trap.

Scheduling after a crash is in tests/plugin/test_scheduler.py, everything else beside its subject.
"""

from __future__ import annotations

import csv
import importlib
import json
import re
import statistics
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

import benchmark.plugin
import conftest
from benchmark.errors import DataProblem
from benchmark.plugin.declared import MODEL, RUN, options_of_suites
from benchmark.survey.survey import SAMPLE, Question, load_survey
from benchmark.world.countries import country
from tests.plugin.running import ALWAYS, REPO, SMALL, Place

WORLD = REPO.parent / "shared" / "data" / "world" / "wvs_question_means.csv"


@pytest.fixture(scope="module")
def project() -> Mapping[str, object]:
    """The table ``project`` of pyproject.toml."""
    table: Mapping[str, object] = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))
    found = table["project"]
    assert isinstance(found, dict)
    return found


# --- 1, 2 and 9: what pytest and its other plugins would trip over ---------------------------


def test_no_entry_point_puts_our_options_elsewhere(project: Mapping[str, object]) -> None:
    """Trap 1: an entry point would load the plugin into every project on the machine."""
    assert "entry-points" not in project
    assert "entry-points" not in project.get("dynamic", ())  # type: ignore[operator]
    assert not (REPO / "setup.py").exists()
    assert not (REPO / "setup.cfg").exists()


def test_plugins_are_named_by_dotted_modules() -> None:
    """Trap 2: pytest has a plugin called `fixtures`, so that name alone would load nothing."""
    named = [*conftest.pytest_plugins, *benchmark.plugin.pytest_plugins]
    assert named
    for name in named:
        assert "." in name
        assert importlib.import_module(name).__name__ == name


def test_nothing_of_ours_is_called_as_pytest_benchmark_s() -> None:
    """Trap 9: pytest-benchmark owns ``--benchmark-…``, a fixture and a marker `benchmark`."""
    options = [option.name for option in (*MODEL, *RUN, *options_of_suites(()))]
    assert "--model" in options
    assert [name for name in options if name.startswith("--benchmark")] == []
    texts = [path.read_text("utf-8") for path in code()]
    assert any("@pytest.fixture" in text for text in texts)
    owned = re.compile(r"def benchmark\(|name=\"benchmark\"|mark\.benchmark\b")
    assert [text for text in texts if owned.search(text)] == []
    config = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))
    markers = config["tool"]["pytest"]["ini_options"]["markers"]
    assert [marker for marker in markers if marker.startswith("benchmark")] == []


def code() -> Iterator[Path]:
    """The modules that pytest could take fixtures and markers from."""
    for folder in ("benchmark", "fixtures", "suites"):
        yield from (REPO / folder).rglob("*.py")


# --- 4: grouping ------------------------------------------------------------------------------

# Writes down which worker ran which case.
WITNESS = """
def pytest_runtest_logreport(report):
    worker = getattr(report, "worker_id", "master")
    if report.when == "call" and hasattr(report, "node"):
        print(f"\\nran {report.nodeid} on {worker}")
"""


@pytest.mark.parametrize("arguments", [(), ("--dist", "loadgroup")], ids=["default", "loadgroup"])
def test_case_ids_are_plain_and_units_stay_together(
    tmp_path: Path, arguments: Sequence[str]
) -> None:
    """Trap 4: ``--dist loadgroup`` would append ``@group`` to ids, or not group at all."""
    pytest.importorskip("xdist")
    place = Place(folder=tmp_path)
    env, _ = place.plugin("witness", WITNESS)
    plugins = (*ALWAYS, "-p", "witness")
    done = place.run(*SMALL, "-s", "-n", "2", *arguments, env=env, plugins=plugins)
    assert done.code == 0, done.out
    assert "@" not in "".join(row["case_id"] for row in place.document()["rows"])
    ran = re.findall(r"^ran \S+\[(\S+)\] on (gw\d)$", done.out, re.M)
    assert sorted(case_id for case_id, _ in ran) == [
        row["case_id"] for row in place.document()["rows"]
    ]
    workers: dict[str, set[str]] = {}
    for case_id, worker in ran:
        suite, iso3, _, proxy = case_id.split("/")
        workers.setdefault(f"{suite}/{iso3}/{proxy}", set()).add(worker)
    assert len(workers) == 2
    assert [len(names) for names in workers.values()] == [1, 1]


# --- 13: item codes ---------------------------------------------------------------------------


@pytest.mark.skipif(not WORLD.exists(), reason="the table of item means is not in the repository")
def test_cited_item_codes_are_those_of_the_questions() -> None:
    """Trap 13: a cited code's country means are those of our shares, within 2 % of the scale.

    Codes count the options from 1, but a scale of eleven from 0 (Q241 to Q248).
    """
    means = item_means()
    questions = {question.question_id: question for question in load_survey(SAMPLE).questions}
    cited = cited_codes()
    assert len(cited) > 50
    wrong = {}
    for question_id, code in cited.items():
        assert code in next(iter(means.values())), f"{question_id} cites {code}"
        gaps = differences(questions[question_id], code, means)
        assert gaps, f"{question_id} shares no country with {code}"
        if statistics.median(gaps) > 0.02:
            wrong[question_id] = statistics.median(gaps)
    assert wrong == {}


def cited_codes() -> Mapping[str, str]:
    """The code of each embedded question that cites one."""
    questions = json.loads((REPO / "fixtures/data/sample_survey.json").read_text("utf-8"))
    return {
        question["question_id"]: question["wvs_item"]
        for question in questions["questions"]
        if "wvs_item" in question
    }


def item_means() -> Mapping[str, Mapping[str, str]]:
    """Mean code of each item by country; countries that we do not know are left out."""
    found = {}
    with WORLD.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                found[country(row["ctr"]).iso3] = row
            except DataProblem:
                continue
    return found


def differences(
    question: Question, code: str, means: Mapping[str, Mapping[str, str]]
) -> Sequence[float]:
    """By country, how far the mean of our shares is from the table's, in shares of the scale."""
    n_options = sum(question.substantive)
    first = 0 if n_options == 11 else 1
    gaps = []
    for iso3, p in question.human.items():
        opinions = [x for x, keep in zip(p, question.substantive, strict=True) if keep]
        if iso3 in means and means[iso3][code] and sum(opinions) > 0:
            ours = sum(k * x for k, x in enumerate(opinions, start=first)) / sum(opinions)
            gaps.append(abs(ours - float(means[iso3][code])) / (n_options - 1))
    return gaps
