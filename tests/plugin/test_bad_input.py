"""Bad input: one clear sentence, a non-zero exit, nothing lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugin import pictures
from tests.plugin.running import REPO, SMALL, Outcome, Place

OFFLINE = {
    "HF_ENDPOINT": "http://127.0.0.1:9",  # nobody listens there
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_XET": "1",
}
UNSOUND_SURVEY = REPO / "tests" / "data" / "unsound_survey.csv"


def refused(outcome: Outcome, place: Place, *words: str) -> None:
    """One sentence with these words, exit 4, and no run was begun."""
    assert outcome.code == 4, outcome.out
    assert outcome.sentence(*words).startswith("ERROR: ")
    assert place.files("*") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "reference:unifrom"), ("unknown model", "did you mean reference:uniform")),
        (("--model", "dmeo"), ("unknown model 'dmeo'", "did you mean demo")),
        (("--model", "qwen2.5vl"), ("unknown model", "qwen2.5-vl")),
        (("--revision", "main"), ("--revision main", "leave it out")),
        (("--countries", "Nigeri"), ("unknown country 'Nigeri'", "did you mean Nigeria")),
        (("--countries", ","), ("--countries", "names nothing")),
        (("--topics", "religon"), ("unknown topic 'religon' (--topics)", "did you mean religion")),
        (("--proxies", "foot"), ("unknown proxy 'foot' (--proxies)", "did you mean food")),
        (("--batch-size", "many"), ("--batch-size 'many'", "whole number of at least 1")),
        (("--limit", "0"), ("--limit '0'", "whole number of at least 1")),
        (("--threads", "-1"), ("--threads '-1'", "whole number of at least 1")),
        (("--seed", "x"), ("--seed 'x'", "whole number of at least 0")),
        (("--dtype", "int4"), ("--dtype 'int4'", "bfloat16")),
        (("--model-args", "x"), ("--model-args 'x'", "key=value")),
        (("--survey", "nowhere.csv"), ("nowhere.csv does not exist", "--survey sample")),
        (("--images", "nowhere"), ("no image manifest", "manifest.csv")),
        (("--prompts", "nowhere.toml"), ("prompt file", "nowhere.toml")),
        (("--topic-labels", "nowhere.csv"), ("nowhere.csv",)),
        (("--gate", "nowhere.toml"), ("gate file", "nowhere.toml")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) and value[0][:2] == "--" else "",
)
def test_a_wrong_option_is_a_usage_error(
    place: Place, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """A name or number that cannot be meant is answered with it, its source and what to do."""
    refused(place.run(*SMALL, *arguments), place, *words)


# --- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\xff\x00\x00", ("not readable as CSV", "--survey sample")),
        (b"question,options\na,b\n", ("lacks the columns selections, source",)),
        (b"", ("lacks the columns", "an empty file")),
    ],
    ids=["binary", "columns", "empty"],
)
def test_a_survey_that_is_no_survey_is_a_usage_error(
    place: Place, content: bytes, words: tuple[str, ...]
) -> None:
    """A file that is not CSV or lacks a column stops the run and is named."""
    file = place.folder / "survey.csv"
    file.write_bytes(content)
    refused(place.run(*SMALL, "--survey", str(file)), place, str(file), *words)


def test_unusable_survey_rows_are_counted_and_the_rest_measured(place: Place) -> None:
    """All-zero, negative and unequal cells and malformed rows are reported; they are not fatal."""
    words = ("--countries", "NGA,BRA", "--proxies", "country")
    done = place.run("--survey", str(UNSOUND_SURVEY), *words)
    assert done.code == 0, done.out
    rows = {row["country"]: row for row in place.document()["rows"]}
    assert (rows["NGA"]["n_scored"], rows["NGA"]["n_missing"]) == (1, 3)
    assert (rows["BRA"]["n_scored"], rows["BRA"]["n_missing"]) == (4, 0)
    for kind in (
        "all shares zero",
        "negative share",
        "not as many shares as options",
        "malformed selections",
    ):
        assert f"{kind}: 1, e.g." in done.sentence("set aside", kind)
    # These are measured: a note, and nothing that was set aside.
    assert done.sentence("question without a topic label").strip().startswith("noted: ")


def test_a_prompt_slot_that_nobody_fills_is_a_usage_error(place: Place) -> None:
    """An unknown slot is named with the near one and the place in the file."""
    file = place.folder / "prompts.toml"
    own = (REPO / "suites" / "wvs" / "prompts" / "default.toml").read_text(encoding="utf-8")
    file.write_text(own.replace("{question}", "{qestion}"), encoding="utf-8")
    done = place.run(*SMALL, "--prompts", str(file))
    refused(done, place, "unknown slot '{qestion}'", str(file), "did you mean {question}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[gate]]\nsuite = "wvs"\nmetric = "x"\nmni = 1\n', ("unknown key 'mni'", "min")),
        ('[[gate]]\nsuite = "wvs"\nmetric = "x"\n', ("sets neither min nor max",)),
        ("", ("has no [[gate]] table",)),
    ],
    ids=["typo", "no bound", "empty"],
)
def test_a_gate_file_that_would_pass_anything_is_a_usage_error(
    place: Place, text: str, words: tuple[str, ...]
) -> None:
    """A mistyped gate never passes by being ignored."""
    file = place.folder / "gate.toml"
    file.write_text(text, encoding="utf-8")
    refused(place.run(*SMALL, "--gate", str(file)), place, str(file), *words)


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("suite = 'stories'\nmetric = 'x'\nmin = 0", ("unknown suite 'stories'",)),
        (
            "suite = 'wvs'\nmetric = 'js_similarity'\nreading = 'printed'\nmin = 0.2\n"
            "scope = {proxy = 'none'}",
            ("'none'", "the selection has none"),
        ),
    ],
    ids=["suite", "score"],
)
def test_a_gate_on_what_is_not_measured_is_refused(
    place: Place, gate: str, words: tuple[str, ...]
) -> None:
    """It could only fail, after the last case: it is told before the first."""
    file = place.folder / "gate.toml"
    file.write_text(f"[[gate]]\n{gate}\n", encoding="utf-8")
    refused(place.run(*SMALL, "--gate", str(file)), place, str(file), *words)


# --- pictures ------------------------------------------------------------------------------


def test_a_bad_picture_fails_its_own_cases_only(place: Place) -> None:
    """Truncated, unreadable, huge and missing: one sentence each; the sound one is measured."""
    spoilt: dict[str, Callable[[Path], None]] = {
        "NGA": pictures.sound,
        "BRA": pictures.truncated,
        "CHN": pictures.unreadable,
        "USA": pictures.huge,
        "ITA": pictures.missing,
    }
    folder = pictures.manifest(
        place.folder / "images", [(f"{iso3}.jpg", iso3, "food") for iso3 in spoilt]
    )
    for iso3, write in spoilt.items():
        write(folder / f"{iso3}.jpg")
    done = place.run(
        "--images", str(folder), "--countries", ",".join(spoilt),
        "--topics", "politics", "--proxies", "food,country",
    )  # fmt: skip
    assert done.code == 1
    failed = {entry["case_id"].split("/")[1]: entry["reason"] for entry in _failed(place)}
    assert len(_failed(place)) == 8  # which country it shows, and what people there say
    assert "damaged or truncated" in failed["BRA"]
    assert "not an image" in failed["CHN"]
    assert "50000x50000" in failed["USA"] or "far more pixels" in failed["USA"]
    assert "is missing" in failed["ITA"]
    assert len(failed) == 4
    for reason in failed.values():
        assert done.sentence(reason)
    measured = {row["case_id"] for row in place.document()["rows"]}
    named = {f"wvs/{iso3}/politics/country" for iso3 in spoilt}
    assert measured == {"wvs/NGA/politics/food", "wvs/NGA/recognition/food/NGA", *named}
    assert place.document()["partial_because"] == ["8 cases failed"]


def _failed(place: Place) -> list[dict[str, str]]:
    found: list[dict[str, str]] = place.document()["failed"]
    return found


@pytest.mark.parametrize("image", ["../secret.png", "/etc/passwd", "C:\\x.png"])
def test_a_picture_outside_the_folder_is_a_usage_error(place: Place, image: str) -> None:
    """A manifest cannot make the harness read other files."""
    folder = pictures.manifest(place.folder / "images", [(image, "NGA", "food")])
    done = place.run(*SMALL, "--images", str(folder))
    refused(done, place, "manifest.csv", "is not a path inside the manifest's folder")


# --- store, board, Hub ---------------------------------------------------------------------


def test_a_corrupt_store_is_a_usage_error_and_stays_as_it_is(place: Place) -> None:
    """What may be somebody's data is neither used nor touched."""
    file = place.folder / "store.sqlite"
    file.write_bytes(b"not a database " * 100)
    done = place.run(*SMALL, "--store", str(file))
    refused(done, place, str(file), "corrupt or not a store", "--store")
    assert file.read_bytes() == b"not a database " * 100


@pytest.mark.slow
def test_a_locked_store_is_waited_for_and_then_refused(place: Place) -> None:
    """Another process that holds the store for good ends the run with its path, not in a hang."""
    assert place.run(*SMALL).code == 0
    done = place.files("*.json")
    holder = sqlite3.connect(place.store, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")  # readers wait too, not only writers
    holder.execute("BEGIN EXCLUSIVE")
    locked = place.run(*SMALL, timeout_s=120)
    holder.close()
    assert locked.code == 4
    assert locked.sentence(str(place.store), "is locked by another process").startswith("ERROR")
    assert place.files("*.json") == done


@pytest.mark.parametrize("content", ['{"mine": 1}', "hello", '{"schema": "pytest-culture/run/1"}'])
def test_a_foreign_leaderboard_file_is_left_alone(place: Place, content: str) -> None:
    """A board that is not ours is refused before any case runs, and keeps its content."""
    place.leaderboard.write_text(content, encoding="utf-8")
    refused(place.run(*SMALL), place, str(place.leaderboard))
    assert place.leaderboard.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--survey", "hub"), ("llm_global_opinions", "--survey sample")),
        (("--images", "hub"), ("--images sample",)),
        (("--model", "org/name"), ("cannot", "--survey sample")),
        (("--model", "org/name", "--survey", "sample", "--images", "sample"), ("org/name",)),
    ],
    ids=["survey", "images", "model with its data", "model"],
)
def test_an_unreachable_hub_names_the_flag_that_does_without_it(
    place: Place, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """Without network, embedded data are one flag away and the message says which."""
    refused(place.run(*SMALL, *arguments, env=OFFLINE), place, *words)
