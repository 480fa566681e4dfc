"""The figures of a whole run agree with their intervals and with the rows beside them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.plugin.running import BROAD, Place

pytestmark = pytest.mark.models


@pytest.fixture(name="document", scope="module")
def fixture_document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run over all topics of three countries, by random weights, with two orders of options."""
    place = Place(folder=tmp_path_factory.mktemp("figures"))
    done = place.run(*BROAD, "--permutations", "2", model="demo")
    assert done.code == 0, done.out
    return place.document()


def test_no_printed_value_lies_outside_its_own_interval(document: Any) -> None:
    """Of no score of any analysis; one without an interval says why."""
    scores = document["scores"]
    with_interval = [s for s in scores if s["low"] is not None]
    assert len(with_interval) > 200
    outside = [s for s in with_interval if not s["low"] <= s["value"] <= s["high"]]
    assert [(s["metric"], s["scope"]) for s in outside] == []
    assert [s for s in scores if s["low"] is None and not s["method"]] == []


def test_a_row_says_what_the_analysis_says_of_its_cell(document: Any) -> None:
    """The same mean of stem means, wherever it is read."""
    cells = {
        (s["scope"]["country"], s["scope"]["topic"], s["scope"]["proxy"]): s["value"]
        for s in document["scores"]
        if s["metric"] == "js_similarity"
        and s["reading"] == "substantive"
        and {"country", "topic", "proxy"} <= set(s["scope"])
    }
    rows = {
        (row["country"], row["topic"], row["proxy"]): row["js_similarity_substantive"]
        for row in document["rows"]
        if (row["country"], row["topic"], row["proxy"]) in cells
    }
    assert len(rows) == len(cells) > 20
    for cell, value in rows.items():
        assert (value is None) == (cells[cell] is None)
        assert value is None or math.isclose(value, cells[cell], abs_tol=1e-12)
