"""`pytest suites/cultureverse` as a user runs it: few processes, many assertions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.questions.embedded import sample_questions
from leaderboard.__main__ import main
from tests.analyses.declaring import undeclared
from tests.plugin.running import Place, answers, rows_text

SUITE = "suites/cultureverse"


def rows(place: Place) -> dict[str, dict[str, Any]]:
    """The rows of the only run file by case id."""
    return {found["case_id"]: found for found in place.document()["rows"]}


def test_oracle_scores_one_in_all_orders_and_controls_stand_beside(place: Place) -> None:
    """Every label finds its way back; each question has its two controls; one unit a country."""
    done = place.run(
        "--countries", "JPN,Egypt", "--permutations", "all", suite=SUITE, model="reference:oracle"
    )
    assert done.code == 0, done.out
    assert "too few to judge a model" in done.out
    found = rows(place)
    assert len(found) == 2 * 2 * 3 * 3  # countries, categories of each, types, with controls
    assert {one["accuracy"] for one in found.values()} == {1.0}
    assert undeclared(place.document(), SUITE) == set()
    assert {one["unit"] for one in found.values()} == {"cultureverse/JPN", "cultureverse/EGY"}
    seen = found["cultureverse/JPN/food/scene-reasoning"]
    blind = found["cultureverse/JPN/food/scene-reasoning/none"]
    assert (seen["kind"], blind["kind"]) == ("question", "control")
    (item,), (alone,) = seen["items"], blind["items"]
    assert item["values"]["blind_correct"] == 1.0
    assert (item["values"]["image_gain"], item["values"]["order_sensitivity"]) == (0.0, 0.0)
    assert item["request_keys"][4:] == alone["request_keys"]
    assert answers(done) == (12 * 4 * 3, 0)  # the blind ones are asked once
    bundle = place.folder / "run.zip"
    pack = ("bundle", str(place.run_file()), "--store", str(place.store), "--out", str(bundle))
    assert main(pack) == 0
    assert main(("replay", str(bundle), "--exact")) == 0
    config = place.document()["config"]
    assert (config["controls"], config["permutations"]) == (["none", "blank"], "all")


@pytest.mark.slow
def test_uniform_scores_chance_and_two_workers_agree_with_one(place: Place) -> None:
    """Ties are shared, so whoever knows nothing is right in one of four, in every cell."""
    other = Place(folder=place.folder / "other")
    one = place.run("--countries", "FRA,NZL", suite=SUITE)
    two = other.run("--countries", "FRA,NZL", "-n", "2", suite=SUITE)
    assert (one.code, two.code) == (0, 0), one.out + two.out
    assert place.rows_text() == other.rows_text()
    assert {found["accuracy"] for found in rows(place).values()} == {0.25}


def test_generated_answers_are_read(place: Place) -> None:
    """The oracle's letters are all read; without controls there are questions alone."""
    narrow = ("--answering", "generated", "--countries", "IND", "--controls", "off")
    done = place.run(*narrow, suite=SUITE, model="reference:oracle")
    assert done.code == 0, done.out
    assert {(r["accuracy"], r["unscored"]) for r in rows(place).values()} == {(1.0, 0.0)}
    assert len(rows(place)) == 6


SETS = ("--questions", "sample", "--questions", "other.jsonl", "--controls", "off")


def other_set(folder: Path) -> Path:
    """The sample's questions on one country less, with their options turned round."""
    found = sample_questions()
    lines = []
    for question in found.questions:
        image = found.images.open(found.entries[question.image_id])
        (folder / question.image_id).parent.mkdir(parents=True, exist_ok=True)
        image.pixels().save((folder / question.image_id).with_suffix(".png"))
        line = {
            "id": question.question_id,
            "image": str(Path(question.image_id).with_suffix(".png")),
            "question": question.text,
            "options": list(question.options[::-1]),
            "answer": question.options[question.answer],
            "question_type": question.question_type,
            "category": question.category,
            "country": question.country,
        }
        lines += [json.dumps(line)] if question.country != "NZL" else []
    file = folder / "other.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_two_sets_in_one_session(place: Place) -> None:
    """One model, a run for each set as if it had been asked alone, and the transfer at the end."""
    file = other_set(place.folder)
    env, plugins = place.plugin(
        "counting",
        "from benchmark.models import registry\nopened = registry.open_model\n"
        "def counted(*a, **k):\n    print('LOADED')\n    return opened(*a, **k)\n"
        "registry.open_model = counted\n",
    )
    sets = [str(file) if word == "other.jsonl" else word for word in SETS]
    done = place.run(*sets, "-s", suite=SUITE, model="reference:random", env=env, plugins=plugins)
    assert done.code == 0, done.out
    assert done.out.count("LOADED") == 1
    assert "cultureverse:sample 2: 72 cases" in done.out
    assert "cultureverse:other 2: 66 cases" in done.out
    assert done.sentence("A: sample, B: other")
    assert done.sentence("A-B", "11")
    sample, other = sorted(place.files(), key=lambda p: "NZL" not in p.read_text("utf-8"))
    assert done.sentence("again: python -m leaderboard transfer", str(sample), str(other))
    assert main(["transfer", str(sample), str(other)]) == 0
    names = [row["measured_on"].split(",")[0] for row in place.board_rows()]
    assert sorted(names) == ["questions other", "questions sample"]
    alone = Place(folder=place.folder / "alone")
    assert alone.run(*sets[:2], *sets[4:], suite=SUITE, model="reference:random").code == 0
    assert alone.rows_text() == rows_text(sample)
    again = place.run(*sets, suite=SUITE, model="reference:random")
    assert answers(again)[0] == 0


def test_several_sets_and_gates_exclude_each_other(place: Place) -> None:
    """A gate would not know which of the runs it judges."""
    done = place.run(*SETS, "--gate", "docs/gates/cultureverse.toml", suite=SUITE)
    assert done.code == 4
    done.sentence("--gate judges one run of a suite")


@pytest.mark.slow
def test_two_sets_on_two_workers_shards_and_after_an_interruption(place: Place) -> None:
    """The rows are those of one process, whoever measured them, and in however many goes."""
    file = other_set(place.folder)
    sets = [str(file) if word == "other.jsonl" else word for word in SETS]
    narrow = ("--countries", "JPN,FRA,IND,EGY", *sets)
    one = place.run(*narrow, suite=SUITE, model="reference:random")
    assert one.code == 0, one.out
    texts = {path.name: rows_text(path) for path in place.files()}
    assert len(texts) == 2
    two = Place(folder=place.folder / "two")
    env, plugins = two_goes(two, after=30)
    broken = two.run(*narrow, suite=SUITE, model="reference:random", env=env, plugins=plugins)
    assert broken.code == 2, broken.out
    done = two.run(*narrow, "-n", "2", suite=SUITE, model="reference:random")
    assert done.code == 0, done.out
    assert "continuing an interrupted run" in done.out
    assert {path.name: rows_text(path) for path in two.files()} == texts
    parts = Place(folder=place.folder / "parts")
    for shard in ("1/2", "2/2"):
        done = parts.run(*narrow, "--shard", shard, suite=SUITE, model="reference:random")
        assert done.code == 0, done.out
    merged = [path for path in parts.files() if "shard" not in path.name]
    assert {path.name: rows_text(path) for path in merged} == texts
    assert "transfer between sets" in done.out


def two_goes(place: Place, *, after: int) -> tuple[dict[str, str], tuple[str, ...]]:
    """A plugin that interrupts a run after some cases."""
    place.folder.mkdir(parents=True, exist_ok=True)
    return place.plugin(
        "interrupting",
        "seen = []\ndef pytest_runtest_logfinish(nodeid):\n    seen.append(nodeid)\n"
        f"    if len(seen) == {after}:\n        raise KeyboardInterrupt\n",
    )


def test_a_wrong_option_is_one_sentence(place: Place) -> None:
    """The run does not start, and the exit code is 4."""
    done = place.run("--controls", "nothing", suite=SUITE)
    assert done.code == 4
    done.sentence("--controls 'nothing'", "none, blank, off")


@pytest.mark.slow
@pytest.mark.models
def test_demo_measures_the_whole_sample(place: Place) -> None:
    """216 cases from picture to board, with a real model's machinery."""
    pytest.importorskip("torch")
    done = place.run(suite=SUITE, model="demo")
    assert done.code == 0, done.out
    assert len(rows(place)) == 216
    assert len(json.loads(Path(place.leaderboard).read_text("utf-8"))["rows"]) == 1
