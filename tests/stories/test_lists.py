"""The story suite without pytest's machinery: lists, cells, prompts, seeds, what is scored."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

from benchmark.errors import CultureError, DataProblem, UsageProblem
from benchmark.images.opening import drawn_sample, drawn_stories, load_manifest
from benchmark.jsonio import Json
from benchmark.option_values import MAX_TEMPERATURE, temperatures
from benchmark.records import Case, Generate, Reply, Request, Text
from benchmark.scoring.stories import WrittenStory, story_record
from benchmark.stories.lists import concept, concepts, nationalities
from benchmark.suite.protocol import Suite, load_suite
from benchmark.suite.sources import open_images
from benchmark.texts import languages
from benchmark.world.countries import countries
from suites.stories.options import chunking_rules
from tests.settings import settings

REPO = Path(__file__).parents[2]
FOLDER = REPO / "suites" / "stories"
CASE = Case(suite="stories", country="NGA", topic="honesty", proxy="none", kind="control")


def suite(folder: Path, **more: object) -> Suite:
    """The shipped suite."""
    return load_suite(FOLDER, settings(folder, **more))


def asked(of: Suite, case: Case) -> list[Generate]:
    """What a case asks before it has heard anything."""
    script = of.interview(case)
    requests: list[Request] = list(next(script))
    script.close()
    return [request for request in requests if isinstance(request, Generate)]


def test_lists_are_the_papers() -> None:
    """42 countries, 35 concepts in three groups; an article fits how the word sounds."""
    assert len(nationalities()) == 42
    assert nationalities().keys() <= countries().keys()
    assert len(concepts()) == 35
    groups = [entry.group for entry in concepts().values()]
    assert [groups.count(name) for name in ("value", "setting", "character")] == [15, 10, 10]
    odd = [n.nationality for n in nationalities().values() if _article(n.nationality) != n.article]
    assert sorted(odd) == ["Ugandan", "Ukrainian"]  # spelt with a vowel, spoken with a consonant
    with pytest.raises(DataProblem, match="did you mean honesty"):
        concept("honestly", source="--topics")


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


def test_sample_is_small_and_real_models_are_asked_everything(tmp_path: Path) -> None:
    """The demo gets what has drawn pictures; another model gets every cell that needs none."""
    sample = suite(tmp_path).select()
    assert len(sample.cases) == 4 * 6 * 5
    assert sample.excluded == ()
    real = suite(tmp_path, model="org/name", images=("hub",)).select()
    assert len(real.cases) == 42 * 35 * 2
    assert {case.proxy for case in real.cases} == {"blank", "none"}
    assert len(real.excluded) == 42 * 35 * 3
    assert "--images" in real.excluded[0].reason
    unlisted = suite(tmp_path, countries=("KOR",)).select()
    assert unlisted.cases == ()
    assert "South Korea" in unlisted.excluded[0].reason


def test_one_picture_serves_all_nationalities_of_a_unit(tmp_path: Path) -> None:
    """Under the shared picture prefixes are equal within a unit; own pictures all differ."""
    of = suite(tmp_path)
    prefixes: dict[str, set[object]] = {}
    for case in of.select().cases:
        prefixes.setdefault(case.unit, set()).update(r.prompt.prefix for r in asked(of, case))
    sizes = {(unit.split("/")[1], len(found)) for unit, found in prefixes.items()}
    assert sizes == {
        *{("shared-image", 1), ("own-image", 4), ("other-country", 4), ("blank", 1), ("none", 1)}
    }


def test_each_story_has_a_seed_of_its_own_that_nothing_else_moves(tmp_path: Path) -> None:
    """Not the selection, the proxy's neighbours, or how many responses are asked for."""
    wide, narrow = suite(tmp_path, responses=5), suite(tmp_path, countries=("FRA",), responses=1)
    cases = wide.select().cases
    seeds = [request.seed for case in cases for request in asked(wide, case)]
    assert len(set(seeds)) == len(seeds) == len(cases) * 10
    (case,) = [c for c in narrow.select().cases if c.case_id == "stories/FRA/forest/own-image"]
    few = {r.subject.item_id: (r.seed, r.prompt) for r in asked(narrow, case)}
    many = {r.subject.item_id: (r.seed, r.prompt) for r in asked(wide, case)}
    assert few.items() <= many.items()
    assert list(few) == ["forest/0.3/1", "forest/0.7/1"]
    other = suite(tmp_path, seed=1, responses=5)
    assert not set(seeds) & {r.seed for r in asked(other, case)}


def test_prompt_names_concept_and_nationality(tmp_path: Path) -> None:
    """Behind the picture, with the article that fits."""
    of = suite(tmp_path, countries=("USA",), topics=("near a river",))
    (case,) = [case for case in of.select().cases if case.proxy == "none"]
    assert "about this: near a river. It is meant for an American child" in (
        asked(of, case)[0].prompt.suffix
    )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"templates": ("all",)}, "one template at a time"),
        ({"templates": ("defualt",)}, "did you mean default"),
        ({"language": "pt"}, "needs --translations FILE"),
        ({"proxies": ("food",)}, "unknown proxy"),
        ({"topics": ("religion",)}, "unknown concept"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, more: dict[str, Json], sentence: str) -> None:
    """One sentence each."""
    with pytest.raises(CultureError, match=sentence):
        suite(tmp_path, **more).select()


def test_template_that_never_says_for_whom_is_refused(tmp_path: Path) -> None:
    """Every nationality would get the same prompt."""
    text = (FOLDER / "prompts" / "default.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text.replace("{a_nationality} child", "a child"), encoding="utf-8")
    with pytest.raises(DataProblem, match="never says whom"):
        suite(tmp_path, prompts=file)


def test_temperatures_are_numbers_each_once() -> None:
    """From cold to hot; what prints alike is one."""
    assert temperatures("0.7, 0.3,0.30", "--temperatures") == (0.3, 0.7)
    for text in ("warm", "-1", str(MAX_TEMPERATURE + 1), "nan"):
        with pytest.raises(UsageProblem, match="--temperatures"):
            temperatures(text, "--temperatures")


def test_rules_of_chunking() -> None:
    """Several may be asked for; near names are suggested."""
    assert chunking_rules("truncate,sentence-max", "--chunking") == ("truncate", "sentence-max")
    with pytest.raises(CultureError, match="did you mean truncate"):
        chunking_rules("truncated", "--chunking")
    with pytest.raises(CultureError, match="names nothing"):
        chunking_rules("", "--chunking")


# --- pictures ------------------------------------------------------------------------------


def test_manifest_with_a_concept_column(tmp_path: Path) -> None:
    """A picture for all has no country; other suites do not see pictures for stories."""
    for name in ("all.png", "own.png", "food.png"):
        drawn_sample().open(drawn_sample().entries[0]).pixels().save(tmp_path / name)
    head = "image,country,category,income_usd_month,licence,credit,source,concept\n"
    rows = "all.png,,story,,CC0,me,here,Near a river\nown.png,NGA,story,,CC0,me,here,forest\n"
    file = tmp_path / "manifest.csv"
    file.write_text(f"{head}{rows}food.png,FRA,food,,CC0,me,here,\n", encoding="utf-8")
    found = {
        entry.image_id: (entry.country, entry.category) for entry in load_manifest(tmp_path).entries
    }
    assert found["all.png"] == ("", "story/near-a-river")
    assert found["own.png"] == ("NGA", "story/forest")
    chosen = settings(tmp_path, images=(str(tmp_path),))
    assert [entry.image_id for entry in open_images(chosen, ()).entries] == ["food.png"]
    of = suite(tmp_path, images=(str(tmp_path),), topics=("near-a-river", "forest"))
    shown = {(c.topic, c.proxy, c.country) for c in of.select().cases if "image" in c.proxy}
    assert {pair for pair in shown if pair[1] == "own-image"} == {("forest", "own-image", "NGA")}
    assert {topic for topic, proxy, _ in shown if proxy == "shared-image"} == {"near-a-river"}
    for wrong, sentence in (("story,,,,,", "without a concept"), ("food,,,,,", "unknown country")):
        file.write_text(f"{head}all.png,,{wrong}\n", encoding="utf-8")
        with pytest.raises(DataProblem, match=sentence):
            load_manifest(tmp_path)


def test_drawn_pictures_all_differ() -> None:
    """A concept's shared picture and each nationality's."""
    pictures = drawn_stories()
    assert len(pictures.entries) == 6 * 5
    assert len({pictures.open(entry).digest for entry in pictures.entries}) == 30


# --- what is recorded ----------------------------------------------------------------------

PROMPT = "Write a story. It is meant for a Greek child."
WHOLE = "Once a fox told the truth. " * 20
ANSWERS = (
    Text(text=WHOLE, finish="stop"),
    Text(text="A fox told the truth", finish="length"),
    Text(text="I'm sorry, but I can't write that.", finish="stop"),
    Text(text="", finish="stop"),
    Text(text="It is meant for a Greek child.", finish="stop"),
)


def told(answers: tuple[Text, ...] = ANSWERS) -> list[WrittenStory]:
    """Stories at one temperature."""
    return [
        WrittenStory(
            item_id=f"honesty/0.3/{n}",
            temperature=0.3,
            prompt=PROMPT,
            reply=Reply(key=f"{n:064}", answer=answer),
        )
        for n, answer in enumerate(answers, start=1)
    ]


def test_values_by_hand() -> None:
    """A whole story, one cut off, a refusal, nothing, and one copied from the prompt."""
    record = story_record(CASE, told(), language="en", image_ids=())
    rows = [item.values for item in record.items]
    assert [row["usable"] for row in rows] == [1, 0, 0, 0, 1]
    assert [row["truncated"] for row in rows] == [0, 1, 0, 0, 0]
    assert [row["refusal"] for row in rows] == [0, 0, 1, 0, 0]
    assert [row["empty"] for row in rows] == [0, 0, 0, 1, 0]
    assert [row["n_words"] for row in rows] == [120, 5, 7, 0, 7]
    assert [row["echo"] for row in rows][:2] == [0, 0]
    assert rows[4]["echo"] == 1
    assert math.isnan(rows[3]["echo"])
    assert rows[0]["mtld"] > 1
    assert math.isnan(rows[1]["mtld"])
    scores = {score.metric: score for score in record.scores}
    assert next(iter(scores)) == "usable"
    assert (scores["usable"].value, scores["usable"].n) == (0.4, 5)
    assert (scores["mtld"].n, scores["mtld"].n_missing) == (1, 4)
    assert {name: score.higher_is_better for name, score in scores.items()}["n_words"] is None


def test_self_similarity_is_within_one_temperature() -> None:
    """Equal stories at two temperatures, each once, are not a pair."""
    one = told((ANSWERS[0], ANSWERS[0]))
    record = story_record(CASE, one, language="en", image_ids=())
    assert record.scores[-1].metric == "self_similarity"
    assert record.scores[-1].value == 1
    apart = [one[0], dataclasses.replace(one[1], temperature=0.7)]
    found = story_record(CASE, apart, language="en", image_ids=()).scores[-1]
    assert math.isnan(found.value)
    assert (found.n, found.n_missing) == (0, 2)


def test_language_is_told_where_an_identifier_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """NaN and a sentence where it is not."""
    german = "Es war einmal ein kleiner Fuchs, der in einem tiefen Wald lebte."
    if languages.identifier() != "none":
        assert languages.is_in(WHOLE, "en-GB") == 1
        assert languages.is_in(german, "en") == 0
        assert math.isnan(languages.is_in("42!", "en"))
    monkeypatch.setattr(languages, "find_spec", lambda _: None)
    assert math.isnan(languages.is_in(WHOLE, "en"))
    assert languages.identifier() == "none"
