"""Prompt templates: what a file may say and what a prompt is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import DataProblem
from benchmark.suite.prompts import Condition, load_templates
from tests.engine.asking import picture

CONDITIONS = {
    "country": Condition(
        required=("country", "question", "options"), forbidden=("image", "countries")
    ),
    "image": Condition(required=("image", "question", "options"), forbidden=("countries",)),
    "none": Condition(
        required=("question", "options"), forbidden=("country", "image"), optional=True
    ),
}
GOOD = """
[country]
prefix = "In {country}. "
suffix = "{question} {options}"
lead_in = "("
[image]
prefix = "Look: {image} at the {category}. "
suffix = "{question} {options} {{json}}"
lead_in = "("
"""
SLOTS = {"country": "Brazil", "category": "food", "question": "Q {odd}?", "options": "(A) x"}


def write(folder: Path, text: str) -> Path:
    """A template file."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_slots_are_filled_and_the_picture_stands_between_the_texts(tmp_path: Path) -> None:
    """The prefix is split at the image; braces in a value stay as they are."""
    templates = load_templates(write(tmp_path, GOOD), conditions=CONDITIONS)
    image = picture("aa")
    prompt = templates["image"].fill(SLOTS, image=image)
    assert prompt.prefix == ("Look: ", image, " at the food. ")
    assert prompt.suffix == "Q {odd}? (A) x {json}"
    assert prompt.lead_in == "("
    assert templates["country"].fill(SLOTS).prefix == ("In Brazil. ",)


def test_all_questions_of_one_country_share_their_prefix(tmp_path: Path) -> None:
    """What differs between questions is in the suffix, or nothing could be shared."""
    template = load_templates(write(tmp_path, GOOD), conditions=CONDITIONS)["country"]
    other = template.fill({**SLOTS, "question": "Another?"})
    assert other.prefix == template.fill(SLOTS).prefix


def test_the_digest_changes_with_the_wording(tmp_path: Path) -> None:
    """Another wording is another configuration."""
    first = load_templates(write(tmp_path, GOOD), conditions=CONDITIONS).digest
    second = load_templates(write(tmp_path, GOOD + "\n# note\n"), conditions=CONDITIONS).digest
    assert first != second


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("{country}", "{contry}"), r"unknown slot '\{contry\}'.*did you mean \{country\}"),
        (('{question} {options}"', '{options}"'), r"lacks the slot \{question\}"),
        (("[image]", "[picture]"), "unknown condition 'picture'"),
        (('lead_in = "("\n[image]', "[image]"), "lacks the text 'lead_in'"),
        (('lead_in = "("\n[image]', 'lead_in = "I say "\n[image]'), "lead_in ends in white space"),
        (("{image} at", "{image} {image} at"), "more than once"),
        (("In {country}", "In {country"), "unbalanced braces"),
        (("In {country}", "In {country:>9}"), "takes no format"),
        (("In {country}. ", "In {image}. {question}"), "unknown slot"),
        (("{image} at", "at"), r"\[image\] lacks the slot \{image\}"),
        (("In {country}", "In Brazil"), r"\[country\] lacks the slot \{country\}"),
        (("In {country}", "In {country} {image}"), r"\[country\] must not use the slot \{image\}"),
        (("suffix =", "sufix ="), "did you mean suffix"),
        (("[country]", "country"), "is not TOML"),
        (("[country]", "language = 7\n[country]"), "language 7 is not"),
        (
            ("[image]", 'reason = "Why {question} {options}"\n[image]'),
            "lacks the text 'reason_lead",
        ),
        (("[image]", 'reason_lead_in = "("\n[image]'), "lacks the text 'reason'"),
        (
            ("[image]", 'reason = "Why {question}"\nreason_lead_in = "x"\n[image]'),
            r"reason lacks the slot \{options\}",
        ),
        (("{question} {options} {{json}}", "{question} {options} {countries}"), "must not use"),
    ],
)
def test_a_bad_template_is_one_sentence(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    """What is wrong, in which file, and what was meant."""
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(DataProblem, match=sentence) as caught:
        load_templates(path, conditions=CONDITIONS)
    assert "mine.toml" in str(caught.value)


def test_the_country_may_be_named_in_the_suffix(tmp_path: Path) -> None:
    """A required slot counts wherever it stands."""
    text = GOOD.replace('"In {country}. "', '"Hello. "').replace(
        '"{question} {options}"', '"{question} In {country}: {options}"'
    )
    template = load_templates(write(tmp_path, text), conditions=CONDITIONS)["country"]
    assert template.fill(SLOTS).suffix == "Q {odd}? In Brazil: (A) x"


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(DataProblem, match=r"nowhere\.toml cannot be read"):
        load_templates(tmp_path / "nowhere.toml", conditions=CONDITIONS)


def test_an_optional_condition_may_be_left_out_or_given(tmp_path: Path) -> None:
    """A file of two conditions stays valid when a suite learns a third."""
    assert "none" not in load_templates(write(tmp_path, GOOD), conditions=CONDITIONS)
    more = GOOD + '[none]\nprefix = "Hi. "\nsuffix = "{question} {options}"\nlead_in = "("\n'
    assert "none" in load_templates(write(tmp_path, more), conditions=CONDITIONS)


def test_a_reason_is_asked_for_behind_the_same_prefix(tmp_path: Path) -> None:
    """The picture's encoding serves the reason too; without a wording for it none is asked."""
    reason = 'reason = "Why? {question} {options}"\nreason_lead_in = "Because"\n[image]'
    templates = load_templates(
        write(tmp_path, GOOD.replace("[image]", reason)), conditions=CONDITIONS
    )
    asked, why = templates["country"].fill(SLOTS), templates["country"].fill_reason(SLOTS)
    assert why.prefix == asked.prefix
    assert (why.suffix, why.lead_in) == ("Why? Q {odd}? (A) x", "Because")
    with pytest.raises(DataProblem, match="has no `reason`"):
        templates["image"].fill_reason(SLOTS, image=picture("aa"))


def test_the_language_is_english_unless_stated(tmp_path: Path) -> None:
    """The file's name and language are kept beside its digest."""
    plain = load_templates(write(tmp_path, GOOD), conditions=CONDITIONS)
    german = load_templates(write(tmp_path, 'language = "de"\n' + GOOD), conditions=CONDITIONS)
    assert (plain.name, plain.language, german.language) == ("mine", "en", "de")
