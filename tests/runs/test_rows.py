"""A measured case as one flat JSON row, and back."""

from __future__ import annotations

import dataclasses
import gc
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from benchmark.errors import BoardProblem
from benchmark.records import CaseRecord, Score
from benchmark.runs.rows import (
    decode,
    encode,
    record_of,
    row_of,
    sample,
    score_of,
    score_row,
    without_collector,
)
from tests.leaderboard.samples import NAN, record, records, same, scores


@given(records())
def test_record_survives_its_row(entry: CaseRecord) -> None:
    """A record read back from its text equals it, NaN and the last bit of a float included."""
    assert same(decode(encode(entry)), entry)
    assert same(record_of(row_of(entry)), entry)


@given(records())
def test_text_of_a_row_is_one_stable_line(entry: CaseRecord) -> None:
    """Reading and writing again changes no byte, and no line break gets out."""
    text = encode(entry)
    assert encode(decode(text)) == text
    assert "\n" not in text


@given(scores())
def test_score_survives_its_row(score: Score) -> None:
    """A score of run.json or a board comes back as it was."""
    assert same(score_of(json.loads(json.dumps(score_row(score), allow_nan=False))), score)


def test_row_reads_as_a_person_expects() -> None:
    """Country, counts and each score by name stand at the top level of the row."""
    row = row_of(record(similarity=0.75))
    assert row["case_id"] == "wvs/NGA/religion/country"
    assert (row["country"], row["n_scored"], row["n_missing"]) == ("NGA", 1, 1)
    assert row["js_similarity"] == 0.75
    assert row["js_similarity_substantive"] is None


def test_collector_rests_while_rows_are_read_and_is_as_it_was_then() -> None:
    """Also where reading fails, and where it rested before."""
    with pytest.raises(BoardProblem), without_collector():
        decode("{}")
    assert gc.isenabled()
    with without_collector():
        with without_collector():
            pass
        assert not gc.isenabled()


def test_one_wrong_value_among_many_right_ones_is_found() -> None:
    """The quick way is for lists of one type only; null and whole numbers are still numbers."""
    row: dict[str, Any] = dict(row_of(record(similarity=0.5)))
    item = row["items"][0]
    wrong: list[tuple[str, Any]] = [("request_keys", ["a", 1]), ("model", [0.5, "0.5"])]
    for key, value in wrong:
        with pytest.raises(BoardProblem, match="cannot be read"):
            record_of({**row, "items": [{**item, key: value}]})
    mixed = record_of({**row, "items": [{**item, "model": [1, None, 0.5]}]})
    assert repr(mixed.items[0].model) == "(1.0, nan, 0.5)"


def test_equal_records_give_equal_text() -> None:
    """Neither the order of values, nor the sign of zero, nor a NumPy scalar shows in the text."""
    plain = record(similarity=0.0)
    odd = record(similarity=np.float64(-0.0))
    item = dataclasses.replace(
        odd.items[0], values=dict(reversed(list(odd.items[0].values.items())))
    )
    odd = dataclasses.replace(odd, items=(item, odd.items[1]))
    assert encode(odd) == encode(plain)


def test_sample_is_that_of_the_first_score() -> None:
    """The headline score counts; a case without scores misses all its items."""
    assert sample(record()) == (1, 1)
    assert sample(record(scores=())) == (0, 2)


@pytest.mark.parametrize("metric", ["country", "items", "n_scored", "case_id"])
def test_score_named_like_a_field_is_refused(metric: str) -> None:
    """A metric may not hide a field of the row."""
    with pytest.raises(ValueError, match="two things named"):
        row_of(record(scores=(Score(metric=metric, value=1.0, n=1, higher_is_better=True),)))


def test_two_scores_of_one_name_are_refused() -> None:
    """A flat row has room for one value of a name."""
    score = Score(metric="js_similarity", value=1.0, n=1, higher_is_better=True)
    with pytest.raises(ValueError, match="two things named 'js_similarity'"):
        row_of(record(scores=(score, dataclasses.replace(score, reading="printed"))))


def test_item_of_another_case_is_refused() -> None:
    """An item's case is the row's; a stray one would come back as another item."""
    stray = dataclasses.replace(record().items[0], case_id="wvs/FRA/religion/country")
    with pytest.raises(ValueError, match="stands in case"):
        row_of(record(items=(stray,)))


@pytest.mark.parametrize("key", sorted(row_of(record())))
def test_row_without_one_of_its_keys_is_refused(key: str) -> None:
    """Every key is needed, and the sentence names the row or the key."""
    row = row_of(record())
    del row[key]
    with pytest.raises(BoardProblem, match="row"):
        record_of(row)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"country": 7}, "7 is not text"),
        ({"country": "FRA"}, "make 'wvs/FRA/religion/country'"),
        ({"typo_similarity": 0.5}, "'typo_similarity' is not in its list of scores"),
        ({"js_similarity": "high"}, "'high' is not a number"),
        ({"n_scored": 9}, "not those of its first score"),
        ({"items": {}}, "not a list"),
        ({"items": [3]}, "3 is not an object"),
    ],
)
def test_changed_row_is_refused_with_its_reason(change: dict[str, Any], said: str) -> None:
    """A row that was edited or damaged says what does not fit."""
    with pytest.raises(BoardProblem, match="row 'wvs/NGA") as caught:
        record_of(row_of(record()) | change)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "[", "3", "[1]", '{"case_id": 1}', "null"])
def test_text_that_is_no_row_is_refused(text: str) -> None:
    """Any other text is a BoardProblem, never a crash."""
    with pytest.raises(BoardProblem):
        decode(text)


def test_infinite_value_counts_as_not_scored() -> None:
    """The JSON boundary knows no infinity."""
    back = decode(encode(record(similarity=float("inf"))))
    assert same(back.items[0].values["js_similarity"], NAN)
