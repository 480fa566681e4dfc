"""What is typed for an option, or stands in a file, as a value; the sentence about a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmark.errors import UnknownName, UsageProblem
from benchmark.option_values import (
    Option,
    amount,
    count,
    flag,
    known_name,
    names,
    one_of,
    path,
    resolve_names,
    share,
    texts,
    unless,
)


@pytest.mark.parametrize(
    ("read", "given", "value"),
    [
        (count, "8", 8),
        (count, 8, 8),
        (partial(count, least=0), "0", 0),
        (partial(unless, word="auto", read=count), "auto", None),
        (partial(unless, word="auto", read=count), "2", 2),
        (amount, "1e-4", 1e-4),
        (share, 0, 0.0),
        (flag, True, True),
        (names, "b, a,,b", ("b", "a")),
        (names, ["b", "a"], ("b", "a")),
        (texts, ["a,b", "c"], ("a,b", "c")),
        (texts, "a,b", ("a,b",)),
        (path, "x.toml", Path.cwd() / "x.toml"),
    ],
)
def test_a_text_or_a_files_value_is_read(
    read: Callable[[object, str], object], given: object, value: object
) -> None:
    """TOML has numbers and lists of its own, the command line texts."""
    assert read(given, "--it") == value


@pytest.mark.parametrize(
    ("read", "given", "sentence"),
    [
        (count, "0", "--it '0' is not a whole number of at least 1"),
        (count, True, "is not a whole number"),
        (count, 4.5, "4.5 is not a whole number"),
        (partial(count, most=9), "10", "'10' is above 9"),
        (amount, "inf", "not a number above 0"),
        (share, "1", "not a share from 0 to below 1"),
        (flag, 1, "neither true nor false"),
        (names, ",", "names nothing"),
        (texts, [1], "not a list of names"),
        (partial(one_of, known=("a", "b")), "c", "--it 'c' is not one of a, b"),
    ],
)
def test_a_wrong_value_is_one_sentence(
    read: Callable[[object, str], object], given: object, sentence: str
) -> None:
    """With the option, the value and what is accepted."""
    with pytest.raises(UsageProblem, match=sentence):
        read(given, "--it")


def test_an_option_that_was_not_given_has_its_default() -> None:
    """Read as if it had been typed; without one there is no value, or an empty one."""
    assert Option("--it", "N", "", default="3", read=count).value() == 3
    assert Option("--it", "N", "", read=count).value() is None
    assert Option("--it", "N", "", read=count).value("") is None
    assert Option("--it", "N", "", read=texts, repeated=True).value() == ()
    assert Option("--it", "N", "", default="a", read=texts, repeated=True).value() == ("a",)
    assert Option("--it", "", "", flag=True).value() is False
    assert Option("--it-is", "", "", flag=True).dest == "it_is"


def test_an_unknown_name_says_which_option_and_name() -> None:
    """So that another suite of the command may know it."""
    find = partial(known_name, kind="proxy", known=("food", "sports"))
    assert resolve_names(["food"], find, option="--proxies") == ["food"]
    with pytest.raises(UnknownName, match="did you mean food") as told:
        resolve_names(["sports", "fod"], find, option="--proxies")
    assert told.value.about == ("--proxies", "fod")
