"""What an item records of a reason, and how much of an answer is copied."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.lexical import has_words, lexical_values, prompt_echo, truncated

NAMES = {
    "rationale_words",
    "rationale_mtld",
    "rationale_distinct_1",
    "rationale_distinct_2",
    "rationale_distance",
    "rationale_truncated",
}
CHINESE = "\u6211\u559c\u6b22\u7eff\u8336"


def test_values_of_a_short_reason() -> None:
    """By hand: five words of which four differ, four pairs, one replacement and one word more."""
    found = lexical_values(
        "Family and work and friends.", finish="stop", without_cue="Family or work and"
    )
    assert found["rationale_words"] == 5
    assert math.isnan(found["rationale_mtld"])
    assert found["rationale_distinct_1"] == pytest.approx(4 / 5)
    assert found["rationale_distinct_2"] == 1
    assert found["rationale_distance"] == pytest.approx(2 / 5)
    assert found["rationale_truncated"] == 0


def test_a_long_reason_has_mtld() -> None:
    """From a hundred words on: here 33 factors of three words, and one word is left."""
    found = lexical_values("why not " * 50, finish="length")
    assert found["rationale_mtld"] == pytest.approx(100 / 33)


def test_without_a_reason_to_compare_with_there_is_no_distance() -> None:
    """Not asked is NaN, asked and left empty is as far as can be."""
    assert math.isnan(lexical_values("Tea.", finish="stop")["rationale_distance"])
    assert lexical_values("Tea.", finish="stop", without_cue="")["rationale_distance"] == 1


def test_an_empty_reason_has_length_zero_and_nothing_else() -> None:
    """Zero words is a fact, diversity of nothing is not."""
    found = lexical_values("", finish="stop")
    assert found["rationale_words"] == 0
    assert {name for name in NAMES if math.isnan(found[name])} == NAMES - {
        "rationale_words",
        "rationale_truncated",
    }


def test_scripts_without_spaces_are_not_scored_unless_cut_into_words() -> None:
    """Characters are not words; with the caller's words everything is defined again."""
    found = lexical_values(CHINESE, finish="length", without_cue=CHINESE)
    assert {name for name in NAMES if math.isnan(found[name])} == NAMES - {"rationale_truncated"}
    cut = ["\u6211", "\u559c\u6b22", "\u7eff\u8336"]
    assert lexical_values(cut, finish="stop", without_cue=cut)["rationale_distance"] == 0
    assert math.isnan(
        lexical_values("Tea", finish="stop", without_cue=CHINESE)["rationale_distance"]
    )
    assert has_words("1984")


@given(
    st.text(max_size=80),
    st.none() | st.text(max_size=80),
    st.sampled_from(["stop", "length"]),
)
def test_values_are_builtin_floats_under_the_same_names(
    text: str, without_cue: str | None, finish: str
) -> None:
    """Anything a model writes gives the same names, in range, as exact floats."""
    found = lexical_values(text, finish=finish, without_cue=without_cue)
    assert found.keys() == NAMES
    assert all(type(value) is float for value in found.values())
    shares = [v for k, v in found.items() if k not in ("rationale_words", "rationale_mtld")]
    assert all(math.isnan(v) or 0 <= v <= 1 for v in shares)


def test_an_unknown_finish_is_refused() -> None:
    """A new word for being cut must not read as not cut."""
    assert truncated("length")
    with pytest.raises(ValueError, match="'max_tokens'"):
        truncated("max_tokens")


def test_prompt_echo_by_hand() -> None:
    """Copied runs of four words count, single shared words do not."""
    prompt = "Write one sentence about why people answer so"
    assert prompt_echo(prompt, prompt) == 1
    assert prompt_echo("people write about one answer", prompt) == 0
    assert prompt_echo("why people answer so often", prompt) == pytest.approx(1 / 2)
    assert math.isnan(prompt_echo("too short", prompt))
    assert prompt_echo("so why", prompt, n=1) == 1
    with pytest.raises(ValueError, match="at least one word"):
        prompt_echo("a", "b", n=0)
