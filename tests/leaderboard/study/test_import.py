"""From exports to figures: planted agreement and metrics are found, bad input is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.records import Score
from benchmark.runs.rows import score_of
from leaderboard.__main__ import main
from leaderboard.study.key import Key, read_key
from leaderboard.study.results import find
from tests.leaderboard.study.building import MODELS, Judge, Told, exported, refused, write_exports

DIMENSIONS = ("cultural-nuance", "respect", "topic-fit")
DIMENSION = DIMENSIONS[0]


def quality(country: str, concept: str, response: int, model: str) -> float:
    """What a story is worth, from 0 to 1: drawn by its place, and more for the first model."""
    rng = np.random.default_rng(list(repr((country, concept, response, model)).encode()))
    return float(0.6 * rng.random() + 0.4 * (model == MODELS[0]))


def values(model: str, country: str, concept: str, response: int) -> dict[str, float]:
    """A metric that goes against quality, one of chance, a constant."""
    worth = quality(country, concept, response, model)
    chance = np.random.default_rng(list(repr((concept, model, country, response)).encode()))
    return {
        "bad": 0.1 * float(chance.random()) - worth,
        "unrelated": float(chance.random()),
        "constant": 1.0,
    }


QUESTIONS = """
low = 1
high = 5
attention = "Choose {answer}."
"""


def exported_study(place: Path, told: Told, *words: str) -> Path:
    """A study with three dimensions of the ten, which are enough here."""
    questions = place / "questions.toml"
    texts = ("title", "definition", "lowest", "highest")
    questions.write_text(
        QUESTIONS
        + "".join(
            f'[[dimension]]\nname = "{name}"\npaper = true\n'
            + "".join(f'{text} = "{text} of {name}"\n' for text in texts)
            for name in DIMENSIONS
        ),
        encoding="utf-8",
    )
    runs = [str(path) for path in told.write()]
    command = ["study", "export", *runs, "--out", str(place / "study"), "--store", str(told.store)]
    assert main([*command, "--dimensions", str(questions), *words]) == 0
    return place / "study"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 96 stories of two models, each rated by three of ten raters."""
    place = tmp_path_factory.mktemp("told")
    told = Told(folder=place, values=values, responses=1)
    return exported_study(place, told, "--stories", "96", "--per-rater", "30")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 24 stories of one model, each rated by two of four raters."""
    place = tmp_path_factory.mktemp("few")
    told = Told(folder=place, models=MODELS[:1], values=values, responses=1)
    words = ("--stories", "24", "--per-rater", "12", "--raters", "2")
    return exported_study(place, told, *words)


def attentive(key: Key, share: float = 0.8) -> Judge:
    """Raters who see a story's worth with this chance, and else choose any number."""

    def judge(rater: str, item: str, dimension: str) -> int | None:
        story = key.stories[item]
        worth = quality(story.country, story.concept, story.response, story.model)
        rng = np.random.default_rng(list(f"{rater}/{item}/{dimension}".encode()))
        return int(1 + 5 * worth) if rng.random() < share else int(rng.integers(1, 6))

    return judge


def by_chance(rater: str, item: str, dimension: str) -> int:
    """A rater who does not look."""
    return int(np.random.default_rng(list(f"{dimension}{item}{rater}".encode())).integers(1, 6))


Imported = tuple[dict[str, Any], list[Score], str]


def imported(study: Path, exports: list[Path], out: Path, *words: str) -> Imported:
    """The results file, its scores, and the Markdown beside it."""
    command = ["study", "import", str(study), "--annotations", *map(str, exports)]
    assert main([*command, "--out", str(out), *words]) == 0
    document = json.loads(out.read_text("utf-8"))
    return document, list(map(score_of, document["scores"])), out.with_suffix(".md").read_text()


@pytest.fixture(scope="module")
def planted(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Ten attentive raters."""
    place = tmp_path_factory.mktemp("planted")
    exports = write_exports(place, exported(study, attentive(read_key(study))))
    return imported(study, exports, place / "results.json")


@pytest.fixture(scope="module")
def random(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Ten raters who do not look."""
    place = tmp_path_factory.mktemp("random")
    exports = write_exports(place, exported(study, by_chance))
    return imported(study, exports, place / "results.json")


def one(scores: list[Score], name: str, /, **scope: str) -> Score:
    """The score, which must be there."""
    found = find(scores, name, **scope)
    assert found is not None, (name, scope)
    return found


def test_agreement_is_what_was_planted(planted: Imported, random: Imported) -> None:
    """Well above 0 where raters look; about 0 where they do not, and the interval holds 0."""
    _, scores, _ = planted
    _, chance, _ = random
    for score in (s for s in scores if s.metric == "alpha"):
        assert 0.3 < score.low < score.value < score.high < 0.9
        assert score.n == 96
    for score in (s for s in chance if s.metric == "alpha"):
        assert score.low < 0 < score.high
        assert abs(score.value) < 0.2


def test_metrics_are_held_against_people(planted: Imported, random: Imported) -> None:
    """The planted ones are found with their signs; chance and a constant are not."""
    _, scores, _ = planted

    def about(metric: str, name: str = "spearman") -> Score:
        return one(scores, name, dimension="overall", metric=metric)

    assert -0.95 < about("bad").low < about("bad").value < -0.7
    assert about("bad", "kendall_tau_b").value < -0.5
    assert about("bad", "spearman_within_models").value < -0.5
    assert about("bad", "spearman_p_holm").value < 0.01
    assert about("unrelated", "spearman_p_holm").value > 0.05
    assert about("unrelated").low < 0 < about("unrelated").high
    assert np.isnan(about("constant").value)
    assert np.isnan(about("constant", "spearman_p_holm").value)
    assert "constant" in about("constant").method
    p, corrected = about("bad", "spearman_p"), about("bad", "spearman_p_holm")
    assert corrected.value == pytest.approx(2 * p.value), "two tests: the constant is none"
    assert one(scores, "spearman_p_holm", dimension=DIMENSION, metric="bad").value < 0.05
    for score in random[1]:
        if score.metric == "spearman_p_holm":
            assert not score.value < 0.01


def test_means_tell_the_models_apart(planted: Imported, random: Imported) -> None:
    """The better model is rated higher, by the difference's interval; by chance it is not."""
    _, scores, _ = planted
    first, second = (one(scores, "mean_rating", dimension="overall", model=m) for m in MODELS)
    assert first.value > second.value
    assert first.low < first.value < first.high
    assert first.n + first.n_missing == 48 * 3
    difference = one(
        scores, "mean_difference", dimension="overall", model=MODELS[0], against=MODELS[1]
    )
    assert difference.value == pytest.approx(first.value - second.value)
    assert difference.low > 0
    nothing = one(
        random[1], "mean_difference", dimension="overall", model=MODELS[0], against=MODELS[1]
    )
    assert nothing.low < 0 < nothing.high
    nigeria = one(scores, "mean_rating", dimension="overall", country="NGA")
    assert "6 cells" in nigeria.method
    assert nigeria.high - nigeria.low > first.high - first.low


def test_order_and_names_of_files_are_no_matter(small: Path, tmp_path: Path) -> None:
    """Annotations the other way round, in one file or as JSON-MIN: the same results."""
    found = exported(small, attentive(read_key(small)))
    first = imported(small, write_exports(tmp_path / "json", found), tmp_path / "first.json")
    turned = [task for tasks in reversed(found.values()) for task in reversed(tasks)]
    (together,) = write_exports(tmp_path, {"all": turned})
    minimal = {rater: list(map(minimally, tasks)) for rater, tasks in found.items()}
    for exports, name in (
        ([together], "turned"),
        (write_exports(tmp_path / "minimal", minimal), "minimal"),
    ):
        assert imported(small, exports, tmp_path / f"{name}.json")[0] == first[0]
    folder = [tmp_path / "minimal"]
    assert imported(small, folder, tmp_path / "folder.json")[2] == first[2]


def minimally(task: dict[str, Any]) -> dict[str, Any]:
    """A task as JSON-MIN has it: one row, each tag by its name."""
    (annotation,) = task["annotations"]
    return {
        **task["data"],
        "id": task["id"],
        **{r["from_name"]: r["value"]["choices"][0] for r in annotation["result"]},
        "annotator": annotation["completed_by"],
        "annotation_id": annotation["id"],
        "lead_time": 60.0,
    }


def test_who_misses_checks_is_dropped_and_said(
    study: Path, planted: Imported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Careless raters pull alpha down; without them it is back, and both are reported."""
    key = read_key(study)
    careless = ("r02", "r05", "r09")
    looks = attentive(key)

    def judge(rater: str, item: str, dimension: str) -> int | None:
        return (
            by_chance(rater, item, dimension)
            if rater in careless
            else looks(rater, item, dimension)
        )

    exports = write_exports(tmp_path, exported(study, judge, careless=careless))
    document, scores, page = imported(study, exports, tmp_path / "results.json")
    everyone = list(map(score_of, document["scores_without_dropping"]))
    kept = one(scores, "alpha", dimension=DIMENSION)
    assert kept.value > one(everyone, "alpha", dimension=DIMENSION).value + 0.1
    assert one(planted[1], "alpha", dimension=DIMENSION).low < kept.value
    lines = {line["rater"]: line for line in document["raters"]}
    assert [name for name, line in lines.items() if line["dropped"]] == list(careless)
    assert (lines["r02"]["missed"], lines["r02"]["answered"], lines["r01"]["missed"]) == (2, 2, 0)
    shown = capsys.readouterr().out
    assert "or more, are dropped. Dropped: r02, r05, r09." in shown
    assert "Dropped: r02, r05, r09." in page
    assert everyone[0] != scores[0]


def test_nobody_is_dropped_unless_the_rule_says_so(small: Path, tmp_path: Path) -> None:
    """Rule `none` keeps the careless, and both sets of figures are one."""
    exports = write_exports(tmp_path, exported(small, by_chance, careless=("r01",)))
    document, _, _ = imported(small, exports, tmp_path / "r.json", "--attention-rule", "none")
    assert not any(line["dropped"] for line in document["raters"])
    assert document["scores"] == document["scores_without_dropping"]


def test_missing_ratings_are_missing(small: Path, tmp_path: Path) -> None:
    """A question left out, a page skipped, a page not reached, a rater who never came."""
    found = exported(small, attentive(read_key(small)))
    gone = found.pop("r04")
    tasks = found["r01"]
    tasks[0]["annotations"][0]["result"].pop(0)
    tasks[2]["annotations"][0].update(was_cancelled=True, result=[])
    tasks[3]["annotations"] = []
    extra = {"from_name": "remarks", "type": "textarea", "value": {"text": ["nice"]}}
    tasks[4]["annotations"][0]["result"].append(extra)
    document, scores, page = imported(small, write_exports(tmp_path, found), tmp_path / "r.json")
    key = read_key(small)
    pages = [task["data"]["item"] for task in tasks]
    lost = sum(3 for at in (2, 3) if pages[at] in key.stories)
    (line,) = (line for line in document["raters"] if line["rater"] == "r01")
    assert line["missing"] == lost + (1 if pages[0] in key.stories else 0)
    assert "skipped pages, whose ratings are missing: 1" in page
    assert "raters who rated no story: r04" in page
    first = one(scores, "mean_rating", dimension=DIMENSION)
    rated = sum(task["data"]["item"] in key.stories for task in gone)
    assert first.n + first.n_missing == 24 * 2 - rated


def test_a_shared_account_is_noted(small: Path, tmp_path: Path) -> None:
    """One person who fills in two lists agrees with themselves."""
    found = exported(small, attentive(read_key(small)))
    for task in found["r02"]:
        task["annotations"][0]["completed_by"] = {"id": 1, "email": "nobody@example.invalid"}
    document, _, page = imported(small, write_exports(tmp_path, found), tmp_path / "r.json")
    assert "account 1 filled in the lists of r01, r02" in page
    assert "example" not in json.dumps(document), "no address is taken over"


# --- bad input -----------------------------------------------------------------------------

Spoil = Callable[[dict[str, list[Any]]], object]


def _unknown_task(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["data"]["item"] = "s999"


def _someone_elses_task(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["data"]["rater"] = "r99"


def _other_study(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["data"]["study"] = "0" * 12


def _off_the_scale(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["annotations"][0]["result"][0]["value"] = {"choices": ["6"]}


def _no_whole_number(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["annotations"][0]["result"][0]["value"] = {"rating": 2.5}


def _two_choices(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["annotations"][0]["result"][0]["value"] = {"choices": ["1", "2"]}


def _twice_in_a_task(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["annotations"] *= 2


def _twice_in_files(found: dict[str, list[Any]]) -> None:
    found["again"] = found["r01"]


def _two_accounts(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["annotations"][0]["completed_by"] = 77


def _empty(found: dict[str, list[Any]]) -> None:
    for tasks in found.values():
        tasks.clear()


def _other_tasks(found: dict[str, list[Any]]) -> None:
    found["r01"][0]["data"] = {"image": "a.png"}


def _no_export(found: dict[str, list[Any]]) -> None:
    found["r01"][0] = {"text": "something else"}


def _all_careless(found: dict[str, list[Any]]) -> None:
    for tasks in found.values():
        for task in tasks:
            for result in task["annotations"][0]["result"]:
                result["value"]["choices"] = ["1"]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_unknown_task, "task 's999', which is not on the list of rater r01"),
        (_someone_elses_task, "rater 'r99', who is not in the study"),
        (_other_study, "is an export of study 000000000000"),
        (_off_the_scale, "was rated 6; the scale is the whole numbers from 1 to 5"),
        (_no_whole_number, "was rated 2.5"),
        (_two_choices, "was rated 1, 2"),
        (_twice_in_a_task, "was rated more than once"),
        (_twice_in_files, "was rated more than once"),
        (_two_accounts, "was filled in by accounts 1, 77"),
        (_empty, "there is no rating in"),
        (_other_tasks, "not an export of our studies"),
        (_no_export, "not a JSON export of Label Studio's tasks"),
        (_all_careless, "all 4 raters missed their attention checks"),
    ],
)
def test_bad_exports_are_one_sentence(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil, sentence: str
) -> None:
    """Exit 1, and no results are written."""
    found = exported(small, attentive(read_key(small)))
    spoil(found)
    exports = list(map(str, write_exports(tmp_path, found)))
    out = tmp_path / "results.json"
    assert sentence in refused(capsys, "import", str(small), "--annotations", *exports, out=out)


def test_nothing_is_replaced_unasked(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results that are there stay, unless told otherwise."""
    exports = write_exports(tmp_path / "in", exported(small, by_chance))
    out = tmp_path / "results.json"
    out.write_text("mine", "utf-8")
    command = ["study", "import", str(small), "--annotations", *map(str, exports)]
    assert main([*command, "--out", str(out)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert out.read_text("utf-8") == "mine"
    assert main([*command, "--out", str(out), "--replace"]) == 0
    assert main(["check", str(out), str(small / "key.json")]) == 0
    told = capsys.readouterr().out
    assert "sound, study-results of people's ratings" in told
    assert "sound, study-key of people's ratings" in told


def test_a_key_that_is_gone_or_changed_is_told(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the key nothing can be said; with another, everything would be wrong."""
    command = ["study", "import", str(tmp_path), "--annotations", "x.json"]
    assert main(command) == 1
    assert "has no key.json" in capsys.readouterr().err
    text = (small / "key.json").read_text("utf-8")
    swapped = text.replace(MODELS[0], "org/gamma-9b")
    (tmp_path / "key.json").write_text(swapped, "utf-8")
    assert main(command) == 1
    assert "was changed after the export" in capsys.readouterr().err
    (tmp_path / "key.json").write_text(text.replace('"checks"', '"cheques"'), "utf-8")
    assert main(command) == 1
    assert "does not fit the study-key schema" in capsys.readouterr().err
