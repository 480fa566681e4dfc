"""The content address of a request."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from benchmark.engine import keys
from benchmark.engine.keys import Keys
from benchmark.records import (
    Choice,
    Embed,
    Generate,
    GenerationParams,
    ModelIdentity,
    Prompt,
    Subject,
)
from tests.engine.asking import IDENTITY, choice, picture

KEY = Keys(IDENTITY)


def test_equal_requests_have_one_key_of_64_hex_digits() -> None:
    """The key is a SHA-256 and depends on content alone."""
    assert KEY(choice("q")) == KEY(choice("q"))
    assert len(bytes.fromhex(KEY(choice("q")))) == 32


@pytest.mark.parametrize(
    "other",
    [
        choice("other"),
        choice("q", prefix="other"),
        choice("q", image=picture("aa")),
        choice("q", labels=("A", "B", "C")),
    ],
)
def test_whatever_changes_the_answer_changes_the_key(other: Choice) -> None:
    """Prompt, picture and labels are in the key."""
    assert KEY(other) != KEY(choice("q"))


def test_the_split_of_text_between_prefix_and_suffix_is_part_of_the_key() -> None:
    """Two prompts that only concatenate equally are not confused."""
    assert KEY(choice("bc", prefix="a")) != KEY(choice("c", prefix="ab"))


def test_pictures_count_by_their_pixels_not_their_name() -> None:
    """A renamed file keeps its answers; another picture under one name does not."""
    same = replace(picture("aa"), image_id="renamed")
    assert KEY(choice("q", image=same)) == KEY(choice("q", image=picture("aa")))
    assert KEY(choice("q", image=picture("bb"))) != KEY(choice("q", image=picture("aa")))


@pytest.mark.parametrize("field", [f.name for f in fields(ModelIdentity) if f.name != "name"])
def test_every_field_of_the_identity_but_the_typed_name_is_in_the_key(field: str) -> None:
    """An alias and its Hub id share answers; another dtype, device kind or commit does not."""
    values = {"model_args": (("k", "v"),), "reads_subject": True}
    other = replace(IDENTITY, **{field: values.get(field, "other")})  # type: ignore[arg-type]
    assert Keys(other)(choice("q")) != KEY(choice("q"))
    assert Keys(replace(IDENTITY, name="alias"))(choice("q")) == KEY(choice("q"))


def test_the_subject_counts_only_for_models_that_read_it() -> None:
    """A reference answers by country; for any other model equal prompts have equal answers."""
    reader = Keys(replace(IDENTITY, reads_subject=True))
    here, there = choice("q"), choice("q", country="NGA")
    assert KEY(here) == KEY(there)
    assert reader(here) != reader(there)


def test_generation_parameters_and_seed_are_in_the_key() -> None:
    """A story under another temperature or seed is another story."""
    prompt = Prompt(prefix=("p",), suffix="s")
    subject = Subject(country="FRA", item_id="x")
    story = Generate(
        prompt=prompt, params=GenerationParams(max_new_tokens=8), seed=1, subject=subject
    )
    hot = replace(story, params=GenerationParams(max_new_tokens=8, temperature=0.7))
    keys = {KEY(story), KEY(hot), KEY(replace(story, seed=2))}
    assert len(keys) == 3


def test_embeddings_are_keyed_by_content_and_encoder() -> None:
    """One text under two encoders has two vectors."""
    subject = Subject(country="FRA", item_id="x")
    texts = [Embed(content="t", encoder=encoder, subject=subject) for encoder in "ab"]
    assert len({*map(KEY, texts), KEY(replace(texts[0], content=picture("aa")))}) == 3


def test_the_key_means_one_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the prompt unrendered: another rendering is another schema, and old keys stay."""
    today, later = KEY(choice("q")), keys.KEY_SCHEMA + 1
    monkeypatch.setitem(keys.RENDERINGS, later, 99)
    assert Keys(IDENTITY, schema=later)(choice("q")) != today
    assert Keys(IDENTITY, schema=later - 1)(choice("q")) == today
    assert len({*keys.RENDERINGS.values()}) == len(keys.RENDERINGS)


def test_former_keys_are_made_where_they_are_asked_for() -> None:
    """A bundle of the first schema names its answers so."""
    assert Keys(IDENTITY, schema=1)(choice("q")) != KEY(choice("q"))
    with pytest.raises(ValueError, match="schemas 1 to"):
        Keys(IDENTITY, schema=keys.KEY_SCHEMA + 1)
