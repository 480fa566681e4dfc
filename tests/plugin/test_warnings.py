"""A library's news never costs a measurement: it is a line at the end, and no more than that."""

from __future__ import annotations

from tests.plugin.running import LENIENT, REPO, SMALL, Outcome, Place, run_pytest

# Warns where libraries do: at import, when pytest is configured, at another library's import when
# the session starts, in a case, and ten times in a forward; once in a class that no other process
# can import.
IMPORT = 'warnings.warn("news of a plugin", FutureWarning)'
NEWS = """
import warnings
import pytest
from benchmark.models.rules.reference import UniformModel

IMPORT

def pytest_configure():
    warnings.warn("news of a configuration", DeprecationWarning)

def pytest_sessionstart():
    import deprecated_library

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call():
    class OfAFunction(UserWarning):
        pass
    warnings.warn(OfAFunction("news in a case,\\nsecond line"))

answer = UniformModel.answer

def warning(self, batch):
    for number in range(10):
        warnings.warn(f"news {number} of a forward", FutureWarning)
    return answer(self, batch)

UniformModel.answer = warning
""".replace("IMPORT", IMPORT)
LIBRARY = """
import warnings
warnings.warn("this package is deprecated", FutureWarning, stacklevel=2)
"""


def measured(place: Place, *arguments: str, news: str = NEWS, **variables: str) -> Outcome:
    """A run beside a plugin and a library that warn."""
    (place.folder / "deprecated_library.py").write_text(LIBRARY, encoding="utf-8")
    env, plugins = place.plugin("news", news)
    return place.run(*SMALL, *arguments, env=env | variables, plugins=(*LENIENT, *plugins[-2:]))


def listed(out: str) -> list[str]:
    """The lines of the list, without where each warning came from."""
    lines = out.splitlines()
    (start,) = (i for i, line in enumerate(lines) if line.strip("=") == " warnings ")
    end = next(i for i in range(start, len(lines)) if " passed" in lines[i])
    return [line.partition(" (")[0] for line in lines[start + 1 : end]]


def test_a_warning_anywhere_costs_nothing_and_is_a_line(place: Place) -> None:
    """Each distinct one once, ten at most and how many more; also where asserts are off."""
    done = measured(place, PYTHONOPTIMIZE="1")
    assert done.code == 0, done.out
    assert "4 passed" in done.out
    assert "warnings summary" not in done.out
    lines = listed(done.out)
    assert len(lines) == len(set(lines)) == 11
    assert lines[-1] == "and 5 more"  # 14 of ours, and pytest's own on asserts
    assert {
        "FutureWarning: news of a plugin",
        "DeprecationWarning: news of a configuration",
        "FutureWarning: this package is deprecated",
        "OfAFunction: news in a case, second line",
        "FutureWarning: news 0 of a forward",
    } < set(lines)


def test_workers_warnings_arrive_whoever_can_import_their_class(place: Place) -> None:
    """Also where pytest itself records none: what is warned of from the session's start on."""
    done = measured(place, "-n", "2", "-p", "no:warnings")
    assert done.code == 0, done.out
    assert "4 passed" in done.out
    lines = listed(done.out)
    assert lines[-1] == "and 2 more"
    assert {
        "FutureWarning: this package is deprecated",
        "OfAFunction: news in a case, second line",
        "FutureWarning: news 0 of a forward",
    } < set(lines)


def test_a_file_that_is_strict_about_tests_is_not_about_cases(place: Place) -> None:
    """In a project whose own tests fail on a warning, a suite is measured all the same."""
    ini = place.folder / "pytest.ini"
    ini.write_text("[pytest]\nfilterwarnings =\n    error\n", encoding="utf-8")
    words = ("-c", str(ini), "--rootdir", str(REPO), "--import-mode=importlib")
    done = measured(place, *words, news=NEWS.replace(IMPORT, ""))
    assert done.code == 0, done.out
    assert lines_of(done, "news of a configuration", "this package is deprecated") == 2


def test_who_wants_errors_gets_them(place: Place) -> None:
    """``-W error`` is the user's own word: the forward's warning stops the run."""
    quiet = NEWS.partition("IMPORT")[0].replace(IMPORT, "")
    news = quiet.partition("def pytest_configure")[0] + quiet[quiet.index("answer = ") :]
    done = measured(place, "-W", "error", news=news)
    assert done.code == 1, done.out
    assert "failed with FutureWarning: news 0 of a forward" in done.out


def test_the_projects_own_tests_are_strict(place: Place) -> None:
    """A warning fails them, and so it does the examples in docstrings, which are tests here."""
    text = "import warnings\ndef pytest_runtest_call():\n    warnings.warn('news')\n"
    env, plugins = place.plugin("news", text)
    done = run_pytest(
        *("tests/texts/test_letters.py", "benchmark/errors.py"),
        env=env,
        plugins=(*LENIENT, *plugins[-2:]),
    )
    assert done.code == 1, done.out
    assert " passed" not in done.out
    assert "FAILED benchmark/errors.py::benchmark.errors.unknown - UserWarning: news" in done.out


def lines_of(done: Outcome, *texts: str) -> int:
    """How many lines of the list hold one of these texts."""
    return sum(any(text in line for text in texts) for line in listed(done.out))
