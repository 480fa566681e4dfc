"""What a study's folder holds: blinded tasks, a layout Label Studio can read, pictures, a key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from benchmark.engine.store import ResponseStore
from benchmark.errors import DataProblem
from benchmark.images.opening import load_images
from benchmark.records import Answer, Case, CaseRecord, Item, Text, Vector
from benchmark.replay.bundle import answer_lines, write
from benchmark.runs.run import read_run
from leaderboard.__main__ import main
from leaderboard.study.dimensions import SHIPPED, read_dimensions
from leaderboard.study.key import read_key
from leaderboard.study.pictures import copies
from leaderboard.study.sources import Source
from leaderboard.study.stories import gather
from tests.leaderboard.samples import run
from tests.leaderboard.study.building import MODELS, Told, refused

SERVED = "label-studio"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two models; two of their stories name a model, and one model refuses twice."""
    place = tmp_path_factory.mktemp("told")

    def values(model: str, country: str, concept: str, response: int) -> dict[str, float]:
        refused = (model, country, concept) == (MODELS[0], "NGA", "birds") and response == 2
        return {"refusal": float(refused), "n_words": 5.0, "mtld": float("nan")}

    told = Told(
        folder=place,
        values=values,
        texts={
            (MODELS[0], "BRA", "forest", 1): "I am Alpha-7B, and this is my story.",
            (MODELS[1], "BRA", "forest", 2): "An alphabet is no name.",
        },
    )
    runs = [str(path) for path in told.write()]
    out = place / "study"
    words = ["--store", str(told.store), "--stories", "40", "--per-rater", "15", "--seed", "3"]
    assert main(["study", "export", *runs, "--out", str(out), *words]) == 0
    return out


def tasks(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The data of each rater's tasks."""
    return {
        path.stem: [task["data"] for task in json.loads(path.read_text("utf-8"))]
        for path in sorted((folder / SERVED / "tasks").glob("*.json"))
    }


def test_no_model_can_be_told_from_what_raters_get(folder: Path) -> None:
    """Neither name, id nor revision is in a file that Label Studio sees, nor is the key."""
    key = read_key(folder)
    for path in (folder / SERVED).rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        for model in key.models:
            for name in (model.name, model.model_id.split("/")[1], model.revision, "org/"):
                assert name.lower().encode() not in content, path
    assert not list((folder / SERVED).rglob("key*"))
    fields = {name for pages in tasks(folder).values() for data in pages for name in data}
    assert fields == {"study", "rater", "item", "about", "story", "picture", "credit"}


def test_ids_say_nothing(folder: Path) -> None:
    """Models, and checks among them, lie all over the numbers."""
    key = read_key(folder)
    order = sorted([*key.stories, *key.checks])
    first = order[: len(order) // 2]
    for model in key.models:
        mine = sum(name in first for name, s in key.stories.items() if s.model == model.label)
        assert 4 <= mine <= 16
    assert 0 < sum(name in first for name in key.checks) < len(key.checks)


def test_tasks_are_the_keys_lists(folder: Path) -> None:
    """In order; a check stands in for a story and says what to choose."""
    key = read_key(folder)
    for rater, pages in tasks(folder).items():
        assert [data["item"] for data in pages] == list(key.raters[rater])
        for data in pages:
            assert (data["study"], data["rater"]) == (key.study, rater)
            if data["item"] in key.checks:
                assert f"choose {key.checks[data['item']]} for every" in data["story"]
            else:
                story = key.stories[data["item"]]
                told = f"Once in {story.country}, {story.concept}, "
                assert data["story"].startswith((told, "An alphabet"))
    sizes = [len(pages) for pages in tasks(folder).values()]
    assert sum(sizes) == 40 * 3 + 2 * len(sizes)


def test_layout_asks_every_dimension_about_the_story(folder: Path) -> None:
    """Well-formed, a required single choice from 1 to 5 each, a picture, plain text."""
    page = ET.fromstring((folder / SERVED / "labelling-config.xml").read_text("utf-8"))  # noqa: S314 - ours
    choices = page.findall(".//Choices")
    assert tuple(one.get("name") for one in choices) == read_dimensions().names
    for one in choices:
        assert (one.get("toName"), one.get("choice")) == ("story", "single-radio")
        assert one.get("required") == "true"
        assert [choice.get("value") for choice in one] == list("12345")
    assert page.find("./Text").get("valueType") == "text"  # type: ignore[union-attr]
    assert page.find("./Image").get("value") == "$picture"  # type: ignore[union-attr]


def test_pictures_lie_where_the_tasks_say(folder: Path) -> None:
    """Below the folder that is served, under numbers, with their credit on the page."""
    for pages in tasks(folder).values():
        for data in pages:
            path = data["picture"].removeprefix("/data/local-files/?d=")
            with Image.open(folder / SERVED / path) as picture:
                assert picture.size == (96, 96)
            assert data["credit"] == "Picture: drawn by pytest-culture, Apache-2.0"


def test_the_key_has_what_the_run_says_of_a_story(folder: Path) -> None:
    """Its place and values; a story that names a model or refuses is not in the study."""
    key = read_key(folder)
    assert [model.label for model in key.models] == sorted(MODELS)
    story = next(iter(key.stories.values()))
    assert story.values["n_words"] == 5
    assert story.values["mtld"] != story.values["mtld"], "undefined stays undefined"
    for name, one in key.stories.items():
        assert (one.country, one.concept, one.response) not in {
            ("BRA", "forest", 1),
            ("NGA", "birds", 2),
        }, name


def test_raters_are_told_what_counts(folder: Path) -> None:
    """Every dimension with its ends, that checks come, and that they may stop."""
    text = (folder / SERVED / "instructions.html").read_text("utf-8")
    for one in read_dimensions().every:
        assert one.title in text
        assert one.lowest in text
    assert "check that you read" in text
    assert "stop whenever" in text


def test_ten_dimensions_of_which_three_are_the_papers() -> None:
    """As arXiv:2508.16762 names them; the shipped file says of the others that they are ours."""
    every = read_dimensions().every
    assert len(every) == 10
    assert [one.name for one in every if one.paper] == [
        *("stereotype-avoidance", "cultural-nuance", "insider-perspective")
    ]
    assert "are ours" in SHIPPED.read_text("utf-8")


def test_without_pictures_and_from_a_bundle(tmp_path: Path) -> None:
    """Text alone: no picture, no dimension that needs one; bundles bring their answers along."""
    told = Told(folder=tmp_path, models=MODELS[:1], proxy="none")
    run = str(told.write()[0])
    out = tmp_path / "study"
    command = ["study", "export", run, "--store", str(told.store), "--out", str(out)]
    assert main([*command, "--nationalities", "Nigerian,FRA", "--concepts", "forest"]) == 0
    key = read_key(out)
    assert key.proxy == "none"
    assert {story.country for story in key.stories.values()} == {"NGA", "FRA"}
    assert "picture-fit" not in key.dimensions.names
    assert "picture" not in tasks(out)["r01"][0]
    assert "<Image" not in (out / SERVED / "labelling-config.xml").read_text("utf-8")
    again = tmp_path / "again"
    narrow = ["--nationalities", "Nigerian,FRA", "--concepts", "forest"]
    assert main(["study", "export", str(bundled(told, run)), "--out", str(again), *narrow]) == 0
    assert tasks(again)["r01"][0]["story"] == tasks(out)["r01"][0]["story"]


def test_runs_that_were_asked_otherwise_are_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other wording may make other stories; other pictures cannot be rated side by side."""
    config: dict[str, Any] = {
        MODELS[0]: {"story_tokens": 9, "model": {"dtype": "float16"}, "responses": 3}
    }
    told = Told(folder=tmp_path, config=config)
    runs = [str(path) for path in told.write()]
    store = ["--store", str(told.store), "--out"]
    assert main(["study", "export", *runs, *store, str(tmp_path / "study")]) == 0
    assert "note: the runs differ in story_tokens, and so" in capsys.readouterr().out
    config[MODELS[1]] = {"images": {"name": "other", "digest": "f" * 64}}
    runs[1] = str(told.write()[1])
    assert main(["study", "export", *runs, *store, str(tmp_path / "other")]) == 1
    assert "on different pictures" in capsys.readouterr().err
    once = [runs[0], runs[0]]
    assert main(["study", "export", *once, *store, str(tmp_path / "once")]) == 0
    shutil.copy(runs[0], tmp_path / "copy.json")
    again = [runs[0], str(tmp_path / "copy.json")]
    assert main(["study", "export", *again, *store, str(tmp_path / "twice")]) == 1
    assert "two of the runs are the same measurement" in capsys.readouterr().err


def test_a_plain_word_is_no_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model called `final` costs no story; its whole id does."""
    place = ("my/final", "BRA", "forest")
    texts = {(*place, 1): "The final day.", (*place, 2): "By my/final itself."}
    told = Told(folder=tmp_path, models=["my/final"], texts=texts)
    run_file = str(told.write()[0])
    out = ["--out", str(tmp_path / "study"), "--store", str(told.store)]
    assert main(["study", "export", run_file, *out]) == 0
    assert "2 that name a model" in capsys.readouterr().out, "at two temperatures"


def test_encoders_say_how_near_a_story_is_to_its_picture() -> None:
    """The cosine of each story's vector with the picture's, by encoder; refusals have none."""
    case = Case(
        suite="stories", country="NGA", topic="forest", proxy="own-image", kind="story", unit="u"
    )
    refused, empty = "forest/0.3/1", "forest/0.3/3"
    names = [refused, "forest/0.3/2", empty, "forest/0.3/4"]
    stories = [
        Item(
            case_id=case.case_id,
            item_id=name,
            cluster="forest",
            image_ids=("p",),
            request_keys=(f"text {name}",),
            values={
                "n_words": 3.0,
                "refusal": float(name == refused),
                "empty": float(name == empty),
            },
        )
        for name in reversed(names)
    ]
    vectors = Item(
        case_id=case.case_id,
        item_id="vectors:org/clip|truncate",
        cluster="forest",
        request_keys=("picture", "last", "none", "second", "none"),
    )
    held: dict[str, Answer] = {
        "picture": Vector(values=(1.0, 0.0)),
        "last": Vector(values=(3.0, 4.0)),
        "none": Vector(values=(1.0, 0.0)),
        "second": Vector(values=(0.0, 2.0)),
        **{f"text {name}": Text(text=f"About {name}.", finish="stop") for name in names},
        f"text {empty}": Text(text="...", finish="stop"),
    }
    run_ = run(rows=(CaseRecord(case=case, scores=(), items=(*stories, vectors)),))
    source = Source(path="", label="m", run=run_, answers=lambda keys: {k: held[k] for k in keys})
    found = gather([source], proxy="own-image", countries=(), concepts=())
    near = [story.about.values["picture_similarity org/clip truncate"] for story in found.stories]
    assert near == pytest.approx([0.0, 0.6]), "keys are in the order of the record's items"
    assert [story.about.response for story in found.stories] == [2, 4]
    assert (found.refused, found.empty) == (1, 1), "their vectors are nobody's"


def bundled(told: Told, path: str) -> Path:
    """A bundle of the run and its stories."""
    about = read_run(Path(path))
    keys = [key for row in about.rows for item in row.items for key in item.request_keys]
    store = ResponseStore(told.store)
    members = {"run.json": Path(path).read_bytes(), "answers.jsonl": answer_lines(store.get(keys))}
    store.close()
    out = told.folder / "stories.bundle.zip"
    entry = {"file": "run.json", "suite": "stories", "config_digest": about.config_digest}
    write(out, runs=[entry], members=members)
    return out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--proxy", "own-image"], "unknown proxy of all runs 'own-image'"),
        (["--nationalities", "Nigeriann"], "unknown country 'Nigeriann'"),
        (["--concepts", "forrest"], "did you mean forest"),
        (["--stories", "0"], "--stories 0 is less than 1"),
        (["--images", "elsewhere"], "elsewhere"),
        (["--store", "nowhere.sqlite"], "nowhere.sqlite"),
        (["--nationalities", "EGY"], "no story to choose from"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    """Exit 1, and nothing is written."""
    told = Told(folder=tmp_path, models=MODELS[:1], responses=1)
    run = str(told.write()[0])
    store = [] if "--store" in words else ["--store", str(told.store)]
    out = tmp_path / "study"
    assert sentence in refused(capsys, "export", run, *store, *words, out=out)


def test_a_folder_with_something_in_it_is_left_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People may be rating from it."""
    told = Told(folder=tmp_path, models=MODELS[:1], responses=1)
    run = str(told.write()[0])
    before = (folder / "key.json").read_bytes()
    assert main(["study", "export", run, "--store", str(told.store), "--out", str(folder)]) == 1
    assert " exists; name" in capsys.readouterr().err
    assert (folder / "key.json").read_bytes() == before


def test_a_picture_needs_a_licence_that_lets_raters_see_it(tmp_path: Path) -> None:
    """All rights reserved is refused unless somebody says that it was cleared."""
    shown = tmp_path / "forest" / "shared" / "a.png"
    shown.parent.mkdir(parents=True)
    Image.new("RGB", (600, 8), "red").save(shown)
    (tmp_path / "manifest.csv").write_text(
        "image,country,category,income_usd_month,licence,credit,source,concept\n"
        "forest/shared/a.png,,story,,All rights reserved,A. Person,here,forest\n",
        encoding="utf-8",
    )
    images = load_images(tmp_path)
    with pytest.raises(DataProblem, match=r"may not be free to show.*All rights reserved"):
        copies(images, ["forest/shared/a.png"], [])
    found = copies(images, ["forest/shared/a.png"], ["all rights"])
    (one,) = found.values()
    assert one.file == "pictures/p001.jpg"
    assert one.credit == "A. Person, All rights reserved"
