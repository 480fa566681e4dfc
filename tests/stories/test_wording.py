"""Stories in another language: what a file brings, what it must not lack, what is then scored."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import CultureError
from benchmark.records import Case, Text
from benchmark.scoring.stories import story_values
from benchmark.stories.lists import concepts, nationalities
from benchmark.stories.wording import load_story_translation
from benchmark.texts import languages
from tests.stories.test_lists import asked, suite

REPO = Path(__file__).parents[2]
GERMAN = REPO / "docs" / "stories-german.json"
NIGERIA = REPO / "docs" / "groups-nigeria.csv"


def changed(folder: Path, **tables: Any) -> Path:
    """The German file with some of its tables replaced; None takes one out."""
    table = {**json.loads(GERMAN.read_text("utf-8")), **tables}
    file = folder / "mine.json"
    kept = {key: value for key, value in table.items() if value is not None}
    file.write_text(json.dumps(kept), encoding="utf-8")
    return file


def test_example_is_complete() -> None:
    """Every nationality and concept of the suite, and the example's groups."""
    german = load_story_translation(GERMAN, language="de")
    assert german.children.keys() == nationalities().keys()
    assert german.concepts.keys() == concepts().keys()
    assert german.groups.keys() == {"NGA/hausa", "NGA/igbo", "NGA/yoruba"}
    assert len(set(german.children.values())) == len(german.children)


def test_prompt_is_in_the_language(tmp_path: Path) -> None:
    """With the file's whole phrase, for a nationality as for a group; the configuration says so."""
    of = suite(
        tmp_path,
        language="de",
        translations=GERMAN,
        groups=NIGERIA,
        countries=("NGA",),
        topics=("forest",),
    )
    cases = {case.case_id: case for case in of.select().cases}
    plain = asked(of, cases["stories/NGA/forest/none"])[0].prompt
    assert "Ihr Thema: Wald. Sie ist für ein nigerianisches Kind bestimmt." in plain.suffix
    shown = asked(of, cases["stories/NGA/forest/shared-image/igbo"])[0].prompt
    assert "für ein Igbo-Kind aus Nigeria bestimmt" in shown.suffix
    assert len(shown.images) == 1
    config = of.config()
    assert config["language"] == "de"
    assert config["translation"] == {
        "name": "stories-german",
        "digest": load_story_translation(GERMAN, language="de").digest,
    }
    assert any("language de: stories-german, by this project" in line for line in of.header())


def test_prompts_may_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    """In that language, and with whole phrases only."""
    file = tmp_path / "de.toml"
    text = 'language = "de"\n[none]\nprefix = "Bitte."\nsuffix = "{concept}, {a_child}"\n'
    image = '[image]\nprefix = "{image}"\nsuffix = "{concept}, {a_child}"\nlead_in = ""\n'
    file.write_text(f'{text}lead_in = ""\n{image}', encoding="utf-8")
    mine = changed(tmp_path, prompts=None)
    of = suite(tmp_path, language="de", translations=mine, prompts=file, countries=("FRA",))
    case = Case(suite="stories", country="FRA", topic="forest", proxy="none", kind="control")
    assert asked(of, case)[0].prompt.suffix == "Wald, ein französisches Kind"
    file.write_text(f'{text}lead_in = ""\n{image}'.replace("a_child", "a_nationality"), "utf-8")
    with pytest.raises(CultureError, match=r"unknown slot '\{a_nationality\}'"):
        suite(tmp_path, language="de", translations=mine, prompts=file)
    with pytest.raises(CultureError, match="has no `prompts`"):
        suite(tmp_path, language="de", translations=mine)


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({"children": {"BRA": "ein Kind"}}, "lacks children FRA, NGA, PAK; add them"),
        ({"concepts": {"honesty": "x"}, "children": {}}, "concepts sharing, .*; children BRA"),
        ({"concepts": {"honest": "x"}}, "unknown concept 'honest' .*did you mean honesty"),
        ({"children": {"BRZ": "x"}}, "unknown nationality 'BRZ'"),
        ({"children": {"BRA": ""}}, "`children` has no text for 'BRA'"),
        ({"countries": ["BRA"]}, "`countries` must map names to texts"),
        ({"countries": {"NIG": "x"}}, "unknown nationality 'NIG'"),
        ({"groups": {"NIG/igbo": "x"}}, "unknown country 'NIG'"),
        ({"language": "pt"}, "they must be the same"),
        ({"licence": None}, "lacks the text `licence`"),
        ({"child": {}}, "unknown key 'child'.*did you mean children"),
        ({"prompts": {"none": {}}}, r"lacks the condition \[image\]"),
    ],
)
def test_what_lacks_is_named(tmp_path: Path, tables: dict[str, Any], sentence: str) -> None:
    """One sentence, before anything is asked."""
    with pytest.raises(CultureError, match=sentence):
        suite(tmp_path, language="de", translations=changed(tmp_path, **tables))


def test_groups_and_countries_may_lack_too(tmp_path: Path) -> None:
    """A group needs its phrase, and a prompt that names the country needs its name."""
    file = changed(tmp_path, groups={"NGA/igbo": "ein Igbo-Kind"})
    with pytest.raises(CultureError, match="lacks groups NGA/hausa, NGA/yoruba"):
        suite(tmp_path, language="de", translations=file, groups=NIGERIA)
    prompts = json.loads(GERMAN.read_text("utf-8"))["prompts"]
    prompts["none"]["suffix"] = "{concept}: {country}"
    with pytest.raises(CultureError, match="lacks countries BRA, FRA, NGA, PAK"):
        suite(tmp_path, language="de", translations=changed(tmp_path, prompts=prompts))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"children": {"NGA": "a", "NGA": "b"}}', "gives 'NGA' twice"),
        ("[" * 200_000, "is not JSON"),
    ],
)
def test_files_that_are_no_sound_json(tmp_path: Path, text: str, sentence: str) -> None:
    """One sentence, however deep or doubled."""
    path = tmp_path / "words.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CultureError, match=sentence):
        load_story_translation(path, language="de")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"language": "de"}, "needs --translations FILE"),
        ({"translations": GERMAN}, "is in 'de' and --language is 'en'"),
        ({"language": "de", "translations": GERMAN, "templates": ("short",)}, "in English"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, more: dict[str, Any], sentence: str) -> None:
    """One sentence each."""
    with pytest.raises(CultureError, match=sentence):
        suite(tmp_path, **more)


def test_values_of_a_story_in_german() -> None:
    """Refusals are unknown, the language is the one asked for; English refusals are not stories."""
    told = "Es war einmal ein kleiner Fuchs, der in einem tiefen Wald lebte und nie log."
    found = story_values(
        Text(text=told, finish="stop"), told.split(), prompt="Erzähle.", language="de"
    )
    assert math.isnan(found["refusal"])
    assert found["usable"] == 1
    assert found["n_words"] == 15
    if languages.identifier() != "none":
        assert found["in_language"] == 1
    refused = "I'm sorry, but I can't write that."
    found = story_values(
        Text(text=refused, finish="stop"), refused.split(), prompt="Erzähle.", language="de-AT"
    )
    assert found["usable"] == 0


def test_language_that_no_identifier_knows_has_no_value() -> None:
    """Zero would say that the story is in another language."""
    assert math.isnan(languages.is_in("bIjatlh 'e' yImev!", "tlh"))
    assert not languages.knows("tlh")
