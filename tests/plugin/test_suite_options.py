"""Options that suites bring: shipped ones and a stranger's, where they are found and refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.plugin.running import ALWAYS, META, REPO, Outcome, Place, run_pytest

OPTIONS = """
from functools import partial
from benchmark.option_values import Option, count
from benchmark.suite.shared_options import COUNTRIES

OPTIONS = (
    COUNTRIES,
    Option("--level", "N", "how many cases there are; default: 3", default="3", read=count),
    Option("--loud", "", "say it loudly", flag=True),
)
"""
SUITE = """
from dataclasses import dataclass
from benchmark.analyses.case_means import case_means
from benchmark.records import Case, CaseRecord, Score, Selection

ANALYSES = {"means": case_means("one")}

def build(meta, settings):
    return Levels(meta, settings.own["level"], settings.own["loud"])

@dataclass
class Levels:
    meta: object
    level: int
    loud: bool
    survey = None

    def select(self):
        return Selection(cases=tuple(
            Case(suite=self.meta.name, country="NGA", topic=f"level-{n}", proxy="", unit=f"u{n}")
            for n in range(self.level)
        ))

    def interview(self, case):
        yield ()
        score = Score(metric="one", value=1.0, n=1, higher_is_better=True)
        return CaseRecord(case=case, scores=(score,), items=())

    def config(self):
        return {"level": self.level, "loud": self.loud}

    def stamp(self):
        return ""

    def header(self):
        return ()
"""
TEST = "def test_case(case, measure):\n    measure(case)\n"
PLUGIN = ("-p", "benchmark.plugin", "--import-mode=importlib")


def stranger(folder: Path, name: str = "levels", options: str = OPTIONS) -> Path:
    """A suite with two options of its own, in a package outside the repository."""
    suite = folder / name
    suite.mkdir(parents=True)
    for file, text in {
        "__init__.py": "",
        "options.py": options,
        "suite.py": SUITE,
        "suite.toml": META.format(name=name, title="As many cases as one likes"),
        f"test_{name}.py": TEST,
    }.items():
        (suite / file).write_text(text, "utf-8")
    return suite


def collected(done: Outcome) -> list[str]:
    """The case ids that ``--collect-only -q`` lists."""
    assert done.code == 0, done.out
    return re.findall(r"::test_\w+\[(.+)\]$", done.out, re.M)


def groups(text: str) -> dict[str, list[str]]:
    """The options of each of our groups in a help text."""
    parts = re.split(r"^cultural benchmark, (.+):$", text, flags=re.M)
    return {
        title: re.findall(r"^  (--[a-z-]+)", part, re.M)
        for title, part in zip(parts[1::2], parts[2::2], strict=True)
    }


# --- help ------------------------------------------------------------------------------------


def test_help_has_a_group_for_each_suite_and_each_is_in_order() -> None:
    """Plain ``pytest --help`` knows the shipped suites; what several read says by whom."""
    done = run_pytest("--help")
    assert done.code == 0
    found = groups(done.out.partition("[pytest] configuration")[0])
    assert [*found] == [
        *("the model", "the run", "several suites"),
        *("suite cultureverse", "suite stories", "suite wvs"),
    ]
    assert all(names == sorted(names) for names in found.values())
    assert "--model" in found["the model"]
    assert "--gate" in found["the run"]
    assert "--vetted" in found["suite wvs"]
    assert "--groups" in found["suite stories"]
    assert "--controls" in found["suite cultureverse"]
    assert {"--countries", "--topics", "--prompts"} <= set(found["several suites"])
    assert re.search(r"--permutations=N(?s:.){1,200}\(read by\s+cultureverse,\s+wvs\)", done.out)


def test_help_of_a_suite_outside_has_its_options(tmp_path: Path) -> None:
    """They are found by the folder on the command line."""
    done = run_pytest(*PLUGIN, str(stranger(tmp_path)), "--help")
    assert groups(done.out)["suite levels"] == ["--level", "--loud"]


# --- a suite outside the repository -----------------------------------------------------------


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_suite_outside_reads_an_option_of_its_own(place: Place, workers: str) -> None:
    """Given before or after the folder, with and without workers; it is in the configuration."""
    suite = stranger(place.folder)
    done = place.run(*PLUGIN, "--level", "4", "--loud", "-n", workers, suite=str(suite))
    assert done.code == 0, done.out
    assert "4 passed" in done.out
    config = place.document()["config"]
    assert (config["level"], config["loud"]) == (4, True)


def test_a_default_is_the_tables(tmp_path: Path) -> None:
    """Nothing given: three cases. A wrong value is one sentence."""
    suite = stranger(tmp_path)
    assert len(collected(run_pytest(*PLUGIN, str(suite), "--collect-only", "-q"))) == 3
    wrong = run_pytest(*PLUGIN, str(suite), "--level", "0")
    assert wrong.code == 4
    assert wrong.sentence("--level '0' is not a whole number of at least 1")


def test_a_package_is_found_by_its_name(place: Place) -> None:
    """``--pyargs`` with a package outside, or with a shipped suite; its options are there."""
    stranger(place.folder / "mine")
    (place.folder / "mine" / "__init__.py").touch()
    env = {"PYTHONPATH": os.pathsep.join((str(place.folder), str(REPO)))}
    words = ("--pyargs", "--collect-only", "-q")
    other = run_pytest(*PLUGIN, *words, "mine.levels", "--level=1", cwd=place.folder, env=env)
    assert collected(other) == ["levels/NGA/level-0"]
    cell = ("--countries", "NGA", "--topics", "race", "--proxies", "country")
    shipped = run_pytest(*words, "suites.wvs", "--vetted", "top1", *cell, "--model", "demo")
    assert collected(shipped) == ["wvs/NGA/race/country"]


def test_where_pytest_is_called_without_arguments_it_finds_the_suite_there(tmp_path: Path) -> None:
    """As pytest itself does, here or in ``testpaths``."""
    stranger(tmp_path)
    done = run_pytest(*PLUGIN, "--level", "2", "--collect-only", "-q", cwd=tmp_path)
    assert len(collected(done)) == 2


# --- two of one name -------------------------------------------------------------------------


def test_equal_definitions_are_one_option_and_each_suite_reads_it(tmp_path: Path) -> None:
    """A copied suite keeps its options, and both are given the value."""
    suites = tmp_path / "suites"
    for name in ("levels", "again"):
        stranger(suites, name)
    words = ("--level", "2", "--collect-only", "-q")
    assert len(collected(run_pytest(*PLUGIN, str(suites), *words))) == 4
    help_text = run_pytest(*PLUGIN, str(suites), "--help").out
    assert "--level" in groups(help_text)["several suites"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('Option("--level", "N", "another")', ("--level", "another option of the suite in")),
        ('Option("--model", "NAME", "mine")', ("--model", "another option of the harness")),
        ('Option("--vetted", "N", "mine")', ("--vetted", f"{REPO / 'suites' / 'wvs'}")),
        ('Option("--verbose", "N", "mine")', ("--verbose (suite other)", "another name")),
    ],
)
def test_an_option_of_another_meaning_is_refused(
    tmp_path: Path, line: str, words: tuple[str, ...]
) -> None:
    """Of another suite, the harness or pytest: one sentence."""
    suites = tmp_path / "suites"
    stranger(suites)
    text = f"from benchmark.option_values import Option\nOPTIONS = ({line},)\n"
    stranger(suites, "other", text)
    done = run_pytest(*PLUGIN, str(suites), "--collect-only", "-q")
    assert done.code == 4
    assert done.sentence(*words)


def test_a_file_without_the_table_is_refused(tmp_path: Path) -> None:
    """With its path."""
    suite = stranger(tmp_path, options="OPTIONS = None\n")
    done = run_pytest(*PLUGIN, str(suite))
    assert done.code == 4
    assert done.sentence(str(suite / "options.py"), "has no table OPTIONS")


# --- options that nobody reads ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("suites/cultureverse", "--vetted", "top1"), ("--vetted", "cultureverse", "of wvs")),
        (("suites/cultureverse", "--images", "x"), ("--images", "cultureverse", "stories, wvs")),
        (("suites/wvs", "--groups", "/nonexistent.csv"), ("--groups", "of wvs", "of stories")),
        (("suites/wvs", "--controls", "off"), ("--controls", "of wvs", "of cultureverse")),
        (("suites/wvs", "--vetted", "off", "--chunking", "truncate"), ("--chunking", "of wvs")),
        (("suites/stories", "--estimate", "--vetted", "top1"), ("--vetted", "of stories")),
        (("suites/wvs", "suites/cultureverse", "--groups", "x"), ("--groups", "cultureverse, wvs")),
    ],
)
def test_an_option_that_no_suite_of_the_command_reads_is_refused(
    place: Place, command: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """Also where it is given as its default is: the sentence names it and who reads it."""
    suite, *options = command
    done = place.run(*options, suite=suite)
    assert done.code == 4
    assert "leave it out" in done.sentence("is not an option of", *words)
    assert place.files() == []


def test_what_stands_in_addopts_was_given_too(tmp_path: Path) -> None:
    """It counts for a suite that reads it, and the sentence for another says where it stands."""
    suite = stranger(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --level 1\n", "utf-8")
    words = (*PLUGIN, "--collect-only", "-q")
    assert len(collected(run_pytest(*words, str(suite), cwd=tmp_path))) == 1
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --vetted top1\n", "utf-8")
    done = run_pytest(*words, str(suite), cwd=tmp_path)
    assert done.code == 4
    assert "addopts" in done.sentence("--vetted is not an option of levels, but of wvs")
    mine = tmp_path / "test_mine.py"
    mine.write_text("def test_mine(): pass\n", "utf-8")
    assert run_pytest(*PLUGIN, str(mine), cwd=tmp_path).code == 0


def test_of_several_suites_it_is_enough_that_one_reads_it() -> None:
    """``--controls`` is of one suite, and changes its cases alone."""
    words = ("--model", "demo", "--countries", "JPN", "--collect-only", "-q")
    found = collected(run_pytest("suites", *words, "--controls", "off", "--topics", "food"))
    assert [one for one in found if one.startswith("cultureverse/")] != []
    assert not any(one.endswith(("/none", "/blank")) for one in found if "cultureverse" in one)


def test_a_suite_without_a_table_may_read_whatever_is_shared(tmp_path: Path) -> None:
    """It has no option of its own, and nobody knows which of the others it reads."""
    suite = stranger(tmp_path)
    (suite / "options.py").unlink()
    text = SUITE.replace('settings.own["level"], settings.own["loud"]', "settings.limit, False")
    (suite / "suite.py").write_text(text, "utf-8")
    words = (*PLUGIN, str(suite), "--collect-only", "-q")
    assert len(collected(run_pytest(*words, "--survey", "sample", "--limit", "2"))) == 2
    done = run_pytest(*words, "--vetted", "top1")
    assert done.code == 4
    assert done.sentence("--vetted is not an option of levels")


# --- names that several suites select by -----------------------------------------------------


def test_a_name_selects_in_the_suites_that_know_it() -> None:
    """One that knows none of them is not measured, and the header says so."""
    words = ("--model", "demo", "--countries", "NGA", "--collect-only")
    selected = ("--topics", "religion,forest", "--proxies", "country,none")
    done = run_pytest("suites", *words, *selected)
    assert done.sentence("cultureverse is not measured", "none of --proxies country,none")
    assert collected(run_pytest("suites", *words, "-q", *selected)) == [
        "stories/NGA/forest/none",
        "wvs/NGA/religion/country",
        "wvs/NGA/religion/none",
    ]


def test_workers_select_as_the_controller_does(place: Place) -> None:
    """Each process knows how many suites there are."""
    selected = ("--countries", "NGA", "--topics", "religion,forest", "--proxies", "country,none")
    done = place.run(*selected, "-n", "2", suite="suites", model="reference:random")
    assert done.code == 0, done.out
    assert "3 passed" in done.out
    assert sorted(path.name.split("-")[0] for path in place.files()) == ["stories", "wvs"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--topics", "religon,forest"), ("religon", "(--topics)", "did you mean religion")),
        (("--proxies", "country,fod"), ("fod", "(--proxies)", "did you mean food")),
    ],
)
def test_a_name_that_no_suite_knows_is_an_error(
    place: Place, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """With the nearest names that any of them has."""
    done = place.run(*arguments, suite="suites")
    assert done.code == 4
    assert done.sentence(*words).startswith("ERROR: ")


def test_one_suite_must_know_every_name(place: Place) -> None:
    """As always: a second name does not excuse the first."""
    done = place.run("--topics", "religion,forest")
    assert done.code == 4
    assert done.sentence("unknown topic 'forest'", "--topics")


def test_options_of_a_stranger_stay_unknown_elsewhere() -> None:
    """Nothing declares them where its folder is not named."""
    done = run_pytest("suites/wvs", "--level", "2", plugins=ALWAYS)
    assert done.code == 4
    assert done.sentence("unrecognized arguments", "--level")
